import { Unreadable } from './problems.js';
import { isMapping, type Mapping } from './values.js';

/** A list in block style, its items not parsed yet. */
export interface BlockList {
  /** All of it but its items, of which it has none. */
  readonly head: Mapping;
  /** Parses one item after the other. @throws NotAlone */
  readonly items: Iterable<unknown>;
}

/** An item that means something in its list only, or nothing at all: the list is to be parsed as a whole. */
export class NotAlone extends Error {}

const ITEMS = /(?<![^\n])items:[ \t]*\r?\n(?=-[ \t\r\n])/;
const ANY_ITEMS = /^["']?items["']?[ \t]*:/gm;
/** The next item, or what comes after the items. A line ends with its line feed alone: a text may hold the others. */
const BOUND = /(?<=\n)(?:-(?![^ \t\r\n])|[^\s#])/g;

/**
 * Cuts a document `items:` with items in the first column, as kubectl and `oc adm inspect` write lists, so that no more
 * than an item has to be parsed at a time. What spans several lines of the first column in YAML (a text in quotes, a
 * flow collection) is open at the end of the piece, which then cannot be parsed; nor can an alias of another item.
 * @param parse throws Unreadable
 * @returns undefined for anything else
 */
export function cutList(text: string, parse: (text: string) => unknown[]): BlockList | undefined {
  const found = ITEMS.exec(text);
  if (found === null) return undefined;
  const start = found.index + found[0].length;
  const items = itemBounds(text, start);
  const rest = `${text.slice(0, found.index)}items: []\n${text.slice(items.at(-1))}`;
  const [head, ...others] = attempt(parse, rest) ?? [];
  if (others.length > 0 || !isMapping(head)) return undefined;
  // Where `items:` stood within a text, or there are two of it, the empty list is not what was read.
  if (!Array.isArray(head['items']) || head['items'].length > 0) return undefined;
  if ((rest.match(ANY_ITEMS) ?? []).length > 1) return undefined;
  return { head, items: parsedItems(text, items, parse) };
}

/** Where each item begins, and where the last one ends. */
function itemBounds(text: string, start: number): number[] {
  const bounds: number[] = [];
  BOUND.lastIndex = start;
  for (let bound = BOUND.exec(text); bound !== null; bound = BOUND.exec(text)) {
    bounds.push(bound.index);
    if (bound[0] !== '-') return bounds;
  }
  bounds.push(text.length);
  return bounds;
}

function* parsedItems(
  text: string,
  bounds: readonly number[],
  parse: (text: string) => unknown[],
): Generator<unknown, void, undefined> {
  for (let at = 0; at + 1 < bounds.length; at++) {
    const [list, ...others] = attempt(parse, text.slice(bounds[at], bounds[at + 1])) ?? [];
    if (!Array.isArray(list) || others.length > 0) throw new NotAlone();
    yield* list as unknown[];
  }
}

function attempt(parse: (text: string) => unknown[], text: string): unknown[] | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}
