import { goSyntaxError } from '../../cni/go-syntax.js';
import { parseJson } from './parse.js';
import type { JsonProblem } from './problems.js';
import { type JsonNode, valueOf } from './tree.js';

/** A JSON text as rules see it. */
export interface JsonText {
  readonly text: string;
  /** What it says, or what could be made of it; undefined when nothing could. */
  readonly value: unknown;
  /** Whether Go's encoding/json takes it. */
  readonly valid: boolean;
  /** Go's words for the first syntax error; null for a valid text. */
  readonly upstream: string | null;
  readonly problems: readonly JsonProblem[];
}

/** Deeper values are not walked; the tolerant parser then says so. */
const MAX_DEPTH = 200;

/**
 * Reads a JSON text: by JSON.parse where that finds nothing to say, by the tolerant parser otherwise.
 * @param lined the same text with its source's line breaks, where YAML has folded them to spaces
 */
export function readJson(text: string, lined: () => string = () => text): JsonText {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return readBroken(text, lined());
  }
  const keys = countKeys(value, MAX_DEPTH);
  if (keys === countColons(text)) return { text, value, valid: true, upstream: null, problems: [] };
  const { root, problems } = parseJson(text);
  const tooDeep = keys === undefined;
  return { text, value: tooDeep ? undefined : valueIn(root), valid: !tooDeep, upstream: null, problems };
}

function readBroken(text: string, lined: string): JsonText {
  const { root, problems } = parseJson(lined);
  const upstream = goSyntaxError(text) ?? null;
  // Only what Go refuses too is wrong; what it takes and JSON.parse does not, there is none of.
  return {
    text,
    value: valueIn(root),
    valid: false,
    upstream,
    problems: problems.length > 0 ? problems : [unnamed(text)],
  };
}

function valueIn(root: JsonNode | undefined): unknown {
  return root === undefined ? undefined : valueOf(root);
}

function unnamed(text: string): JsonProblem {
  return { code: 'other', from: 0, to: text.length, message: 'this is no JSON' };
}

/** How many keys the objects of a value have; undefined below the depth that is walked. */
function countKeys(value: unknown, depth: number): number | undefined {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth === 0) return undefined;
  const contents = Array.isArray(value) ? (value as unknown[]) : Object.values(value);
  let count = Array.isArray(value) ? 0 : contents.length;
  for (const content of contents) {
    const below = countKeys(content, depth - 1);
    if (below === undefined) return undefined;
    count += below;
  }
  return count;
}

/** Colons outside of strings: one for each key that is written. More of them than keys: some key is there twice. */
function countColons(text: string): number {
  let count = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) inString = !inString;
    else if (inString) at += code === 0x5c ? 1 : 0;
    else if (code === 0x3a) count++;
  }
  return count;
}
