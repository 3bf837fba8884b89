import { IntervalSet } from '../../../net/interval.js';
import { Farthest, named, type PoolRange, poolRangesOf, segmentsOf, stretchesOf } from '../../cross-facts.js';
import { defineRule, type Draft, type NetworkSubject } from '../../model.js';
import { exclusionOf, only } from './excluding.js';
import { nads, pool } from './examples.js';
import { type LiteralAddress, literalsOf } from './statics.js';

export const staticInPool = defineRule({
  id: 'cross/static-in-pool',
  severity: 'warning',
  title: 'a literal address that whereabouts can hand out',
  why: 'whereabouts does not see addresses that a NAD with static IPAM gives. It hands the same one to another pod on the segment as soon as its turn comes.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'safe', text: 'exclude the address from the range' },
  bad: nads(
    { name: 'tenant-a', ipam: pool('192.0.2') },
    { name: 'tenant-b', ipam: '"type": "static", "addresses": [{"address": "192.0.2.77/24"}]' },
  ),
  good: nads(
    { name: 'tenant-a', ipam: pool('192.0.2') },
    { name: 'tenant-b', ipam: '"type": "static", "addresses": [{"address": "192.0.2.3/24"}]' },
  ),
  source: 'whereabouts v0.9.4 pkg/allocate/allocate.go (IterateForAssignment)',
  *check({ subject }) {
    for (const group of segmentsOf(subject)) {
      const statics = group.flatMap(literalsOf);
      if (statics.length > 0) yield* ofSegment(group, statics);
    }
  },
});

/** Each range is spoken of once, with all addresses in it. */
function* ofSegment(group: readonly NetworkSubject[], statics: readonly LiteralAddress[]): Iterable<Draft> {
  const ranges = group.flatMap(poolRangesOf);
  const passed = new Farthest<PoolRange | LiteralAddress>();
  const met = new Map<PoolRange, LiteralAddress[]>();
  const addressesOf = (each: PoolRange | LiteralAddress): IntervalSet =>
    'pool' in each ? each.addresses : only(each.address);
  for (const stretch of stretchesOf<PoolRange | LiteralAddress>([...ranges, ...statics], addressesOf)) {
    const kind = 'pool' in stretch.of ? 'pool' : 'static';
    const other = passed.meets(stretch, kind);
    passed.add(stretch, kind);
    if (other === undefined) continue;
    const [range, held] = 'pool' in stretch.of ? [stretch.of, other] : [other, stretch.of];
    if (!('pool' in range) || 'pool' in held) continue;
    const earlier = met.get(range);
    if (earlier === undefined) met.set(range, [held]);
    else earlier.push(held);
  }
  for (const [range, held] of met) {
    const [first] = held;
    if (first === undefined) continue;
    const more = held.length === 1 ? '' : ` and ${held.length - 1} more`;
    yield {
      on: range.network,
      at: { path: range.path },
      message: `${first.address.toString()} of ${named(first.network, range.network)}${more} can be handed out to another pod`,
      edits: exclusionOf(range, IntervalSet.from(held.map(({ address }) => ({ first: address, last: address })))),
    };
  }
}
