import { defineRule } from '../../model.js';
import { member } from '../../source/document.js';
import { within } from '../cluster/clusters.js';
import { cno, RAW_ENTRY } from './entries.js';

const ELSEWHERE = cno(RAW_ENTRY.replace('namespace: default', 'namespace: tenant-b'));

export const namespaceNotFound = defineRule({
  id: 'cno/namespace-not-found',
  severity: 'error',
  title: 'an additional network in a namespace that there is not',
  why: 'The operator does not make the namespace. It cannot create the NetworkAttachmentDefinition, turns Degraded, and applies no other change of the network of the cluster either.',
  over: 'cno',
  needs: ['values', 'cluster'],
  reads: ['namespaces'],
  fix: null,
  bad: within(ELSEWHERE, 'a cluster without the namespace tenant-b', { namespaces: ['default'] }),
  good: within(ELSEWHERE, 'a cluster with the namespace tenant-b', { namespaces: ['default', 'tenant-b'] }),
  source: 'cluster-network-operator 2a6a57f pkg/apply; Kubernetes API server',
  *check({ subject: { entries }, cluster }) {
    for (const { conf, path } of entries) {
      const namespace = member(conf, 'namespace');
      if (typeof namespace !== 'string' || namespace === '' || cluster.namespaces.includes(namespace)) continue;
      yield {
        at: { path: [...path, 'namespace'] },
        message: `there is no namespace "${namespace}" in the cluster`,
        upstream: `namespaces "${namespace}" not found`,
      };
    }
  },
});
