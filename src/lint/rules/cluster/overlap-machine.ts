import { wholeRangesOf } from '../../whereabouts-facts.js';
import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { addresses, node, within } from './clusters.js';
import { nodeAddressIn, subnetsOfNodes } from './indexes.js';
import { overlapping } from './overlaps.js';

export const overlapMachine = defineRule({
  id: 'cluster/overlap-machine',
  severity: 'error',
  title: "a node's own address that a pod can get",
  why: 'A pod with the address of a node takes its traffic away from it: the node goes NotReady, and whatever runs there is not reached any more. That a network is on the segment of the nodes is a common wish; their addresses have to be excluded.',
  over: 'network',
  needs: ['values', 'cluster'],
  reads: ['nodes'],
  fix: { kind: 'suggested', text: 'exclude the addresses of the nodes' },
  bad: within(nadWith(), 'a cluster with a node that has 192.0.2.20', {
    nodes: [node('worker-0', { addresses: addresses('192.0.2.20') })],
  }),
  good: within(nadWith(), 'a cluster with a node that has 192.0.2.3', {
    nodes: [node('worker-0', { addresses: addresses('192.0.2.3') })],
  }),
  source: 'Kubernetes Node status.addresses; whereabouts v0.9.4 pkg/allocate/allocate.go',
  *check({ subject, cluster: { nodes } }) {
    const told = new Set<unknown>();
    for (const range of wholeRangesOf(subject)) {
      const taken = nodeAddressIn(nodes, range.reading.addresses);
      if (taken === undefined) continue;
      told.add(range.range.path.join('/'));
      yield {
        at: { path: range.range.path },
        message: `${taken.address.toString()} is the address of node ${taken.node}`,
      };
    }
    for (const draft of overlapping(
      subject,
      subnetsOfNodes(nodes),
      (_, other) => `it is in the network of the nodes, ${other.toString()}`,
    )) {
      if ('path' in draft.at && told.has(draft.at.path.join('/'))) continue;
      yield { ...draft, severity: 'info' };
    }
  },
});
