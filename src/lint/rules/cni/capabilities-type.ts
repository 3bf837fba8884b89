import { isJsonObject, jsonTypeOf } from '../../../cni/go-json.js';
import { fieldOf } from '../../go-fields.js';
import { defineRule, type Draft } from '../../model.js';
import type { Path } from '../../path.js';
import { nadWith } from '../examples.js';

const FIELD = 'PluginConf.capabilities of type map[string]bool';

export const capabilitiesType = defineRule({
  id: 'cni/capabilities-type',
  severity: 'error',
  title: 'capabilities that are not an object of true and false',
  why: 'capabilities is an object such as {"mac": true}. Anything else is refused together with the whole configuration, and pods that attach fail to start.',
  over: 'network',
  about: ['capabilities'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'make an object of the list' },
  bad: nadWith('"master": "eth1",', '"master": "eth1",\n  "capabilities": ["mac"],'),
  good: nadWith('"master": "eth1",', '"master": "eth1",\n  "capabilities": { "mac": true },'),
  source: 'containernetworking/cni 3f51e88 pkg/types/types.go (PluginConf)',
  supersedes: ['json/wrong-type'],
  *check({ subject: { plugins } }) {
    for (const { conf, path } of plugins) {
      const field = fieldOf(conf, 'capabilities');
      if (field === undefined) continue;
      const at = [...path, field.key];
      if (isJsonObject(field.value)) yield* members(field.value, at);
      else yield mistyped(field.value, at, asObject(field.value));
    }
  },
});

function* members(capabilities: Readonly<Record<string, unknown>>, path: Path): Iterable<Draft> {
  for (const [name, value] of Object.entries(capabilities)) {
    if (typeof value === 'boolean' || value === null) continue;
    yield mistyped(value, [...path, name], value === 'true' ? true : value === 'false' ? false : undefined);
  }
}

function mistyped(value: unknown, path: Path, better: unknown): Draft {
  const is = jsonTypeOf(value);
  return {
    at: { path },
    message: 'capabilities is an object of true and false',
    upstream: `json: cannot unmarshal ${is} into Go struct field ${FIELD}`,
    edits: better === undefined ? [] : [{ kind: 'set', path, value: better }],
  };
}

function asObject(value: unknown): unknown {
  const isNames = Array.isArray(value) && value.every((name) => typeof name === 'string');
  return isNames ? Object.fromEntries(value.map((name) => [name, true])) : undefined;
}
