import { defineRule } from '../../model.js';
import { readRanges, type ReadRange, whereaboutsOf } from '../../whereabouts-facts.js';
import { whereabouts } from '../ipam-examples.js';

export const rangeOverlapSelf = defineRule({
  id: 'whereabouts/range-overlap-self',
  severity: 'error',
  title: 'ranges of one network that overlap',
  why: 'Every pod gets an address of each range. From ranges with addresses in common it may get the same one twice, which the kernel refuses; of two that are equal it always does, since both are one pool, where its address is found again.',
  over: 'network',
  about: ['ipRanges'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take out one of the two, or keep them apart with range_start and range_end' },
  bad: whereabouts(
    '"ipRanges": [\n  {"range": "192.0.2.0/24", "exclude": ["192.0.2.0/29"]},\n  {"range": "192.0.2.128/25"}\n]',
  ),
  good: whereabouts(
    '"ipRanges": [\n  {"range": "192.0.2.0/25", "exclude": ["192.0.2.0/29"]},\n  {"range": "192.0.2.128/25"}\n]',
  ),
  source:
    'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (IPManagementKubernetesUpdate), pkg/allocate/allocate.go (AssignIP)',
  *check({ subject }) {
    for (const facts of whereaboutsOf(subject)) {
      if (facts.slice !== undefined) continue;
      const ranges = readRanges(facts);
      for (const [i, range] of ranges.entries()) {
        const other = ranges.slice(0, i).find((earlier) => shareAddresses(earlier, range));
        if (other === undefined) continue;
        const text = other.reading.range.toString();
        yield {
          at: { path: range.range.path },
          message: `it has addresses in common with ${text} of the same network`,
        };
      }
    }
  },
});

function shareAddresses({ reading: a }: ReadRange, { reading: b }: ReadRange): boolean {
  return a.range.equals(b.range) || !a.addresses.intersect(b.addresses).isEmpty;
}
