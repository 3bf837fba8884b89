import { isUtf8 } from 'node:buffer';

import { after, type Content, readAll, readUpTo, TooLarge } from './content.js';
import { cutList, NotAlone } from './block-list.js';
import { JsonCutter, type JsonPiece, type JsonPieces, PieceTooLarge } from './json-cutter.js';
import { isKnownTopKind, MENTIONS_KNOWN_KIND, MENTIONS_LIST, TOP_LEVEL_KIND } from './kinds.js';
import type { Limits } from './limits.js';
import { Unreadable } from './problems.js';
import { isMapping, type Mapping } from './values.js';
import { type YamlParser, yamlParser } from './yaml.js';

/** A document as it was parsed, before anything of it is trusted. */
export interface ParsedDocument {
  readonly value: unknown;
  /**
   * Whether it came from YAML: its texts are then slices that keep the whole file in memory, and its mappings may be
   * shared through aliases.
   */
  readonly fromYaml: boolean;
  /** Characters of the text it came from. */
  readonly characters: number;
  /**
   * The items of a list that are parsed while they are asked for; `value` has none of them then. Nothing may be taken of
   * them before the last one was read: what they throw takes all of it back.
   */
  readonly items?: Iterable<unknown>;
}

/** How a text of JSON objects begins. */
const JSON_OBJECT = /^(?:\xef\xbb\xbf)?\s*\{\s*["}]/;

/** A list whose items come one by one, and what it is perhaps only after them. */
export interface OpenList {
  /** @throws Unreadable where the item is nested too deeply; the list is lost then. */
  item(value: unknown): void;
  /** Takes the list in. `head` is all of it but its items, of which it has none. @throws Unreadable */
  end(head: Mapping): void;
}

/** Who takes what is read of a file. Neither throws. */
export interface DocumentTaker {
  document(document: ParsedDocument): void;
  /** @param head what is known of the list before its items. */
  list(head: Mapping): OpenList;
}

/**
 * Reads the documents of a file that may be of interest; the others are passed over without a parser seeing them.
 * A broken document of several does not stop the others: `problem` hears of it. A small file is read whole; lists in a
 * large file of JSON are read item by item.
 * @throws Unreadable when the file as a whole is no text, or too large.
 */
export async function parseDocuments(
  content: Content,
  limits: Limits,
  problem: (reason: string) => void,
  taker: DocumentTaker,
): Promise<void> {
  const start = await readUpTo(content, Math.min(limits.wholeBytes, limits.documentBytes));
  if (start.rest === undefined) {
    await parseWhole(start.bytes, problem, taker);
    return;
  }
  if (JSON_OBJECT.test(start.bytes.toString('latin1', 0, 4096))) {
    await streamJson(start.bytes, start.rest, limits.documentBytes, problem, taker);
    return;
  }
  const bytes = await readAll({ ...content, chunks: after(start.bytes, start.rest) }, limits.documentBytes);
  await parseWhole(bytes, problem, taker);
}

async function parseWhole(bytes: Buffer, problem: (reason: string) => void, taker: DocumentTaker): Promise<void> {
  const visit = (document: ParsedDocument): void => taker.document(document);
  const text = textOfFile(bytes);
  const start = text.search(/\S/);
  if (start === -1) return;
  const first = text[start];
  if (first === '{' || first === '[') await parseJson(text, problem, visit);
  else await parseYamlDocuments(text, problem, visit);
}

function textOfFile(bytes: Buffer): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new Unreadable('is UTF-16 (as PowerShell redirects output); save it as UTF-8');
  }
  if (!isUtf8(bytes)) {
    // A stray file of another kind in another encoding is no loss.
    if (!mayBeOfInterest(bytes.toString('latin1'))) return '';
    throw new Unreadable('is not UTF-8 text');
  }
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

async function parseJson(
  text: string,
  problem: (reason: string) => void,
  visit: (document: ParsedDocument) => void,
): Promise<void> {
  if (!MENTIONS_KNOWN_KIND.test(text) && !MENTIONS_LIST.test(text)) return;
  const characters = text.length;
  let reason: string;
  try {
    visit({ value: JSON.parse(text) as unknown, fromYaml: false, characters });
    return;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    reason = jsonReason(error, text);
  }

  // Several objects one after the other, as `jq -c '.items[]'` writes and kubectl reads.
  const parts = splitJson(text);
  if (parts !== undefined && parts.length > 1) {
    for (const part of parts) {
      try {
        visit({ value: JSON.parse(part.text) as unknown, fromYaml: false, characters: part.text.length });
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        problem(`the object at line ${lineAt(text, part.start)} is no JSON`);
      }
    }
    return;
  }

  // YAML in braces; and its parser tells the line where JSON.parse may not.
  try {
    const parse = await yamlParser();
    for (const value of parse(text, () => 1)) visit({ value, fromYaml: true, characters });
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    problem(reason.startsWith('line') ? reason : error.message.replace('is no YAML', 'is no JSON'));
  }
}

function jsonReason(error: SyntaxError, text: string): string {
  const { what, position } = whatFailed(error);
  return position === undefined ? `is no JSON: ${what}` : `line ${lineAt(text, position)}: is no JSON: ${what}`;
}

function whatFailed(error: SyntaxError): { readonly what: string; readonly position: number | undefined } {
  const match = /at position (\d+)/.exec(error.message);
  // The message quotes the text: only its first words are wanted.
  const what = error.message.replace(/,? ?(?:\.\.\.|").*$/s, '').replace(/ (?:in JSON )?at position \d+.*$/s, '');
  return { what, position: match === null ? undefined : Number(match[1]) };
}

/** Reads a JSON text of one or several values while it arrives: no more than an item of a list is in memory. */
async function streamJson(
  start: Buffer,
  rest: AsyncIterable<Buffer>,
  limit: number,
  problem: (reason: string) => void,
  taker: DocumentTaker,
): Promise<void> {
  const reader = new JsonListReader(problem, taker);
  const cutter = new JsonCutter(reader, limit);
  try {
    for await (const chunk of after(withoutMark(start), rest)) cutter.push(chunk);
    if (!cutter.end()) reader.cutShort(cutter.rest);
  } catch (error) {
    if (error instanceof PieceTooLarge) throw new TooLarge(undefined, limit);
    throw error;
  }
}

/** Without the byte order mark of UTF-8. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** Makes documents and items of the pieces of a JSON text. */
class JsonListReader implements JsonPieces {
  readonly #problem: (reason: string) => void;
  readonly #taker: DocumentTaker;
  #list: OpenList | undefined;
  /** Whether something of the value at hand was lost, and with it the whole value. */
  #isLost = false;
  /** Whether anything of the value at hand may be of interest: what is of none may be broken. */
  #isOfInterest = false;

  constructor(problem: (reason: string) => void, taker: DocumentTaker) {
    this.#problem = problem;
    this.#taker = taker;
  }

  list(head: JsonPiece): void {
    if (this.#isLost) return;
    const value = this.#parse(head)?.value;
    // Of two lists of items in one value the last counts, as JSON.parse has it.
    this.#list = isMapping(value) ? this.#taker.list(value) : undefined;
  }

  item(item: JsonPiece): void {
    if (this.#isLost) return;
    const parsed = this.#parse(item);
    if (parsed !== undefined) this.#attempt(() => this.#list?.item(parsed.value));
  }

  value(piece: JsonPiece): void {
    const list = this.#list;
    const parsed = this.#isLost ? undefined : this.#parse(piece);
    if (parsed !== undefined) {
      const { value } = parsed;
      if (list !== undefined && isMapping(value) && isEmptyList(value['items'])) this.#attempt(() => list.end(value));
      else this.#taker.document({ value, fromYaml: false, characters: piece.bytes.length });
    }
    this.#list = undefined;
    this.#isLost = false;
    this.#isOfInterest = false;
  }

  /** The text ended within a value, of which this piece was the last. */
  cutShort({ bytes, line }: JsonPiece): void {
    if (this.#isLost || !this.#mayConcern(bytes)) return;
    let what = 'Unexpected end of JSON input';
    try {
      JSON.parse(bytes.toString('utf8'));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      ({ what } = whatFailed(error));
    }
    this.#problem(`line ${line}: is no JSON: ${what}`);
  }

  #attempt(take: () => void): void {
    try {
      take();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.#lose(error.message);
    }
  }

  #lose(reason: string): void {
    this.#isLost = true;
    this.#list = undefined;
    this.#problem(reason);
  }

  /** `undefined` for what is no JSON: the value is lost then. */
  #parse(piece: JsonPiece): { readonly value: unknown } | undefined {
    const { bytes, line } = piece;
    const isOfInterest = this.#mayConcern(bytes);
    if (!isUtf8(bytes)) {
      this.#isLost = true;
      if (isOfInterest) this.#lose(`line ${line}: is not UTF-8 text`);
      return undefined;
    }
    const text = bytes.toString('utf8');
    try {
      return { value: JSON.parse(text) as unknown };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#isLost = true;
      if (isOfInterest) this.#lose(pieceReason(error, text, line));
      return undefined;
    }
  }

  #mayConcern(bytes: Buffer): boolean {
    if (this.#isOfInterest) return true;
    const text = bytes.toString('latin1');
    this.#isOfInterest = MENTIONS_KNOWN_KIND.test(text) || MENTIONS_LIST.test(text);
    return this.#isOfInterest;
  }
}

/** Why a piece that begins in this line is no JSON. */
function pieceReason(error: SyntaxError, text: string, line: number): string {
  const { what, position } = whatFailed(error);
  if (position === undefined) return `line ${line}: what begins here is no JSON: ${what}`;
  // White space before it is not counted: the line is that of its first character.
  const before = text.length - text.trimStart().length;
  return `line ${line + lineAt(text.slice(before), position - before) - 1}: is no JSON: ${what}`;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Cuts a text into its top-level JSON objects and arrays; `undefined` when something else lies between them. */
function splitJson(text: string): { text: string; start: number }[] | undefined {
  const parts: { text: string; start: number }[] = [];
  let depth = 0;
  let start = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x7b || code === 0x5b) {
      if (depth++ === 0) start = at;
    } else if (code === 0x7d || code === 0x5d) {
      if (--depth < 0) return undefined;
      if (depth === 0) parts.push({ text: text.slice(start, at + 1), start });
    } else if (depth === 0) {
      // Only white space may lie between.
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return undefined;
    } else if (code === 0x22) {
      inString = true;
    }
  }
  return depth === 0 ? parts : undefined;
}

/**
 * Documents are cut apart before they are parsed, at `---` in the first column, where YAML ends a document in every
 * context: one that is broken costs only itself, and one of no interest costs nothing.
 */
async function parseYamlDocuments(
  text: string,
  problem: (reason: string) => void,
  visit: (document: ParsedDocument) => void,
): Promise<void> {
  for (const { from, to } of documentBounds(text)) {
    const chunk = from === 0 && to === text.length ? text : text.slice(from, to);
    if (!mayBeOfInterest(chunk)) continue;
    const second = secondKind(chunk);
    if (second !== -1) {
      problem(
        `line ${lineAt(text, from + second)}: a second object begins without \`---\` before it; the first is lost`,
      );
    }
    try {
      const parse = await yamlParser();
      if (visitItems(chunk, parse, visit)) continue;
      const values = parse(chunk, () => lineAt(text, from));
      for (const value of values) visit({ value, fromYaml: true, characters: chunk.length });
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      problem(error.message);
    }
  }
}

/** Has a list read item by item, if it is one that can be. */
function visitItems(chunk: string, parse: YamlParser, visit: (document: ParsedDocument) => void): boolean {
  const list = cutList(chunk, (text) => parse(text, () => 1));
  if (list === undefined) return false;
  try {
    visit({ value: list.head, fromYaml: true, characters: chunk.length, items: list.items });
    return true;
  } catch (error) {
    if (error instanceof NotAlone) return false;
    throw error;
  }
}

function* documentBounds(text: string): Generator<{ from: number; to: number }> {
  const mark = /^---(?=[ \t\r\n]|$)/gm;
  let from = 0;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    if (match.index > from) yield { from, to: match.index };
    from = match.index;
  }
  if (from < text.length) yield { from, to: text.length };
}

/** A quick look: block style tells its kind at the start of a line; anything else is parsed when it names a kind. */
function mayBeOfInterest(chunk: string): boolean {
  const kind = TOP_LEVEL_KIND.exec(chunk)?.[1];
  if (kind === undefined) return MENTIONS_KNOWN_KIND.test(chunk) || MENTIONS_LIST.test(chunk);
  // An empty List tells by its file's name what was collected; a full one must hold a kind we know.
  if (kind === 'List') return chunk.length < 4096 || MENTIONS_KNOWN_KIND.test(chunk);
  return isKnownTopKind(kind);
}

/** Where `kind:` stands at the start of a line again: files joined without `---`, of which YAML keeps the last. */
function secondKind(chunk: string): number {
  const first = TOP_LEVEL_KIND.exec(chunk);
  if (first === null) return -1;
  const after = first.index + first[0].length;
  const next = chunk.slice(after).search(TOP_LEVEL_KIND);
  return next === -1 || /^\.\.\.\s/m.test(chunk) ? -1 : after + next;
}

/** The number of the line, from 1, that holds a position. */
function lineAt(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < position; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
