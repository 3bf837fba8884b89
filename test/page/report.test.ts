/** The page as people have it: the built program's, opened from disk in a real Chromium. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { BROWSER_START_MS, objections, openFile, startBrowser, type Opened } from '../support/browser.js';
import { ipamctl } from '../support/program.js';
import {
  allocation,
  folderWith,
  ipPool,
  list,
  macvlan,
  nad,
  removeFolders,
  reservation,
  SAMPLE,
} from '../support/world.js';

jest.setTimeout(180_000);

let browser: Browser | undefined;
beforeAll(async () => {
  browser = await startBrowser();
}, BROWSER_START_MS);
afterAll(async () => {
  await browser?.close();
  removeFolders();
});

const open = (file: string, options?: BrowserContextOptions): Promise<Opened> => {
  if (browser === undefined) throw new Error('no browser');
  return openFile(browser, file, options);
};

/** The page of a snapshot of these files. */
async function pageOf(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const file = join(folderWith({}), 'report.html');
  const run = await ipamctl(['report', '--from', folderWith(files), '--output-file', file]);
  expect([run.code, run.stderr.includes('bug')]).toEqual([run.code === 1 ? 1 : 0, false]);
  return file;
}

/** Nothing went wrong in it, and nothing was asked of anybody. */
function expectQuiet({ complaints, requests }: Opened): void {
  expect([complaints, requests]).toEqual([[], []]);
}

const focused = (page: Page): Promise<string | null> =>
  page.evaluate(
    () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? null,
  );

describe('of the sample', () => {
  let file: string;
  beforeAll(async () => {
    file = await pageOf({
      ...SAMPLE,
      'nads.json': list(
        nad('default', 'tenant-a', macvlan('tenant-a', { range: '192.0.2.192/27', exclude: ['192.0.2.192/30'] })),
        nad('default', 'fast', macvlan('fast', { range: '10.1.0.0/22', network_name: 'fast', node_slice_size: '/24' })),
        nad('default', 'broken', '{"cniVersion":"0.3.1","name":"broken","type":"macvlan",}'),
      ),
      'nodeslicepools.json': list({
        apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
        kind: 'NodeSlicePool',
        metadata: { name: 'fast', namespace: 'kube-system', uid: 'uid-slices' },
        spec: { range: '10.1.0.0/22', sliceSize: '/24' },
        status: { allocations: [{ nodeName: 'node-a', sliceRange: '10.1.0.0/24' }] },
      }),
    });
  });

  test.each([
    ['light', 1280],
    ['light', 768],
    ['light', 360],
    ['dark', 1280],
    ['dark', 768],
    ['dark', 360],
  ] as const)(
    '%s, %d wide: no complaint, no request, nothing sideways, no objection of axe',
    async (colorScheme, width) => {
      const opened = await open(file, { colorScheme, viewport: { width, height: 900 } });
      const { page } = opened;
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true;
      });
      // What opens is drawn when the event comes.
      await page.locator('.nad .inside').first().waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      expect(await objections(page)).toEqual([]);
      const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(background).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 23, 27)');
      expectQuiet(opened);
      await page.context().close();
    },
  );

  test('says first how many, then what needs a person, then the rest', async () => {
    const { page } = await open(file);
    expect(
      await page
        .locator('.numbers dd')
        .evaluateAll((all) => all.map(({ firstChild }) => firstChild?.textContent?.trim())),
    ).toEqual(['4', '13', '2', await page.locator('#findings .tag.error').count().then(String)]);
    expect(await page.locator('h2').allTextContents()).toEqual(
      expect.arrayContaining([
        'What needs a person',
        'Pools',
        'Node slices',
        'Network attachment definitions',
        'Findings',
      ]),
    );
    const urgent = await page.locator('#attention li').allTextContents();
    expect(urgent[0]).toMatch(/^error /);
    expect(urgent.filter((line) => line.includes('json/trailing-comma'))).toHaveLength(1);
    expect(await page.locator('#pools .name').allTextContents()).toEqual([
      'kube-system/192.0.2.192-27',
      'kube-system/storage-10.20.0.0-16',
      'kube-system/fd00-10---64',
      'openshift-multus/10.9.0.0-24',
    ]);
    expect(await page.locator('#slices td').allTextContents()).toEqual([
      'node-a',
      '10.1.0.0/24',
      'nothing was allocated yet',
      '0 of 254',
      '',
      'node-c',
      'none: pods there do not start',
      '',
      '',
      '',
    ]);
    expect(await page.locator('#slices .problems').textContent()).toContain('no slice for node node-c');
    await page.context().close();
  });

  test('the keyboard goes through a map, into blocks and back; focus tells owner and verdict', async () => {
    const { page } = await open(file);
    const grid = page.locator('#pools details').first().locator('[role=grid]');
    const press = async (...keys: string[]): Promise<string | null> => {
      for (const key of keys) await page.keyboard.press(key);
      return focused(page);
    };
    // A map is one stop of the tab key.
    await page.locator('#pools summary').first().focus();
    expect(await press('Tab')).toBe('192.0.2.192: outside the window');
    expect(await grid.locator('[tabindex="0"]').count()).toBe(1);
    expect(await press('ArrowRight', 'ArrowRight')).toBe('192.0.2.194: excluded');
    expect(await press('Home', ...Array<string>(12).fill('ArrowRight'))).toBe(
      '192.0.2.204: default/job-77, net1, stale: the pod is gone',
    );
    expect(await grid.locator('xpath=../p[@class="detail"]').textContent()).toContain('default/job-77');
    expect(await press('ArrowDown')).toBe('192.0.2.220: free');
    expect(await press('End')).toBe('192.0.2.223: outside the window');
    expect(await press('ArrowDown')).toBe('192.0.2.223: outside the window');
    expect(await press('Control+Home')).toBe('192.0.2.192: outside the window');
    expect(await press('PageDown')).toContain('192.0.2.');

    const big = page.locator('#pools details').nth(1);
    await big.locator('[role=grid] [tabindex="0"]').focus();
    expect(await focused(page)).toBe('10.20.0.0 to 10.20.0.255: 2 of 256 held');
    expect(await press('Enter')).toMatch(/^10\.20\.0\.0: /);
    expect(await press('ArrowRight')).toBe('10.20.0.1: storage/osd-1, net1, live');
    expect(await big.locator('.path').textContent()).toContain('a cell is one address');
    expect(await press('Backspace')).toBe('10.20.0.0 to 10.20.0.255: 2 of 256 held');
    expect(await press('Backspace')).toBe('10.20.0.0 to 10.20.0.255: 2 of 256 held');
    await page.context().close();
  });

  test('the mouse tells the same, and a click opens a block', async () => {
    const { page } = await open(file);
    const pool = page.locator('#pools details').first();
    await pool.getByLabel('192.0.2.205: default/api-5c, net1, stale: has 192.0.2.206 now').hover();
    expect(await pool.locator('.detail').textContent()).toContain('has 192.0.2.206 now');
    await page.mouse.move(0, 0);
    expect(await pool.locator('.detail').textContent()).toContain('Point at a cell');
    const big = page.locator('#pools details').nth(1);
    await big.getByLabel('10.20.1.0 to 10.20.1.255: none held').click();
    expect(await focused(page)).toBe('10.20.1.0: free');
    await big.getByRole('button', { name: 'Whole range' }).click();
    expect(await focused(page)).toBe('10.20.1.0 to 10.20.1.255: none held');
    await page.context().close();
  });

  test('pools are found by address, owner and name; what is found is shown in the map', async () => {
    const { page } = await open(file);
    const search = page.getByLabel('Find a pool, an address or an owner');
    const status = page.locator('#pools .status');
    await search.fill('192.0.2.204');
    expect(await status.textContent()).toBe('1 pool, the fullest first.');
    await page.locator('#pools .found').waitFor();
    expect(await page.locator('#pools .detail').textContent()).toContain('default/job-77');
    await search.fill('osd-2');
    await page.locator('#pools .found').waitFor();
    expect(await page.locator('#pools .detail').textContent()).toBe('10.20.0.2: storage/osd-2, net1, live');
    await search.fill('fd00:10::1');
    expect(await page.locator('#pools .name').allTextContents()).toEqual(['kube-system/fd00-10---64']);
    await search.fill('nobody-has-this');
    expect(await status.textContent()).toContain('No pool matches');
    await search.fill('');
    await page.getByLabel('Show', { exact: true }).first().selectOption('stale');
    expect(await page.locator('#pools .name').allTextContents()).toEqual(['kube-system/192.0.2.192-27']);
    await page.context().close();
  });

  test('findings are narrowed by word, severity and check, and from what needs a person', async () => {
    const { page } = await open(file);
    const rows = page.locator('#findings tbody tr');
    const all = await rows.count();
    expect(all).toBeGreaterThan(4);
    await page.getByLabel('Search').fill('job-77');
    const found = await rows.count();
    expect([found > 0, found < all]).toEqual([true, true]);
    expect(await page.locator('#findings .status').textContent()).toBe(
      `${found.toString()} of ${all.toString()} findings`,
    );
    await page.getByLabel('Search').fill('');
    await page.getByLabel('Severity').selectOption('error');
    const errors = await rows.count();
    expect([errors > 0, errors < all]).toEqual([true, true]);
    expect(await page.locator('#findings .tag.error').count()).toBe(errors);
    await page.getByLabel('Search').fill('job-77');
    expect([await rows.count(), await page.locator('#findings .status').textContent()]).toEqual([
      0,
      'No finding matches.',
    ]);
    await page.getByRole('button', { name: 'Show findings of audit/stale-allocation' }).click();
    expect(await rows.count()).toBe(2);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('finding-check');
    await page.context().close();
  });

  test('on paper nothing is folded, and there is no button', async () => {
    const { page } = await open(file, { colorScheme: 'dark' });
    await page.evaluate(() => globalThis.dispatchEvent(new Event('beforeprint')));
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('details:not([open])').count()).toBe(0);
    expect(await page.locator('[role=grid]').count()).toBe(4);
    expect(await page.locator('button:visible').count()).toBe(0);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
    await page.context().close();
  });

  test('without scripts it still says how many and what needs a person', async () => {
    const { page } = await open(file, { javaScriptEnabled: false });
    expect(await page.locator('.numbers').textContent()).toContain('Stale');
    expect(await page.locator('#attention li').count()).toBeGreaterThan(2);
    expect(await page.locator('noscript').first().isVisible()).toBe(true);
    await page.context().close();
  });
});

test('the policy keeps anything else from running or being fetched', async () => {
  const opened = await open(await pageOf(SAMPLE));
  const outcome = await opened.page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.injected = true';
    document.body.append(script);
    const fetched = await fetch('http://127.0.0.1:9/').then(
      () => 'fetched',
      () => 'refused',
    );
    return [fetched, 'injected' in globalThis];
  });
  expect(outcome).toEqual(['refused', false]);
  // The refusals of the browser itself, for both.
  expect(opened.complaints.filter((line) => line.includes('Content Security Policy')).length).toBeGreaterThanOrEqual(2);
  await opened.page.context().close();
});

describe('hostile text', () => {
  const EVIL = '</script><script>globalThis.evil=1</script><img src=x onerror=alert(1)>"\'&<!--';

  test('stays text wherever it is shown', async () => {
    const file = await pageOf({
      ...SAMPLE,
      'pools.json': list(
        ipPool({
          name: `pool${EVIL}`,
          range: '10.0.0.0/24',
          allocations: { '5': allocation(`default/${EVIL}`, EVIL), [EVIL]: allocation(EVIL) },
        }),
        ipPool({ name: 'bad', range: EVIL }),
      ),
      'reservations.json': list(reservation('10.0.0.9', `gone/${EVIL}`)),
      'nads.json': list(
        nad(`ns${EVIL}`, EVIL, macvlan('x', { range: '10.0.0.0/24' })),
        nad('default', 'annotated', `{"name":"${EVIL}"`),
      ),
      'nodeslicepools.json': list({
        apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
        kind: 'NodeSlicePool',
        metadata: { name: EVIL, namespace: 'kube-system', uid: 'uid-slices' },
        spec: { range: EVIL, sliceSize: EVIL },
        status: { allocations: [{ nodeName: EVIL, sliceRange: EVIL }] },
      }),
    });
    const opened = await open(file);
    await opened.page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    await opened.page.locator('.nad .inside').first().waitFor();
    const seen = await opened.page.evaluate(() => ({
      evil: 'evil' in globalThis,
      images: document.images.length,
      scripts: document.scripts.length,
      text: document.body.innerText,
    }));
    expect(seen).toMatchObject({ evil: false, images: 0, scripts: 2 });
    expect(seen.text.split(EVIL).length).toBeGreaterThan(8);
    expectQuiet(opened);
    await opened.page.context().close();
  });
});

/** Of 100,000 addresses and 10,000 pools the page may draw what fits on some screens. */
const MOST_ELEMENTS = 5000;

test('of 10,000 pools a few are drawn, and any of them is found', async () => {
  const pools = Array.from({ length: 10_000 }, (_, i) => {
    const base = `10.${(i >> 8).toString()}.${(i & 255).toString()}`;
    const held = Array.from({ length: i % 20 }, (_, n) => [
      (n + 1).toString(),
      allocation(`team-${(i % 50).toString()}/app-${i.toString()}-${n.toString()}`),
    ]);
    return ipPool({ name: `${base}.0-24`, range: `${base}.0/24`, allocations: Object.fromEntries(held) });
  });
  const file = await pageOf({ ...SAMPLE, 'pools.json': list(...pools) });
  const { page } = await open(file);
  await page.locator('#pools .pool').first().waitFor();
  expect(await page.locator('#pools .status').textContent()).toBe('10,000 pools, the fullest first.');
  // What is not looked at is not drawn.
  expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(MOST_ELEMENTS);
  await page.getByRole('button', { name: 'Show 50 more' }).first().click();
  expect(await page.locator('#pools .pool').count()).toBe(100);
  await page.getByLabel('Find a pool, an address or an owner').fill('app-9999-7');
  expect(await page.locator('#pools .name').allTextContents()).toEqual(['kube-system/10.39.15.0-24']);
  await page.locator('#pools .found').waitFor();
  expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(MOST_ELEMENTS);
  await page.context().close();
});

test('a picture of each width and theme is there to be looked at', async () => {
  const file = await pageOf(SAMPLE);
  const folder = process.env['IPAMCTL_TEST_PICTURES'];
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 768, 1280]) {
      const { page } = await open(file, { colorScheme, viewport: { width, height: 900 } });
      const picture = await page.screenshot();
      expect(picture.length).toBeGreaterThan(10_000);
      if (folder !== undefined) writeFileSync(join(folder, `${colorScheme}-${width.toString()}.png`), picture);
      await page.context().close();
    }
  }
});
