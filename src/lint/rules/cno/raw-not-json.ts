import { isJsonObject } from '../../../cni/go-json.js';
import { defineRule } from '../../model.js';
import { member } from '../../source/document.js';
import { cno, RAW_ENTRY, typeOf } from './entries.js';

export const rawNotJson = defineRule({
  id: 'cno/raw-not-json',
  severity: 'error',
  title: 'a rawCNIConfig that is no JSON object',
  why: 'The Cluster Network Operator checks of a rawCNIConfig only that it is a JSON object. One that is not fails all that the operator does: it turns Degraded, and no other change of the network of the cluster is applied either.',
  over: 'cno',
  needs: ['values'],
  fix: null,
  bad: cno(RAW_ENTRY.replace(/'\{.*\}'/, () => 'wrongCNIConfig')),
  good: cno(RAW_ENTRY),
  also: ['json/other', 'json/unquoted-value', 'json/not-object'],
  source: 'cluster-network-operator 2a6a57f pkg/network/additional_networks.go (validateRaw)',
  *check({ subject: { entries } }) {
    for (const entry of entries) {
      const raw = member(entry.conf, 'rawCNIConfig');
      if (raw === undefined || raw === null || raw === '' || typeOf(entry) !== 'Raw') continue;
      const path = [...entry.path, 'rawCNIConfig'];
      if (typeof raw !== 'string') {
        const upstream = `spec.additionalNetworks[${String(entry.path.at(-1))}].rawCNIConfig: Invalid value`;
        yield { at: { path, part: 'key' }, message: 'rawCNIConfig is a text, not an object', upstream };
      } else if (!isObjectText(raw)) {
        const upstream = 'failed to Unmarshal RawCNIConfig';
        yield { at: { path, part: 'key' }, message: 'rawCNIConfig is no JSON object: the operator stops', upstream };
      }
    }
  },
});

/** Go reads null into a map as well. */
function isObjectText(raw: string): boolean {
  try {
    const value: unknown = JSON.parse(raw);
    return value === null || isJsonObject(value);
  } catch {
    return false;
  }
}
