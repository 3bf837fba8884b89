import { bytesInWords } from './limits.js';
import { Unreadable } from './problems.js';

/** What a file holds, as it arrives. It can be read once. */
export interface Content {
  readonly chunks: AsyncIterable<Buffer>;
  /** Bytes, where they are known before. */
  readonly size: number | undefined;
}

/** The beginning of a content. */
interface Beginning {
  readonly bytes: Buffer;
  /** What comes after it; `undefined` when that was all. */
  readonly rest: AsyncIterable<Buffer> | undefined;
}

/** Reads a content as far as a number of bytes, or a little further. */
export async function readUpTo({ chunks }: Content, limit: number): Promise<Beginning> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let length = 0;
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) return { bytes: Buffer.concat(first), rest: undefined };
    first.push(next.value);
    length += next.value.length;
    if (length > limit) return { bytes: Buffer.concat(first), rest: { [Symbol.asyncIterator]: () => iterator } };
  }
}

/** Reads a content whole. @throws TooLarge where it is larger than may be. */
export async function readAll({ chunks, size }: Content, limit: number): Promise<Buffer> {
  if (size !== undefined && size > limit) throw new TooLarge(size, limit);
  // Where the size is known there are never two of it.
  const whole = Buffer.allocUnsafe(size ?? 0);
  const more: Buffer[] = [];
  let total = 0;
  for await (const chunk of chunks) {
    if (total + chunk.length > limit) throw new TooLarge(size, limit);
    if (total + chunk.length <= whole.length) chunk.copy(whole, total);
    else more.push(chunk);
    total += chunk.length;
  }
  const [only] = more;
  if (more.length === 0) return whole.subarray(0, total);
  if (more.length === 1 && only?.length === total) return only;
  const rest = more.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat([whole.subarray(0, total - rest), ...more]);
}

/** Some bytes, and what comes after them. */
export async function* after(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

/** A file that is passed over for its size. */
export class TooLarge extends Unreadable {
  constructor(bytes: number | undefined, limit: number) {
    const size = bytes === undefined ? `more than ${bytesInWords(limit)}` : bytesInWords(bytes);
    super(`is too large (${size}; at most ${bytesInWords(limit)} are read)`);
  }
}
