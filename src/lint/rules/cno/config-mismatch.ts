import { defineRule } from '../../model.js';
import { member } from '../../source/document.js';
import { cno, RAW_ENTRY, typeOf } from './entries.js';

const IGNORED: Readonly<Record<string, string>> = { Raw: 'simpleMacvlanConfig', SimpleMacvlan: 'rawCNIConfig' };

export const configMismatch = defineRule({
  id: 'cno/config-mismatch',
  severity: 'warning',
  title: 'the configuration of another type of entry',
  why: 'The Cluster Network Operator reads rawCNIConfig of a Raw entry and simpleMacvlanConfig of a SimpleMacvlan; the other one it passes over.',
  over: 'cno',
  needs: ['values'],
  fix: { kind: 'safe', text: 'leave it out' },
  bad: cno(`${RAW_ENTRY}\n  simpleMacvlanConfig:\n    master: eth1`),
  good: cno(RAW_ENTRY),
  source: 'cluster-network-operator 2a6a57f pkg/network/additional_networks.go',
  *check({ subject: { entries } }) {
    for (const entry of entries) {
      const type = typeOf(entry);
      const ignored = type === undefined ? undefined : IGNORED[type];
      if (type === undefined || ignored === undefined) continue;
      const value = member(entry.conf, ignored);
      if (value === undefined || value === null) continue;
      const path = [...entry.path, ignored];
      yield {
        at: { path, part: 'key' },
        message: `${ignored} of an entry of the type ${type} is not read`,
        edits: [{ kind: 'remove', path }],
      };
    }
  },
});
