import { createReadStream, type Stats } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { readContainer, type Visitor } from './archive.js';
import { printable, reasonOf, systemCode, Unreadable } from './problems.js';

/** Files that may hold objects, by name: logs and pages, most of a must-gather, are never opened. */
const DOCUMENT = /\.(?:ya?ml|json)(?:\.gz)?$/i;
const ARCHIVE = /\.(?:tar|tar\.gz|tgz)$/i;

/** must-gather and `oc adm inspect` write when they began and ended. */
export const TIMESTAMP_FILE = 'timestamp';

/** The last part of a path or of a name in an archive. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** Whether a file in a folder or an archive is worth reading, by its name. */
export function isDocumentName(path: string): boolean {
  return DOCUMENT.test(path) || baseName(path) === TIMESTAMP_FILE;
}

/** Pipes that a shell or a parent hands over on purpose: `--from <(kubectl get …)`. Any other pipe may never end. */
const HANDED_PIPE = /^\/(?:dev\/(?:fd\/\d+|stdin)|proc\/self\/fd\/\d+)$/;

/**
 * Reads what a path names: a file, whatever its name, or a folder with all below it, sorted by name.
 * @throws Unreadable where the path itself cannot be read.
 */
export async function readPath(path: string, visitor: Visitor): Promise<void> {
  const label = printable(path);
  let found: Stats;
  try {
    found = await stat(path);
  } catch (error) {
    throw new Unreadable(reasonOf(error), { cause: error });
  }
  if (found.isDirectory()) {
    await walk(path, label, visitor);
    return;
  }
  if (!found.isFile() && !(found.isFIFO() && HANDED_PIPE.test(path))) {
    throw new Unreadable('is neither a file nor a folder');
  }
  try {
    await readStored(path, label, found.mtimeMs, visitor);
  } catch (error) {
    if (error instanceof Unreadable || systemCode(error) === undefined) throw error;
    throw new Unreadable(reasonOf(error), { cause: error });
  }
}

async function readStored(path: string, label: string, modifiedMs: number, visitor: Visitor): Promise<void> {
  const stream = createReadStream(path);
  try {
    await readContainer({ label, path: resolve(path), modifiedMs, stream }, visitor);
  } finally {
    // A file that was given up at its first bytes is still open.
    stream.destroy();
  }
}

/** Reads standard input, as the file it would be. */
export async function readStream(stream: AsyncIterable<Uint8Array>, visitor: Visitor): Promise<void> {
  try {
    await readContainer({ label: 'standard input', path: '', modifiedMs: 0, stream }, visitor);
  } catch (error) {
    if (error instanceof Unreadable || systemCode(error) === undefined) throw error;
    throw new Unreadable(reasonOf(error), { cause: error });
  }
}

/** Not recursive: a hostile tree may be deeper than the stack. Links are followed; a folder is read once. */
async function walk(root: string, label: string, visitor: Visitor): Promise<void> {
  const visited = new Set<string>();
  const waiting = [root];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const folderLabel = folder === root ? label : printable(folder);
    try {
      const { dev, ino } = await stat(folder, { bigint: true });
      const identity = `${dev}:${ino}`;
      if (visited.has(identity)) continue;
      visited.add(identity);
      const folders = await readFolder(folder, visitor);
      waiting.push(...folders.reverse());
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      if (folder === root) throw new Unreadable(reasonOf(error), { cause: error });
      visitor.unreadable(folderLabel, reasonOf(error));
    }
  }
}

/** Reads the files of one folder and returns the folders in it. */
async function readFolder(folder: string, visitor: Visitor): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const folders: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    let kind: { isFile(): boolean; isDirectory(): boolean } = entry;
    if (entry.isSymbolicLink()) {
      try {
        kind = await stat(path);
      } catch {
        // A link to nowhere, or into a circle of links: nothing is there to be read.
        continue;
      }
    }
    if (kind.isDirectory()) folders.push(path);
    else if (kind.isFile()) await readEntry(path, entry.name, visitor);
    // Pipes, sockets and devices are passed over: reading one may never end.
  }
  return folders;
}

async function readEntry(path: string, name: string, visitor: Visitor): Promise<void> {
  const isArchive = ARCHIVE.test(name);
  if (!isArchive && !visitor.wants(name)) return;
  const label = printable(path);
  try {
    if (isArchive || name.toLowerCase().endsWith('.gz')) {
      const { mtimeMs } = await stat(path);
      await readStored(path, label, mtimeMs, visitor);
      return;
    }
    const handle = await open(path, 'r');
    try {
      const { size, mtimeMs } = await handle.stat();
      // Small files, of which there may be thousands, in one piece.
      const chunks =
        size <= Math.min(visitor.limits.wholeBytes, visitor.limits.documentBytes)
          ? only(handle)
          : handle.createReadStream({ autoClose: false });
      await visitor.file({ label, path: resolve(path), chunks, size, modifiedMs: mtimeMs });
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!(error instanceof Unreadable) && systemCode(error) === undefined) throw error;
    visitor.unreadable(label, reasonOf(error));
  }
}

async function* only(handle: FileHandle): AsyncGenerator<Buffer> {
  yield await handle.readFile();
}
