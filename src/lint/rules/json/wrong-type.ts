import { isJsonObject, type JsonObject, jsonTypeOf } from '../../../cni/go-json.js';
import { COMMON_KEYS, entryOf, type GoStructKeys, IPAM_KEYS, type KeyType, PLUGIN_KEYS } from '../../keys.js';
import { defineRule, type Draft } from '../../model.js';
import type { Path } from '../../path.js';
import { nadWith } from '../examples.js';

const GO_TYPES: Readonly<Record<KeyType, string>> = {
  string: 'string',
  'on-off': 'string',
  int: 'int',
  bool: 'bool',
  object: 'object',
  list: 'list',
  strings: '[]string',
  'map-string': 'map[string]string',
  'map-bool': 'map[string]bool',
  any: 'interface {}',
};
const COMMON: GoStructKeys = { struct: 'PluginConf', keys: COMMON_KEYS };

export const wrongType = defineRule({
  id: 'json/wrong-type',
  severity: 'error',
  title: 'a known key with a value of another type',
  why: 'Go reads a configuration into typed fields and refuses it as a whole when one value has another type: a number in quotes, a bool where "on" is meant. The plugin fails for every pod.',
  over: 'network',
  judges: 'shape',
  needs: ['values'],
  fix: { kind: 'safe', text: 'write the same value in the right type, where that loses nothing' },
  bad: nadWith('"mode": "bridge",', '"mode": "bridge",\n  "mtu": "1500",'),
  good: nadWith('"mode": "bridge",', '"mode": "bridge",\n  "mtu": 1500,'),
  source: 'Go encoding/json (decode.go); containernetworking/plugins 3d27709; whereabouts v0.9.4 pkg/types/types.go',
  *check({ subject }) {
    for (const { conf, path, type } of subject.plugins) {
      yield* mistyped(conf, path, COMMON);
      const own = entryOf(PLUGIN_KEYS, type);
      if (own !== undefined) yield* mistyped(conf, path, own);
    }
    for (const { conf, path, type } of subject.ipams) {
      const own = entryOf(IPAM_KEYS, type);
      if (own !== undefined) yield* mistyped(conf, path, own);
    }
  },
});

function* mistyped(conf: JsonObject, path: Path, { struct, keys }: GoStructKeys): Iterable<Draft> {
  for (const [key, value] of Object.entries(conf)) {
    const type = entryOf(keys, key);
    // null leaves every field as it was.
    if (type === undefined || value === null || key === 'type') continue;
    const here = [...path, key];
    if (!fits(value, type)) yield draftOf(value, type, here, `${struct}.${key}`);
    else if (type === 'map-string' || type === 'map-bool')
      yield* elements(value as JsonObject, type, here, `${struct}.${key}`);
  }
}

function* elements(map: JsonObject, type: 'map-string' | 'map-bool', path: Path, field: string): Iterable<Draft> {
  const elementType = type === 'map-string' ? 'string' : 'bool';
  for (const [key, value] of Object.entries(map)) {
    if (value !== null && !fits(value, elementType)) yield draftOf(value, elementType, [...path, key], field);
  }
}

function fits(value: unknown, type: KeyType): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'string':
    case 'on-off':
      return typeof value === 'string';
    case 'int':
      return typeof value === 'number' && Number.isInteger(value);
    case 'bool':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value);
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string' || item === null);
    case 'object':
    case 'map-string':
    case 'map-bool':
      return isJsonObject(value);
  }
}

function draftOf(value: unknown, type: KeyType, path: Path, field: string): Draft {
  const is = jsonTypeOf(value);
  const better = converted(value, type);
  return {
    at: { path },
    message: `${String(path.at(-1))} is ${is === 'array' ? 'an array' : `a ${is}`}, and should be ${wanted(type)}`,
    upstream: `json: cannot unmarshal ${is} into Go struct field ${field} of type ${GO_TYPES[type]}`,
    edits: better === undefined ? [] : [{ kind: 'set', path, value: better }],
  };
}

function wanted(type: KeyType): string {
  const words: Partial<Record<KeyType, string>> = {
    int: 'a whole number',
    bool: 'true or false',
    'on-off': '"on" or "off"',
    object: 'an object',
    list: 'a list',
    strings: 'a list of strings',
    'map-string': 'an object of strings',
    'map-bool': 'an object of true and false',
  };
  return words[type] ?? `a ${type}`;
}

/** The same value in the right type; undefined where that would be a guess. */
function converted(value: unknown, type: KeyType): unknown {
  if (type === 'int' && typeof value === 'string' && /^(?:0|[1-9]\d{0,14})$/.test(value)) return Number(value);
  if (type === 'bool' && (value === 'true' || value === 'false')) return value === 'true';
  if (type === 'on-off' && typeof value === 'boolean') return value ? 'on' : 'off';
  if (type === 'string' && typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return undefined;
}
