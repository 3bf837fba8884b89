import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { operator, within } from './clusters.js';
import { withoutShim } from './shim-entries.js';

export const whereaboutsShimMissing = defineRule({
  id: 'cluster/whereabouts-shim-missing',
  severity: 'warning',
  title: 'whereabouts without an entry that the operator sees',
  why: 'The Cluster Network Operator starts the reconciler of whereabouts only for an entry of additionalNetworks whose first ipam is whereabouts. A NAD that is applied by itself works, and the addresses of pods that went with their node are never freed.',
  over: 'network',
  about: ['whereabouts'],
  needs: ['values', 'cluster'],
  reads: ['operatorNetworks'],
  fix: { kind: 'suggested', text: 'add a shim: ipamctl shim generate whereabouts' },
  bad: within(nadWith(), 'an OpenShift cluster without additionalNetworks', {
    operatorNetworks: [operator({ ipamTypes: [] })],
  }),
  good: within(nadWith(), 'an OpenShift cluster with a whereabouts-shim', {
    operatorNetworks: [operator({ ipamTypes: ['whereabouts'] })],
  }),
  source: 'cluster-network-operator pkg/network/multus_ipam.go',
  *check({ subject, cluster }) {
    if (cluster.operatorNetworks.length === 0) return;
    yield* withoutShim(subject, 'whereabouts', cluster.operatorNetworks, (path) => ({
      at: { path },
      message: 'no entry of additionalNetworks has whereabouts, so its reconciler does not run',
    }));
  },
});
