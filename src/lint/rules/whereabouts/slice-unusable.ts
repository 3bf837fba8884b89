import { defineRule } from '../../model.js';
import { divisionOf, slicedOf } from '../../whereabouts-facts.js';
import { sliced } from '../ipam-examples.js';

export const sliceUnusable = defineRule({
  id: 'whereabouts/slice-unusable',
  severity: 'error',
  title: 'node slices without a usable address',
  why: 'The first and the last address of a slice are never handed out, so that /31 and /32 have none: no pod of this network starts.',
  over: 'network',
  about: ['node_slice_size'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take slices of /30 at least' },
  bad: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/31"'),
  good: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/27"'),
  source: 'whereabouts v0.9.4 pkg/iphelpers/iphelpers.go (HasUsableIPs)',
  *check({ subject }) {
    for (const facts of slicedOf(subject)) {
      const division = divisionOf(facts);
      if (division?.size !== 31 && division?.size !== 32) continue;
      if (division.size < division.length) continue;
      yield {
        at: { path: facts.slice.path },
        message: `a /${division.size} has no address that could be handed out`,
        upstream: 'net mask is too short',
      };
    }
  },
});
