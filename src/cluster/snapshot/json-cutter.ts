const LINE_FEED = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** The key whose list is cut, as bytes between its quotes. */
const ITEMS = 'items';

/** A piece of a JSON text: bytes that are one value if the text is sound, and the line, from 1, where they begin. */
export interface JsonPiece {
  readonly bytes: Buffer;
  readonly line: number;
}

/** Who gets the pieces of a JSON text. */
export interface JsonPieces {
  /** A list of items begins; the bytes of its object as far as it, with an empty list and a closing brace. */
  list(head: JsonPiece): void;
  /** One item of the list that began last. */
  item(item: JsonPiece): void;
  /** A value at the top has ended; where it has lists of items, they are empty in it. */
  value(value: JsonPiece): void;
}

/** A piece that is longer than may be. */
export class PieceTooLarge extends Error {}

/**
 * Cuts a JSON text, which may be of several values one after the other, into its values and the items of lists
 * (`{"items":[…]}`), while it arrives: so that no more than a piece is in memory.
 *
 * Only quotes, backslashes, brackets and commas are looked at. The text is JSON if, and only if, all its pieces are:
 * whoever parses them has checked it.
 */
export class JsonCutter {
  readonly #pieces: JsonPieces;
  readonly #limit: number;
  /** What was kept of earlier chunks: of the value at the top, and of the item within it. */
  #value: Buffer[] = [];
  #item: Buffer[] = [];
  #bytes = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #line = 1;
  /** Lines where the value and the item begin; 0 while there is only white space. */
  #valueLine = 0;
  #itemLine = 0;
  #inItems = false;
  #hasComma = false;
  #topIsObject = false;
  /** The last text at the depth of the keys of the object at the top, as far as it may be `items`. */
  #key = '';
  #inKey = false;

  /** @param limit most bytes of one piece. */
  constructor(pieces: JsonPieces, limit: number) {
    this.#pieces = pieces;
    this.#limit = limit;
  }

  /** Takes the next bytes. @throws PieceTooLarge, and what the taker of the pieces throws. */
  push(chunk: Buffer): void {
    const { length } = chunk;
    let depth = this.#depth;
    let from = 0;
    for (let at = 0; at < length; at++) {
      if (this.#inString) {
        at = this.#text(chunk, at);
        continue;
      }
      const byte = chunk[at] ?? 0;
      if (byte <= SPACE) {
        if (byte === LINE_FEED) this.#line++;
        continue;
      }
      if (this.#inItems && depth === 2) {
        if (byte === COMMA || byte === CLOSE_LIST) {
          const isEmpty = byte === CLOSE_LIST && this.#itemLine === 0 && !this.#hasComma;
          if (!isEmpty) this.#endItem(chunk.subarray(from, at));
          this.#item = [];
          from = byte === COMMA ? at + 1 : at;
          this.#hasComma = byte === COMMA;
          if (byte === COMMA) continue;
          this.#inItems = false;
          this.#bytes = 0;
        } else if (this.#itemLine === 0) {
          this.#itemLine = this.#line;
        }
      } else if (depth === 0 && this.#valueLine === 0) {
        this.#valueLine = this.#line;
      }
      if (byte === QUOTE) {
        this.#inString = true;
        this.#inKey = depth === 1;
        if (this.#inKey) this.#key = '';
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        depth++;
        if (depth === 1) this.#topIsObject = byte === OPEN_OBJECT;
        else if (depth === 2 && byte === OPEN_LIST && this.#topIsObject && this.#key === ITEMS) {
          this.#beginItems(chunk.subarray(from, at + 1));
          from = at + 1;
        }
        if (depth <= 2) this.#key = '';
      } else if (byte === COMMA) {
        if (depth === 1) this.#key = '';
      } else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && depth > 0) {
        depth--;
        if (this.#inItems && depth < 2) {
          // A brace where the list should end: the value is no JSON, and says so as a whole.
          this.#endItem(chunk.subarray(from, at));
          this.#inItems = false;
          from = at;
        }
        if (depth === 0) {
          this.#keep(this.#value, chunk.subarray(from, at + 1));
          this.#endValue();
          from = at + 1;
        }
      }
    }
    this.#keep(this.#inItems ? this.#item : this.#value, chunk.subarray(from));
    this.#depth = depth;
  }

  /** Whether all values have ended; false in the middle of one. What lies after the last one is given as a value. */
  end(): boolean {
    if (this.#depth > 0 || this.#inString) return false;
    if (this.#valueLine > 0) this.#endValue();
    return true;
  }

  /** Where the text is now, and the piece that has begun there. */
  get rest(): JsonPiece {
    return { bytes: Buffer.concat(this.#inItems ? this.#item : this.#value), line: this.#line };
  }

  /** Most bytes are within texts: a tight loop for them. Returns where it ended. */
  #text(chunk: Buffer, start: number): number {
    const { length } = chunk;
    let escaped = this.#escaped;
    let at = start;
    for (; at < length; at++) {
      const byte = chunk[at];
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) break;
    }
    this.#escaped = escaped;
    if (this.#inKey && this.#key.length <= ITEMS.length)
      this.#key += chunk.toString('latin1', start, Math.min(at, start + ITEMS.length + 1));
    if (at < length) this.#inString = false;
    return at;
  }

  #beginItems(bytes: Buffer): void {
    this.#keep(this.#value, bytes);
    this.#inItems = true;
    this.#hasComma = false;
    this.#itemLine = 0;
    this.#bytes = 0;
    this.#pieces.list({ bytes: Buffer.concat([...this.#value, Buffer.from(']}')]), line: this.#valueLine });
  }

  #endItem(bytes: Buffer): void {
    this.#keep(this.#item, bytes);
    const item = { bytes: joined(this.#item), line: this.#itemLine === 0 ? this.#line : this.#itemLine };
    this.#item = [];
    this.#itemLine = 0;
    this.#bytes = 0;
    this.#pieces.item(item);
  }

  #endValue(): void {
    const value = { bytes: joined(this.#value), line: this.#valueLine };
    this.#value = [];
    this.#valueLine = 0;
    this.#bytes = 0;
    this.#pieces.value(value);
  }

  #keep(piece: Buffer[], bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#bytes += bytes.length;
    if (this.#bytes > this.#limit) throw new PieceTooLarge();
    piece.push(bytes);
  }
}

function joined(parts: readonly Buffer[]): Buffer {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}
