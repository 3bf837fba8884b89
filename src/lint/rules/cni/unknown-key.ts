import type { JsonObject } from '../../../cni/go-json.js';
import { entryOf, IPAM_KEYS, LIST_KEYS, PLUGIN_KEYS } from '../../keys.js';
import { defineRule, type Draft, type NetworkSubject } from '../../model.js';
import type { Path } from '../../path.js';
import { nearWord } from '../../near.js';
import { nadWith } from '../examples.js';
import { COMMON, KnownKeys, KnownKeysByType } from '../keys-of.js';

const OF_PLUGINS = new KnownKeysByType(PLUGIN_KEYS, COMMON);
const OF_IPAMS = new KnownKeysByType(IPAM_KEYS, ['type']);
const OF_LISTS = new KnownKeys([...Object.keys(LIST_KEYS), 'type']);
const NO_KEYS: ReadonlySet<string> = new Set();
/** Of what is neither a list nor a plugin. */
const OF_EITHER = new KnownKeys([...Object.keys(LIST_KEYS), ...COMMON]);

export const unknownKey = defineRule({
  id: 'cni/unknown-key',
  severity: 'warning',
  title: 'a key that the plugin does not know',
  why: 'Go ignores a key that it does not know without a word: what it should do is not done. A key that is nearly a known one is a warning; any other may be a note, or be meant for something else.',
  over: 'network',
  judges: 'shape',
  needs: [],
  fix: { kind: 'suggested', text: 'write the key that was meant, or leave it out' },
  bad: nadWith('"master":', '"bcqueulen": 3000,\n  "master":'),
  good: nadWith('"master":', '"bcqueuelen": 3000,\n  "master":'),
  source: 'Go encoding/json (decode.go); containernetworking/plugins v1.9.0; whereabouts v0.9.4 pkg/types/types.go',
  *check({ subject }) {
    yield* listKeys(subject);
    for (const { conf, path, type } of subject.plugins) {
      if (entryOf(PLUGIN_KEYS, type) !== undefined) yield* unknownIn(conf, path, OF_PLUGINS.of(type), type);
    }
    for (const { conf, path, type } of subject.ipams) {
      if (entryOf(IPAM_KEYS, type) !== undefined) yield* unknownIn(conf, path, OF_IPAMS.of(type), type);
    }
  },
});

/** Beside `plugins`, or where neither that nor a type is to be found. */
function* listKeys({ form, conf, path, plugins, mainType }: NetworkSubject): Iterable<Draft> {
  if (form === 'list') {
    yield* unknownIn(conf, path, OF_LISTS, undefined, pluginKeys(plugins.map(({ type }) => type)));
  } else if (form === 'conf' && mainType === undefined) {
    for (const draft of unknownIn(conf, path, OF_EITHER, undefined)) if (draft.severity === 'warning') yield draft;
  }
}

function pluginKeys(types: readonly (string | undefined)[]): ReadonlySet<string> {
  return new Set([...new Set(types)].flatMap((type) => OF_PLUGINS.of(type).names));
}

function* unknownIn(
  conf: JsonObject,
  path: Path,
  known: KnownKeys,
  owner: string | undefined,
  ofPlugins: ReadonlySet<string> = NO_KEYS,
): Iterable<Draft> {
  for (const key of Object.keys(conf)) {
    // Go takes any case; json/key-case says where it matters.
    if (known.has(key)) continue;
    const at = { path: [...path, key], part: 'key' as const };
    const reader = owner ?? 'the list';
    const meant = nearWord(key, known.names);
    if (ofPlugins.has(key)) {
      yield { at, severity: 'warning', message: `"${key}" beside plugins is read by no plugin` };
    } else if (meant !== undefined && !Object.hasOwn(conf, meant)) {
      yield { at, severity: 'warning', message: `"${key}" is no key of ${reader}: "${meant}" is` };
    } else yield { at, severity: 'info', message: `"${key}" is no key of ${reader}, and is ignored` };
  }
}
