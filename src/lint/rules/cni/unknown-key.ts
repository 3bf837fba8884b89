import type { JsonObject } from '../../../cni/go-json.js';
import { COMMON_KEYS, entryOf, type GoStructKeys, IPAM_KEYS, LIST_KEYS, PLUGIN_KEYS } from '../../keys.js';
import { defineRule, type Draft, type NetworkSubject } from '../../model.js';
import type { Path } from '../../path.js';
import { nearWord } from '../../near.js';
import { nadWith } from '../examples.js';
import { nearestByCase } from '../keys-of.js';

const COMMON = Object.keys(COMMON_KEYS);
const KNOWN_OF_PLUGINS = knownOf(PLUGIN_KEYS, COMMON);
const KNOWN_OF_IPAMS = knownOf(IPAM_KEYS, ['type']);

function knownOf(
  structs: Readonly<Record<string, GoStructKeys>>,
  common: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  return new Map(Object.entries(structs).map(([type, { keys }]) => [type, [...common, ...Object.keys(keys)]]));
}

export const unknownKey = defineRule({
  id: 'cni/unknown-key',
  severity: 'warning',
  title: 'a key that the plugin does not know',
  why: 'Go ignores a key that it does not know without a word: what it should do is not done. A key that is nearly a known one is a warning; any other may be a note, or be meant for something else.',
  over: 'network',
  needs: [],
  fix: { kind: 'suggested', text: 'write the key that was meant, or leave it out' },
  bad: nadWith('"master":', '"bcqueulen": 3000,\n  "master":'),
  good: nadWith('"master":', '"bcqueuelen": 3000,\n  "master":'),
  source: 'Go encoding/json (decode.go); containernetworking/plugins v1.9.0; whereabouts v0.9.4 pkg/types/types.go',
  *check({ subject }) {
    yield* listKeys(subject);
    for (const { conf, path, type } of subject.plugins) {
      const known = KNOWN_OF_PLUGINS.get(type ?? '');
      if (known !== undefined) yield* unknownIn(conf, path, known, type);
    }
    for (const { conf, path, type } of subject.ipams) {
      const known = KNOWN_OF_IPAMS.get(type ?? '');
      if (known !== undefined) yield* unknownIn(conf, path, known, type);
    }
  },
});

/** Beside `plugins`, or where neither that nor a type is to be found. */
function* listKeys({ form, conf, path, plugins, mainType }: NetworkSubject): Iterable<Draft> {
  const known = Object.keys(LIST_KEYS);
  if (form === 'list') {
    yield* unknownIn(conf, path, [...known, 'type'], undefined, pluginKeys(plugins.map(({ type }) => type)));
  } else if (form === 'conf' && mainType === undefined) {
    const all = [...known, ...COMMON];
    for (const draft of unknownIn(conf, path, all, undefined)) if (draft.severity === 'warning') yield draft;
  }
}

function pluginKeys(types: readonly (string | undefined)[]): readonly string[] {
  const own = types.flatMap((type) => Object.keys(entryOf(PLUGIN_KEYS, type)?.keys ?? {}));
  return [...COMMON, ...own];
}

function* unknownIn(
  conf: JsonObject,
  path: Path,
  known: readonly string[],
  owner: string | undefined,
  ofPlugins: readonly string[] = [],
): Iterable<Draft> {
  for (const key of Object.keys(conf)) {
    // Go takes any case; json/key-case says where it matters.
    if (known.includes(key) || nearestByCase(key, known) !== undefined) continue;
    const at = { path: [...path, key], part: 'key' as const };
    const reader = owner ?? 'the list';
    const meant = nearWord(key, known);
    if (ofPlugins.includes(key)) {
      yield { at, severity: 'warning', message: `"${key}" beside plugins is read by no plugin` };
    } else if (meant !== undefined && !Object.hasOwn(conf, meant)) {
      yield { at, severity: 'warning', message: `"${key}" is no key of ${reader}: "${meant}" is` };
    } else yield { at, severity: 'info', message: `"${key}" is no key of ${reader}, and is ignored` };
  }
}
