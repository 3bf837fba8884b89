import { chmod, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ChangedFile } from './run.js';

/** A repair that was not written, and why. */
export interface Unwritten {
  readonly name: string;
  readonly why: string;
}

/** Writes repaired files; each takes the place of the old one whole or not at all. What failed is told, not thrown. */
export async function writeChanges(changed: readonly ChangedFile[]): Promise<Unwritten[]> {
  const unwritten: Unwritten[] = [];
  for (const file of changed) {
    try {
      await replace(file);
    } catch (error) {
      unwritten.push({ name: file.name, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return unwritten;
}

async function replace({ name, before, after }: ChangedFile): Promise<void> {
  // What a link points to is written, and the link stays.
  const target = await realpath(name);
  const { mode } = await stat(target);
  const beside = join(dirname(target), `.${basename(target)}.ipamctl-${process.pid}`);
  try {
    await writeFile(beside, after, { flag: 'wx' });
    await chmod(beside, mode & 0o7777);
    // As late as can be: whoever wrote it meanwhile must not lose that.
    if ((await readFile(target, 'utf8')) !== before) throw new Error('was changed by somebody else meanwhile');
    await rename(beside, target);
  } finally {
    await rm(beside, { force: true });
  }
}
