import { nearestByCase } from '../keys-of.js';
import { defineRule, type Draft, type NetworkSubject } from '../../model.js';
import { COMMON_KEYS, entryOf, IPAM_KEYS, LIST_KEYS, PLUGIN_KEYS } from '../../keys.js';
import type { JsonObject } from '../../../cni/go-json.js';
import type { Path } from '../../path.js';
import { nadWith } from '../examples.js';

/** Looked up in a map, where case counts; every other key is read into a struct of Go, where it does not. */
const BY_EXACT_CASE: ReadonlySet<string> = new Set([...Object.keys(LIST_KEYS)]);

export const keyCase = defineRule({
  id: 'json/key-case',
  severity: 'error',
  title: 'a key that differs from a known one by its case alone',
  why: 'libcni and multus look up name, cniVersion and plugins by their exact case and do not see another spelling. Other keys Go takes in any case: they work, and mislead who searches for them.',
  over: 'network',
  needs: [],
  fix: { kind: 'safe', text: 'write it as it is known' },
  bad: nadWith('"cniVersion"', '"CniVersion"'),
  good: nadWith(),
  also: ['cni/version-missing'],
  source: 'containernetworking/cni 3f51e88 libcni/conf.go; Go encoding/json (decode.go)',
  supersedes: ['cni/unknown-key', 'whereabouts/unknown-key'],
  *check({ subject }) {
    if (subject.form !== 'ipam') yield* topKeys(subject);
    for (const { conf, path, type, index } of subject.plugins) {
      const known = [...Object.keys(COMMON_KEYS), ...Object.keys(entryOf(PLUGIN_KEYS, type)?.keys ?? {})];
      // The top of a bare configuration is its only plugin.
      yield* misspelt(
        conf,
        path,
        index === 0 && subject.form === 'conf' ? known.filter((key) => !BY_EXACT_CASE.has(key)) : known,
      );
    }
    for (const { conf, path, type } of subject.ipams) {
      yield* misspelt(conf, path, ['type', ...Object.keys(entryOf(IPAM_KEYS, type)?.keys ?? {})]);
    }
  },
});

function topKeys({ conf, path }: NetworkSubject): Draft[] {
  return [...misspelt(conf, path, Object.keys(LIST_KEYS), 'error')];
}

function* misspelt(
  conf: JsonObject,
  path: Path,
  known: readonly string[],
  severity: 'error' | 'info' = 'info',
): Iterable<Draft> {
  for (const key of Object.keys(conf)) {
    const meant = nearestByCase(key, known);
    if (meant === undefined || Object.hasOwn(conf, meant)) continue;
    const message =
      severity === 'error'
        ? `"${key}" is not seen: it is written "${meant}"`
        : `"${key}" is usually written "${meant}"`;
    const here = [...path, key];
    yield { at: { path: here, part: 'key' }, severity, message, edits: [{ kind: 'rename', path: here, key: meant }] };
  }
}
