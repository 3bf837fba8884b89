import { defineRule } from '../../model.js';
import { wholeRangesOf } from '../../whereabouts-facts.js';
import { whereabouts } from '../ipam-examples.js';

/** whereabouts counts addresses from the start of the range in a signed number of 64 bits. */
const LAST_OFFSET = (1n << 63n) - 1n;

export const v6Huge = defineRule({
  id: 'whereabouts/v6-huge',
  severity: 'info',
  title: 'a range of more addresses than whereabouts can count',
  why: 'Addresses are kept by their distance from the start of the range in 63 bits: of a /64 only the first /65 is used, and an address beyond is forgotten as soon as it is handed out.',
  over: 'network',
  about: ['whereabouts'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take a longer prefix, or limit it with range_end' },
  bad: whereabouts('"range": "2001:db8::/64"'),
  good: whereabouts('"range": "2001:db8::/112"'),
  source: 'whereabouts v0.9.4 pkg/iphelpers/iphelpers.go (IPGetOffset), pkg/storage/kubernetes/ipam.go',
  *check({ subject }) {
    for (const { reading, range } of wholeRangesOf(subject)) {
      const { window, range: prefix } = reading;
      if (window === undefined || window.last.minus(prefix.network) <= LAST_OFFSET) continue;
      yield { at: { path: range.path }, message: `of /${prefix.length} only the first /65 can be used` };
    }
  },
});
