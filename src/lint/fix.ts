import type { LocatedFinding } from './engine.js';
import type { Finding } from './model.js';
import type { FileEdit } from './path-edit.js';
import { sourceFile, type SourceFile } from './source/document.js';
import type { Span } from './source/places.js';

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
  const taken = new Stretches();
  for (const { finding, document, edits } of findings) {
    if (document.source !== source || edits.length === 0) continue;
    if (edits.some(({ span }) => taken.touches(span))) continue;
    for (const edit of edits) {
      accepted.push(edit);
      taken.add(edit.span);
    }
    fixed.push(finding);
  }
  if (accepted.length === 0) return undefined;
  const text = applied(source.text, accepted);
  if (text === source.text) return undefined;
  const { name, folder, writable, bom } = source;
  return { source: sourceFile(name, bom ? `\ufeff${text}` : text, { folder, writable }), fixed };
}

/** Stretches of a text, sorted; those that touch are one. */
class Stretches {
  readonly #all: Span[] = [];

  touches(span: Span): boolean {
    const next = this.#all[this.#firstEndingFrom(span.from)];
    return next !== undefined && next.from <= span.to;
  }

  add({ from, to }: Span): void {
    const at = this.#firstEndingFrom(from);
    let end = at;
    while ((this.#all[end]?.from ?? Infinity) <= to) end++;
    const met = this.#all.slice(at, end);
    this.#all.splice(at, met.length, {
      from: Math.min(from, met[0]?.from ?? from),
      to: Math.max(to, met.at(-1)?.to ?? to),
    });
  }

  /** The place of the first that ends there or later: findings come in order, so that it most often is the last. */
  #firstEndingFrom(offset: number): number {
    let low = 0;
    let high = this.#all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#all[middle]?.to ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
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
