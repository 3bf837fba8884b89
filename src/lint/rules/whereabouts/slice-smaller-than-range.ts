import { divideRange } from '../../../whereabouts/slices.js';
import { defineRule } from '../../model.js';
import { divisionOf, slicedOf } from '../../whereabouts-facts.js';
import { sliced } from '../ipam-examples.js';

export const sliceSmallerThanRange = defineRule({
  id: 'whereabouts/slice-smaller-than-range',
  severity: 'error',
  title: 'node slices larger than the range',
  why: 'A slice is a part of the range, so its prefix is longer. The controller makes no slices otherwise, and no pod of this network starts. The README of whereabouts itself shows a /22 of a /24.',
  over: 'network',
  about: ['node_slice_size'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take a longer prefix for the slices, or a larger range' },
  bad: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/22"'),
  good: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/27"'),
  source: 'whereabouts v0.9.4 pkg/iphelpers/iphelpers.go (DivideRangeBySize)',
  *check({ subject }) {
    for (const facts of slicedOf(subject)) {
      const division = divisionOf(facts);
      if (division === undefined || division.size >= division.length) continue;
      const range = facts.ranges[0]?.reading?.range.toString() ?? '';
      const divided = divideRange(range, facts.slice.text);
      yield {
        at: { path: facts.slice.path },
        message: `a /${division.size} is no part of ${range}`,
        upstream: divided.ok ? null : divided.error,
      };
    }
  },
});
