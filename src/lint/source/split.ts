import type { SourceFile } from './document.js';
import type { Chunk } from './yaml.js';

/** A line that separates documents. Source: k8s.io/apimachinery pkg/util/yaml/decoder.go (YAMLReader). */
const SEPARATOR = /^---[ \t]*(?:#[^\n]*)?\r?$/gm;
/** Nothing but blanks, comments and directives. */
const EMPTY = /^(?:[ \t]*(?:#[^\n]*)?\r?(?:\n|$)|%[^\n]*(?:\n|$))*(?:\.\.\.\s*)?$/;

/** The documents of a file, numbered from 1 as they stand in it; empty ones are left out but count. */
export function splitDocuments(source: SourceFile): Chunk[] {
  const { text } = source;
  if (/^\s*[{[](?!\{)/.test(text) && !/^---/m.test(text)) {
    return [{ index: 1, span: { from: 0, to: text.length }, format: 'json' }];
  }
  const chunks: Chunk[] = [];
  let index = 1;
  const push = (from: number, to: number): void => {
    if (!isEmpty(text.slice(from, to))) chunks.push({ index: index++, span: { from, to }, format: 'yaml' });
    else if (chunks.length > 0) index++;
  };
  let from = 0;
  for (const match of text.matchAll(SEPARATOR)) {
    push(from, match.index);
    from = Math.min(match.index + match[0].length + 1, text.length);
  }
  push(from, text.length);
  return chunks;
}

function isEmpty(text: string): boolean {
  const start = text.search(/\S/);
  if (start === -1) return true;
  const first = text[start] ?? '';
  return '#%.'.includes(first) && EMPTY.test(text);
}
