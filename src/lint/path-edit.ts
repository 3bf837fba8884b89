import type { Edit } from './model.js';
import type { Found, Locator, Node } from './locator.js';
import { spanOf } from './locator.js';
import type { JsonNode } from './json/tree.js';
import type { LintDocument } from './source/document.js';
import { moved, type Span } from './source/places.js';

/** A node of JSON, and the text that it is in. */
interface JsonPlace {
  readonly node: JsonNode;
  readonly layer: Extract<Node, { in: 'json' }>['layer'];
}

/** A replacement in a file. */
export interface FileEdit {
  readonly span: Span;
  readonly text: string;
}

/**
 * The replacements in the file that an edit means; undefined where it cannot be written without changing more than it
 * says, and then the finding is not fixable.
 */
export function fileEdits(edit: Edit, document: LintDocument, locator: Locator): FileEdit[] | undefined {
  if (edit.kind === 'document') return [{ span: moved(edit.span, document.span.from), text: edit.text }];
  const found = locator.find(edit.path);
  if (found?.exact !== true) return undefined;
  switch (edit.kind) {
    case 'text':
      return textEdit(edit, found, locator);
    case 'set':
      return replaced(found.node, edit.value);
    case 'rename':
      return found.key === undefined ? undefined : renamed(found.key, edit.key);
    case 'remove':
      return removed(found, document);
    case 'insert': {
      const content = locator.content(found);
      return content === undefined ? undefined : inserted(content, edit.key, edit.value, document);
    }
    case 'append': {
      const content = locator.content(found);
      return content?.in === 'json' ? appended(content, edit.value) : undefined;
    }
  }
}

function textEdit(edit: Extract<Edit, { kind: 'text' }>, found: Found, locator: Locator): FileEdit[] | undefined {
  const layer = locator.layer(found);
  const text = layer?.encode(edit.text);
  return layer === undefined || text === undefined ? undefined : [{ span: layer.span(edit.span), text }];
}

/** New text in the place of a node: JSON, which YAML reads too. */
function replaced(node: Node, value: unknown): FileEdit[] | undefined {
  if (
    node.in === 'yaml' &&
    (node.node.type !== 'scalar' || node.node.style === 'literal' || node.node.style === 'folded')
  ) {
    return undefined;
  }
  const json = JSON.stringify(value);
  const text = node.in === 'json' ? node.layer.encode(json) : plainOr(value, json);
  return text === undefined ? undefined : [{ span: spanOf(node), text }];
}

/** YAML needs no quotes around most words. */
function plainOr(value: unknown, json: string): string {
  const isWord = typeof value === 'string' && /^[A-Za-z][\w./-]*$/.test(value);
  return isWord && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value) ? value : json;
}

function renamed(key: Node, name: string): FileEdit[] | undefined {
  return replaced(key, name);
}

function removed({ node, key, parent }: Found, document: LintDocument): FileEdit[] | undefined {
  if (parent === undefined) return undefined;
  if (parent.in === 'json') return removedFromJson(key ?? node, node, parent);
  return parent.node.type === 'map' && !parent.node.flow && parent.node.entries.length > 1 && key !== undefined
    ? removedLines(key, node, document)
    : undefined;
}

/** With the comma after it, or of the last one with that before it; and the blanks to the next token. */
function removedFromJson(first: Node, last: Node, parent: Extract<Node, { in: 'json' }>): FileEdit[] | undefined {
  if (first.in !== 'json' || last.in !== 'json') return undefined;
  const { text } = parent.layer;
  const comma = afterBlanks(text, last.node.to);
  const before = beforeBlanks(text, first.node.from);
  const span =
    text[comma] === ','
      ? { from: first.node.from, to: afterBlanks(text, comma + 1) }
      : { from: text[before - 1] === ',' ? before - 1 : before, to: last.node.to };
  return [{ span: parent.layer.span(span), text: '' }];
}

/** The offset after the white space that begins at an offset. */
function afterBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text[at])) at++;
  return at;
}

/** The offset before the white space that ends at an offset. */
function beforeBlanks(text: string, to: number): number {
  let at = to;
  while (isBlank(text[at - 1])) at--;
  return at;
}

function isBlank(character: string | undefined): boolean {
  return character !== undefined && /\s/.test(character);
}

/** The lines of an entry of a block mapping, when it has them for itself. */
function removedLines(key: Node, value: Node, document: LintDocument): FileEdit[] | undefined {
  const { text } = document.source;
  const from = text.lastIndexOf('\n', spanOf(key).from - 1) + 1;
  if (text.slice(from, spanOf(key).from).trim() !== '') return undefined;
  const valueEnd = Math.max(spanOf(key).to, spanOf(value).to);
  const isComplete = text[valueEnd - 1] === '\n';
  const end = isComplete ? valueEnd : text.indexOf('\n', valueEnd) + 1 || text.length;
  return [{ span: { from, to: end }, text: '' }];
}

/** As the last member, laid out as the one before it. */
function inserted(node: Node, key: string, value: unknown, document: LintDocument): FileEdit[] | undefined {
  if (node.in === 'json') return insertedInJson(node, key, value);
  if (node.node.type !== 'map' || node.node.flow) return undefined;
  const first = node.node.entries[0]?.key;
  if (first === undefined) return undefined;
  const { text } = document.source;
  const lineStart = text.lastIndexOf('\n', first.from - 1) + 1;
  const indent = ' '.repeat(first.from - lineStart);
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  // Before the first one, where no end of a block scalar has to be found.
  return [
    {
      span: { from: first.from, to: first.from },
      text: `${key}: ${plainOr(value, JSON.stringify(value))}${lineEnd}${indent}`,
    },
  ];
}

function insertedInJson({ node, layer }: JsonPlace, key: string, value: unknown): FileEdit[] | undefined {
  if (node.type !== 'object') return undefined;
  const last = node.members.at(-1);
  if (last !== undefined && !(isClosed(layer, last.key) && isClosed(layer, last.value))) return undefined;
  const written = `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
  return last === undefined
    ? insertedFirst(layer, node.from + 1, ` ${written} `)
    : insertedAfter(layer, last.key.from, last.value.to, written);
}

/** As the last element, set apart as the one before it. */
function appended({ node, layer }: JsonPlace, value: unknown): FileEdit[] | undefined {
  if (node.type !== 'array') return undefined;
  const last = node.items.at(-1);
  if (last !== undefined && !isClosed(layer, last)) return undefined;
  const written = JSON.stringify(value);
  if (last === undefined) return insertedFirst(layer, node.from + 1, written);
  // The white space before a single element is that of the bracket.
  const isAlone =
    node.items.length === 1 && !layer.text.slice(beforeBlanks(layer.text, last.from), last.from).includes('\n');
  return insertedAfter(layer, isAlone ? last.to : last.from, last.to, written);
}

/** What follows a string whose closing quote is missing would become a part of it, and of a missing value its value. */
function isClosed(layer: JsonPlace['layer'], { from, to }: Span): boolean {
  const quote = layer.text[from];
  return to > from && ((quote !== '"' && quote !== "'") || (to - from > 1 && layer.text[to - 1] === quote));
}

function insertedFirst(layer: JsonPlace['layer'], at: number, written: string): FileEdit[] | undefined {
  const text = layer.encode(written);
  return text === undefined ? undefined : [{ span: layer.span({ from: at, to: at }), text }];
}

/** The white space before the last one is how they are set apart here. */
function insertedAfter(
  layer: JsonPlace['layer'],
  lastFrom: number,
  at: number,
  written: string,
): FileEdit[] | undefined {
  const gap = layer.text.slice(beforeBlanks(layer.text, lastFrom), lastFrom);
  if (gap.includes('\n')) return insertedLine(layer, at, gap, written);
  const text = layer.encode(`,${gap === '' ? ' ' : gap}${written}`);
  return text === undefined ? undefined : [{ span: layer.span({ from: at, to: at }), text }];
}

/** On a line of its own, which begins in the file as the one before it does. */
function insertedLine(
  layer: Extract<Node, { in: 'json' }>['layer'],
  at: number,
  gap: string,
  written: string,
): FileEdit[] | undefined {
  const text = layer.encode(written);
  const comma = layer.encode(',');
  if (text === undefined || comma === undefined) return undefined;
  const place = layer.span({ from: at, to: at });
  const folded = layer.encode(`,\n${gap.slice(gap.lastIndexOf('\n') + 1)}`);
  return folded === undefined ? [{ span: place, text: `${comma} ${text}` }] : [{ span: place, text: folded + text }];
}
