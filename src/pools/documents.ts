import type { OfCluster } from '../cluster/port.js';
import { parsePodref, type Pool } from '../whereabouts/objects.js';
import { networkIsKnown, type Belonging } from './belonging.js';
import type { Inventory } from './inventory.js';
import { problemsOf, type PoolProblem } from './problems.js';
import { ReservationIndex, usageOf, type Usage } from './usage.js';

/** What one NAD may hand out of a pool, and how much of it is in use. Counts are exact decimal text. */
export interface PoolNadDocument {
  readonly namespace: string;
  readonly name: string;
  readonly first: string | null;
  readonly last: string | null;
  readonly exclude: readonly string[];
  readonly capacity: string;
  readonly used: number;
}

/** One pool (`PoolList.items[]`). What cannot be known is null. */
export interface PoolDocument extends OfCluster {
  readonly namespace: string;
  readonly name: string;
  readonly range: string;
  readonly networkName: string | null;
  readonly nodeName: string | null;
  readonly family: 4 | 6 | null;
  readonly capacity: string | null;
  readonly used: number;
  readonly free: string | null;
  readonly blocked: string | null;
  readonly allocatable: string | null;
  readonly usedPercent: number | null;
  readonly stale: number | null;
  readonly nads: readonly PoolNadDocument[];
  readonly problems: readonly PoolProblem[];
}

/** A pool with everything that was computed of it. */
export interface PoolView {
  readonly pool: Pool;
  readonly belonging: Belonging;
  readonly usage: Usage;
  readonly document: PoolDocument;
}

/**
 * Describes pools of an inventory.
 * @param staleOf how many keys of a pool are stale, where that was asked for
 */
export function describePools(
  inventory: Inventory,
  pools: readonly Pool[],
  staleOf?: (pool: Pool) => number,
): PoolView[] {
  const networks = new Set(inventory.atlas.networkNames);
  for (const { networkName } of inventory.belongings.values()) if (networkName !== null) networks.add(networkName);
  const reservations = inventory.reservations === null ? null : new ReservationIndex(inventory.reservations, networks);
  return pools.flatMap((pool) => {
    const belonging = inventory.belongings.get(pool);
    if (belonging === undefined) return [];
    const usage = usageOf(pool, belonging, reservations);
    const document = poolDocument(pool, belonging, usage, staleOf?.(pool) ?? null);
    return [{ pool, belonging, usage, document }];
  });
}

function poolDocument(pool: Pool, belonging: Belonging, usage: Usage, stale: number | null): PoolDocument {
  const known = pool.range !== undefined;
  const { blocked } = usage;
  return {
    namespace: pool.namespace,
    name: pool.name,
    range: pool.rangeText,
    networkName: networkIsKnown(belonging) ? belonging.networkName : null,
    nodeName: belonging.nodeName,
    family: pool.range?.family ?? null,
    capacity: known ? usage.capacity.toString() : null,
    used: usage.used,
    free: known ? usage.free.toString() : null,
    blocked: known && blocked !== null ? blocked.toString() : null,
    allocatable: known && blocked !== null ? (usage.free - blocked).toString() : null,
    usedPercent: known ? usage.usedPercent : null,
    stale,
    nads: usage.draws.map(({ draw, capacity, used }) => ({
      namespace: draw.nad.namespace,
      name: draw.nad.name,
      first: draw.window?.first.toString() ?? null,
      last: draw.window?.last.toString() ?? null,
      exclude: draw.exclude,
      capacity: capacity.toString(),
      used,
    })),
    problems: problemsOf(pool, belonging, usage, (podref) => parsePodref(podref) !== undefined),
  };
}

export const POOL_SORT_KEYS = ['used', 'free', 'name', 'range'] as const;
export type PoolSortKey = (typeof POOL_SORT_KEYS)[number];

/** Sorts pools: the fullest first (`used`), the least free first (`free`), or in order of name or range. */
export function sortPools(views: readonly PoolView[], key: PoolSortKey): PoolView[] {
  const byName = (a: PoolView, b: PoolView): number =>
    compareText(a.pool.namespace, b.pool.namespace) || compareText(a.pool.name, b.pool.name);
  const order: Record<PoolSortKey, (a: PoolView, b: PoolView) => number> = {
    name: byName,
    used: (a, b) => (b.usage.usedPercent ?? -1) - (a.usage.usedPercent ?? -1) || b.usage.used - a.usage.used,
    free: (a, b) => compareBigint(a.usage.free, b.usage.free),
    range: compareRanges,
  };
  return [...views].sort((a, b) => order[key](a, b) || byName(a, b));
}

/** `sortPools` of pools of several clusters, of which only the documents are left; pools that are alike stay as they were. */
export function sortDocuments(pools: readonly PoolDocument[], key: PoolSortKey): PoolDocument[] {
  if (key === 'used') {
    return [...pools].sort((a, b) => (b.usedPercent ?? -1) - (a.usedPercent ?? -1) || b.used - a.used);
  }
  if (key === 'free') return [...pools].sort((a, b) => compareBigint(BigInt(a.free ?? 0), BigInt(b.free ?? 0)));
  return [...pools];
}

function compareRanges({ pool: a }: PoolView, { pool: b }: PoolView): number {
  if (a.range === undefined || b.range === undefined) {
    return Number(a.range === undefined) - Number(b.range === undefined);
  }
  return a.range.network.compare(b.range.network) || a.range.length - b.range.length;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareBigint(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
