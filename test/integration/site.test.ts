/** The site as `npm run site` builds it, served below a path, looked at in a real Chromium. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { BROWSER_START_MS, objections, openUrl, startBrowser, type Opened } from '../support/browser.js';
import { docPages } from '../support/doc-blocks.js';
import { ROOT } from '../support/program.js';
import { folderWith, removeFolders } from '../support/world.js';

jest.setTimeout(120_000);

const BASE = '/tool/docs/';
/** Pages that show what docs/ links to beside it. */
const BESIDE = ['examples/pipelines/index.html'];
const RULE = 'whereabouts/gateway-in-pool';

const folder = join(folderWith({}), 'site');
let pages: string[];
let server: Server;
let browser: Browser | undefined;

beforeAll(async () => {
  expect(await build('--base', BASE, '--outDir', folder)).toEqual({ code: 0, failed: '' });
  pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
  server = await serve();
  browser = await startBrowser();
}, 420_000 + BROWSER_START_MS);

afterAll(async () => {
  await browser?.close();
  server.close();
  removeFolders();
});

function build(...args: string[]): Promise<{ code: number | null; failed: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'scripts/site.ts'), ...args], { cwd: ROOT });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => {
      done({ code, failed: code === 0 ? '' : said });
    });
  });
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/** As any server of files does. */
function serve(): Promise<Server> {
  const files = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://a').pathname);
    const file = fileOf(path);
    if (file === undefined || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    response.end(readFileSync(file));
  });
  return new Promise((done) => files.listen(0, '127.0.0.1', () => done(files)));
}

function fileOf(path: string): string | undefined {
  if (!path.startsWith(BASE)) return undefined;
  const name = path.slice(BASE.length);
  return join(folder, name === '' || name.endsWith('/') ? `${name}index.html` : name);
}

const htmlOf = (name: string): string => readFileSync(join(folder, name), 'utf8');

test('has every page of docs, with its title and its whole text', () => {
  const wanted = docPages()
    .filter(({ file }) => file.startsWith('docs/'))
    .map(({ file }) =>
      file
        .slice('docs/'.length)
        .replace(/\.md$/, '.html')
        .replace(/README\.html$/, 'index.html'),
    );
  expect(pages.filter((name) => name !== '404.html').sort()).toEqual([...wanted, ...BESIDE].sort());
  const wrong = docPages().flatMap(({ file }) => {
    if (!file.startsWith('docs/')) return [];
    const source = readFileSync(join(ROOT, file), 'utf8');
    const html = htmlOf(
      file
        .slice('docs/'.length)
        .replace(/\.md$/, '.html')
        .replace(/README\.html$/, 'index.html'),
    );
    const title = /^# (.+)$/m.exec(source)?.[1]?.replaceAll('`', '') ?? '';
    const shown = textOf(/<h1[^>]*>(.*?)<a /s.exec(html)?.[1] ?? '');
    const blocks = [...source.matchAll(/^(`{3,})\w*.*\n([^]*?)\n\1$/gm)].map(([, , text = '']) => text.trim());
    const text = textOf(html);
    const lost = blocks.filter((block) => !text.includes(squeezed(block)));
    return shown.trim() === title && lost.length === 0 ? [] : [{ file, title, shown, lost }];
  });
  expect(wrong).toEqual([]);
});

const squeezed = (text: string): string => text.replace(/\s+/g, ' ');

/** What of HTML a reader sees. */
function textOf(html: string): string {
  const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'", '#123': '{' };
  return squeezed(
    html
      .replace(/<script[^]*?<\/script>|<[^>]*>/g, '')
      .replace(/&([\w#]+);/g, (whole, name: string) => named[name] ?? whole)
      .replaceAll('\u200b', ''),
  );
}

test('every link within it leads to a page, and to a heading on it', () => {
  const anchors = new Map(pages.map((name) => [join(folder, name), new Set(idsOf(htmlOf(name)))]));
  let followed = 0;
  const dead = pages.flatMap((name) =>
    [...htmlOf(name).matchAll(/<a\b[^>]*?\bhref="([^"]+)"/g)].flatMap(([, href = '']) => {
      if (/^[a-z]+:/.test(href)) return [];
      followed++;
      const { pathname, hash } = new URL(href, `http://a${BASE}${name}`);
      const file = fileOf(decodeURIComponent(pathname)) ?? '';
      const there = existsSync(file) && (hash === '' || anchors.get(file)?.has(decodeURIComponent(hash.slice(1))));
      return there === true ? [] : [`${name}: ${href}`];
    }),
  );
  expect(dead).toEqual([]);
  expect(followed).toBeGreaterThan(5 * pages.length);
});

const idsOf = (html: string): string[] => [...html.matchAll(/\bid="([^"]+)"/g)].map(([, id = '']) => id);

test('loads nothing from elsewhere', () => {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(html|css)$/.test(name));
  const foreign = all.flatMap((name) =>
    [
      ...htmlOf(name).matchAll(
        /(?:<(?:link|script|img|source)\b[^>]*?(?:href|src)="|url\(["']?|@import ["'])((?:https?:)?\/\/[^"')]+)/g,
      ),
    ].map(([, address = '']) => `${name}: ${address}`),
  );
  expect(foreign).toEqual([]);
});

describe('in a browser', () => {
  const open = (name: string, options?: BrowserContextOptions): Promise<Opened> => {
    if (browser === undefined) throw new Error('no browser');
    return openUrl(
      browser,
      `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}${BASE}${name}`,
      options,
    );
  };

  function expectQuiet({ complaints, requests }: Opened): void {
    expect(complaints).toEqual([]);
    expect(requests.filter((address) => !address.startsWith('http://127.0.0.1:'))).toEqual([]);
    expect(requests).not.toEqual([]);
  }

  test.each([
    ['', 'light'],
    ['', 'dark'],
    [`rules/${RULE}.html`, 'light'],
    [`rules/${RULE}.html`, 'dark'],
    ['tasks/pool-full.html', 'light'],
  ] as const)('%s in %s: quiet, and for everybody', async (name, colorScheme) => {
    const opened = await open(name, { colorScheme });
    await opened.page.waitForLoadState('networkidle');
    expect(await objections(opened.page)).toEqual([]);
    expectQuiet(opened);
    await opened.page.context().close();
  });

  test('a rule is found by its id, and followed', async () => {
    const opened = await open('');
    await opened.page.locator('.VPNavBarSearch button').first().click();
    await opened.page.locator('#localsearch-input').fill(RULE);
    const results = opened.page.locator('#localsearch-list a.result');
    await results.first().waitFor();
    expect(await results.first().getAttribute('href')).toContain(`${BASE}rules/${RULE}.html`);
    await results.first().click();
    await opened.page.locator('h1', { hasText: RULE }).waitFor();
    expectQuiet(opened);
    await opened.page.context().close();
  });

  test('fits a narrow screen', async () => {
    for (const name of ['', 'tasks/pool-full.html', 'reference/exit-codes.html', 'troubleshooting/ipamctl.html']) {
      const opened = await open(name, { viewport: { width: 400, height: 800 } });
      const wide = await opened.page.evaluate<number>('document.documentElement.scrollWidth');
      expect({ name, wide }).toEqual({ name, wide: 400 });
      expectQuiet(opened);
      await opened.page.context().close();
    }
  });
});
