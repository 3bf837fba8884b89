/** A real Chromium for what people look at. It comes with a package, so `npm ci` brings it; another may be named. */
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import chromiumPackage from '@sparticuz/chromium';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** How long it may take to unpack it, and to start it, on a machine that does much else. */
const PATIENCE_MS = 120_000;
/** What a test file that starts it must wait for. */
export const BROWSER_START_MS = 2 * PATIENCE_MS + 10_000;

/**
 * Starts it; the one in the package is for Linux on x86-64, and is unpacked into the folder for temporary files unless
 * it is there already.
 * @throws Error that says what did not work, and what to do
 */
export async function startBrowser(): Promise<Browser> {
  const named = process.env['IPAMCTL_TEST_CHROMIUM'];
  const path = named ?? (await unpacked());
  try {
    return await chromium.launch({
      executablePath: path,
      // Whoever runs tests as root in a container has no other way.
      args: ['--no-sandbox', '--no-zygote', '--disable-gpu'],
      timeout: PATIENCE_MS,
    });
  } catch (error) {
    const wayOn =
      named === undefined
        ? 'remove that file if an earlier run was interrupted while it wrote it, install the libraries that Chromium needs (libnss3), or name another with IPAMCTL_TEST_CHROMIUM'
        : 'IPAMCTL_TEST_CHROMIUM names it';
    throw new Error(`${path} did not start: ${wayOn}\n${(error as Error).message}`, { cause: error });
  }
}

async function unpacked(): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not done after ${(PATIENCE_MS / 1000).toString()} s`));
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([chromiumPackage.executablePath(), late]);
  } catch (error) {
    const why = (error as Error).message;
    throw new Error(
      `Chromium cannot be unpacked into ${tmpdir()} (200 MB): ${why}; IPAMCTL_TEST_CHROMIUM may name another`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
}

/** An opened page, and what it did that nobody asked for. */
export interface Opened {
  readonly page: Page;
  /** Messages of its console, and errors that nobody caught. */
  readonly complaints: string[];
  /** Addresses that it asked for besides itself. */
  readonly requests: string[];
}

/** Opens a file as from disk. */
export function openFile(browser: Browser, file: string, options: BrowserContextOptions = {}): Promise<Opened> {
  return openUrl(browser, pathToFileURL(file).href, options);
}

/** Opens a page, and waits until what it loads is there. */
export async function openUrl(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) requests.push(request.url());
  });
  await page.goto(url);
  return { page, complaints, requests };
}

/** What axe objects to, by WCAG 2.2 AA and its own best practices: the rule, and where. */
export async function objections(page: Page): Promise<string[]> {
  // The page's policy lets no script in, as it should; this way in is the debugger's.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe.source });
  const expression = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then(({ violations, passes }) => JSON.stringify({ passes: passes.length, violations: violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => id + ' ' + target.join(' ') + ' ' + failureSummary)) }))`;
  const { result } = await session.send('Runtime.evaluate', { expression, awaitPromise: true });
  const { passes, violations } = JSON.parse(String(result.value)) as { passes: number; violations: string[] };
  if (passes < 10) throw new Error(`axe judged only ${passes.toString()} rules`);
  return violations;
}
