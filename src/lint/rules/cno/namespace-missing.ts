import { defineRule } from '../../model.js';
import { member } from '../../source/document.js';
import { cno, RAW_ENTRY } from './entries.js';

export const namespaceMissing = defineRule({
  id: 'cno/namespace-missing',
  severity: 'info',
  title: 'an additional network without a namespace, which is default',
  why: 'The operator makes the NetworkAttachmentDefinition in the namespace default then. Pods of every namespace can use it there.',
  over: 'cno',
  needs: ['values'],
  fix: null,
  bad: cno(RAW_ENTRY.replace('  namespace: default\n', '')),
  good: cno(RAW_ENTRY),
  source: 'cluster-network-operator 2a6a57f bindata/network/additional-networks',
  *check({ subject: { entries } }) {
    for (const { conf, path } of entries) {
      const namespace = member(conf, 'namespace');
      if (namespace !== undefined && namespace !== null && namespace !== '') continue;
      yield { at: { path: [...path, 'name'] }, message: 'no namespace: the network is made in default' };
    }
  },
});
