import { defineRule } from '../../model.js';
import { member } from '../../source/document.js';
import { cno, RAW_ENTRY, typeOf } from './entries.js';

export const rawMissing = defineRule({
  id: 'cno/raw-missing',
  severity: 'error',
  title: 'a Raw entry without rawCNIConfig',
  why: 'The Cluster Network Operator reads the text of every Raw entry, and an empty one is no JSON. That fails all that the operator does: it turns Degraded, and no other change of the network of the cluster is applied either.',
  over: 'cno',
  needs: ['values'],
  fix: null,
  bad: cno('- name: tenant-a\n  namespace: default\n  type: Raw'),
  good: cno(RAW_ENTRY),
  source: 'cluster-network-operator 2a6a57f pkg/network/additional_networks.go (validateRaw)',
  *check({ subject: { entries } }) {
    for (const entry of entries) {
      const raw = member(entry.conf, 'rawCNIConfig');
      if (typeOf(entry) !== 'Raw' || (raw !== undefined && raw !== null && raw !== '')) continue;
      yield {
        at: { path: [...entry.path, 'type'] },
        message: 'an entry of the type Raw needs rawCNIConfig',
        upstream: 'failed to Unmarshal RawCNIConfig',
      };
    }
  },
});
