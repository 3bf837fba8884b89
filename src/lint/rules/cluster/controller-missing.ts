import { defineRule } from '../../model.js';
import { isShim, whereaboutsOf } from '../../whereabouts-facts.js';
import { RANGE_SLICED } from './slices.js';
import { within, workload } from './clusters.js';
import { controllersOf } from './daemons.js';

const RECONCILER = workload('DaemonSet', 'whereabouts-reconciler');

export const controllerMissing = defineRule({
  id: 'cluster/controller-missing',
  severity: 'error',
  title: 'whereabouts without its controller',
  why: 'The controller makes the node slices and gives them to nodes. Without it a network with node_slice_size has none, and none of its pods starts.',
  over: 'network',
  about: ['node_slice_size'],
  needs: ['values', 'cluster'],
  reads: ['daemonSets', 'deployments'],
  fix: { kind: 'suggested', text: 'deploy whereabouts-controller; on OpenShift by a shim in additionalNetworks' },
  bad: within(RANGE_SLICED, 'a cluster without whereabouts-controller', { daemonSets: [RECONCILER], deployments: [] }),
  good: within(RANGE_SLICED, 'a cluster with whereabouts-controller', {
    daemonSets: [RECONCILER],
    deployments: [workload('Deployment', 'whereabouts-controller')],
  }),
  source: 'whereabouts v0.9.4 doc/crds; cluster-network-operator bindata/network/multus/multus.yaml',
  *check({ subject, cluster }) {
    if (subject.origin !== 'nad' || isShim(subject)) return;
    const found = controllersOf(cluster);
    if (found.some(({ isReady }) => isReady)) return;
    const state = found.length === 0 ? 'is not there' : 'is not ready';
    for (const { slice } of whereaboutsOf(subject)) {
      if (slice === undefined) continue;
      yield { at: { path: slice.path }, message: `whereabouts-controller ${state}` };
    }
  },
});
