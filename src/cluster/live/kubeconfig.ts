import { readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { FAILSAFE_SCHEMA, load, YAMLException } from 'js-yaml';
import { ClusterFailure } from '../../errors.js';
import { nearest } from '../../render/nearest.js';
import { asRecord, asText, harmless, shortPath } from './text.js';

/** One named entry of a kubeconfig, with the file that it comes from: its relative paths count from there. */
export interface Entry {
  readonly name: string;
  readonly file: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The kubeconfig files that apply, merged. All scalars are still text, as they were written. */
export interface Kubeconfig {
  readonly contexts: ReadonlyMap<string, Entry>;
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
  readonly currentContext: string | undefined;
  /** The files that were there and held something. */
  readonly files: readonly string[];
}

/** What of the surroundings decides which files are read. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string | undefined;
}

/**
 * Reads and merges the kubeconfig files by kubectl's rules: the flag's file alone, else those of `KUBECONFIG`, else
 * `~/.kube/config`. `undefined` where none of them is there.
 *
 * @throws ClusterFailure `bad-kubeconfig` for a file that cannot be read as one, and for a missing file that a flag
 *   named.
 */
export function loadKubeconfig(flag: string | undefined, { env, home }: Surroundings): Kubeconfig | undefined {
  const merged = {
    contexts: new Map<string, Entry>(),
    clusters: new Map<string, Entry>(),
    users: new Map<string, Entry>(),
    currentContext: undefined as string | undefined,
    files: [] as string[],
  };
  for (const file of candidates(flag, env, home)) {
    const config = readFile(file, flag !== undefined, home);
    if (config === undefined) continue;
    merged.files.push(file);
    // As kubectl: the first file to name an entry owns all of it.
    for (const [part, key] of PARTS) {
      for (const entry of entries(config, part, key, file, home)) {
        if (!merged[part].has(entry.name)) merged[part].set(entry.name, entry);
      }
    }
    merged.currentContext ??= asText(config['current-context']);
  }
  return merged.files.length === 0 ? undefined : merged;
}

const PARTS = [
  ['contexts', 'context'],
  ['clusters', 'cluster'],
  ['users', 'user'],
] as const;

function candidates(flag: string | undefined, env: Surroundings['env'], home: string | undefined): string[] {
  if (flag !== undefined) return [resolve(flag)];
  const list = asText(env['KUBECONFIG']);
  if (list !== undefined) {
    return [...new Set(list.split(delimiter).filter((file) => file !== ''))].map((file) => resolve(file));
  }
  return home === undefined ? [] : [join(home, '.kube', 'config')];
}

function readFile(file: string, required: boolean, home: string | undefined) {
  const shown = shortPath(file, home);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    if (code === 'ENOENT' && !required) return undefined;
    const why = code === 'ENOENT' ? 'there is no such file' : harmless(code);
    throw new ClusterFailure('bad-kubeconfig', `cannot read kubeconfig ${shown}: ${why}`, {}, { cause: error });
  }
  let config: unknown;
  try {
    // Only strings: a token or a name of digits must stay what was written.
    config = load(text, { schema: FAILSAFE_SCHEMA });
  } catch (error) {
    const known = error instanceof YAMLException ? error : undefined;
    const place = known === undefined ? shown : `${shown}:${known.mark.line + 1}:${known.mark.column + 1}`;
    // Its whole message would quote the file's text, which may be a token.
    const why = harmless(known?.reason ?? (error instanceof Error ? error.message : String(error)));
    throw new ClusterFailure('bad-kubeconfig', `kubeconfig ${place} is not YAML`, {}, { facts: [why], cause: error });
  }
  if (config === null || config === '' || config === undefined) return undefined;
  const record = asRecord(config);
  if (record === undefined || !PARTS.some(([part]) => part in record)) {
    const what = record === undefined ? 'it is no mapping' : `its keys are ${names(Object.keys(record))}`;
    throw new ClusterFailure(
      'bad-kubeconfig',
      `${shown} is no kubeconfig: it has no clusters, contexts or users`,
      {},
      {
        facts: [what],
      },
    );
  }
  return record;
}

function entries(
  config: Readonly<Record<string, unknown>>,
  part: 'contexts' | 'clusters' | 'users',
  key: string,
  file: string,
  home: string | undefined,
): Entry[] {
  const list: unknown = config[part];
  if (!Array.isArray(list)) return [];
  const seen = new Set<string>();
  return (list as unknown[]).map((item, index) => {
    const record = asRecord(item);
    const name = asText(record?.['name']);
    if (record === undefined || name === undefined) {
      throw bad(`${part}[${index.toString()}] of ${shortPath(file, home)} has no name`);
    }
    // kubectl refuses this too; which of the two was meant is anybody's guess.
    if (seen.has(name)) throw bad(`${shortPath(file, home)} has two ${part} named "${harmless(name)}"`);
    seen.add(name);
    return { name, file, body: asRecord(record[key]) ?? {} };
  });
}

function bad(message: string): ClusterFailure {
  return new ClusterFailure('bad-kubeconfig', message);
}

/** Some names for a message: quoted, at most ten. */
export function names(list: Iterable<string>): string {
  const all = [...list];
  if (all.length === 0) return 'none';
  const shown = all.slice(0, 10).map((name) => `"${harmless(name, 80)}"`);
  return all.length > 10 ? `${shown.join(', ')} and ${(all.length - 10).toString()} more` : shown.join(', ');
}

/** The flag with the name that was probably meant. */
export function meant(flag: string, name: string, there: Iterable<string>): string[] {
  const near = nearest(name, [...there]);
  // Names of OpenShift have slashes and colons in them, which no shell minds.
  return near === undefined ? [] : [`--${flag} ${/^[\w./:@-]+$/.test(near) ? near : `'${harmless(near)}'`}`];
}

/** A path of an entry, which counts from its file. */
export function entryPath(entry: Entry, path: string): string {
  return resolve(dirname(entry.file), path);
}
