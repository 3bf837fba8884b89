import { defineRule } from '../../model.js';
import { divisionOf, slicedOf } from '../../whereabouts-facts.js';
import { sliced } from '../ipam-examples.js';

export const sliceOver32 = defineRule({
  id: 'whereabouts/slice-over-32',
  severity: 'error',
  title: 'a node_slice_size that no IPv4 prefix has',
  why: 'The controller does not check it: /33 of a /24 becomes 512 slices that are none, and /64 would be so many that the controller runs out of memory and is killed, for every network of the cluster.',
  over: 'network',
  about: ['node_slice_size'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take /30 at most' },
  bad: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/33"'),
  good: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/27"'),
  source: 'whereabouts v0.9.4 pkg/iphelpers/iphelpers.go (DivideRangeBySize)',
  *check({ subject }) {
    for (const facts of slicedOf(subject)) {
      const division = divisionOf(facts);
      if (division === undefined || division.size <= 32) continue;
      yield {
        at: { path: facts.slice.path },
        message: `/${division.size} is no prefix of IPv4: the controller makes 2^${division.size - division.length} slices of it`,
      };
    }
  },
});
