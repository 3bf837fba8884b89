import { defineRule } from '../../model.js';
import { slicedOf } from '../../whereabouts-facts.js';
import { sliced } from '../ipam-examples.js';

export const sliceV6 = defineRule({
  id: 'whereabouts/slice-v6',
  severity: 'error',
  title: 'node slices of an IPv6 range',
  why: 'The controller divides IPv4 ranges only and crashes on this one, again and again: no network of the cluster gets node slices any more.',
  over: 'network',
  about: ['node_slice_size'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'leave node_slice_size out, or take an IPv4 range' },
  bad: sliced('"range": "2001:db8::/112",\n"node_slice_size": "/120"'),
  good: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/27"'),
  source: 'whereabouts v0.9.4 pkg/iphelpers/iphelpers.go (DivideRangeBySize, ip2int)',
  *check({ subject }) {
    for (const { ranges, slice } of slicedOf(subject)) {
      const range = ranges[0]?.reading?.range;
      // Of a size that is no number nothing is divided.
      if (range?.family !== 6 || slice.size === undefined) continue;
      yield {
        at: { path: slice.path },
        message: `${range.toString()} is IPv6, which the controller cannot divide`,
        upstream: 'panic: runtime error: index out of range [3] with length 0',
      };
    }
  },
});
