import { defineRule } from '../../model.js';
import { divisionOf, slicedOf } from '../../whereabouts-facts.js';
import { sliced } from '../ipam-examples.js';

const FEW = 8;

export const fastIpamFewSlices = defineRule({
  id: 'whereabouts/fast-ipam-few-slices',
  severity: 'info',
  title: 'few node slices',
  why: 'Every node takes a slice, control planes too and whether pods of this network run there or not. When all are taken, further nodes get none, without an event, and pods on them do not start.',
  over: 'network',
  about: ['node_slice_size'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take smaller slices, or a larger range' },
  bad: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/26"'),
  good: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/27"'),
  source: 'whereabouts v0.9.4 pkg/node-controller/controller.go (assignNodeToSlice), pkg/storage/kubernetes/ipam.go',
  *check({ subject }) {
    for (const facts of slicedOf(subject)) {
      const division = divisionOf(facts);
      if (division === undefined || division.size < division.length || division.size > 30) continue;
      const count = 2 ** (division.size - division.length);
      if (count >= FEW) continue;
      yield {
        at: { path: facts.slice.path },
        message: count === 1 ? 'one slice is for one node' : `${count} slices are for ${count} nodes`,
        upstream: 'no allocated node slice for node',
      };
    }
  },
});
