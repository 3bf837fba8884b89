/** Programs of Debian's packages, unpacked into the cache: nothing is installed. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot } from '../cluster/binaries.js';

/**
 * The files of packages, as apt gives them.
 * @param name of their folder in the cache
 * @param finish what is to be changed in the folder before anybody uses it
 * @throws Error where apt does not have them
 */
export function unpackedPackages(
  name: string,
  packages: readonly string[],
  finish: (folder: string) => void = () => undefined,
): string {
  const root = join(cacheRoot(), name);
  if (existsSync(root)) return root;
  mkdirSync(cacheRoot(), { recursive: true });
  const partial = mkdtempSync(`${root}.partial-`);
  try {
    execFileSync('apt-get', ['download', '-q', ...packages], { cwd: partial, stdio: ['ignore', 'ignore', 'pipe'] });
    const files = join(partial, 'root');
    for (const file of readdirSync(partial).filter((each) => each.endsWith('.deb'))) {
      execFileSync('dpkg', ['-x', join(partial, file), files]);
    }
    finish(files);
    try {
      renameSync(files, root);
    } catch (error) {
      // Another test was quicker.
      if (!existsSync(root)) throw error;
    }
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return root;
}
