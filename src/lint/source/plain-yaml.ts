/*
 * YAML as nearly every manifest is written: block mappings of words, texts in quotes, and literal blocks. Reading that
 * takes a fraction of what a whole reader of YAML takes, and of many files it is most of the time. Whatever is written
 * otherwise, or may be wrong, is left to the whole reader: nothing is decided here that it would decide differently.
 */

/** What only a whole reader of YAML takes: tabs, carriage returns, and what is outside ASCII. */
const UNUSUAL = /[^\n\x20-\x7e]/;
/** A key, and what is in its line. */
const ENTRY = /([A-Za-z][\w./-]{0,200}):(?: ([^\n]+))?\n/y;
const WORD = /^[A-Za-z][\w./-]*$/;
const QUOTED = /^(?:"[^"\\]*"|'[^']*')$/;
/** A text in quotes that goes on in the next line. */
const OPEN = /^(?:"[^"\\]*|'[^']*)$/;
/** Words that are no texts; some of them are to kubectl only. */
const NO_TEXT = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
const MAX_DEPTH = 50;

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const HASH = 0x23;

/** The mapping that a text is; undefined where a whole reader has to tell. */
export function readPlainYaml(text: string): Record<string, unknown> | undefined {
  if (UNUSUAL.test(text) || !text.endsWith('\n')) return undefined;
  const reading = new Reading(text);
  const value = reading.mapping(0, 0);
  return value !== undefined && reading.isAtEnd ? value : undefined;
}

class Reading {
  /** Always at the beginning of a line. */
  #at = 0;

  constructor(private readonly text: string) {}

  get isAtEnd(): boolean {
    return this.#at === this.text.length;
  }

  /** The entries of this indentation, of which there must be one; undefined where anything is unusual. */
  mapping(indent: number, depth: number): Record<string, unknown> | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const made: Record<string, unknown> = {};
    for (let isFirst = true; ; isFirst = false) {
      this.#skipEmpty();
      const lead = this.#lead();
      if (lead < indent || this.isAtEnd) return isFirst ? undefined : made;
      ENTRY.lastIndex = this.#at + indent;
      const [whole, key = '', said] = ENTRY.exec(this.text) ?? [];
      if (whole === undefined || Object.hasOwn(made, key) || NO_TEXT.test(key)) return undefined;
      this.#at += indent + whole.length;
      const value = said === undefined ? this.#below(indent, depth) : this.#scalar(said, indent);
      if (value === undefined) return undefined;
      made[key] = value;
    }
  }

  /** What is indented further than its key. */
  #below(indent: number, depth: number): Record<string, unknown> | undefined {
    this.#skipEmpty();
    const lead = this.#lead();
    return lead > indent ? this.mapping(lead, depth + 1) : undefined;
  }

  #scalar(said: string, indent: number): string | undefined {
    if (said === '|' || said === '|-') return this.#literal(indent, said === '|');
    if (QUOTED.test(said)) return said.slice(1, -1);
    if (OPEN.test(said)) return this.#folded(said, indent);
    return WORD.test(said) && !NO_TEXT.test(said) ? said : undefined;
  }

  /** A literal block, which is indented as its first line is. */
  #literal(indent: number, clipped: boolean): string | undefined {
    const { text } = this;
    const own = this.#lead();
    if (own <= indent || this.isAtEnd || text.charCodeAt(this.#at + own) === LINE_FEED) return undefined;
    const lines: string[] = [];
    while (this.#at < text.length) {
      const lead = this.#lead();
      const end = text.indexOf('\n', this.#at);
      if (lead < own && this.#at + lead < end) {
        if (lead > indent) return undefined;
        break;
      }
      lines.push(text.slice(Math.min(this.#at + own, end), end));
      this.#at = end + 1;
    }
    while (lines.at(-1) === '') lines.pop();
    return lines.join('\n') + (clipped ? '\n' : '');
  }

  /** A text in quotes over several lines, none of them empty or left of its key: line ends become blanks. */
  #folded(first: string, indent: number): string | undefined {
    const quote = first.charAt(0);
    const lines = [first.slice(1).trimEnd()];
    while (this.#at < this.text.length) {
      const lead = this.#lead();
      const end = this.text.indexOf('\n', this.#at);
      const line = this.text.slice(this.#at + lead, end).trimEnd();
      this.#at = end + 1;
      if (lead <= indent || line === '' || line.includes('\\')) return undefined;
      const closed = line.indexOf(quote);
      if (closed === -1) {
        lines.push(line);
        continue;
      }
      if (closed !== line.length - 1) return undefined;
      lines.push(line.slice(0, -1));
      return lines.join(' ');
    }
    return undefined;
  }

  /** Blanks at the beginning of the line. */
  #lead(): number {
    let at = this.#at;
    while (this.text.charCodeAt(at) === SPACE) at++;
    return at - this.#at;
  }

  /** Empty lines, and those with nothing but a comment. */
  #skipEmpty(): void {
    while (!this.isAtEnd) {
      const code = this.text.charCodeAt(this.#at + this.#lead());
      if (code !== LINE_FEED && code !== HASH) return;
      this.#at = this.text.indexOf('\n', this.#at) + 1;
    }
  }
}
