import { readFile } from 'node:fs/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { relative, resolve, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/* Loaded only to report a bug: mapping every stack by `--enable-source-maps` would slow each start down. */

/** A place in a stack of the built program. */
const PLACE = /(file:\/\/[^\s()]+\.js):(\d+):(\d+)/g;

/** Rewrites the places in an error's stack to those of the TypeScript sources, as far as source maps tell. */
export async function nameSources(thrown: unknown): Promise<void> {
  if (!(thrown instanceof Error) || thrown.stack === undefined) return;
  const { stack } = thrown;
  const maps = new Map<string, SourceMap | undefined>();
  for (const [, url = ''] of stack.matchAll(PLACE)) if (!maps.has(url)) maps.set(url, await mapOf(url));
  thrown.stack = stack.replace(PLACE, (whole, url: string, line: string, column: string) => {
    const entry = maps.get(url)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) return whole;
    const source = resolve(dirname(fileURLToPath(url)), entry.originalSource);
    const shown = relative(resolve(fileURLToPath(import.meta.url), '../../..'), source);
    return `${shown}:${(entry.originalLine + 1).toString()}:${(entry.originalColumn + 1).toString()}`;
  });
}

/** The source map beside a built file; none where there is none to be read. */
async function mapOf(url: string): Promise<SourceMap | undefined> {
  try {
    return new SourceMap(JSON.parse(await readFile(`${fileURLToPath(url)}.map`, 'utf8')) as SourceMapPayload);
  } catch {
    return undefined;
  }
}
