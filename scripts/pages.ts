/** Folders of documentation that are written from the code: what their scripts have in common. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Writes the pages, by their place in the folder, and deletes what else is there. With `--check` on the command line it
 * writes nothing and fails on a difference.
 * @param folder relative to the project
 * @param script of package.json, which writes them anew
 */
export function writeOrCheck(folder: string, pages: ReadonlyMap<string, string>, script: string): void {
  if (process.argv.includes('--check')) check(folder, pages, script);
  else write(folder, pages);
}

function write(folder: string, pages: ReadonlyMap<string, string>): void {
  rmSync(join(root, folder), { recursive: true, force: true });
  for (const [name, text] of pages) {
    const file = join(root, folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  console.log(`wrote ${pages.size} pages to ${folder}`);
}

function check(folder: string, pages: ReadonlyMap<string, string>, script: string): void {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const there = names.filter((name) => name.endsWith('.md'));
  const stale = [...pages].filter(
    ([name, text]) => !there.includes(name) || readFileSync(join(root, folder, name), 'utf8') !== text,
  );
  const extra = there.filter((name) => !pages.has(name));
  for (const name of [...stale.map(([each]) => each), ...extra]) console.error(`${folder}/${name} is stale`);
  if (stale.length + extra.length > 0) {
    console.error(`write them anew: npm run ${script}`);
    process.exitCode = 1;
  }
}

/** Text as a cell of a Markdown table. */
export function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`);
}
