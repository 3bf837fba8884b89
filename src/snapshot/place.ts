import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { lstat, mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MANIFEST_FILE } from '../cluster/snapshot/manifest.js';
import { InputFailure, RefusedFailure, UsageFailure } from '../errors.js';

export type SnapshotFormat = 'directory' | 'archive';

/** Where a snapshot will be, and the folder beside it that it grows in until it is whole. */
export class Place {
  /** A signal ends the process without a further word. */
  readonly #leave = (): void => rmSync(this.workshop, { recursive: true, force: true });

  private constructor(
    readonly path: string,
    readonly format: SnapshotFormat,
    /** A folder of this run's own, on the same file system: what is whole is renamed from there. */
    readonly workshop: string,
    private readonly replaces: boolean,
  ) {
    process.once('exit', this.#leave);
  }

  /**
   * Makes sure that the place is free, and takes the folder beside it.
   * @throws UsageFailure for a file of another kind; RefusedFailure where something is there; InputFailure where nothing
   * can be written
   */
  static async take(text: string, force: boolean): Promise<Place> {
    const format = formatOf(text);
    const path = resolve(text);
    const replaces = await requireFree(path, text, format, force);
    const workshop = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
    try {
      if (format === 'directory') await mkdir(dirname(path), { recursive: true });
      await mkdir(workshop, { mode: 0o700 });
    } catch (error) {
      throw notWritable(text, error);
    }
    return new Place(path, format, workshop, replaces);
  }

  /** Puts what is whole where it belongs: at once, so that no signal comes between. */
  publish(whole: string): void {
    try {
      if (this.format === 'directory' && existsSync(this.path)) {
        if (this.replaces) renameSync(this.path, join(this.workshop, 'replaced'));
        else rmdirSync(this.path);
      }
      renameSync(whole, this.path);
    } catch (error) {
      throw notWritable(this.path, error);
    }
  }

  /** Leaves nothing behind but what was published. */
  leave(): void {
    process.off('exit', this.#leave);
    this.#leave();
  }
}

function formatOf(text: string): SnapshotFormat {
  if (/\.(?:tar\.gz|tgz)$/i.test(text)) return 'archive';
  const other = /\.(?:tar|zip|ya?ml|json|gz|xz|bz2|zst|tar\.\w+)$/i.exec(text)?.[0];
  if (other === undefined) return 'directory';
  throw new UsageFailure(`a snapshot is a directory or a .tar.gz, not a ${other}`, {
    hints: [`ipamctl snapshot save ${text.slice(0, -other.length)}.tar.gz`],
  });
}

/** Whether there is something that is to be replaced. */
async function requireFree(path: string, text: string, format: SnapshotFormat, force: boolean): Promise<boolean> {
  let isDirectory: boolean;
  try {
    isDirectory = (await lstat(path)).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw notWritable(text, error);
  }
  if (format === 'archive') {
    if (isDirectory) throw new RefusedFailure(`${text} is a directory`, { hints: ['name a file that is not there'] });
    if (!force) throw new RefusedFailure(`${text} is there already`, { hints: ['--force replaces it'] });
    return true;
  }
  if (!isDirectory) throw new RefusedFailure(`${text} is there already and is no directory`);
  const entries = await readdir(path);
  if (entries.length === 0) return false;
  const isSnapshot = entries.includes(MANIFEST_FILE);
  if (isSnapshot && force) return true;
  throw new RefusedFailure(`${text} is not empty`, {
    hints: [isSnapshot ? '--force replaces the snapshot in it' : 'name a directory that is empty or not there'],
  });
}

/** Names the path and the reason. */
export function notWritable(path: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error as Error;
  return new InputFailure(`cannot write ${path}: ${message}`, { cause: error });
}
