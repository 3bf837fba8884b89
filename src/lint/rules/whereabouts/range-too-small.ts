import { defineRule } from '../../model.js';
import { wholeRangesOf } from '../../whereabouts-facts.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

export const rangeTooSmall = defineRule({
  id: 'whereabouts/range-too-small',
  severity: 'error',
  title: 'a range without a usable address',
  why: 'The first and the last address of a range are never handed out, so that /31, /32, /127 and /128 have none: every pod of this network waits for an address in vain.',
  over: 'network',
  about: ['whereabouts'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take a range of /30 at least, or IPAM static for a single address' },
  bad: whereabouts('"range": "192.0.2.10/32"'),
  good: whereabouts(RANGE),
  source: 'whereabouts v0.9.4 pkg/iphelpers/iphelpers.go (HasUsableIPs)',
  *check({ subject }) {
    for (const { range, reading } of wholeRangesOf(subject)) {
      if (reading.range.bits - reading.range.length > 1) continue;
      yield {
        at: { path: range.path },
        message: `/${reading.range.length} has no address that could be handed out`,
        upstream: `net mask is too short, subnet ${reading.range.toString()} has no usable IP addresses, it is too small`,
      };
    }
  },
});
