import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { within } from './clusters.js';

export const rbac = defineRule({
  id: 'cluster/rbac',
  severity: 'warning',
  title: 'no right to create what is checked',
  why: 'The ClusterRole net-attach-def-project lets the administrators of a project read NADs and nothing else. Whoever applies this NAD is refused.',
  over: 'nad',
  needs: ['values', 'cluster'],
  reads: ['mayCreateNads'],
  fix: { kind: 'suggested', text: 'have a cluster administrator apply it, or give the right' },
  bad: within(nadWith(), 'a cluster whose user may not create NADs', { mayCreateNads: [false] }),
  good: within(nadWith(), 'a cluster whose user may create NADs', { mayCreateNads: [true] }),
  source: 'cluster-network-operator bindata/network/multus (ClusterRole net-attach-def-project)',
  *check({ subject, cluster }) {
    // What is in the cluster somebody was allowed to create.
    if (subject.document.source.origin !== 'given' || cluster.mayCreateNads[0] !== false) return;
    yield {
      at: { path: [...subject.path, 'kind'] },
      message: 'you may not create NetworkAttachmentDefinitions in this cluster',
      upstream: 'cannot create resource "network-attachment-definitions" in API group "k8s.cni.cncf.io"',
    };
  },
});
