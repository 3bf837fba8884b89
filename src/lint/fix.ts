import type { LocatedFinding } from './engine.js';
import type { Finding } from './model.js';
import type { FileEdit } from './path-edit.js';
import { sourceFile, type SourceFile } from './source/document.js';

/** A file after a repair, and what was repaired in it. */
export interface Repaired {
  readonly source: SourceFile;
  readonly fixed: readonly Finding[];
}

/** The text of a file as it is written, with the byte order mark that reading took away. */
export function fileText({ text, bom }: SourceFile): string {
  return bom ? `\ufeff${text}` : text;
}

/**
 * Makes the repairs of a file's findings, as far as they leave each other alone: of two that touch, the second waits for
 * the next round. Undefined when there is nothing to do.
 */
export function repair(source: SourceFile, findings: readonly LocatedFinding[]): Repaired | undefined {
  const accepted: FileEdit[] = [];
  const fixed: Finding[] = [];
  for (const { finding, document, edits } of findings) {
    if (document.source !== source || edits.length === 0) continue;
    if (edits.some((edit) => accepted.some((other) => touches(edit, other)))) continue;
    accepted.push(...edits);
    fixed.push(finding);
  }
  if (accepted.length === 0) return undefined;
  const text = applied(source.text, accepted);
  if (text === source.text) return undefined;
  const { name, folder, writable, bom } = source;
  return { source: sourceFile(name, bom ? `\ufeff${text}` : text, { folder, writable }), fixed };
}

function touches({ span: a }: FileEdit, { span: b }: FileEdit): boolean {
  return a.from <= b.to && b.from <= a.to;
}

function applied(text: string, edits: readonly FileEdit[]): string {
  const ordered = [...edits].sort((a, b) => a.span.from - b.span.from);
  let result = '';
  let at = 0;
  for (const { span, text: replacement } of ordered) {
    result += text.slice(at, span.from) + replacement;
    at = span.to;
  }
  return result + text.slice(at);
}
