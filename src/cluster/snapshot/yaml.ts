import type { DumpOptions, LoadOptions, Schema, Type } from 'js-yaml';

import { MAX_DEPTH } from './limits.js';
import { Unreadable } from './problems.js';

/*
 * js-yaml, not `yaml`: it reads a list of pods about 15 times as fast. The schema is what kubectl's go-yaml makes of
 * output that kubectl wrote. Two things differ from js-yaml's own: timestamps stay text, and an integer that a double
 * cannot hold stays text, so that `18446463705355360228:` is still that key. go-yaml's `on`, `yes`, `y` for true are
 * not followed: whatever writes Kubernetes objects quotes them, and unquoted they mean text to people.
 */

const INTEGER = /^(?:[-+]?(?:0|[1-9][0-9]*)|0[0-7]+|0o[0-7]+|0x[0-9a-fA-F]+|0b[01]+)$/;
const FLOAT = /^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)$/;

function integer(text: string): number | string {
  let value: number;
  if (/^0[0-7]+$/.test(text)) value = parseInt(text, 8);
  else value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

/** Whether a plain scalar may be a number at all: a look at one character spares the patterns for most. */
function startsLikeNumber(text: string): boolean {
  const first = text.charCodeAt(0);
  return (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e;
}

interface Parser {
  readonly loadAll: (text: string, iterator: null, options: LoadOptions) => unknown[];
  readonly options: LoadOptions;
  readonly dump: (value: unknown, options: DumpOptions) => string;
  readonly dumping: DumpOptions;
}

let loading: Promise<Parser> | undefined;

async function load(): Promise<Parser> {
  const yaml = await import('js-yaml');
  const scalar = (tag: string, resolve: (data: string) => boolean, construct: (data: string) => unknown): Type =>
    new yaml.Type(`tag:yaml.org,2002:${tag}`, {
      kind: 'scalar',
      resolve: (data: unknown) => typeof data === 'string' && resolve(data),
      construct,
    });
  const schema: Schema = yaml.FAILSAFE_SCHEMA.extend({
    implicit: [
      new yaml.Type('tag:yaml.org,2002:null', {
        kind: 'scalar',
        resolve: (data: unknown) =>
          data === null || data === '~' || data === 'null' || data === 'Null' || data === 'NULL' || data === '',
        construct: () => null,
      }),
      scalar(
        'bool',
        (data) => data.length <= 5 && /^(?:true|True|TRUE|false|False|FALSE)$/.test(data),
        (data) => data.length === 4,
      ),
      scalar('int', (data) => startsLikeNumber(data) && INTEGER.test(data), integer),
      scalar('float', (data) => startsLikeNumber(data) && FLOAT.test(data) && Number.isFinite(Number(data)), Number),
      scalar(
        'merge',
        (data) => data === '<<',
        (data) => data,
      ),
    ],
    // Bytes that are no text: of no interest here, kept as they are written.
    explicit: [
      scalar(
        'binary',
        () => true,
        (data) => data,
      ),
    ],
  });
  // `json`: of duplicate keys the last one counts, as for kubectl.
  const options: LoadOptions & { maxDepth: number } = { schema, json: true, maxDepth: MAX_DEPTH };
  // What any of the two would read as something else than text is quoted.
  const quotes = (name: string, resolve: (data: string) => boolean): Type =>
    new yaml.Type(`tag:ipamctl.io,2026:${name}`, {
      kind: 'scalar',
      resolve: (data: unknown) => typeof data === 'string' && resolve(data),
    });
  const dumping: DumpOptions = {
    schema: yaml.DEFAULT_SCHEMA.extend({
      implicit: [quotes('int', (data) => INTEGER.test(data)), quotes('float', (data) => FLOAT.test(data))],
    }),
    lineWidth: -1,
    noRefs: true,
    noArrayIndent: true,
  };
  return {
    loadAll: (text, iterator, given) => yaml.loadAll(text, iterator, given),
    options,
    dump: (value, given) => yaml.dump(value, given),
    dumping,
  };
}

/** Writes a value as YAML in block style, as kubectl does; `yamlParser` reads the same value from it. */
export async function yamlOf(value: unknown): Promise<string> {
  loading ??= load();
  const { dump, dumping } = await loading;
  return dump(value, dumping);
}

/**
 * Reads a YAML text, which may hold several documents. Throws Unreadable with line and reason; `firstLine` is the line
 * number of the text's first line, from 1.
 */
export type YamlParser = (text: string, firstLine: () => number) => unknown[];

/** Loads the parser when it is first needed. */
export async function yamlParser(): Promise<YamlParser> {
  loading ??= load();
  const { loadAll, options } = await loading;
  return (text, firstLine) => {
    try {
      return loadAll(text, null, options);
    } catch (error) {
      throw new Unreadable(yamlReason(error, firstLine()));
    }
  };
}

function yamlReason(error: unknown, firstLine: number): string {
  if (error instanceof RangeError) return 'is nested too deeply';
  const { reason, mark } = error as { reason?: unknown; mark?: { line?: unknown; column?: unknown } };
  const text = typeof reason === 'string' ? reason : error instanceof Error ? error.message : String(error);
  if (typeof mark?.line !== 'number') return `is no YAML: ${text}`;
  return `line ${firstLine + mark.line}: is no YAML: ${text}`;
}
