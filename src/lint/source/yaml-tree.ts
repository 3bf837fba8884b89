import {
  Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
} from 'yaml';
import { multilineQuoted } from './quoted.js';
import type { ScalarStyle } from './scalar.js';

/** A YAML node with its place in the file. */
export type YamlNode = YamlMap | YamlList | YamlScalar;

export interface YamlMap {
  readonly type: 'map';
  readonly from: number;
  readonly to: number;
  readonly flow: boolean;
  readonly entries: readonly YamlEntry[];
}

export interface YamlList {
  readonly type: 'list';
  readonly from: number;
  readonly to: number;
  readonly items: readonly (YamlNode | undefined)[];
}

export interface YamlScalar {
  readonly type: 'scalar';
  readonly from: number;
  readonly to: number;
  readonly style: ScalarStyle;
  readonly value: unknown;
}

/** One `key: value` of a mapping. */
export interface YamlEntry {
  readonly key: YamlNode;
  readonly value: YamlNode | undefined;
}

const STYLES: Readonly<Record<string, ScalarStyle>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

/**
 * The tree of a YAML document. This file is loaded when something asks for positions: only a document with findings does.
 * @param base offset of the document in the file, added to all places
 */
export function yamlTree(text: string, base: number): YamlNode | undefined {
  let document = parse(text);
  // It refuses quoted scalars that kubectl takes; with their content out of the way the rest is as it was.
  if (document.errors.length > 0) document = fewerErrors(document, parse(withoutQuoted(text)));
  return convert(document.contents, document, base);
}

function parse(text: string): Document {
  const [first] = parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent' });
  return first ?? new Document(null);
}

function convert(node: unknown, document: Document, base: number): YamlNode | undefined {
  if (isAlias(node)) {
    const target = node.resolve(document);
    return target === undefined ? undefined : convert(target, document, base);
  }
  if (!isNode(node)) return undefined;
  const [from, to] = placeOf(node, base);
  if (isMap(node)) {
    const entries = lazily(() => node.items.flatMap((pair) => entryOf(pair, document, base)));
    return {
      type: 'map',
      from,
      to,
      flow: node.flow === true,
      get entries() {
        return entries();
      },
    };
  }
  if (isSeq(node)) {
    const items = lazily(() => node.items.map((item) => convert(item, document, base)));
    return {
      type: 'list',
      from,
      to,
      get items() {
        return items();
      },
    };
  }
  return isScalar(node) ? scalarOf(node, from, to) : undefined;
}

function entryOf({ key, value }: Pair, document: Document, base: number): YamlEntry[] {
  const keyNode = convert(key, document, base);
  return keyNode === undefined ? [] : [{ key: keyNode, value: convert(value, document, base) }];
}

function fewerErrors(a: Document, b: Document): Document {
  return b.errors.length < a.errors.length ? b : a;
}

/** The text with the contents of its long quoted scalars overwritten, line breaks too; offsets stay. */
function withoutQuoted(text: string): string {
  const parts: string[] = [];
  let at = 0;
  for (const { from, to, quote } of multilineQuoted(text)) {
    parts.push(text.slice(at, from), quote, 'x'.repeat(to - from - 2), quote);
    at = to;
  }
  return parts.join('') + text.slice(at);
}

function placeOf(node: Node, base: number): [from: number, to: number] {
  const [from = 0, to = 0] = node.range ?? [];
  return [base + from, base + to];
}

function scalarOf(node: Scalar, from: number, to: number): YamlScalar {
  return { type: 'scalar', from, to, style: STYLES[node.type ?? ''] ?? 'plain', value: node.value };
}

/** Aliases may form a tree that is too large to be made at once. */
function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
