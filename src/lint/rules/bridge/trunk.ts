import { isJsonObject, jsonTypeOf } from '../../../cni/go-json.js';
import { fieldsOf, pluginField, type PluginField } from '../../plugin-facts.js';
import { defineRule, type Draft } from '../../model.js';
import type { Path } from '../../path.js';
import { IPAM, plugin } from '../plugin-examples.js';

const LAST_VLAN = 4094;
const TOGETHER = 'minID and maxID should be configured simultaneously';

export const trunk = defineRule({
  id: 'bridge/trunk',
  severity: 'error',
  title: 'an entry of vlanTrunk that is no VLAN and no run of VLANs',
  why: 'An entry is {"id": 100}, or {"minID": 100, "maxID": 199}, within 1 to 4094. The bridge plugin refuses any other, and no pod that attaches starts.',
  over: 'network',
  about: ['bridge'],
  needs: ['values'],
  fix: null,
  bad: plugin('bridge', `"bridge": "br1",\n"vlanTrunk": [{ "minID": 200, "maxID": 100 }],\n${IPAM}`),
  good: plugin('bridge', `"bridge": "br1",\n"vlanTrunk": [{ "minID": 100, "maxID": 200 }, { "id": 7 }],\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/bridge/bridge.go (collectVlanTrunk)',
  *check({ subject }) {
    for (const { value, path } of fieldsOf(subject, 'bridge', 'vlanTrunk')) {
      if (!Array.isArray(value)) continue;
      // The plugin stops at the first one that is wrong; whoever repairs them wants all.
      for (const [i, entry] of value.entries()) yield* wrongIn(entry, [...path, i]);
    }
  },
});

function* wrongIn(entry: unknown, path: Path): Iterable<Draft> {
  if (entry === null) return;
  if (!isJsonObject(entry)) {
    const upstream = `json: cannot unmarshal ${jsonTypeOf(entry)} into Go struct field NetConf.vlanTrunk of type main.VlanTrunk`;
    yield { at: { path }, message: 'an entry is an object with id, or with minID and maxID', upstream };
    return;
  }
  const part = { conf: entry, path };
  const [min, max, id] = ['minID', 'maxID', 'id'].map((name) => pluginField(part, name));
  const mistyped = [min, max, id].filter((field) => field !== undefined).filter(({ value }) => !isInteger(value));
  if (mistyped.length > 0) yield* mistyped.map(wrongType);
  else yield* [...runProblems(path, min, max), ...numberProblems('id', id)];
}

function isInteger(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

function wrongType({ value, path }: PluginField): Draft {
  const upstream = `json: cannot unmarshal ${jsonTypeOf(value)} into Go struct field VlanTrunk.vlanTrunk.${String(path.at(-1))} of type int`;
  return { at: { path }, message: `${String(path.at(-1))} must be a whole number`, upstream };
}

function runProblems(path: Path, min: PluginField | undefined, max: PluginField | undefined): Draft[] {
  if (min === undefined && max === undefined) return [];
  if (min === undefined || max === undefined) {
    const missing = min === undefined ? 'minID' : 'maxID';
    const at = { path: (min ?? max)?.path ?? path, part: 'key' as const };
    return [{ at, message: `${missing} is missing`, upstream: `${TOGETHER}, ${missing} is missing` }];
  }
  const outside = [...numberProblems('minID', min), ...numberProblems('maxID', max)];
  if (outside.length > 0 || Number(min.value) <= Number(max.value)) return outside;
  const message = `minID ${String(min.value)} is greater than maxID ${String(max.value)}`;
  return [{ at: { path: min.path }, message, upstream: 'minID is greater than maxID in trunk parameter' }];
}

function numberProblems(name: string, field: PluginField | undefined): Draft[] {
  if (field === undefined || !isInteger(field.value)) return [];
  if (field.value >= 1 && field.value <= LAST_VLAN) return [];
  const message = `${name} ${field.value} is no VLAN: those are 1 to ${LAST_VLAN}`;
  return [{ at: { path: field.path }, message, upstream: `incorrect trunk ${name} parameter` }];
}
