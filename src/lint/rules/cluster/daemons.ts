import type { ClusterFacts, WorkloadFacts } from '../../cluster/facts.js';

/** What frees addresses: of its own name, or up to 0.9.3 within the DaemonSet of the plugin. */
export function reconcilersOf({ daemonSets, deployments }: ClusterFacts): WorkloadFacts[] {
  return [...daemonSets, ...deployments].filter(
    ({ kind, name }) => name === 'whereabouts-reconciler' || (kind === 'DaemonSet' && name === 'whereabouts'),
  );
}

/** What makes node slices. */
export function controllersOf({ deployments }: ClusterFacts): WorkloadFacts[] {
  return deployments.filter(({ name }) => name === 'whereabouts-controller' || name === 'node-slice-controller');
}
