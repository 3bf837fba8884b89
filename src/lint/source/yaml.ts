import type { LoadOptions, Schema } from 'js-yaml';
import type { DocumentFormat, ReadDocument, SourceFile, YamlProblem } from './document.js';
import { loadYamlTree } from './load-tree.js';
import type { Span } from './places.js';
import { readPlainYaml } from './plain-yaml.js';
import { quotedProblems } from './quoted-problems.js';
import { maskTemplate } from './template.js';
import type { YamlNode } from './yaml-tree.js';

/** The fast parser, which keeps no positions. */
interface YamlReader {
  load(text: string, lastWins: boolean): unknown;
}

/** Deeper documents are refused, as values are walked recursively. Kubernetes' own types stay below 40. */
const MAX_DEPTH = 200;
/** Go's YAML refuses documents whose aliases expand them without measure; so do we, at so many nodes. */
const MAX_NODES = 200_000;
const EXCESSIVE = 'document contains excessive aliasing';

/** Words of YAML 1.1 that kubectl reads as booleans. Source: sigs.k8s.io/yaml goyaml.v2/resolve.go. */
const TRUE = ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'];
const FALSE = ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'];
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...TRUE.map((word) => [word, true] as const),
  ...FALSE.map((word) => [word, false] as const),
]);

let loading: Promise<YamlReader> | undefined;
/** Once it is there: waiting for what is at hand already costs more than the reading of a small document. */
let loaded: YamlReader | undefined;

/**
 * Loads the fast parser: js-yaml, which reads quoted scalars as freely as kubectl. Scalars are those of YAML's core
 * schema with the booleans of YAML 1.1, and `<<` merges.
 */
export function loadYaml(): Promise<YamlReader> {
  loading ??= import('js-yaml').then((yaml) => {
    const merge = new yaml.Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (data) => data === '<<' });
    const bool = new yaml.Type('tag:yaml.org,2002:bool', {
      kind: 'scalar',
      resolve: (data) => BOOLEANS.has(String(data)),
      construct: (data) => BOOLEANS.get(String(data)),
    });
    const schema: Schema = yaml.CORE_SCHEMA.extend({ implicit: [merge, bool] });
    loaded = {
      load: (text, lastWins) => {
        const options: LoadOptions & { maxDepth: number } = { schema, json: lastWins, maxDepth: MAX_DEPTH };
        return yaml.load(text, options);
      },
    };
    return loaded;
  });
  return loading;
}

const NO_PROBLEMS: readonly YamlProblem[] = [];

/** A stretch of a file that is one document. */
export interface Chunk {
  readonly index: number;
  readonly span: Span;
  readonly format: DocumentFormat;
}

/**
 * Reads one YAML document. What kubectl takes is taken, what it refuses is said in `problems`, and of two equal keys the
 * last one counts. One with nothing to say of is read at once.
 */
export function readYaml(source: SourceFile, chunk: Chunk): ReadDocument | Promise<ReadDocument> {
  return readClean(source, chunk) ?? readThoroughly(source, chunk);
}

/** Undefined where there is anything to say of it, or the parser is not there yet. */
function readClean(source: SourceFile, chunk: Chunk): ReadDocument | undefined {
  const text = source.text.slice(chunk.span.from, chunk.span.to);
  if (maskTemplate(text).first !== undefined) return undefined;
  const value = readPlainYaml(text) ?? loadClean(text);
  if (value === undefined) return undefined;
  return { document: { source, ...chunk, text, template: undefined, problems: NO_PROBLEMS }, value };
}

function loadClean(text: string): unknown {
  if (loaded === undefined) return undefined;
  try {
    const value = loaded.load(text, false);
    return isExcessive(text, value) || quotedProblems(text).length > 0 ? undefined : value;
  } catch {
    return undefined;
  }
}

async function readThoroughly(source: SourceFile, chunk: Chunk): Promise<ReadDocument> {
  const raw = source.text.slice(chunk.span.from, chunk.span.to);
  const { text, first } = maskTemplate(raw);
  const problems: YamlProblem[] = [];
  if (first !== undefined) {
    problems.push({
      code: 'template-placeholder',
      span: { from: first.from, to: first.to },
      message: `a placeholder for ${first.what}: values are not judged`,
    });
  }
  const reading = await readText(text);
  // What a template lacks may be what its placeholders bring.
  for (const problem of reading.problems) if (first === undefined || isCertain(problem)) problems.push(problem);
  return { document: { source, ...chunk, text: reading.text, template: first?.what, problems }, value: reading.value };
}

function isCertain({ code }: YamlProblem): boolean {
  return code === 'under-indented-scalar' || code === 'tab-indent';
}

interface Reading {
  readonly text: string;
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
}

async function readText(text: string): Promise<Reading> {
  const yaml = await loadYaml();
  try {
    const value = yaml.load(text, false);
    if (isExcessive(text, value)) return { text, value: undefined, problems: [failure(EXCESSIVE, text, 0)] };
    return { text, value, problems: quotedProblems(text) };
  } catch (error) {
    const { reason, offset } = reasonOf(error);
    if (reason === 'duplicated mapping key') return withDuplicates(yaml, text);
    const unfolded = withoutFoldMarks(text);
    if (unfolded !== undefined) {
      const again = await readText(unfolded.text);
      return { ...again, problems: [...unfolded.problems, ...again.problems] };
    }
    const cleaned = withoutTabsAndCallouts(text);
    const again = cleaned === undefined ? undefined : await readText(cleaned.text);
    if (cleaned !== undefined && again?.value !== undefined) {
      return { ...again, problems: [...cleaned.problems, ...again.problems] };
    }
    return { text, value: undefined, problems: [brokenAt(text, reason, offset)] };
  }
}

/** Tabs in the indentation and callouts of the documentation, with blanks in their place, so that the rest can be read. */
function withoutTabsAndCallouts(text: string): { text: string; problems: YamlProblem[] } | undefined {
  const problems: YamlProblem[] = [];
  const cleaned = text
    .replace(/^[ \t]*\t/gm, (lead: string, at: number) => {
      if (problems.length === 0) problems.push(tabIndent(at + lead.indexOf('\t'), at + lead.length));
      return ' '.repeat(lead.length);
    })
    .replace(/[ \t](<\d{1,2}>)(?=[ \t]*\r?$)/gm, (whole: string, callout: string, at: number) => {
      const span = { from: at + 1, to: at + whole.length };
      const message = `${callout} is a callout of the documentation`;
      problems.push({ code: 'callout', span, message, edits: [{ span: { from: at, to: span.to }, text: '' }] });
      return ' '.repeat(whole.length);
    });
  return cleaned === text ? undefined : { text: cleaned, problems };
}

async function withDuplicates(yaml: YamlReader, text: string): Promise<Reading> {
  const yamlTree = await loadYamlTree();
  const tree = yamlTree(text, 0);
  const problems = tree === undefined ? [] : duplicates(tree, []);
  try {
    const value = yaml.load(text, true);
    if (isExcessive(text, value)) return { text, value: undefined, problems: [failure(EXCESSIVE, text, 0)] };
    return { text, value, problems: [...problems, ...quotedProblems(text)] };
  } catch (error) {
    const { reason, offset } = reasonOf(error);
    return { text, value: undefined, problems: [...problems, brokenAt(text, reason, offset)] };
  }
}

/** Every key that its mapping has already. Two `apiVersion` at the top are two documents without a separator. */
function duplicates(node: YamlNode, path: readonly (string | number)[]): YamlProblem[] {
  if (node.type === 'scalar') return [];
  if (node.type === 'list') {
    return node.items.flatMap((item, i) => (item === undefined ? [] : duplicates(item, [...path, i])));
  }
  const seen = new Set<string>();
  const twoDocuments =
    path.length === 0 &&
    timesOf(
      node.entries.map(({ key }) => nameOf(key)),
      'apiVersion',
    ) > 1;
  return node.entries.flatMap(({ key, value }): YamlProblem[] => {
    const name = nameOf(key);
    const here = [...path, name];
    const below = value === undefined ? [] : duplicates(value, here);
    if (!seen.has(name)) {
      seen.add(name);
      return below;
    }
    const span = { from: key.from, to: key.to };
    if (!twoDocuments) {
      const message = `"${name}" is here twice; the last one counts, and strict readers refuse it`;
      return [
        { code: 'duplicate-key', span, message, upstream: `key "${name}" already set in map`, path: here },
        ...below,
      ];
    }
    if (name !== 'apiVersion') return below;
    const message = 'a second apiVersion in one document: the line --- before it is missing';
    return [{ code: 'doc-separator-missing', span, message, path: here }, ...below];
  });
}

function timesOf(names: readonly string[], wanted: string): number {
  return names.filter((name) => name === wanted).length;
}

function nameOf(key: YamlNode): string {
  return key.type === 'scalar' ? String(key.value) : '';
}

/** `config: > '` : a block mark and a quote; with the mark out of the way the rest can be read. */
function withoutFoldMarks(text: string): { text: string; problems: YamlProblem[] } | undefined {
  const problems: YamlProblem[] = [];
  const unmarked = text.replace(
    /^([ \t]*(?:- +)*[\w./-]+:[ \t]+)([>|][-+]?)([ \t]*)(?=['"])/gm,
    (_whole, key: string, mark: string, gap: string, at: number) => {
      const from = at + key.length;
      problems.push({
        code: 'folded-then-quote',
        span: { from, to: from + mark.length },
        message: `${mark} and a quote on one line: the text is either a block or quoted`,
        upstream: 'did not find expected comment or line break',
        edits: [{ span: { from, to: from + mark.length + gap.length }, text: '' }],
      });
      return key + ' '.repeat(mark.length) + gap;
    },
  );
  return problems.length === 0 ? undefined : { text: unmarked, problems };
}

function brokenAt(text: string, reason: string, offset: number): YamlProblem {
  if (!reason.includes('tab character')) return failure(reason, text, offset);
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const [lead = ''] = /^[ \t]*/.exec(text.slice(lineStart, lineStart + 1000)) ?? [];
  return tabIndent(lineStart + Math.max(lead.indexOf('\t'), 0), lineStart + lead.length);
}

function tabIndent(from: number, to: number): YamlProblem {
  return {
    code: 'tab-indent',
    span: { from, to },
    message: 'a tab in the indentation',
    upstream: 'found a tab character that violates indentation',
  };
}

function failure(reason: string, text: string, offset: number): YamlProblem {
  const from = Math.min(offset, Math.max(text.length - 1, 0));
  return { code: 'parse-error', span: { from, to: from + 1 }, message: reason };
}

/** What js-yaml says, and where. */
function reasonOf(error: unknown): { reason: string; offset: number } {
  if (error instanceof RangeError) return { reason: 'nested too deeply', offset: 0 };
  const { reason, message, mark } = error as { reason?: unknown; message?: unknown; mark?: { position?: unknown } };
  const text = typeof reason === 'string' ? reason : String(message);
  const offset = typeof mark?.position === 'number' ? mark.position : 0;
  return { reason: text.startsWith('nesting exceeded') ? `nested more than ${MAX_DEPTH} levels deep` : text, offset };
}

/** Aliases share what they name, so a small text may say more than can be walked. */
function isExcessive(text: string, value: unknown): boolean {
  if (!text.includes('*') || !text.includes('&')) return false;
  let nodes = 0;
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (++nodes > MAX_NODES) return true;
    if (typeof next !== 'object' || next === null) continue;
    for (const content of Object.values(next) as unknown[]) waiting.push(content);
  }
  return false;
}
