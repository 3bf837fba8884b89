import type { Family } from '../../../net/address.js';
import { defineRule } from '../../model.js';
import { readRanges, whereaboutsOf } from '../../whereabouts-facts.js';
import { whereabouts } from '../ipam-examples.js';

export const multiRangeSameFamily = defineRule({
  id: 'whereabouts/multi-range-same-family',
  severity: 'info',
  title: 'several ranges of one family',
  why: 'Ranges are not alternatives: every pod gets an address of each. Where the second was to take over when the first is full, it does not, and pods wait as soon as one of them is full.',
  over: 'network',
  about: ['ipRanges'],
  needs: ['values'],
  fix: null,
  bad: whereabouts(
    '"ipRanges": [\n  {"range": "192.0.2.0/24", "exclude": ["192.0.2.0/29"]},\n  {"range": "198.51.100.0/24", "exclude": ["198.51.100.0/29"]}\n]',
  ),
  good: whereabouts(
    '"ipRanges": [\n  {"range": "192.0.2.0/24", "exclude": ["192.0.2.0/29"]},\n  {"range": "2001:db8::/112"}\n]',
  ),
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (IPManagementKubernetesUpdate)',
  *check({ subject }) {
    for (const facts of whereaboutsOf(subject)) {
      if (facts.slice !== undefined) continue;
      const counts = new Map<Family, number>();
      for (const { reading, range } of readRanges(facts)) {
        const { family } = reading.range;
        const count = (counts.get(family) ?? 0) + 1;
        counts.set(family, count);
        if (count === 2)
          yield { at: { path: range.path }, message: `every pod gets an IPv${family} address of each range` };
      }
    }
  },
});
