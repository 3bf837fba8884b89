import type { JsonObject } from '../../cni/go-json.js';
import type { Path } from '../path.js';
import { Lines } from './lines.js';
import type { Span } from './places.js';

/** A text that was read: a file, standard input, or a fenced block of a document. */
export interface SourceFile {
  /** As it is shown: the path as given, `-` for standard input. */
  readonly name: string;
  /** Without a byte order mark. */
  readonly text: string;
  readonly lines: Lines;
  /** Whether the file begins with a byte order mark. */
  readonly bom: boolean;
  /** The folder by which cross rules compare; the same for everything that was named by itself. */
  readonly folder: string;
  /** Whether `--fix` may write it. */
  readonly writable: boolean;
  readonly origin: SourceOrigin;
}

/** `background`: of a cluster, there to be compared with, and not asked about. */
export type SourceOrigin = 'given' | 'cluster' | 'background';

/** How a document's text is to be read. */
export type DocumentFormat = 'yaml' | 'json';

/** What reading YAML found; each code is the second half of a rule's id. */
export type YamlProblemCode =
  | 'parse-error'
  | 'under-indented-scalar'
  | 'tab-indent'
  | 'folded-then-quote'
  | 'duplicate-key'
  | 'template-placeholder'
  | 'doc-separator-missing'
  /** Told by `json/callout`, where a configuration is written as YAML. */
  | 'callout';

export interface YamlProblem {
  readonly code: YamlProblemCode;
  /** In the document's text. */
  readonly span: Span;
  readonly message: string;
  readonly upstream?: string;
  readonly severity?: 'info';
  /** Of the key that is concerned, where that is known. */
  readonly path?: Path;
  /** Replacements in the document's text that repair it. */
  readonly edits?: readonly { readonly span: Span; readonly text: string }[];
}

/** One document of a file. */
export interface LintDocument {
  readonly source: SourceFile;
  /** From 1. */
  readonly index: number;
  /** Where its text is in the file. */
  readonly span: Span;
  readonly format: DocumentFormat;
  /** The text as it is parsed: template placeholders are overwritten by as many other characters. */
  readonly text: string;
  /** What the text is a template for; undefined when it is none. */
  readonly template: string | undefined;
  readonly problems: readonly YamlProblem[];
}

/** A document with what it says, which is let go of when the rules have seen it: of many files little is kept. */
export interface ReadDocument {
  readonly document: LintDocument;
  /** Undefined where it could not be read. */
  readonly value: unknown;
}

/** Makes a file of its text. */
export function sourceFile(
  name: string,
  text: string,
  {
    folder = '',
    writable = false,
    origin = 'given',
  }: { folder?: string; writable?: boolean; origin?: SourceOrigin } = {},
): SourceFile {
  const bom = text.startsWith('\ufeff');
  const clean = bom ? text.slice(1) : text;
  return { name, text: clean, bom, folder, writable, origin, lines: new Lines(clean) };
}

/** An own value of an object; undefined for anything else. */
export function member(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as JsonObject)[key]
    : undefined;
}

/** The value at a path that does not go into strings. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce(member, value);
}
