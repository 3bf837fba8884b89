import type { OfCluster } from '../cluster/port.js';
import { nearest } from './nearest.js';
import { safe, safeJson } from './safe.js';

/** Every format that some command prints; each command allows its own few. */
export type OutputFormat =
  | 'table'
  | 'wide'
  | 'json'
  | 'yaml'
  | 'name'
  | 'jsonpath'
  | 'sarif'
  | 'junit'
  | 'github'
  | 'prometheus'
  | 'html'
  | 'markdown'
  | 'json-patch'
  | 'merge-patch';

/** One `-o`: a format, and where it goes. */
export interface OutputSpec {
  readonly format: OutputFormat;
  /** The expression of `jsonpath=EXPR`. */
  readonly argument?: string;
  /** The file of `FORMAT=FILE`; absent: stdout. */
  readonly file?: string;
}

/** What kubectl calls a format and we do not have, with what does the same here. */
const KUBECTL_ONLY: ReadonlyMap<string, string> = new Map([
  ['jsonpath-file', 'jsonpath="$(cat FILE)"'],
  ['jsonpath-as-json', 'json'],
  ['custom-columns', 'jsonpath'],
  ['custom-columns-file', 'jsonpath'],
  ['go-template', 'jsonpath'],
  ['go-template-file', 'jsonpath'],
  ['template', 'jsonpath'],
  ['templatefile', 'jsonpath'],
]);

/** Reads the text after `-o`: `json`, `json=FILE`, `jsonpath=EXPR`. The error is a sentence for the user. */
export function parseOutput(text: string, allowed: readonly string[]): OutputSpec | { error: string } {
  const at = text.indexOf('=');
  const format = at < 0 ? text : text.slice(0, at);
  const value = at < 0 ? undefined : text.slice(at + 1);
  if (!allowed.includes(format)) return { error: unknownFormat(format, allowed) };
  if (format === 'jsonpath') {
    if (value === undefined || value.trim() === '') {
      return { error: "-o jsonpath needs an expression, as in -o jsonpath='{.items[*].name}'" };
    }
    return { format, argument: value };
  }
  if (value === '') return { error: `-o ${format}= names no file; write -o ${format} or -o ${format}=FILE` };
  return { format: format as OutputFormat, ...(value === undefined ? {} : { file: value }) };
}

function unknownFormat(format: string, allowed: readonly string[]): string {
  const list = allowed.map((name) => (name === 'jsonpath' ? 'jsonpath=EXPR' : name)).join(', ');
  const here = KUBECTL_ONLY.get(format);
  const instead = here !== undefined && allowed.includes(here.replace(/=.*/, '')) ? here : nearest(format, allowed);
  const hint = instead === undefined ? '' : ` Did you mean ${instead}?`;
  return `${format === '' ? '-o names no format.' : `unknown output format "${safe(format)}".`}${hint} Allowed here: ${list}`;
}

const INDENT = 2;

/** JSON for stdout: indented, bigints as decimal strings, harmless for a terminal, with its line feed. */
export function json(value: unknown): string {
  return `${safeJson(value, INDENT)}\n`;
}

/** The bytes of `json`, in pieces: the items of a list one by one, so that a big list needs no second copy as text. */
export function* jsonChunks(value: unknown): Iterable<string> {
  if (!isRecord(value) || typeof value['toJSON'] === 'function') {
    yield json(value);
    return;
  }
  let opened = false;
  for (const [key, member] of Object.entries(value)) {
    if (!isWritten(member)) continue;
    yield `${opened ? ',' : '{'}\n  ${safeJson(key)}: `;
    opened = true;
    if (Array.isArray(member) && member.length > 0) yield* arrayChunks(member);
    else yield indented(member, 1);
  }
  yield opened ? '\n}\n' : '{}\n';
}

function* arrayChunks(items: readonly unknown[]): Iterable<string> {
  let before = '[';
  for (const item of items) {
    yield `${before}\n    ${indented(item, 2)}`;
    before = ',';
  }
  yield '\n  ]';
}

/** A member as it stands so many levels deep. Line feeds inside of strings are escaped, so every one here is layout. */
function indented(value: unknown, depth: number): string {
  return safeJson(value, INDENT).replaceAll('\n', `\n${' '.repeat(INDENT * depth)}`);
}

/** JSON leaves such members out. */
function isWritten(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** YAML for stdout. The package is loaded when it is asked for: it would slow every other command down. */
export async function yaml(value: unknown): Promise<string> {
  const { yamlText } = await import('./yaml.js');
  return yamlText(value);
}

/** kubectl's `-o name`: one `kind.group/NAME` a line; of several clusters the cluster first, and a tab. */
export function names(kindResource: string, items: Iterable<OfCluster & { readonly name: string }>): string {
  let text = '';
  for (const { cluster, name } of items) {
    text += `${cluster === undefined ? '' : `${safe(cluster)}\t`}${kindResource}/${safe(name)}\n`;
  }
  return text;
}
