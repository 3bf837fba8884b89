import { defineRule, type Draft } from '../../model.js';
import { IPAM_KEYS, LIST_KEYS, PLUGIN_KEYS } from '../../keys.js';
import type { JsonObject } from '../../../cni/go-json.js';
import type { Path } from '../../path.js';
import { nadWith } from '../examples.js';
import { COMMON, KnownKeys, KnownKeysByType } from '../keys-of.js';

/** Looked up in a map, where case counts; every other key is read into a struct of Go, where it does not. */
const BY_EXACT_CASE = Object.keys(LIST_KEYS);
const OF_LISTS = new KnownKeys(BY_EXACT_CASE);
const OF_PLUGINS = new KnownKeysByType(PLUGIN_KEYS, COMMON);
/** Of a configuration of one plugin, whose top is that plugin. */
const OF_ALONE = new KnownKeysByType(
  PLUGIN_KEYS,
  COMMON.filter((key) => !BY_EXACT_CASE.includes(key)),
);
const OF_IPAMS = new KnownKeysByType(IPAM_KEYS, ['type']);

export const keyCase = defineRule({
  id: 'json/key-case',
  severity: 'error',
  title: 'a key that differs from a known one by its case alone',
  why: 'libcni and multus look up name, cniVersion and plugins by their exact case and do not see another spelling. Other keys Go takes in any case: they work, and mislead who searches for them.',
  over: 'network',
  judges: 'shape',
  needs: [],
  fix: { kind: 'safe', text: 'write it as it is known' },
  bad: nadWith('"cniVersion"', '"CniVersion"'),
  good: nadWith(),
  also: ['cni/version-missing'],
  source: 'containernetworking/cni 3f51e88 libcni/conf.go; Go encoding/json (decode.go)',
  supersedes: ['cni/unknown-key', 'whereabouts/unknown-key'],
  *check({ subject }) {
    if (subject.form !== 'ipam') yield* misspelt(subject.conf, subject.path, OF_LISTS, 'error');
    for (const { conf, path, type, index } of subject.plugins) {
      yield* misspelt(conf, path, (index === 0 && subject.form === 'conf' ? OF_ALONE : OF_PLUGINS).of(type));
    }
    for (const { conf, path, type } of subject.ipams) yield* misspelt(conf, path, OF_IPAMS.of(type));
  },
});

function* misspelt(
  conf: JsonObject,
  path: Path,
  known: KnownKeys,
  severity: 'error' | 'info' = 'info',
): Iterable<Draft> {
  for (const key of Object.keys(conf)) {
    const meant = known.nearestByCase(key);
    if (meant === undefined || Object.hasOwn(conf, meant)) continue;
    const message =
      severity === 'error'
        ? `"${key}" is not seen: it is written "${meant}"`
        : `"${key}" is usually written "${meant}"`;
    const here = [...path, key];
    yield { at: { path: here, part: 'key' }, severity, message, edits: [{ kind: 'rename', path: here, key: meant }] };
  }
}
