import { defineRule } from '../../model.js';
import { isShim, whereaboutsOf } from '../../whereabouts-facts.js';
import { nadWith } from '../examples.js';
import { within, workload } from './clusters.js';
import { reconcilersOf } from './daemons.js';

export const reconcilerMissing = defineRule({
  id: 'cluster/reconciler-missing',
  severity: 'warning',
  title: 'whereabouts without its reconciler',
  why: 'Nothing frees the addresses of pods whose node went away or whose DEL failed: the pool fills up until no pod gets an address.',
  over: 'network',
  about: ['whereabouts'],
  needs: ['values', 'cluster'],
  reads: ['daemonSets', 'deployments'],
  fix: { kind: 'suggested', text: 'deploy whereabouts-reconciler; on OpenShift by a shim in additionalNetworks' },
  bad: within(nadWith(), 'a cluster without whereabouts-reconciler', { daemonSets: [], deployments: [] }),
  good: within(nadWith(), 'a cluster with whereabouts-reconciler', {
    daemonSets: [workload('DaemonSet', 'whereabouts-reconciler')],
    deployments: [],
  }),
  source: 'whereabouts v0.9.4 doc/crds; cluster-network-operator bindata/network/multus/multus.yaml',
  *check({ subject, cluster }) {
    if (subject.origin !== 'nad' || isShim(subject)) return;
    const found = reconcilersOf(cluster);
    if (found.some(({ isReady }) => isReady)) return;
    const state = found.length === 0 ? 'is not there' : 'is not ready';
    for (const { path } of whereaboutsOf(subject)) {
      yield { at: { path: [...path, 'type'] }, message: `whereabouts-reconciler ${state}` };
    }
  },
});
