import type { JsonProblem, JsonProblemCode, TextEdit } from './problems.js';
import type { JsonArrayNode, JsonMember, JsonNode, JsonObjectNode, JsonScalarNode } from './tree.js';

/** What a tolerant reading found. */
export interface JsonReading {
  /** What could be made of the text; undefined when there is no value in it at all. */
  readonly root: JsonNode | undefined;
  /** In the order in which they stand in the text. */
  readonly problems: readonly JsonProblem[];
}

/** Nobody writes deeper configurations, and every reader of the tree is recursive. */
const MAX_DEPTH = 200;
/** What has more problems than this is no JSON; reading on would only repeat it. */
const MAX_PROBLEMS = 100;

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/;
const WORD = /[^\s,:{}[\]"'“”„‘’]+/y;
const CALLOUT = /<(?:\d{1,2}|\.)>/y;
const COMMENT = /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|#[^\n]*|<--[^\n]*/y;
/** Spaces that JSON does not know: no-break, the typographic ones, zero width. */
const ODD_SPACE = /[\u00a0\u2000-\u200b\u202f\u3000\ufeff]+/y;
const QUOTES = new Set(['"', "'", '“', '”', '„', '‘', '’']);
const SMART = /[“”„]/;
const SMART_SINGLE = /[‘’]/;
/** Other spellings of what JSON has. */
const CONSTANTS: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['TRUE', 'true'],
  ['False', 'false'],
  ['FALSE', 'false'],
  ['None', 'null'],
  ['nil', 'null'],
]);
const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Problems after which the rest is read by guessing: what follows is told of, and nothing of it repaired. */
const GUESSED: ReadonlySet<JsonProblemCode> = new Set(['missing-quote', 'extra-brace', 'other']);

/** Ends a reading that has met too much. */
class GivenUp extends Error {}

/**
 * Reads JSON that may be broken, says what is wrong with it and goes on. A valid text gives the tree of what JSON.parse
 * gives, and no problem but `duplicate-key`.
 */
export function parseJson(text: string): JsonReading {
  const parser = new Parser(text);
  const root = parser.document();
  return { root, problems: parser.problems.sort((a, b) => a.from - b.from) };
}

class Parser {
  readonly problems: JsonProblem[] = [];
  #at = 0;
  #depth = 0;
  readonly #closers: string[] = [];
  /** Whether everything so far was read as it was meant. */
  #isCertain = true;

  constructor(private readonly text: string) {}

  document(): JsonNode | undefined {
    let root: JsonNode | undefined;
    try {
      this.#trivia();
      root = this.#value([]);
      this.#rest(root);
    } catch (error) {
      if (!(error instanceof GivenUp)) throw error;
    }
    return root;
  }

  /** What stands after the value of the whole text. */
  #rest(root: JsonNode | undefined): void {
    this.#trivia();
    while (this.#peek() === '}' || this.#peek() === ']') {
      this.#report('extra-brace', this.#at, this.#at + 1, `'${this.#peek()}' closes nothing`);
      this.#at++;
      this.#trivia();
    }
    if (this.#at >= this.text.length && root !== undefined) return;
    const isComma = this.text.slice(this.#at).trim() === ',';
    const more = isComma ? 'a comma after the end of the value' : 'more text after the end of the value';
    const what = root === undefined ? 'no JSON value' : more;
    this.#report('other', this.#at, this.text.length, what);
  }

  #peek(): string {
    return this.text[this.#at] ?? '';
  }

  #report(
    code: JsonProblemCode,
    from: number,
    to: number,
    message: string,
    more: Pick<JsonProblem, 'edits' | 'path'> = {},
  ): void {
    const { edits = [], path } = more;
    this.problems.push({
      code,
      from,
      to,
      message,
      ...(this.#isCertain ? { edits } : {}),
      ...(path === undefined ? {} : { path }),
    });
    if (GUESSED.has(code)) this.#isCertain = false;
    if (this.problems.length >= MAX_PROBLEMS) throw new GivenUp();
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.text)?.[0];
  }

  /** White space, and what people put between tokens although JSON has no place for it. */
  #trivia(): void {
    for (;;) {
      while (/[ \t\r\n]/.test(this.#peek())) this.#at++;
      const odd = this.#match(ODD_SPACE);
      const callout = this.#match(CALLOUT);
      const comment = this.#match(COMMENT);
      if (odd !== undefined) {
        this.#skip('smart-quote', odd, 'a space that JSON does not know', ' ');
      } else if (callout !== undefined) {
        this.#skip('callout', callout, `${callout} is a callout of the documentation`, '');
      } else if (comment !== undefined) {
        this.#skip('comment', comment.trimEnd(), 'JSON has no comments', '');
      } else {
        return;
      }
    }
  }

  #skip(code: JsonProblemCode, skipped: string, message: string, replacement: string): void {
    const from = this.#at;
    this.#at += skipped.length;
    // The blanks before it go too, so that nothing is left at the end of the line.
    let start = from;
    while (replacement === '' && /[ \t]/.test(this.text[start - 1] ?? '')) start--;
    this.#report(code, from, this.#at, message, { edits: [{ from: start, to: this.#at, text: replacement }] });
  }

  #value(path: (string | number)[]): JsonNode | undefined {
    const character = this.#peek();
    if (character === '{' || character === '[') return this.#container(character, path);
    if (QUOTES.has(character)) return this.#string('value');
    const word = this.#match(WORD);
    return word === undefined ? undefined : this.#word(word, 'value');
  }

  #container(opener: '{' | '[', path: (string | number)[]): JsonNode {
    if (++this.#depth > MAX_DEPTH) {
      this.#report('other', this.#at, this.#at + 1, `nested more than ${MAX_DEPTH} levels deep`);
      throw new GivenUp();
    }
    this.#closers.push(opener === '{' ? '}' : ']');
    const node = opener === '{' ? this.#object(path) : this.#array(path);
    this.#closers.pop();
    this.#depth--;
    return node;
  }

  #object(path: (string | number)[]): JsonObjectNode {
    const from = this.#at++;
    const members: JsonMember[] = [];
    const seen = new Set<string>();
    this.#elements(from, '}', () => {
      const key = this.#key();
      if (key === undefined) return undefined;
      if (key.value === null) return key;
      const name = String(key.value);
      if (seen.has(name)) {
        const message = `"${name}" is here twice; the last one counts`;
        this.#report('duplicate-key', key.from, key.to, message, { path: [...path, name] });
      }
      seen.add(name);
      this.#colon(key);
      const value = this.#value([...path, name]) ?? this.#missingValue(key);
      members.push({ key, value });
      return value;
    });
    return { type: 'object', from, to: this.#at, members };
  }

  #array(path: (string | number)[]): JsonArrayNode {
    const from = this.#at++;
    const items: JsonNode[] = [];
    this.#elements(from, ']', () => {
      const item = this.#value([...path, items.length]);
      if (item !== undefined) items.push(item);
      return item;
    });
    return { type: 'array', from, to: this.#at, items };
  }

  /** The elements of a container and the commas between them, up to and with its closing bracket. */
  #elements(from: number, closer: '}' | ']', element: () => { to: number } | undefined): void {
    let comma: number | undefined;
    let before: { to: number } | undefined;
    let afterRubbish = false;
    for (;;) {
      this.#trivia();
      if (this.#closes(from, closer)) {
        if (comma !== undefined) this.#trailingComma(comma, closer);
        return;
      }
      if (this.#peek() === ',') {
        if (comma !== undefined || before === undefined) this.#strayComma(before !== undefined);
        comma = this.#at++;
        continue;
      }
      if (before !== undefined && comma === undefined && !afterRubbish && this.#beginsElement(closer)) {
        this.#missingComma(before.to);
      }
      const next = element();
      afterRubbish = next === undefined;
      if (next === undefined) this.#unexpected(closer);
      else before = next;
      comma = undefined;
    }
  }

  /** Whether what follows can be an element that only lacks its comma; anything else has a problem of its own. */
  #beginsElement(closer: '}' | ']'): boolean {
    const character = this.#peek();
    if (closer === ']' || QUOTES.has(character)) return true;
    const word = this.#match(WORD);
    return word !== undefined && /^\s*:/.test(this.text.slice(this.#at + word.length, this.#at + word.length + 100));
  }

  /** Whether the container ends here; brackets that close nothing are passed over. */
  #closes(from: number, closer: string): boolean {
    for (;;) {
      const character = this.#peek();
      if (character === closer) {
        this.#at++;
        return true;
      }
      if (character === '') {
        const opener = this.text[from] ?? '';
        this.#report('unclosed', from, from + 1, `'${opener}' is never closed: a '${closer}' is missing`);
        return true;
      }
      if (character !== '}' && character !== ']') return false;
      if (this.#closers.slice(0, -1).includes(character)) {
        const opener = this.text[from] ?? '';
        this.#report(
          'unclosed',
          from,
          from + 1,
          `'${opener}' is not closed before the '${character}' of what it is in`,
        );
        return true;
      }
      this.#report('extra-brace', this.#at, this.#at + 1, `'${character}' closes nothing`);
      this.#at++;
      this.#trivia();
    }
  }

  #trailingComma(at: number, closer: '}' | ']'): void {
    const what = closer === '}' ? 'brace' : 'bracket';
    const edits: TextEdit[] = [{ from: at, to: at + 1, text: '' }];
    this.#report('trailing-comma', at, at + 1, `a comma before the closing ${what}`, { edits });
  }

  #strayComma(doubled: boolean): void {
    const message = doubled ? 'two commas in a row' : 'a comma with nothing before it';
    this.#report('other', this.#at, this.#at + 1, message);
  }

  #missingComma(after: number): void {
    const edits: TextEdit[] = [{ from: after, to: after, text: ',' }];
    const to = Math.min(this.#at + 1, this.text.length);
    this.#report('missing-comma', this.#at, to, 'a comma is missing before this', { edits });
  }

  #unexpected(closer: string): void {
    const from = this.#at;
    const what = closer === '}' ? 'a key or the closing brace' : 'a value or the closing bracket';
    this.#at++;
    this.#report('other', from, from + 1, `'${this.text[from] ?? ''}' where ${what} should be`);
  }

  #key(): JsonScalarNode | undefined {
    if (QUOTES.has(this.#peek())) return this.#unquotedAtEnd(this.#string('key'));
    const word = this.#match(WORD);
    if (word === undefined) return undefined;
    if (/^\s*:/.test(this.text.slice(this.#at + word.length, this.#at + word.length + 100)))
      return this.#word(word, 'key');
    this.#report('other', this.#at, this.#at + word.length, `${word} where a key or the closing brace should be`);
    const from = this.#at;
    this.#at += word.length;
    return { type: 'scalar', from, to: this.#at, value: null };
  }

  /** `"key: "value"`: the quote after the key is missing, and the one before the value seemed to be it. */
  #unquotedAtEnd(key: JsonScalarNode): JsonScalarNode {
    const [, name] = /^([\w.-]+)\s*:\s*$/.exec(String(key.value)) ?? [];
    const hasColon = /^\s*:/.test(this.text.slice(this.#at, this.#at + 100));
    if (name === undefined || hasColon || this.text[key.from] !== '"') return key;
    this.#at = key.from + 1 + name.length;
    this.#report('missing-quote', key.from, this.#at, 'the closing quote of this key is missing');
    return { ...key, to: this.#at, value: name };
  }

  #colon(key: JsonScalarNode): void {
    this.#trivia();
    const character = this.#peek();
    if (character === ':') {
      this.#at++;
    } else if (character === '{' || character === '[' || QUOTES.has(character) || this.#match(WORD) !== undefined) {
      const edits: TextEdit[] = [{ from: key.to, to: key.to, text: ':' }];
      this.#report('missing-colon', this.#at, this.#at + 1, `the colon after "${String(key.value)}" is missing`, {
        edits,
      });
    }
    this.#trivia();
  }

  #missingValue(key: JsonScalarNode): JsonScalarNode {
    this.#report('other', key.from, key.to, `"${String(key.value)}" has no value`);
    return { type: 'scalar', from: this.#at, to: this.#at, value: null };
  }

  /** A word without quotes: a number, a constant, or a string that lacks them. */
  #word(word: string, as: 'key' | 'value'): JsonScalarNode {
    const from = this.#at;
    // A comment or a callout may touch it.
    const shown = /^(?:[^/<]|\/(?![/*])|<(?!\d{1,2}>|--))+/.exec(word)?.[0] ?? word;
    this.#at += shown.length;
    const node = { type: 'scalar', from, to: this.#at } as const;
    if (as === 'value') {
      if (shown === 'true' || shown === 'false') return { ...node, value: shown === 'true' };
      if (shown === 'null') return { ...node, value: null };
      if (NUMBER.test(shown)) return { ...node, value: Number(shown) };
      if (/^[-+]?\.?\d[\d.]*$/.test(shown) && Number.isFinite(Number(shown))) {
        this.#report('other', from, this.#at, `${shown} is no number to JSON`);
        return { ...node, value: Number(shown) };
      }
    }
    const constant = as === 'value' ? CONSTANTS.get(shown) : undefined;
    const edits: TextEdit[] = [{ from, to: this.#at, text: constant ?? JSON.stringify(shown) }];
    const message = constant === undefined ? `${shown} needs quotes` : `${shown} is written ${constant}`;
    this.#report('unquoted-value', from, this.#at, message, { edits });
    return { ...node, value: constant === undefined ? shown : (JSON.parse(constant) as boolean | null) };
  }

  #string(as: 'key' | 'value'): JsonScalarNode {
    const opener = this.#peek();
    return opener === '"' ? this.#doubleQuoted(as) : this.#otherQuoted(opener);
  }

  #doubleQuoted(as: 'key' | 'value'): JsonScalarNode {
    const from = this.#at++;
    let value = '';
    for (let chunk = this.#at; ;) {
      const character = this.#peek();
      if (character === '' || character === '\n') return this.#unclosedString(from, as);
      if (character !== '"' && character !== '\\' && character >= ' ') {
        this.#at++;
        continue;
      }
      value += this.text.slice(chunk, this.#at);
      if (character === '"') {
        this.#at++;
        return { type: 'scalar', from, to: this.#at, value };
      }
      value += character === '\\' ? this.#escape() : this.#control(character);
      chunk = this.#at;
    }
  }

  #control(character: string): string {
    const code = character.charCodeAt(0).toString(16).padStart(2, '0');
    this.#report('other', this.#at, this.#at + 1, `the control character \\x${code} inside a string`);
    this.#at++;
    return character;
  }

  #escape(): string {
    const [, digits] = /^\\u([0-9a-fA-F]{4})/.exec(this.text.slice(this.#at, this.#at + 6)) ?? [];
    if (digits !== undefined) {
      this.#at += 6;
      return String.fromCharCode(parseInt(digits, 16));
    }
    const code = this.text[this.#at + 1] ?? '';
    const text = '"\\/'.includes(code) ? code : ESCAPED[code];
    // At the end of a line the string itself is unclosed, which is said of it.
    if (text === undefined && code !== '\n') {
      this.#report('other', this.#at, this.#at + 2, `\\${code} is no escape of JSON`);
    }
    this.#at += code === '' || code === '\n' ? 1 : 2;
    return text ?? code;
  }

  /** The quote that should end a string is missing on its line: it ends before the comma or colon that ends the line. */
  #unclosedString(from: number, as: 'key' | 'value'): JsonScalarNode {
    const line = this.text.slice(from + 1, this.#at).trimEnd();
    const content = as === 'key' ? line.replace(/:.*$/, '') : line.replace(/[\s,}\]]+$/, '');
    const to = from + 1 + content.length;
    this.#at = to;
    this.#report('missing-quote', from, to, 'the closing quote of this string is missing');
    return { type: 'scalar', from, to, value: content.trimEnd() };
  }

  /** A string in single or typographic quotes, up to a quote of its kind on the same line. */
  #otherQuoted(opener: string): JsonScalarNode {
    const from = this.#at;
    const ends = opener === "'" ? /['\n]|$/ : SMART_SINGLE.test(opener) ? /[‘’'\n]|$/ : /[“”„"\n]|$/;
    const length = this.text.slice(from + 1).search(ends);
    const to = from + 1 + length;
    const content = this.text.slice(from + 1, to);
    this.#at = to;
    if (to >= this.text.length || this.text[to] === '\n') return this.#unclosedString(from, 'value');
    this.#at = to + 1;
    const code = SMART.test(opener) || SMART_SINGLE.test(opener) ? 'smart-quote' : 'single-quote';
    const message =
      code === 'single-quote' ? 'JSON strings stand in double quotes' : 'typographic quotes are no quotes to JSON';
    const edits: TextEdit[] = [{ from, to: this.#at, text: JSON.stringify(content) }];
    this.#report(code, from, this.#at, message, { edits });
    return { type: 'scalar', from, to: this.#at, value: content };
  }
}
