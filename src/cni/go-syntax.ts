/**
 * The first syntax error that Go's encoding/json finds in a text, in its own words. Valid texts give undefined.
 * Source: Go encoding/json (scanner.go), whose states these are.
 */

type Expecting = 'value' | 'first-element' | 'first-key' | 'key' | 'colon' | 'object-end' | 'array-end' | 'end';

const LITERALS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const END = 'unexpected end of JSON input';
/** Go gives up on deeper nesting. */
const MAX_DEPTH = 10_000;

/** Go's error for the text, without the prefix that the caller of json.Unmarshal puts before it. */
export function goSyntaxError(text: string): string | undefined {
  return new Scanner(text).run();
}

class Scanner {
  #at = 0;
  readonly #open: ('object' | 'array')[] = [];
  #expecting: Expecting = 'value';

  constructor(private readonly text: string) {}

  run(): string | undefined {
    for (;;) {
      this.#skipSpace();
      const character = this.text[this.#at];
      if (character === undefined) return this.#expecting === 'end' ? undefined : END;
      const error = this.#step(character);
      if (error !== undefined) return error;
    }
  }

  #skipSpace(): void {
    while (' \t\r\n'.includes(this.text[this.#at] ?? 'x')) this.#at++;
  }

  #step(character: string): string | undefined {
    switch (this.#expecting) {
      case 'first-key':
        if (character === '}') return this.#close();
        return character === '"' ? this.#string('colon') : this.#invalid('looking for beginning of object key string');
      case 'key':
        return character === '"' ? this.#string('colon') : this.#invalid('looking for beginning of object key string');
      case 'colon':
        if (character !== ':') return this.#invalid('after object key');
        return this.#advance('value');
      case 'object-end':
        if (character === ',') return this.#advance('key');
        return character === '}' ? this.#close() : this.#invalid('after object key:value pair');
      case 'array-end':
        if (character === ',') return this.#advance('value');
        return character === ']' ? this.#close() : this.#invalid('after array element');
      case 'end':
        return this.#invalid('after top-level value');
      case 'first-element':
        return character === ']' ? this.#close() : this.#value(character);
      case 'value':
        return this.#value(character);
    }
  }

  #advance(next: Expecting): string | undefined {
    this.#at++;
    this.#expecting = next;
    return undefined;
  }

  #close(): string | undefined {
    this.#open.pop();
    return this.#advance(this.#afterValue());
  }

  #afterValue(): Expecting {
    const container = this.#open.at(-1);
    return container === undefined ? 'end' : container === 'object' ? 'object-end' : 'array-end';
  }

  #value(character: string): string | undefined {
    if (character === '{' || character === '[') {
      this.#open.push(character === '{' ? 'object' : 'array');
      if (this.#open.length > MAX_DEPTH) return 'exceeded max depth';
      return this.#advance(character === '{' ? 'first-key' : 'first-element');
    }
    if (character === '"') return this.#string(this.#afterValue());
    const literal = LITERALS[character];
    if (literal !== undefined) return this.#literal(literal);
    if (character === '-' || (character >= '0' && character <= '9')) return this.#number();
    return this.#invalid('looking for beginning of value');
  }

  #literal(literal: string): string | undefined {
    for (let i = 1; i < literal.length; i++) {
      this.#at++;
      if (this.text[this.#at] !== literal[i]) {
        return this.#invalid(`in literal ${literal} (expecting ${quoted(literal[i] ?? '')})`);
      }
    }
    return this.#advance(this.#afterValue());
  }

  #number(): string | undefined {
    NUMBER.lastIndex = this.#at;
    const [number = ''] = NUMBER.exec(this.text) ?? [];
    this.#at += number.length;
    if (number === '') {
      this.#at++;
      return this.#invalid('in numeric literal');
    }
    const next = this.text[this.#at];
    if (next === '.' && !/[.eE]/.test(number)) {
      this.#at++;
      return this.#invalid('after decimal point in numeric literal');
    }
    if ((next === 'e' || next === 'E') && !/[eE]/.test(number)) {
      this.#at++;
      if ('+-'.includes(this.text[this.#at] ?? 'x')) this.#at++;
      return this.#invalid('in exponent of numeric literal');
    }
    this.#expecting = this.#afterValue();
    return undefined;
  }

  #string(next: Expecting): string | undefined {
    for (this.#at++; ; this.#at++) {
      const character = this.text[this.#at];
      if (character === undefined) return END;
      if (character === '"') return this.#advance(next);
      if (character < ' ') return this.#invalid('in string literal');
      if (character !== '\\') continue;
      this.#at++;
      const escape = this.text[this.#at];
      if (escape === undefined) return END;
      if (!'"\\/bfnrtu'.includes(escape)) return this.#invalid('in string escape code');
      for (let digit = 0; escape === 'u' && digit < 4; digit++) {
        this.#at++;
        if (!/^[0-9a-fA-F]$/.test(this.text[this.#at] ?? 'x')) {
          return this.#invalid('in \\u hexadecimal character escape');
        }
      }
    }
  }

  #invalid(context: string): string {
    const character = this.text.slice(this.#at, this.#at + 2);
    return character === '' ? END : `invalid character ${quoted(character)} ${context}`;
  }
}

/** Go's quoteChar, which sees bytes: of a character outside ASCII the first one. */
function quoted(text: string): string {
  const character = String.fromCodePoint(text.codePointAt(0) ?? 0);
  if (character === "'") return "'\\''";
  if (character === '"') return "'\"'";
  const [byte = 0] = new TextEncoder().encode(character);
  const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };
  const shown = String.fromCharCode(byte);
  if (named[shown] !== undefined) return `'${named[shown]}'`;
  if (byte < 0x20 || (byte >= 0x7f && byte < 0xa1) || byte === 0xad)
    return `'\\x${byte.toString(16).padStart(2, '0')}'`;
  return `'${shown}'`;
}
