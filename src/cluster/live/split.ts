import { DamagedBody } from './transport.js';

const SPACE = 0x20;
const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

const LOOK_BACK = 24;
const ITEMS = /"items"\s*:\s*$/;
const METADATA = /"metadata"\s*:\s*$/;
const MANAGED_FIELDS = /"managedFields"\s*:\s*$/;

/** What ends an envelope right after its list of items began. */
const END = Buffer.from(']}');

/** All that a list answer may hold besides its items; more is no list. */
const MAX_ENVELOPE_BYTES = 1024 * 1024;

/**
 * Cuts the JSON of a list into its items while it arrives, so that one item and one chunk are all that is in memory
 * at a time. `metadata.managedFields`, about 60 % of what a list of pods weighs and of no use here, is cut out before
 * it costs anything.
 *
 * Only quotes, backslashes and brackets are looked at; each item is parsed, and thereby checked, by `JSON.parse`.
 */
export class ListSplitter {
  private readonly envelope: Buffer[] = [];
  private envelopeBytes = 0;
  private item: Buffer[] = [];
  private tail = '';
  private depth = 0;
  private inString = false;
  private escaped = false;
  /** Within the list of items; an item then begins at depth 2. */
  private inItems = false;
  private inItem = false;
  private inMetadata = false;
  private inManagedFields = false;

  /**
   * @param onItem takes each item, parsed.
   * @param onHead takes what the answer says before its items, if that is whole: what Go's own types are written as.
   */
  constructor(
    private readonly onItem: (item: unknown) => void,
    private readonly onHead?: (head: unknown) => void,
  ) {}

  /** Takes the next bytes. */
  push(chunk: Buffer): void {
    let { depth, inString, escaped } = this;
    /** Between two items, where only commas and white space may be. */
    let between = this.inItems && !this.inItem;
    /** Where what is kept of this chunk begins; -1 while nothing is. */
    let from = this.inManagedFields || between ? -1 : 0;
    const { length } = chunk;
    for (let at = 0; at < length; at++) {
      if (inString) {
        // Most bytes are within strings: a tight loop for them.
        let within = at;
        for (; within < length; within++) {
          const inner = chunk[within];
          if (escaped) escaped = false;
          else if (inner === BACKSLASH) escaped = true;
          else if (inner === QUOTE) break;
        }
        at = within;
        if (within < length) inString = false;
        continue;
      }
      const byte = chunk[at] ?? 0;
      if (between && byte > SPACE && byte !== COMMA && byte !== OPEN_OBJECT && byte !== CLOSE_LIST) {
        throw new NoList('its items are no objects');
      }
      if (byte === QUOTE) {
        inString = true;
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        if (!this.inItem) {
          if (this.inItems) {
            this.inItem = true;
            between = false;
            from = at;
          } else if (depth === 1 && byte === OPEN_LIST && ITEMS.test(this.before(chunk, at))) {
            this.inItems = true;
            between = true;
            this.keepEnvelope(chunk.subarray(from, at + 1));
            from = -1;
            this.onHead?.(parseJson(Buffer.concat([...this.envelope, END])));
          }
        } else if (depth === 3 && byte === OPEN_OBJECT) {
          this.inMetadata = METADATA.test(this.before(chunk, at));
        } else if (
          depth === 4 &&
          byte === OPEN_LIST &&
          this.inMetadata &&
          MANAGED_FIELDS.test(this.before(chunk, at))
        ) {
          this.item.push(chunk.subarray(from, at + 1));
          this.inManagedFields = true;
          from = -1;
        }
        depth++;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        depth--;
        if (this.inManagedFields) {
          if (depth === 4) {
            this.inManagedFields = false;
            from = at;
          }
        } else if (this.inItem) {
          if (depth === 2) {
            this.item.push(chunk.subarray(from, at + 1));
            this.emit();
            between = true;
            from = -1;
          }
        } else if (this.inItems && depth === 1) {
          this.inItems = false;
          between = false;
          from = at;
        }
      }
    }
    if (from >= 0) {
      if (this.inItem) this.item.push(chunk.subarray(from));
      else this.keepEnvelope(chunk.subarray(from));
    }
    this.tail = this.before(chunk, length);
    this.depth = depth;
    this.inString = inString;
    this.escaped = escaped;
  }

  /**
   * The answer without its items, which are an empty list in it.
   *
   * @throws DamagedBody when it is not complete, or no JSON.
   */
  end(): unknown {
    if (this.depth !== 0 || this.inString) throw new DamagedBody('the answer ends in the middle of its JSON');
    return parseJson(Buffer.concat(this.envelope));
  }

  private emit(): void {
    const { item } = this;
    this.item = [];
    this.inItem = false;
    this.onItem(parseJson(item.length === 1 && item[0] !== undefined ? item[0] : Buffer.concat(item)));
  }

  private keepEnvelope(bytes: Buffer): void {
    this.envelopeBytes += bytes.length;
    if (this.envelopeBytes > MAX_ENVELOPE_BYTES) throw new NoList('it is JSON, but no list of objects');
    this.envelope.push(bytes);
  }

  /** The last characters before a place, also those of the chunk before. */
  private before(chunk: Buffer, at: number): string {
    const here = chunk.toString('latin1', Math.max(0, at - LOOK_BACK), at);
    return here.length < LOOK_BACK ? (this.tail + here).slice(-LOOK_BACK) : here;
  }
}

/** An answer that is well, but no list. */
export class NoList extends Error {}

/** @throws DamagedBody for what is no JSON. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new DamagedBody('the answer is no JSON', { cause: error });
  }
}
