import { Places } from './places.js';

/** How a YAML scalar is written. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

/** What a scalar says, and where each of its characters is written. */
export interface DecodedScalar {
  readonly text: string;
  /** `text` with a line feed wherever the source has one, also where YAML folds it to a space; of the same length. */
  readonly lined: string;
  readonly places: Places;
}

/** Collects characters with their places. */
class Collector {
  readonly #text: string[] = [];
  readonly #lined: string[] = [];
  readonly #places: number[] = [];

  /** One or more UTF-16 units that are written as one, `length` long. */
  add(text: string, offset: number, length = 1, lined = text): void {
    this.#text.push(text);
    this.#lined.push(lined);
    for (let units = text.length; units > 0; units--) this.#places.push(offset, offset + length);
  }

  done(end: number): DecodedScalar {
    const places = new Places(Uint32Array.from(this.#places), end);
    return { text: this.#text.join(''), lined: this.#lined.join(''), places };
  }
}

/**
 * Decodes a scalar and keeps where each character came from.
 * @param from offset of the first character: a quote, the `|` or `>`, or the text itself
 * @param to offset after the last one
 * @param value what the scalar is known to say; it settles the indentation of a block with an indicator. Of quoted ones
 * it is not asked: the parser that knows it may not have taken them
 */
export function decodeScalar(
  source: string,
  from: number,
  to: number,
  style: ScalarStyle,
  value: string,
): DecodedScalar {
  const decoded = decode(source, from, to, style, value);
  if (style === 'single' || style === 'double' || decoded.text === value) return decoded;
  // Not understood: the whole is still where it is.
  return { text: value, lined: value, places: Places.unknown(from, to) };
}

function decode(source: string, from: number, to: number, style: ScalarStyle, value: string): DecodedScalar {
  switch (style) {
    case 'plain':
      return decodeFlow(source, from, to, () => undefined);
    case 'single':
      return decodeFlow(source, from + 1, to - 1, singleEscape);
    case 'double':
      return decodeFlow(source, from + 1, to - 1, doubleEscape);
    case 'literal':
    case 'folded':
      return decodeBlock(source, from, to, style === 'folded', value);
  }
}

/** An escape sequence: what it says, and how long it is written. */
interface Escape {
  readonly text: string;
  readonly length: number;
}

function singleEscape(source: string, at: number): Escape | undefined {
  return source.startsWith("''", at) ? { text: "'", length: 2 } : undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function doubleEscape(source: string, at: number): Escape | undefined {
  if (source[at] !== '\\') return undefined;
  const [continued] = /^\\\r?\n[ \t]*/.exec(source.slice(at, at + 1000)) ?? [];
  if (continued !== undefined) return { text: '', length: continued.length };
  const code = source[at + 1] ?? '';
  const simple = ESCAPES[code];
  if (simple !== undefined) return { text: simple, length: 2 };
  const digits = HEX_DIGITS[code];
  if (digits === undefined) return undefined;
  const point = parseInt(source.slice(at + 2, at + 2 + digits), 16);
  return point <= 0x10ffff ? { text: String.fromCodePoint(point), length: 2 + digits } : undefined;
}

/** Plain and quoted scalars: one line break is a space, more of them are one less; white space around is dropped. */
function decodeFlow(
  source: string,
  from: number,
  to: number,
  escapeAt: (source: string, at: number) => Escape | undefined,
): DecodedScalar {
  const collected = new Collector();
  let at = from;
  while (at < to) {
    const escape = escapeAt(source, at);
    if (escape !== undefined) {
      if (escape.text !== '') collected.add(escape.text, at, escape.length);
      at += escape.length;
      continue;
    }
    const fold = foldAt(source, at, to);
    if (fold === undefined) {
      collected.add(source[at] ?? '', at);
      at++;
      continue;
    }
    if (fold.breaks === 1) collected.add(' ', at, fold.length, '\n');
    for (let i = 1; i < fold.breaks; i++) collected.add('\n', at, fold.length);
    at += fold.length;
  }
  return collected.done(to);
}

/** White space that holds a line break, as a whole. */
function foldAt(source: string, from: number, to: number): { breaks: number; length: number } | undefined {
  let at = from;
  let breaks = 0;
  for (; at < to; at++) {
    const character = source[at];
    if (character === '\n') breaks++;
    else if (character !== ' ' && character !== '\t' && character !== '\r') break;
  }
  return breaks === 0 ? undefined : { breaks, length: at - from };
}

interface BlockLine {
  readonly from: number;
  readonly text: string;
}

function decodeBlock(source: string, from: number, to: number, folded: boolean, value: string): DecodedScalar {
  const header = source.slice(from, to).split('\n', 1)[0] ?? '';
  const lines = linesOf(source, from + header.length + 1, to);
  const [, first = '', second = ''] = /^[|>]([-+0-9]?)([-+0-9]?)/.exec(header) ?? [];
  const chomp = /[-+]/.exec(first + second)?.[0] ?? '';
  const spaces = lines.filter(({ text }) => text.trim() !== '').map(({ text }) => text.search(/[^ ]/));
  const candidates = /[0-9]/.test(first + second)
    ? Array.from({ length: Math.min(...spaces, 100) + 1 }, (_, i) => i)
    : [spaces[0] ?? Infinity];
  let decoded = decodeLines(lines, candidates[0] ?? 0, folded, chomp, to);
  for (const indent of candidates.slice(1)) {
    if (decoded.text === value) break;
    decoded = decodeLines(lines, indent, folded, chomp, to);
  }
  return decoded;
}

function linesOf(source: string, from: number, to: number): BlockLine[] {
  const lines: BlockLine[] = [];
  for (let at = from; at < to;) {
    const end = source.indexOf('\n', at);
    const stop = end === -1 || end >= to ? to : end;
    lines.push({ from: at, text: source.slice(at, stop).replace(/\r$/, '') });
    at = stop + 1;
  }
  return lines;
}

function decodeLines(
  lines: readonly BlockLine[],
  indent: number,
  folded: boolean,
  chomp: string,
  to: number,
): DecodedScalar {
  const collected = new Collector();
  const stripped = lines.map(({ from, text }) => {
    const cut = Math.min(indent, text.search(/[^ ]|$/));
    return { from: from + cut, text: text.slice(cut) };
  });
  let last = stripped.length - 1;
  while (last >= 0 && stripped[last]?.text === '') last--;
  stripped.slice(0, last + 1).forEach((line, i) => {
    for (let j = 0; j < line.text.length; j++) collected.add(line.text[j] ?? '', line.from + j);
    if (i === last) return;
    const end = line.from + line.text.length;
    const joint = folded ? foldedBreak(stripped, i) : '\n';
    if (joint !== '') collected.add(joint, end, 1, '\n');
  });
  const final = stripped[last];
  const end = final === undefined ? to : final.from + final.text.length;
  const trailing = chomp === '-' ? 0 : chomp === '+' ? stripped.length - Math.max(last, 0) : last >= 0 ? 1 : 0;
  for (let i = 0; i < trailing; i++) collected.add('\n', end);
  return collected.done(end);
}

/** What a folded block makes of the break after line `i`: a space between two text lines, else the break itself. */
function foldedBreak(lines: readonly BlockLine[], i: number): string {
  const isText = (line: string): boolean => line !== '' && !/^[ \t]/.test(line);
  const current = lines[i]?.text ?? '';
  const next = lines[i + 1]?.text ?? '';
  if (isText(current)) {
    if (isText(next)) return ' ';
    if (next !== '') return '\n';
    // Blank lines follow: this break is dropped unless what comes after them is indented more.
    const after = lines.slice(i + 1).find(({ text }) => text !== '')?.text ?? '';
    return isText(after) ? '' : '\n';
  }
  return '\n';
}
