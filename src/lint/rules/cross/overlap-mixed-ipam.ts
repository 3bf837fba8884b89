import { IntervalSet } from '../../../net/interval.js';
import { Farthest, named, poolRangesOf, type PoolRange, segmentsOf, stretchesOf } from '../../cross-facts.js';
import { hostLocalInterval, hostLocalRangesOf } from '../../host-local-facts.js';
import { defineRule, type Draft, type NetworkSubject } from '../../model.js';
import { exclusionOf } from './excluding.js';
import { nads, pool } from './examples.js';

/** Addresses that another plugin hands out. */
interface OtherRange {
  readonly network: NetworkSubject;
  readonly addresses: IntervalSet;
}

const BRIDGE = '"type": "bridge",\n  "bridge": "br1"';

export const overlapMixedIpam = defineRule({
  id: 'cross/overlap-mixed-ipam',
  severity: 'error',
  title: 'whereabouts and host-local with the same addresses on one segment',
  why: 'host-local knows only what its own node handed out, and whereabouts sees nothing of that: sooner or later both give the same address to two pods of one segment.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'safe', text: 'exclude the addresses of host-local from the range of whereabouts' },
  bad: nads(
    { name: 'tenant-a', plugin: BRIDGE, ipam: pool('192.0.2') },
    { name: 'tenant-b', plugin: BRIDGE, ipam: '"type": "host-local", "subnet": "192.0.2.64/26"' },
  ),
  good: nads(
    { name: 'tenant-a', plugin: BRIDGE, ipam: pool('192.0.2') },
    { name: 'tenant-b', plugin: BRIDGE, ipam: '"type": "host-local", "subnet": "198.51.100.0/24"' },
  ),
  source:
    'whereabouts v0.9.4 pkg/allocate/allocate.go; containernetworking/plugins plugins/ipam/host-local/backend/disk',
  *check({ subject }) {
    for (const group of segmentsOf(subject)) {
      if (group.length > 1) yield* ofSegment(group);
    }
  },
});

function* ofSegment(group: readonly NetworkSubject[]): Iterable<Draft> {
  const others = group.flatMap(hostLocalRange);
  if (others.length === 0) return;
  const passed = new Farthest<PoolRange | OtherRange>();
  const met = new Map<PoolRange, OtherRange>();
  for (const stretch of stretchesOf<PoolRange | OtherRange>(
    [...group.flatMap(poolRangesOf), ...others],
    ({ addresses }) => addresses,
  )) {
    const kind = isPool(stretch.of) ? 'pool' : 'other';
    const other = passed.meets(stretch, kind);
    passed.add(stretch, kind);
    if (other === undefined) continue;
    const [range, held] = isPool(stretch.of) ? [stretch.of, other] : [other, stretch.of];
    if (isPool(range) && !isPool(held) && !met.has(range)) met.set(range, held);
  }
  for (const [range, { network, addresses }] of met) {
    yield {
      on: range.network,
      at: { path: range.path },
      message: `host-local of ${named(network, range.network)} hands out addresses of ${range.text} too`,
      edits: exclusionOf(range, range.addresses.intersect(addresses)),
    };
  }
}

function isPool(range: PoolRange | OtherRange): range is PoolRange {
  return 'pool' in range;
}

function hostLocalRange(network: NetworkSubject): OtherRange[] {
  const intervals = hostLocalRangesOf(network).flatMap((range) => hostLocalInterval(range) ?? []);
  return intervals.length === 0 ? [] : [{ network, addresses: IntervalSet.from(intervals) }];
}
