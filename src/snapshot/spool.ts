import { closeSync, openSync, writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** Where a text lies in the spool, in bytes. */
export interface Piece {
  readonly at: number;
  readonly length: number;
}

const BATCH_BYTES = 1024 * 1024;

/**
 * Holds texts on disk until it is known which of them count: a list that began again has left texts behind that are
 * nobody's. What is kept in memory of a text is where it lies.
 */
export class Spool {
  readonly #path: string;
  readonly #descriptor: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #end = 0;
  #reader: FileHandle | undefined;

  /** @param path a file that does not exist yet; whoever made its folder removes it */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, 'wx', 0o600);
  }

  /** Not asynchronous: it is called for each object of a page, in the middle of its being read. */
  append(text: string): Piece {
    const bytes = Buffer.from(text);
    const piece = { at: this.#end, length: bytes.length };
    this.#end += bytes.length;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= BATCH_BYTES) this.#flush();
    return piece;
  }

  async read({ at, length }: Piece): Promise<string> {
    this.#flush();
    this.#reader ??= await open(this.#path, 'r');
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length;) {
      const { bytesRead } = await this.#reader.read(bytes, done, length - done, at + done);
      if (bytesRead === 0) throw new Error('the spool of a snapshot was cut short');
      done += bytesRead;
    }
    return bytes.toString('utf8');
  }

  async close(): Promise<void> {
    closeSync(this.#descriptor);
    await this.#reader?.close();
  }

  #flush(): void {
    if (this.#waitingBytes === 0) return;
    const bytes = Buffer.concat(this.#waiting);
    for (let done = 0; done < bytes.length;) done += writeSync(this.#descriptor, bytes, done);
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
