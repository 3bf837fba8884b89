import { parseJson } from './json/parse.js';
import { type JsonNode, memberOf, stringPlaces } from './json/tree.js';
import { withoutOuterQuotes } from './json/outer-quotes.js';
import type { PathTarget, Target } from './model.js';
import type { Path } from './path.js';
import { rememberEach } from './remember.js';
import type { LintDocument } from './source/document.js';
import { type Layer, scalarLayer, stringLayer } from './source/layer.js';
import { loadYamlTree } from './source/load-tree.js';
import { moved, type Span } from './source/places.js';
import { type DecodedScalar, decodeScalar } from './source/scalar.js';
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from './source/yaml-tree.js';

/** A YAML node, or a JSON node within the text of a layer. */
export type Node =
  | { readonly in: 'yaml'; readonly node: YamlNode }
  | { readonly in: 'json'; readonly node: JsonNode; readonly layer: Layer };

/** Where a path leads. */
export interface Found {
  /** The node itself, or the nearest above it that is there. */
  readonly node: Node;
  /** The key that leads to it; undefined in a list and at the root. */
  readonly key: Node | undefined;
  /** What it is a member or an element of. */
  readonly parent: Node | undefined;
  /** Whether it is what was asked for. */
  readonly exact: boolean;
}

/** Finds places of a document. Made only for documents with findings, and large: not to be kept. */
export interface Locator {
  /** Where a target is in the file. */
  span(target: Target): Span;
  find(path: Path): Found | undefined;
  /** The node that is found, or what the JSON in it holds; undefined for a scalar that holds none. */
  content(found: Found): Node | undefined;
  /** The text that the string at a path says, and how to write into it; undefined where there is no string. */
  layer(found: Found): Layer | undefined;
  /** The string at a path with the line breaks of its source; undefined where there is none. */
  linedText(path: Path): string | undefined;
}

/** Parses a document again, with positions. */
export async function openLocator(document: LintDocument): Promise<Locator> {
  if (document.format === 'json') {
    const layer = innerLayer(document);
    const { root } = parseJson(document.text);
    return new TreeLocator(document, root === undefined ? undefined : { in: 'json', node: root, layer });
  }
  const yamlTree = await loadYamlTree();
  const tree = yamlTree(document.text, document.span.from);
  return new TreeLocator(document, tree === undefined ? undefined : { in: 'yaml', node: tree });
}

/** The document as a part of its file. */
function innerLayer({ text, span: { from } }: LintDocument): Layer {
  return { text, span: (span) => moved(span, from), encode: (written) => written };
}

class TreeLocator implements Locator {
  readonly #layers = new Map<YamlNode | JsonNode, Layer | undefined>();
  readonly #inner = new Map<Layer, Node | undefined>();

  constructor(
    private readonly document: LintDocument,
    private readonly root: Node | undefined,
  ) {}

  span(target: Target): Span {
    if ('document' in target) return moved(target.document, this.document.span.from);
    const found = this.find(target.path);
    if (found === undefined) return this.#start();
    if (target.text !== undefined && found.exact) return this.#textSpan(found, target.text);
    return this.#tokenSpan(found, target);
  }

  #start(): Span {
    const { span, text } = this.document;
    const from = span.from + Math.max(text.search(/\S/), 0);
    return { from, to: Math.min(from + 1, span.to) };
  }

  #textSpan(found: Found, text: Span): Span {
    return this.layer(found)?.span(text) ?? spanOf(found.node);
  }

  /** The token that a finding underlines: a whole object would be everything, so its key stands for it. */
  #tokenSpan({ node, key, exact }: Found, { part, path }: PathTarget): Span {
    if (key !== undefined && (part === 'key' || !exact || isContainer(node) || isLong(node, this.document)))
      return spanOf(key);
    const span = spanOf(node);
    const isWhole = path.length === 0 || isContainer(node) || isLong(node, this.document);
    return isWhole ? { from: span.from, to: Math.min(span.from + 1, span.to) } : span;
  }

  find(path: Path): Found | undefined {
    if (this.root === undefined) return undefined;
    let found: Found = { node: this.root, key: undefined, parent: undefined, exact: true };
    for (const step of path) {
      const next = this.#step(found, step);
      if (next === undefined) return { ...found, exact: false };
      found = next;
    }
    return found;
  }

  #step(found: Found, step: string | number): Found | undefined {
    const node = this.content(found);
    if (node === undefined) return undefined;
    const next = node.in === 'yaml' ? yamlStep(node.node, step) : jsonStep(node, step);
    return next === undefined ? undefined : { ...next, parent: node, exact: true };
  }

  content(found: Found): Node | undefined {
    const { node } = found;
    if (node.node.type !== 'scalar') return node;
    const layer = this.layer(found);
    if (layer === undefined) return undefined;
    if (!this.#inner.has(layer)) {
      const { root } = parseJson(withoutOuterQuotes(layer.text) ?? layer.text);
      this.#inner.set(layer, root === undefined ? undefined : { in: 'json', node: root, layer });
    }
    return this.#inner.get(layer);
  }

  layer({ node }: Found): Layer | undefined {
    if (node.node.type !== 'scalar') return undefined;
    if (!this.#layers.has(node.node)) {
      this.#layers.set(node.node, node.in === 'yaml' ? this.#scalarLayer(node.node) : jsonLayer(node));
    }
    return this.#layers.get(node.node);
  }

  #scalarLayer(node: YamlNode): Layer | undefined {
    if (node.type !== 'scalar') return undefined;
    // JSON is read by lines, also where it was folded.
    const { lined, places } = this.#decode(node);
    return scalarLayer(lined, places, node.style, this.#indentOf(node));
  }

  #decode(node: YamlScalar): DecodedScalar {
    const { text, span } = this.document;
    const written = text.slice(node.from - span.from, node.to - span.from);
    const value = typeof node.value === 'string' ? node.value : written;
    return decodeScalar(this.document.source.text, node.from, node.to, node.style, value);
  }

  /** What the further lines of a scalar begin with. */
  #indentOf({ from, to }: YamlScalar): string {
    const [, indent = '  '] = /\n([ ]+)\S/.exec(this.document.source.text.slice(from, to)) ?? [];
    return indent;
  }

  linedText(path: Path): string | undefined {
    const found = this.find(path);
    if (found?.exact !== true) return undefined;
    const { node } = found;
    if (node.in !== 'yaml' || node.node.type !== 'scalar') return undefined;
    return this.layer(found)?.text;
  }
}

function jsonLayer(node: Node): Layer | undefined {
  if (node.in !== 'json' || node.node.type !== 'scalar' || typeof node.node.value !== 'string') return undefined;
  const { from, to, value } = node.node;
  return stringLayer(value, stringPlaces(node.layer.text, from, to), node.layer);
}

/** Where a node is in the file. */
export function spanOf(node: Node): Span {
  return node.in === 'yaml' ? { from: node.node.from, to: node.node.to } : node.layer.span(node.node);
}

function isContainer({ node }: Node): boolean {
  return node.type !== 'scalar';
}

/** A text over several lines is not underlined as a whole. */
function isLong(node: Node, document: LintDocument): boolean {
  const { from, to } = spanOf(node);
  return document.source.text.slice(from, to).includes('\n');
}

type Step = Pick<Found, 'node' | 'key'>;

function yamlStep(node: YamlNode, step: string | number): Step | undefined {
  if (node.type === 'list') {
    const item = typeof step === 'number' ? node.items[step] : undefined;
    return item === undefined ? undefined : { node: { in: 'yaml', node: item }, key: undefined };
  }
  if (node.type !== 'map') return undefined;
  const entry = entryOf(node, String(step));
  if (entry === undefined) return undefined;
  const key: Node = { in: 'yaml', node: entry.key };
  return { node: entry.value === undefined ? key : { in: 'yaml', node: entry.value }, key };
}

/** The last entry of a key, which counts; else one that `<<` brings in. */
function entryOf(map: YamlMap, name: string): YamlEntry | undefined {
  return entriesOf(map).get(name) ?? mergedEntriesOf(map).get(name);
}

/** The entries of a mapping by their keys, of equal ones the last: an object may have many keys with findings. */
const entriesOf = rememberEach((map: YamlMap): ReadonlyMap<string, YamlEntry> => {
  const scalars = map.entries.filter(({ key }) => key.type === 'scalar');
  return new Map(scalars.map((entry) => [nameOf(entry), entry]));
});

/** What `<<` brings in, the first source before the later ones. */
const mergedEntriesOf = rememberEach((map: YamlMap): ReadonlyMap<string, YamlEntry> => {
  const sources = map.entries.flatMap(({ key, value }) => {
    if (key.type !== 'scalar' || key.value !== '<<' || value === undefined) return [];
    return value.type === 'list' ? value.items : [value];
  });
  const maps = sources.filter((source) => source?.type === 'map');
  return new Map(maps.toReversed().flatMap((source) => [...entriesOf(source)]));
});

function nameOf({ key }: YamlEntry): string {
  return key.type === 'scalar' ? String(key.value) : '';
}

function jsonStep({ node, layer }: Extract<Node, { in: 'json' }>, step: string | number): Step | undefined {
  if (node.type === 'array') {
    const item = typeof step === 'number' ? node.items[step] : undefined;
    return item === undefined ? undefined : { node: { in: 'json', node: item, layer }, key: undefined };
  }
  if (node.type !== 'object') return undefined;
  const found = memberOf(node, String(step));
  if (found === undefined) return undefined;
  return { node: { in: 'json', node: found.value, layer }, key: { in: 'json', node: found.key, layer } };
}
