import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs';
import { basename, join } from 'node:path';
import { sourceFile, type SourceFile } from './source/document.js';
import { isExtractable } from './extract.js';

/** A path that could not be read, and why. */
export interface Unreadable {
  readonly file: string;
  readonly why: string;
}

/** What was read, in order, and what could not be. */
export interface Input {
  /** Of each path what it holds; a folder's files are read one after the other, and need not be waited for. */
  readonly sources: AsyncIterable<Iterable<SourceFile>>;
  /** Filled while `sources` is read. */
  readonly unreadable: readonly Unreadable[];
}

/** What is to be read. */
export interface InputOptions {
  /** Files, folders, globs; `-` is standard input. */
  readonly paths: readonly string[];
  /** Whether Markdown and AsciiDoc in folders are read too. */
  readonly extract: boolean;
  /** Whether a path below a folder, or one that a pattern matches, is left out. */
  readonly excludes?: (path: string) => boolean;
  readonly stdin: AsyncIterable<Uint8Array>;
}

/** A configuration of this size was not written by anybody; what reads it all would need a thousand times the memory. */
export const MAX_FILE_BYTES = 20_000_000;
/** Names of files in a folder that may concern us. */
const READ_IN_FOLDERS = /\.(?:ya?ml|json|conf|conflist)$/i;
/** What a project wants of us. */
export const CONFIG_FILE = '.ipamctl.yaml';
/** Folders that hold no one's configuration. */
const PASSED_OVER: ReadonlySet<string> = new Set(['.git', 'node_modules']);
/** Pipes that a shell hands over on purpose: `nad lint <(kubectl get …)`. Any other pipe may never end. */
const HANDED_PIPE = /^\/(?:dev\/(?:fd\/\d+|stdin)|proc\/self\/fd\/\d+)$/;

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NO_FILE = 'is neither a file nor a folder';

/** Reads files one after the other, folders with all below them, sorted by name. Nothing here throws. */
export function readInput(options: InputOptions): Input {
  const unreadable: Unreadable[] = [];
  return { sources: new Reading(options, unreadable).sources(), unreadable };
}

class Reading {
  /** Files and folders by device and inode: a link or a second mention must not have them read twice. */
  readonly #seen = new Set<string>();
  /** Most files fit; each is decoded before the next is read. */
  readonly #buffer = Buffer.allocUnsafe(65_536);

  constructor(
    private readonly options: InputOptions,
    private readonly unreadable: Unreadable[],
  ) {}

  async *sources(): AsyncGenerator<Iterable<SourceFile>> {
    for (const path of this.options.paths) {
      if (path === '-') yield one(await this.#stream('-', this.options.stdin));
      else yield* this.#named(path);
    }
  }

  /** What a person named: a file whatever its ending, a folder, or a pattern that the shell did not expand. */
  async *#named(path: string): AsyncGenerator<Iterable<SourceFile>> {
    const found = kindOf(path);
    if (found === undefined) {
      const matches = /[*?[]/.test(path) ? expand(path).filter((match) => this.options.excludes?.(match) !== true) : [];
      if (matches.length === 0) this.#missing(path);
      for (const match of matches) yield* this.#named(match);
      return;
    }
    if (found.isDirectory()) yield this.#folder(path);
    else if (found.isFile()) yield one(this.#file(path, ''));
    else if (HANDED_PIPE.test(path)) yield one(await this.#stream(path, createReadStream(path)));
    else this.#failed(path, NO_FILE);
  }

  #missing(path: string): void {
    try {
      statSync(path);
    } catch (error) {
      this.#failed(path, reasonOf(error));
    }
  }

  /** Not recursive: a hostile tree may be deeper than the stack. */
  *#folder(root: string): Generator<SourceFile> {
    const waiting = [root];
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      const { folders, files } = this.#entries(folder);
      for (const file of files) {
        const source = this.#file(file, folder);
        if (source !== undefined) yield source;
      }
      for (const below of folders.reverse()) waiting.push(below);
    }
  }

  /** The folders in a folder, and the files that are wanted; none where it was read before. */
  #entries(folder: string): { folders: string[]; files: string[] } {
    const found: { folders: string[]; files: string[] } = { folders: [], files: [] };
    try {
      if (!this.#isNew(statSync(folder))) return found;
      const entries = readdirSync(folder, { withFileTypes: true });
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const path = join(folder, entry.name);
        if (this.options.excludes?.(path) === true) continue;
        const kind = entry.isSymbolicLink() ? kindOf(path) : entry;
        if (kind?.isDirectory() === true && !PASSED_OVER.has(entry.name)) found.folders.push(path);
        // Pipes, sockets and devices are passed over: reading one may never end.
        else if (kind?.isFile() === true && this.#isWanted(entry.name)) found.files.push(path);
      }
    } catch (error) {
      this.#failed(folder, reasonOf(error));
    }
    return found;
  }

  #isWanted(name: string): boolean {
    // Our own settings name rules, and are nobody's configuration.
    if (name === CONFIG_FILE) return false;
    return READ_IN_FOLDERS.test(name) || (this.options.extract && isExtractable(name));
  }

  #file(path: string, folder: string): SourceFile | undefined {
    try {
      const bytes = this.#content(path);
      const text = bytes === undefined ? undefined : this.#decode(path, bytes);
      return text === undefined ? undefined : sourceFile(path, text, { folder, writable: true });
    } catch (error) {
      this.#failed(path, reasonOf(error));
      return undefined;
    }
  }

  /** Undefined where it was read before. What is opened is what is judged: a file may become a pipe meanwhile. */
  #content(path: string): Uint8Array | undefined {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = fstatSync(descriptor);
      if (!found.isFile()) throw new Error(NO_FILE);
      if (!this.#isNew(found)) return undefined;
      if (found.size > MAX_FILE_BYTES) throw new Error(tooLarge());
      const bytes = found.size <= this.#buffer.length ? this.#buffer : Buffer.allocUnsafe(found.size);
      let length = 0;
      for (let read = -1; read !== 0 && length < found.size; length += read) {
        read = readSync(descriptor, bytes, length, found.size - length, null);
      }
      return bytes.subarray(0, length);
    } finally {
      closeSync(descriptor);
    }
  }

  /** A pipe that a shell handed over; bounded, as it has no size. */
  async #stream(name: string, stream: AsyncIterable<Uint8Array>): Promise<SourceFile | undefined> {
    try {
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of stream) {
        size += chunk.length;
        if (size > MAX_FILE_BYTES) throw new Error(tooLarge());
        chunks.push(chunk);
      }
      const text = this.#decode(name, Buffer.concat(chunks));
      return text === undefined ? undefined : sourceFile(name, text);
    } catch (error) {
      this.#failed(name, reasonOf(error));
      return undefined;
    }
  }

  #isNew({ dev, ino }: Stats): boolean {
    const identity = `${dev}:${ino}`;
    if (this.#seen.has(identity)) return false;
    this.#seen.add(identity);
    return true;
  }

  #decode(file: string, bytes: Uint8Array): string | undefined {
    try {
      return DECODER.decode(bytes);
    } catch {
      this.#failed(file, 'is no UTF-8 text');
      return undefined;
    }
  }

  #failed(file: string, why: string): void {
    this.unreadable.push({ file, why });
  }
}

function one(source: SourceFile | undefined): readonly SourceFile[] {
  return source === undefined ? [] : [source];
}

function kindOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    // A link to nowhere, or into a circle of links.
    return undefined;
  }
}

/** The paths that a pattern of the shell means: `*` and `?` within a name, `**` for any folders. */
function expand(pattern: string): string[] {
  let paths = [pattern.startsWith('/') ? '/' : ''];
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    const next: string[] = [];
    for (const path of paths) for (const match of matching(path, part)) next.push(match);
    paths = next;
  }
  return paths;
}

function matching(folder: string, part: string): string[] {
  if (part === '**') return foldersBelow(folder);
  if (!/[*?[]/.test(part)) return kindOf(join(folder, part)) === undefined ? [] : [join(folder, part)];
  const source = part
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '[^/]*')
    .replace(/\?/g, '[^/]');
  let name: RegExp;
  try {
    name = new RegExp(`^${source}$`);
  } catch {
    return [];
  }
  const names = namesIn(folder);
  return names
    .filter((each) => name.test(each) && (part.startsWith('.') || !each.startsWith('.')))
    .map((each) => join(folder, each));
}

function foldersBelow(folder: string): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  const waiting = [folder];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const real = realPathOf(at);
    if (real === undefined || seen.has(real) || PASSED_OVER.has(basename(at))) continue;
    seen.add(real);
    found.push(at);
    for (const name of namesIn(at).reverse()) {
      const path = join(at, name);
      if (!name.startsWith('.') && kindOf(path)?.isDirectory() === true) waiting.push(path);
    }
  }
  return found;
}

function realPathOf(folder: string): string | undefined {
  try {
    return realpathSync(folder === '' ? '.' : folder);
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder === '' ? '.' : folder).sort();
  } catch {
    return [];
  }
}

function tooLarge(): string {
  return `is larger than ${MAX_FILE_BYTES / 1e6} MB`;
}

function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'does not exist',
    EACCES: 'may not be read',
    ELOOP: 'is a circle of links',
    EISDIR: 'is a folder',
  };
  return words[code] ?? (error instanceof Error ? error.message : String(error));
}
