import { defineRule } from '../../model.js';
import { overlapsOf } from '../../overlaps.js';
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
      for (const [range, other] of shared(readRanges(facts))) {
        const text = other.reading.range.toString();
        yield {
          at: { path: range.range.path },
          message: `it has addresses in common with ${text} of the same network`,
        };
      }
    }
  },
});

/** Each range that an earlier one has addresses of, or the pool of which it has. */
function shared(ranges: readonly ReadRange[]): Iterable<readonly [ReadRange, ReadRange]> {
  const overlaps = overlapsOf(ranges, ({ reading }) => reading.addresses.intervals);
  const pools = new Map<string, ReadRange>();
  return ranges.flatMap((range): [ReadRange, ReadRange][] => {
    const text = range.reading.range.toString();
    const other = pools.get(text) ?? overlaps.get(range);
    if (!pools.has(text)) pools.set(text, range);
    return other === undefined ? [] : [[range, other]];
  });
}
