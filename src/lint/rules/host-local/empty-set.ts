import { hostLocalOf } from '../../host-local-facts.js';
import { defineRule } from '../../model.js';
import { hostLocal } from '../ipam-examples.js';

export const emptySet = defineRule({
  id: 'host-local/empty-set',
  severity: 'error',
  title: 'an empty set of ranges',
  why: 'host-local refuses the configuration: no pod of this network starts.',
  over: 'network',
  about: ['host-local'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take it out, or give it a range' },
  bad: hostLocal('"ranges": [[{"subnet": "192.0.2.0/24"}], []]'),
  good: hostLocal('"ranges": [[{"subnet": "192.0.2.0/24"}]]'),
  source: 'containernetworking/plugins 3d27709 plugins/ipam/host-local/backend/allocator/range_set.go (Canonicalize)',
  *check({ subject }) {
    for (const { sets } of hostLocalOf(subject)) {
      for (const { ranges, path } of sets) {
        if (ranges.length > 0) continue;
        yield { at: { path }, message: 'a set without a range', upstream: 'empty range set' };
      }
    }
  },
});
