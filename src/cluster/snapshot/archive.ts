import { Readable } from 'node:stream';

import type { Content } from './content.js';
import { bytesInWords, type Limits } from './limits.js';
import { printable, reasonOf, systemCode, Unreadable } from './problems.js';

/** A file, wherever it lay. */
export interface SourceFile extends Content {
  /** For people, printable: `must-gather.tar.gz: namespaces/x/core/pods.yaml`. */
  readonly label: string;
  /** Absolute path, or name in its archive; empty for standard input. Tells the place, never used to open anything. */
  readonly path: string;
  /** Milliseconds since 1970; 0 where not told. */
  readonly modifiedMs: number;
}

/** Who gets what is found. */
export interface Visitor {
  /** Whether a file of this name inside a folder or an archive is worth reading. */
  wants(path: string): boolean;
  file(file: SourceFile): Promise<void>;
  /** Whether an entry of an archive is a log that is kept. */
  wantsLog(path: string): boolean;
  log(path: string, stream: AsyncIterable<Buffer>): Promise<void>;
  unreadable(label: string, reason: string): void;
  readonly limits: Limits;
}

/** A stream of bytes, and what is known of it. */
export interface Container {
  readonly label: string;
  readonly path: string;
  readonly modifiedMs: number;
  readonly stream: AsyncIterable<Uint8Array>;
}

const BLOCK = 512;

/**
 * Reads a file by what it is, not by its name: a tar archive, compressed or not, or a document, compressed or not.
 * Archives are read in passing; nothing is unpacked to disk.
 * @throws Unreadable where it is something else or cut short; what came before the cut was visited.
 */
export async function readContainer(container: Container, visitor: Visitor): Promise<void> {
  const outer = await peek(container.stream);
  requireReadable(outer.head);
  if (outer.head[0] !== 0x1f || outer.head[1] !== 0x8b) return readPlain(container, outer, visitor);
  const { createGunzip } = await import('node:zlib');
  const gunzip = createGunzip();
  const source = Readable.from(outer.all, { objectMode: false });
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    const inner = await peek(gunzip as AsyncIterable<Uint8Array>);
    if (inner.head[0] === 0x1f && inner.head[1] === 0x8b) throw new Unreadable('is compressed twice; unpack it once');
    await readPlain(container, inner, visitor);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

async function readPlain(container: Container, peeked: Peeked, visitor: Visitor): Promise<void> {
  if (isTar(peeked.head)) return readTar(container, peeked.all, visitor);
  const { label, path, modifiedMs } = container;
  await visitor.file({ label, path, modifiedMs, chunks: peeked.all, size: undefined });
}

/** `ustar` is where POSIX and GNU tar both have it; a tar without it is of before 1988. */
function isTar(head: Buffer): boolean {
  return head.length >= BLOCK && head.toString('latin1', 257, 262) === 'ustar';
}

function requireReadable(head: Buffer): void {
  const start = head.toString('latin1', 0, 6);
  const what = start.startsWith('PK\x03\x04')
    ? 'a zip archive'
    : start.startsWith('\xfd7zXZ')
      ? 'compressed with xz'
      : start.startsWith('BZh')
        ? 'compressed with bzip2'
        : start.startsWith('\x28\xb5\x2f\xfd')
          ? 'compressed with zstd'
          : undefined;
  if (what !== undefined) throw new Unreadable(`is ${what}, which is not read here; unpack it first`);
}

async function readTar(container: Container, stream: AsyncIterable<Buffer>, visitor: Visitor): Promise<void> {
  // A bundle of a CommonJS package has its exports as the default one only.
  const { default: tar } = await import('tar-stream');
  const untar = tar.extract();
  const end = new EndMark();
  const source = Readable.from(bounded(stream, visitor.limits.archiveBytes, end), { objectMode: false });
  source.on('error', (error) => untar.destroy(error));
  source.pipe(untar);
  try {
    for await (const entry of untar) {
      const { name, type, mtime } = entry.header;
      // What a link points to is an entry of its own, or nothing that an archive may reach.
      const isFile = type === 'file' || type === 'contiguous-file';
      if (isFile && visitor.wantsLog(name)) {
        await visitor.log(name, entry as AsyncIterable<Buffer>);
        continue;
      }
      if (!isFile || !visitor.wants(name)) {
        entry.resume();
        continue;
      }
      const label = `${container.label}: ${printable(name)}`;
      const chunks = new EntryChunks(entry as AsyncIterable<Buffer>);
      await visitEntry(visitor, { label, path: name, chunks, size: entry.header.size, modifiedMs: mtime.getTime() });
      await chunks.drain();
    }
  } catch (thrown) {
    const error = thrown instanceof BrokenArchive ? thrown.cause : thrown;
    if (error instanceof Unreadable) throw error;
    throw new Unreadable(`${tarReason(error)}; what came before that was read`);
  } finally {
    source.destroy();
    untar.destroy();
  }
  if (!end.reached) throw new Unreadable('ends without the mark that closes a tar archive; it may be cut short');
}

function tarReason(error: unknown): string {
  const reason = reasonOf(error);
  return reason === 'Unexpected end of data' ? 'is cut short (the archive ends too early)' : reason;
}

/** The archive broke within an entry: no fault of the entry's own. */
class BrokenArchive extends Error {}

/** What an entry holds. Whoever stops reading it leaves the archive whole: the rest of it is passed over. */
class EntryChunks implements AsyncIterable<Buffer> {
  readonly #iterator: AsyncIterator<Buffer>;

  constructor(entry: AsyncIterable<Buffer>) {
    this.#iterator = entry[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return { next: () => this.#next() };
  }

  async drain(): Promise<void> {
    while ((await this.#next()).done !== true);
  }

  async #next(): Promise<IteratorResult<Buffer>> {
    try {
      return await this.#iterator.next();
    } catch (error) {
      throw new BrokenArchive('the archive broke', { cause: error });
    }
  }
}

/** An entry that is itself compressed (`pods.yaml.gz`) is unpacked; an archive inside an archive is not looked into. */
async function visitEntry(visitor: Visitor, file: SourceFile): Promise<void> {
  try {
    const { head, all } = await peek(file.chunks);
    if (head[0] !== 0x1f || head[1] !== 0x8b) {
      if (isTar(head)) throw new Unreadable('is an archive inside an archive; unpack it first');
      await visitor.file({ ...file, chunks: all });
      return;
    }
    const inner: Container = { ...file, stream: all };
    await readContainer(inner, {
      limits: visitor.limits,
      wants: () => false,
      file: (unpacked) => visitor.file(unpacked),
      wantsLog: () => false,
      log: () => Promise.resolve(),
      unreadable: (label, reason) => visitor.unreadable(label, reason),
    });
  } catch (error) {
    if (!(error instanceof Unreadable) && systemCode(error) === undefined) throw error;
    visitor.unreadable(file.label, reasonOf(error));
  }
}

/** Remembers the last two blocks: zeros close an archive. */
class EndMark {
  #zeros = 0;

  see(chunk: Uint8Array): void {
    let at = chunk.length;
    while (at > 0 && chunk.length - at < 2 * BLOCK && chunk[at - 1] === 0) at--;
    const zeros = chunk.length - at;
    this.#zeros = zeros === chunk.length ? this.#zeros + zeros : zeros;
  }

  get reached(): boolean {
    return this.#zeros >= 2 * BLOCK;
  }
}

async function* bounded(stream: AsyncIterable<Buffer>, limit: number, end: EndMark): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of stream) {
    total += chunk.length;
    if (total > limit) throw new Unreadable(`expands to more than ${bytesInWords(limit)}, the most that is read`);
    end.see(chunk);
    yield chunk;
  }
}

/** The first bytes of a stream, and a stream of all of it. */
interface Peeked {
  readonly head: Buffer;
  readonly all: AsyncIterable<Buffer>;
}

async function peek(stream: AsyncIterable<Uint8Array>): Promise<Peeked> {
  const iterator = stream[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let length = 0;
  while (length < BLOCK) {
    const next = await iterator.next();
    if (next.done === true) break;
    const chunk = typeof next.value === 'string' ? Buffer.from(next.value) : Buffer.from(next.value);
    first.push(chunk);
    length += chunk.length;
  }
  const head = Buffer.concat(first);
  return { head: head.subarray(0, BLOCK), all: resume(head, iterator) };
}

async function* resume(head: Buffer, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      const { value } = next;
      yield Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
  } finally {
    await iterator.return?.();
  }
}
