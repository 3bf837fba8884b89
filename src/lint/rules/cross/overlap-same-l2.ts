import {
  Farthest,
  named,
  orderOf,
  type PoolRange,
  poolRangesOf,
  segmentsOf,
  spokenOf,
  stretchesOf,
} from '../../cross-facts.js';
import { defineRule, type Draft, type NetworkSubject, type Severity } from '../../model.js';
import { nads, pool } from './examples.js';

export const overlapSameL2 = defineRule({
  id: 'cross/overlap-same-l2',
  severity: 'error',
  title: 'ranges on one segment that can hand out the same address',
  why: 'whereabouts keeps an address from being handed out of two ranges only within one network_name, and not at all where enable_overlapping_ranges is false. On one segment two pods then get the same address, and the traffic of both breaks. Where that guard works it is only worth knowing.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'use one network_name for both, or ranges that have nothing in common' },
  bad: nads(
    { name: 'tenant-a', ipam: pool('192.0.2', ', "network_name": "a"') },
    { name: 'tenant-b', ipam: pool('192.0.2', ', "network_name": "b"') },
  ),
  good: nads({ name: 'tenant-a', ipam: pool('192.0.2') }, { name: 'tenant-b', ipam: pool('198.51.100') }),
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (NormalizeIP, IPManagementKubernetesUpdate)',
  *check({ subject }) {
    const order = orderOf(subject);
    for (const group of segmentsOf(subject)) {
      if (group.length > 1) yield* ofSegment(group, order);
    }
  },
});

/** Each range is spoken of once, by the worst of what it meets. */
function* ofSegment(group: readonly NetworkSubject[], order: ReadonlyMap<NetworkSubject, number>): Iterable<Draft> {
  const met = new Map<PoolRange, { other: PoolRange; severity: Severity }>();
  const sweep = new Sweep();
  for (const stretch of stretchesOf(group.flatMap(poolRangesOf), ({ addresses }) => addresses)) {
    const found = sweep.step(stretch);
    if (found === undefined || found.other.network === stretch.of.network) continue;
    const [range, other] = spokenOf(stretch.of, found.other, ({ network }) => network, order);
    const earlier = met.get(range);
    if (earlier === undefined || (earlier.severity === 'info' && found.severity === 'error')) {
      met.set(range, { other, severity: found.severity });
    }
  }
  for (const [{ network, path, text }, { other, severity }] of met) {
    const what = severity === 'error' ? 'both can hand out the same address' : 'they share what is free';
    yield {
      on: network,
      at: { path },
      severity,
      message: `${text} has addresses in common with ${other.text} of ${named(other.network, network)}: ${what}`,
    };
  }
}

type PoolStretch = ReturnType<typeof stretchesOf<PoolRange>>[number];

/** What went by, by what guards against duplicates. */
class Sweep {
  readonly #all = new Farthest<PoolRange>();
  readonly #unguarded = new Map<string, Farthest<PoolRange>>();
  readonly #named = new Map<string, Farthest<PoolRange>>();
  readonly #pools = new Map<string, PoolRange>();

  step(stretch: PoolStretch): { other: PoolRange; severity: Severity } | undefined {
    const { networkName, pool, isGuarded } = stretch.of;
    const named = entryOf(this.#named, networkName);
    const unguarded = entryOf(this.#unguarded, networkName);
    const bad =
      this.#all.meets(stretch, networkName) ??
      (isGuarded ? unguarded.meets(stretch, pool) : named.meets(stretch, pool));
    const harmless = bad === undefined ? (this.#pools.get(pool) ?? named.meets(stretch, pool)) : undefined;
    this.#all.add(stretch, networkName);
    named.add(stretch, pool);
    if (!isGuarded) unguarded.add(stretch, pool);
    if (!this.#pools.has(pool)) this.#pools.set(pool, stretch.of);
    if (bad !== undefined) return { other: bad, severity: 'error' };
    return harmless === undefined ? undefined : { other: harmless, severity: 'info' };
  }
}

function entryOf(map: Map<string, Farthest<PoolRange>>, key: string): Farthest<PoolRange> {
  const found = map.get(key) ?? new Farthest<PoolRange>();
  map.set(key, found);
  return found;
}
