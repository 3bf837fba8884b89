import { defineRule } from '../../model.js';
import { divisionOf, slicedOf } from '../../whereabouts-facts.js';
import { node, within } from './clusters.js';
import { RANGE_SLICED, slicedBy } from './slices.js';

const NODES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name) => node(name));

export const slicesLtNodes = defineRule({
  id: 'cluster/slices-lt-nodes',
  severity: 'error',
  title: 'fewer node slices than nodes',
  why: 'Each node, control plane included, takes one slice. Nodes that find none left get none without a word, and no pod of this network starts there.',
  over: 'network',
  about: ['node_slice_size'],
  needs: ['values', 'cluster'],
  reads: ['nodes'],
  fix: { kind: 'suggested', text: 'make the slices smaller or the range larger' },
  bad: within(slicedBy('/19'), 'a cluster of 9 nodes', { nodes: NODES }),
  good: within(RANGE_SLICED, 'a cluster of 9 nodes', { nodes: NODES }),
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go, pkg/node-controller/controller.go (assignNodeToSlice)',
  *check({ subject, cluster: { nodes } }) {
    for (const facts of slicedOf(subject)) {
      const division = divisionOf(facts);
      if (division === undefined || division.size < division.length || division.size > 32) continue;
      const slices = 2 ** (division.size - division.length);
      if (slices >= nodes.length) continue;
      yield {
        at: { path: facts.slice.path },
        message: `${slices} ${slices === 1 ? 'slice' : 'slices'} for ${nodes.length} nodes`,
        upstream: 'no allocated node slice for node',
      };
    }
  },
});
