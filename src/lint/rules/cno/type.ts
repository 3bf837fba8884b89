import { defineRule } from '../../model.js';
import { member } from '../../source/document.js';
import { cno, RAW_ENTRY, typeOf } from './entries.js';

export const type = defineRule({
  id: 'cno/type',
  severity: 'error',
  title: 'an additional network of a type that there is not',
  why: 'The Cluster Network Operator knows Raw and SimpleMacvlan. Another type, or none, fails all that the operator does: it turns Degraded, and no other change of the network of the cluster is applied either.',
  over: 'cno',
  needs: ['values'],
  fix: null,
  bad: cno(RAW_ENTRY.replace('type: Raw', 'type: Macvlan')),
  good: cno(RAW_ENTRY),
  source: 'cluster-network-operator 2a6a57f pkg/network/render.go (validateAdditionalNetworks)',
  *check({ subject: { entries } }) {
    for (const entry of entries) {
      if (typeOf(entry) !== undefined) continue;
      const written = member(entry.conf, 'type');
      const shown = typeof written === 'string' ? written : '';
      yield {
        at: { path: [...entry.path, 'type'] },
        message: shown === '' ? 'the entry has no type' : `"${shown}" is neither Raw nor SimpleMacvlan`,
        upstream: `unknown or unsupported NetworkType: ${shown}`,
      };
    }
  },
});
