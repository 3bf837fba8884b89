import { rememberEach } from '../remember.js';
import { Places } from '../source/places.js';

/** A JSON value with its place in the text: `from` is the offset of its first character, `to` that after its last. */
export type JsonNode = JsonObjectNode | JsonArrayNode | JsonScalarNode;

export interface JsonObjectNode {
  readonly type: 'object';
  readonly from: number;
  readonly to: number;
  readonly members: readonly JsonMember[];
}

export interface JsonArrayNode {
  readonly type: 'array';
  readonly from: number;
  readonly to: number;
  readonly items: readonly JsonNode[];
}

export interface JsonScalarNode {
  readonly type: 'scalar';
  readonly from: number;
  readonly to: number;
  readonly value: string | number | boolean | null;
}

/** One `"key": value` of an object. */
export interface JsonMember {
  readonly key: JsonScalarNode;
  readonly value: JsonNode;
}

/** The value of a tree as JSON.parse gives it: of equal keys the last one counts, `__proto__` is an own key. */
export function valueOf(node: JsonNode): unknown {
  if (node.type === 'scalar') return node.value;
  if (node.type === 'array') return node.items.map(valueOf);
  const object = {};
  for (const { key, value } of node.members) {
    Object.defineProperty(object, String(key.value), {
      value: valueOf(value),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return object;
}

/** The last member of a key: the one that counts. */
export function memberOf(node: JsonObjectNode, key: string): JsonMember | undefined {
  return membersOf(node).get(key);
}

const membersOf = rememberEach(
  ({ members }: JsonObjectNode): ReadonlyMap<unknown, JsonMember> =>
    new Map(members.map((member) => [member.key.value, member])),
);

/** Where each UTF-16 unit of a string that stands at `from`–`to`, quotes included, is written. */
export function stringPlaces(text: string, from: number, to: number): Places {
  const places: number[] = [];
  const end = text[to - 1] === text[from] && to - from > 1 ? to - 1 : to;
  for (let at = from + 1; at < end;) {
    const length = text[at] !== '\\' ? 1 : text[at + 1] === 'u' ? 6 : 2;
    places.push(at, at + length);
    at += length;
  }
  return new Places(Uint32Array.from(places), end);
}
