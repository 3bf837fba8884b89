import { defineRule } from '../../model.js';
import { divisionOf, slicedOf } from '../../whereabouts-facts.js';
import { within } from './clusters.js';
import { askersOf } from './indexes.js';
import { RANGE_SLICED, slicedBy } from './slices.js';
import type { PodFacts } from '../../cluster/facts.js';

const PODS = ['a', 'b', 'c'].map((name): PodFacts => ({
  namespace: 'openshift-multus',
  name,
  nodeName: 'worker-0',
  networks: [{ namespace: 'openshift-multus', name: 'tenant-a' }],
  finished: false,
}));

export const sliceLtPods = defineRule({
  id: 'cluster/slice-lt-pods',
  severity: 'warning',
  title: 'slices with fewer addresses than a node has pods',
  why: 'A node hands out addresses of its own slice only. Once that is used up the next pod there does not start, however much is free elsewhere.',
  over: 'network',
  about: ['node_slice_size'],
  needs: ['values', 'cluster'],
  reads: ['pods'],
  fix: { kind: 'suggested', text: 'make the slices larger' },
  bad: within(slicedBy('/30'), 'a cluster with three pods of this network on one node', { pods: PODS }),
  also: ['whereabouts/slice-count-huge'],
  good: within(RANGE_SLICED, 'a cluster with three pods of this network on one node', { pods: PODS }),
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (GetNodeSlicePoolRange)',
  *check({ subject, cluster: { pods } }) {
    for (const facts of slicedOf(subject)) {
      const division = divisionOf(facts);
      if (division === undefined || division.size > 30) continue;
      const usable = 2 ** (32 - division.size) - 2;
      const [node, count] = fullest(pods, subject.namespace, subject.name);
      if (count <= usable) continue;
      yield {
        at: { path: facts.slice.path },
        message: `${usable} addresses a slice, and ${count} pods on node ${node}`,
      };
    }
  },
});

/** The node with the most attachments to a network. */
function fullest(
  pods: readonly PodFacts[],
  namespace: string | null,
  name: string | null,
): [node: string, count: number] {
  const counts = new Map<string, number>();
  for (const { nodeName, finished } of askersOf(pods, { namespace, name })) {
    if (nodeName !== null && !finished) counts.set(nodeName, (counts.get(nodeName) ?? 0) + 1);
  }
  return [...counts].reduce<[string, number]>((most, each) => (each[1] > most[1] ? each : most), ['', 0]);
}
