import type { Prefix } from '../../../net/prefix.js';
import { defineRule } from '../../model.js';
import { wholeRangesOf } from '../../whereabouts-facts.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

export const excludeOutside = defineRule({
  id: 'whereabouts/exclude-outside',
  severity: 'warning',
  title: 'an exclude that has no address of the range',
  why: 'It excludes nothing. The addresses that it was written for are most likely others, and those are handed out.',
  over: 'network',
  about: ['exclude', 'ipRanges'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'correct it, or take it out' },
  bad: whereabouts('"range": "192.0.2.0/24",\n"exclude": ["192.0.2.0/29", "192.0.3.0/29"]'),
  good: whereabouts(RANGE),
  source: 'whereabouts v0.9.4 pkg/allocate/allocate.go (skipExcludedSubnets)',
  *check({ subject }) {
    for (const { excludes, reading } of wholeRangesOf(subject)) {
      for (const { prefix, text, path } of excludes) {
        if (prefix === undefined || overlap(prefix, reading.range)) continue;
        yield { at: { path }, message: `${text} has no address of ${reading.range.toString()}` };
      }
    }
  },
});

/** Of two prefixes with addresses in common one contains the other. */
function overlap(a: Prefix, b: Prefix): boolean {
  return a.contains(b.network) || b.contains(a.network);
}
