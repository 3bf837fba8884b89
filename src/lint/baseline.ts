import { readFileSync } from 'node:fs';
import { isJsonObject } from '../cni/go-json.js';
import { InputFailure } from '../errors.js';
import type { Finding } from './model.js';

/** How many findings of each kind were known. */
export type Baseline = ReadonlyMap<string, number>;

/**
 * What stays the same about a finding when lines are added, the file is moved, or another element of the list is put
 * before it: the rule, the object, the key, and what is said of it. Files are told apart only where nothing has a name.
 */
export function fingerprintOf({ rule, file, namespace, name, path, message }: Finding): string {
  const object = name === null ? file.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '') : `${namespace ?? ''}/${name}`;
  return [rule, object, path.replace(/\[\d+\]/g, '[]'), message].join('|');
}

/**
 * Reads an earlier report.
 * @throws InputFailure where it is none: without it every finding would be new, or none
 */
export function readBaseline(file: string): Baseline {
  const hints = ['write one: ipamctl nad lint PATH -o json=FILE'];
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputFailure(`the baseline ${file} cannot be read: ${why}`, { hints, cause: error });
  }
  if (!isJsonObject(value) || value['kind'] !== 'LintReport' || !Array.isArray(value['findings'])) {
    throw new InputFailure(`the baseline ${file} is no LintReport`, { hints });
  }
  const known = new Map<string, number>();
  for (const finding of value['findings'] as Finding[]) {
    const print = fingerprintOf(finding);
    known.set(print, (known.get(print) ?? 0) + 1);
  }
  return known;
}

/** The findings, those marked that a baseline knows; of several alike as many as it had. */
export function markKnown(findings: readonly Finding[], baseline: Baseline): Finding[] {
  const left = new Map(baseline);
  return findings.map((finding) => {
    const print = fingerprintOf(finding);
    const count = left.get(print) ?? 0;
    if (count === 0) return finding;
    left.set(print, count - 1);
    return { ...finding, known: true };
  });
}
