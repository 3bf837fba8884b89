import type { Finding, Subject } from './model.js';
import { type LintDocument, type SourceFile, valueAt } from './source/document.js';

/** Something that keeps findings from being reported, because a person said so. */
export interface Suppression {
  /** A rule, a family as `cni/*`, or `*`. */
  readonly rule: string;
  readonly document: LintDocument;
  /** Lines of the file that it covers, both included. */
  readonly first: number;
  readonly last: number;
  /** Where it is written. */
  readonly line: number;
  /** Only findings about this object; undefined: about any. */
  readonly object: { readonly namespace: string | null; readonly name: string | null } | undefined;
}

/** `# ipamctl-ignore: RULE[,RULE…] REASON` */
const COMMENT = /(^|[ \t])#[ \t]*ipamctl-ignore:[ \t]*([^\n]*)/;
const MARK = 'ipamctl-ignore:';
const ANNOTATION = ['metadata', 'annotations', 'ipamctl.io/ignore'];

/** Everything that is suppressed, by the documents that it is suppressed in. */
export class Suppressions {
  readonly #byDocument = new Map<LintDocument, readonly Suppression[]>();
  readonly #used = new Set<Suppression>();

  /** Takes up what comments and annotations of a document say. */
  add(document: LintDocument, subjects: readonly Subject[]): void {
    const own = suppressionsOf(document, subjects);
    if (own.length > 0) this.#byDocument.set(document, own);
  }

  /** Whether a finding is kept back, which then is what its suppression is for. */
  cover({ finding, document }: { readonly finding: Finding; readonly document: LintDocument }): boolean {
    const suppression = this.#byDocument.get(document)?.find((each) => isCovered(finding, each));
    if (suppression !== undefined) this.#used.add(suppression);
    return suppression !== undefined;
  }

  /** Those that kept nothing back. */
  unused(): Suppression[] {
    return [...this.#byDocument.values()].flat().filter((each) => !this.#used.has(each));
  }
}

function suppressionsOf(document: LintDocument, subjects: readonly Subject[]): Suppression[] {
  const { from, to } = document.span;
  const fromComments = document.source.text.slice(from, to).includes(MARK) ? byComments(document) : [];
  return [...fromComments, ...subjects.flatMap(byAnnotation)];
}

function isCovered(finding: Finding, { rule, first, last, object }: Suppression): boolean {
  if (object !== undefined && (object.name !== finding.name || object.namespace !== finding.namespace)) return false;
  return finding.line >= first && finding.line <= last && isNamed(finding.rule, rule);
}

/** Whether a rule's id is meant by a rule, a family or `*`. */
export function isNamed(id: string, pattern: string): boolean {
  return pattern === '*' || pattern === id || (pattern.endsWith('/*') && id.startsWith(pattern.slice(0, -1)));
}

function byComments(document: LintDocument): Suppression[] {
  const { lines } = document.source;
  const firstLine = lines.position(document.span.from).line;
  const lastLine = lines.position(Math.max(document.span.to - 1, document.span.from)).line;
  const found: Suppression[] = [];
  for (let line = firstLine; line <= lastLine; line++) {
    const text = lines.line(line);
    const [, , said = ''] = COMMENT.exec(text) ?? [];
    if (said === '') continue;
    const isAlone = text.trimStart().startsWith('#');
    const [first, last] = isAlone ? covered(document.source, firstLine, line, lastLine) : [line, line];
    found.push(...rulesOf(said).map((rule) => ({ rule, document, first, last, line, object: undefined })));
  }
  return found;
}

/**
 * What a comment on a line of its own covers: the entry after it with all that is set in below it; at the head of a
 * document, the whole.
 */
function covered(source: SourceFile, firstLine: number, line: number, lastLine: number): [number, number] {
  const textOf = (number: number): string => source.lines.line(number);
  const isBlank = (number: number): boolean => /^\s*(?:#|$|---)/.test(textOf(number));
  let head = true;
  for (let at = firstLine; at < line; at++) head &&= isBlank(at);
  if (head) return [firstLine, lastLine];
  let first = line + 1;
  while (first < lastLine && isBlank(first)) first++;
  const indent = indentOf(textOf(first));
  let last = first;
  while (last < lastLine && belongs(textOf(last + 1), indent, textOf(first))) last++;
  return [first, last];
}

function belongs(text: string, indent: number, opening: string): boolean {
  if (text.trim() === '' || indentOf(text) > indent) return true;
  // A list may stand in the column of its key.
  return indentOf(text) === indent && /^\s*- /.test(text) && /:\s*(?:#.*)?$/.test(opening) && !/^\s*- /.test(opening);
}

function indentOf(text: string): number {
  return text.search(/\S|$/);
}

function byAnnotation(subject: Subject): Suppression[] {
  if (subject.kind !== 'object') return [];
  const said = valueAt(subject.object, ANNOTATION);
  if (typeof said !== 'string') return [];
  const { document, namespace, name } = subject;
  const last = document.source.lines.count;
  const { line } = document.source.lines.position(document.span.from);
  return said
    .split(/[\n;]/)
    .flatMap(rulesOf)
    .map((rule) => ({ rule, document, first: 1, last, line, object: { namespace, name } }));
}

/** The first word: rules with commas between them. What follows is the reason. */
function rulesOf(text: string): string[] {
  const [word = ''] = text.trim().split(/\s/);
  return word.split(',').filter((rule) => rule !== '');
}
