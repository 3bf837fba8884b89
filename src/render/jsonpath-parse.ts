/*
 * The grammar of kubectl's JSONPath, as k8s.io/client-go v0.34 util/jsonpath/parser.go reads it, oddities included:
 * ['a.b'] is two fields, a backslash before a closing quote always escapes it, a range without {end} ends with the text.
 */

/** A step of an expression, in the order of the text. */
export type Node =
  | { readonly kind: 'list'; readonly nodes: readonly Node[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: number | boolean }
  | {
      readonly kind: 'slice';
      readonly start: number | undefined;
      readonly end: SliceEnd;
      readonly step: number | undefined;
    }
  | { readonly kind: 'union'; readonly nodes: readonly Node[][] }
  | { readonly kind: 'filter'; readonly left: Node[]; readonly right: Node[]; readonly operator: string }
  | { readonly kind: 'wildcard' | 'recursive' | 'range' | 'end' };

/** Where a slice ends: an index, the end of the array, or right after the start, as in `[3]`. */
export type SliceEnd = number | 'last' | 'next';

/** An expression that cannot be read, and where. */
export class JsonPathSyntaxError extends Error {
  constructor(
    message: string,
    /** Index into the expression, in UTF-16 units. */
    readonly position: number,
  ) {
    super(message);
    this.name = 'JsonPathSyntaxError';
  }
}

const EOF = '';
const DIGIT = /^\p{Nd}$/u;
const WORD = /^[_\p{L}\p{Nd}]$/u;
const TERMINATORS = new Set([EOF, ' ', '\t', '\r', '\n', '.', ',', '[', ']', '$', '@', '{', '}']);
const DICT_KEY = /^'([^']*)'$/;
const SLICE = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/;
const COMPARISON = /^([^!<>=]+)([!<>=]+)(.+?)$/;
const INTEGER = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

/** Reads a template: text, and expressions in braces. */
export function parseTemplate(text: string): Node[] {
  return new Parser(text, 0).template();
}

class Parser {
  private pos = 0;
  private start = 0;

  constructor(
    private readonly input: string,
    /** Where the input stands in the whole expression; parts of brackets are read by parsers of their own. */
    private readonly offset: number,
  ) {}

  template(): Node[] {
    const root: Node[] = [];
    while (this.pos < this.input.length) {
      const brace = this.input.indexOf('{', this.pos);
      this.pos = brace < 0 ? this.input.length : brace;
      if (this.pos > this.start) root.push({ kind: 'text', text: this.consume() });
      if (brace < 0) break;
      this.pos += 1;
      this.consume();
      root.push({ kind: 'list', nodes: this.action() });
    }
    return root;
  }

  private action(): Node[] {
    const nodes: Node[] = [];
    for (;;) {
      if (this.input.startsWith('}', this.pos)) {
        this.pos += 1;
        this.consume();
        return nodes;
      }
      if (this.input.startsWith('[?(', this.pos)) this.filter(nodes);
      else if (this.input.startsWith('..', this.pos)) this.recursive(nodes);
      else this.step(nodes);
    }
  }

  private step(nodes: Node[]): void {
    const at = this.pos;
    const character = this.next();
    if (character === EOF || character === '\n' || character === '\r') throw this.error('unclosed action', at);
    if (character === ' ' || character === '@' || character === '$') this.consume();
    else if (character === '[') this.brackets(nodes);
    else if (character === '"' || character === "'") this.quote(nodes, character);
    else if (character === '.') this.field(nodes);
    else if (character === '+' || character === '-' || DIGIT.test(character)) this.number(nodes);
    else if (WORD.test(character)) this.identifier(nodes, at);
    else throw this.error(`unrecognized character in action: ${JSON.stringify(character)}`, at);
  }

  private identifier(nodes: Node[], at: number): void {
    while (!TERMINATORS.has(this.peek())) this.next();
    const name = this.consume();
    if (name === 'true' || name === 'false') nodes.push({ kind: 'literal', value: name === 'true' });
    else if (name === 'range' || name === 'end') nodes.push({ kind: name });
    else throw this.error(`unrecognized identifier ${name}; a field begins with a dot: {.${name}}`, at);
  }

  private recursive(nodes: Node[]): void {
    if (nodes.at(-1)?.kind === 'recursive') throw this.error('invalid multiple recursive descent');
    this.pos += 2;
    this.consume();
    nodes.push({ kind: 'recursive' });
    if (WORD.test(this.peek())) this.field(nodes);
  }

  private number(nodes: Node[]): void {
    const at = this.start;
    while (this.peek() === '.' || DIGIT.test(this.peek())) this.next();
    const text = this.consume();
    if (!INTEGER.test(text) && !DECIMAL.test(text)) throw this.error(`cannot parse number ${text}`, at);
    nodes.push({ kind: 'literal', value: Number(text) });
  }

  private field(nodes: Node[]): void {
    this.consume();
    while (!TERMINATORS.has(this.peek())) {
      if (this.next() === '\\') this.next();
    }
    const name = this.consume();
    nodes.push(name === '*' ? { kind: 'wildcard' } : { kind: 'field', name: name.replaceAll('\\', '') });
  }

  private quote(nodes: Node[], mark: string): void {
    const at = this.start;
    for (;;) {
      const character = this.next();
      if (character === EOF || character === '\n') throw this.error('unterminated quoted string', at);
      if (character === mark && this.input[this.pos - 2] !== '\\') break;
    }
    const quoted = this.consume();
    const text = unquote(quoted.slice(1, -1), mark);
    if (text === undefined) throw this.error(`unquote string ${quoted} error invalid syntax`, at);
    nodes.push({ kind: 'text', text });
  }

  private brackets(nodes: Node[]): void {
    const at = this.start;
    for (;;) {
      const character = this.next();
      if (character === EOF || character === '\n') throw this.error('unterminated array', at);
      if (character === ']') break;
    }
    const inside = this.consume().slice(1, -1);
    const parts = inside.split(',');
    if (parts.length > 1) {
      let from = at + 1;
      const union = parts.map((part) => {
        const trimmed = part.replace(/^ +| +$/g, '');
        // Each part is read as if it stood in brackets of its own, which begin one before it.
        const list = this.inner(`[${trimmed}]`, from + part.indexOf(trimmed) - 1);
        from += part.length + 1;
        return list;
      });
      nodes.push({ kind: 'union', nodes: union });
      return;
    }
    const key = DICT_KEY.exec(inside)?.[1];
    if (key !== undefined) nodes.push(...this.inner(`.${key}`, at + 1));
    else nodes.push(this.slice(inside === '*' ? ':' : inside, at));
  }

  private slice(text: string, at: number): Node {
    const match = SLICE.exec(text);
    if (match === null) throw this.error(`invalid array index ${text}`, at);
    const [start, end, step] = [match[1], match[2], match[3]].map((part, i) =>
      part === undefined || part === '' ? undefined : this.index(i === 0 ? part : part.slice(1), at),
    );
    const open = match[2] !== undefined && match[2] !== '';
    return { kind: 'slice', start, end: open ? (end ?? 'last') : 'next', step };
  }

  private index(text: string, at: number): number | undefined {
    if (text === '') return undefined;
    if (text === '-' || !Number.isSafeInteger(Number(text)))
      throw this.error(`array index ${text} is not a number`, at);
    return Number(text);
  }

  private filter(nodes: Node[]): void {
    const at = this.pos;
    this.pos += 3;
    this.consume();
    const from = this.pos;
    this.filterEnd(at);
    if (this.next() !== ']') throw this.error('unclosed array expect ]');
    const text = this.consume().slice(0, -2);
    const match = COMPARISON.exec(text);
    if (match === null) {
      nodes.push({ kind: 'filter', left: this.inner(text, from), right: [], operator: 'exists' });
      return;
    }
    const [, left = '', operator = '', right = ''] = match;
    nodes.push({
      kind: 'filter',
      left: this.inner(left, from),
      right: this.inner(right, from + left.length + operator.length),
      operator,
    });
  }

  /** The closing parenthesis: the first one that is not within the one quoted string that a filter may have. */
  private filterEnd(at: number): void {
    let pair: string | undefined;
    let closed = false;
    for (;;) {
      const character = this.next();
      if (character === EOF || character === '\n') throw this.error('unterminated filter', at);
      if (character === '"' || character === "'") {
        if (pair === undefined) pair = character;
        else if (character === pair && this.input[this.pos - 2] !== '\\') closed = true;
      } else if (character === ')' && (pair !== undefined) === closed) return;
    }
  }

  /** Reads a part of brackets as an action of its own. */
  private inner(text: string, at: number): Node[] {
    const first = new Parser(`{${text}}`, this.offset + at - 1).template()[0];
    return first?.kind === 'list' ? [...first.nodes] : [];
  }

  private peek(): string {
    const code = this.input.codePointAt(this.pos);
    return code === undefined ? EOF : String.fromCodePoint(code);
  }

  private next(): string {
    const character = this.peek();
    this.pos += character.length;
    return character;
  }

  private consume(): string {
    const text = this.input.slice(this.start, this.pos);
    this.start = this.pos;
    return text;
  }

  private error(message: string, at = this.pos): JsonPathSyntaxError {
    return new JsonPathSyntaxError(message, Math.max(this.offset + at, 0));
  }
}

const ESCAPE = /\\(?:([abfnrtv\\'"])|x([\da-fA-F]{2})|([0-3][0-7]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))|\\|[^\\]+/gu;
const LETTERS: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** Go's escapes (strconv.UnquoteChar); undefined where Go refuses. */
function unquote(text: string, mark: string): string | undefined {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [whole, letter, byte, octal, short, long] of text.matchAll(ESCAPE)) {
    if (whole === '\\') return undefined;
    if (byte !== undefined) bytes.push(Number.parseInt(byte, 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) {
      if ((letter === '"' || letter === "'") && letter !== mark) return undefined;
      bytes.push(...encoder.encode(LETTERS[letter] ?? letter));
    } else if (short !== undefined || long !== undefined) {
      const code = Number.parseInt(short ?? long ?? '', 16);
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
      bytes.push(...encoder.encode(String.fromCodePoint(code)));
    } else {
      for (const encoded of encoder.encode(whole)) bytes.push(encoded);
    }
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}
