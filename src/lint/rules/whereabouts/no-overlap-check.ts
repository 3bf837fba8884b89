import { fieldOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { whereaboutsOf } from '../../whereabouts-facts.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

export const noOverlapCheck = defineRule({
  id: 'whereabouts/no-overlap-check',
  severity: 'warning',
  title: 'addresses are not checked against other ranges',
  why: 'With enable_overlapping_ranges false whereabouts makes no reservation of an address across ranges: two networks whose ranges overlap hand out the same address twice.',
  over: 'network',
  about: ['enable_overlapping_ranges'],
  needs: [],
  fix: { kind: 'suggested', text: 'leave it out: the check is on unless it is switched off' },
  bad: whereabouts(`${RANGE},\n"enable_overlapping_ranges": false`),
  good: whereabouts(`${RANGE},\n"enable_overlapping_ranges": true`),
  source: 'whereabouts v0.9.4 pkg/types/types.go, pkg/storage/kubernetes/ipam.go',
  *check({ subject }) {
    for (const { conf, path } of whereaboutsOf(subject)) {
      const field = fieldOf(conf, 'enable_overlapping_ranges');
      if (field?.value !== false) continue;
      yield {
        at: { path: [...path, field.key] },
        message: 'an address may be handed out that a pod of an overlapping range has',
      };
    }
  },
});
