import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Puts a file in its place in one step, written beside it first: whoever reads finds the old one or the new one, whole.
 *
 * @param target no link; what a link points to is for the caller to find
 * @param mode permissions; those of a new file where absent
 */
export async function replaceFile(target: string, content: string | Iterable<string>, mode?: number): Promise<void> {
  const beside = join(dirname(target), `.${basename(target)}.ipamctl-${process.pid.toString()}`);
  try {
    await writeFile(beside, content, { flag: 'wx' });
    if (mode !== undefined) await chmod(beside, mode & 0o7777);
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
