import type { Address } from '../net/address.js';
import { IntervalSet } from '../net/interval.js';
import { parseReservationName } from '../whereabouts/names.js';
import type { Pool, Reservation } from '../whereabouts/objects.js';
import { usable, windowAddresses } from '../whereabouts/window.js';
import { objectKey, networkIsKnown, type Belonging, type Draw } from './belonging.js';

/** How full one NAD's window of a pool is. */
export interface DrawUsage {
  readonly draw: Draw;
  readonly capacity: bigint;
  /** Keys inside the window and outside the exclusions. */
  readonly used: number;
}

/** How full a pool is; counts of addresses are exact. */
export interface Usage {
  /** What may be handed out: the union over NADs, or first to last usable where no NAD draws from the pool. */
  readonly addresses: IntervalSet;
  readonly capacity: bigint;
  /** All readable keys. */
  readonly used: number;
  /** Keys inside `addresses`. */
  readonly inside: number;
  /** Capacity less the keys inside. */
  readonly free: bigint;
  /** Free addresses that a reservation of the same network holds; null where reservations could not be read. */
  readonly blocked: bigint | null;
  /** One decimal; null at capacity 0. */
  readonly usedPercent: number | null;
  readonly draws: readonly DrawUsage[];
}

/**
 * Counts a pool. Costs the keys, the intervals and the reservations of its network; never the size of the range.
 * @param reservations null where they could not be read
 */
export function usageOf(pool: Pool, belonging: Belonging, reservations: ReservationIndex | null): Usage {
  const { held, used } = heldAddresses(pool);
  const addresses = capacityOf(pool, belonging);
  const draws = belonging.draws.map((draw) => ({
    draw,
    capacity: draw.addresses.size,
    used: countInside(held.values(), draw.addresses),
  }));
  const inside = countInside(held.values(), addresses);
  const capacity = addresses.size;
  const free = capacity - BigInt(inside);
  return {
    addresses,
    capacity,
    used,
    inside,
    free,
    blocked: reservations === null ? null : blockedIn(pool, belonging, addresses, held, reservations),
    usedPercent: percentOf(capacity - free, capacity),
    draws,
  };
}

/** `part / whole` in percent with one decimal, null where there is no whole; exact for counts of any size. */
export function percentOf(part: bigint, whole: bigint): number | null {
  if (whole === 0n) return null;
  return Number((part * 2000n + whole) / (whole * 2n)) / 10;
}

function capacityOf(pool: Pool, belonging: Belonging): IntervalSet {
  if (belonging.draws.length > 0) {
    return IntervalSet.from(belonging.draws.flatMap((draw) => draw.addresses.intervals));
  }
  if (pool.range === undefined) return IntervalSet.empty;
  return windowAddresses(usable(pool.range.masked()), []);
}

/** The addresses that readable keys hold, by their number; two spellings of a key hold one address. */
function heldAddresses(pool: Pool): { readonly held: Map<bigint, Address>; readonly used: number } {
  const held = new Map<bigint, Address>();
  let used = 0;
  for (const { reading } of pool.allocations) {
    if (!reading.ok) continue;
    used++;
    held.set(reading.address.value, reading.address);
  }
  return { held, used };
}

function countInside(addresses: Iterable<Address>, set: IntervalSet): number {
  let count = 0;
  for (const address of addresses) if (set.contains(address)) count++;
  return count;
}

/** An ADD passes over an address that another pool's owner has reserved, unless its NADs look at no reservations. */
function blockedIn(
  pool: Pool,
  belonging: Belonging,
  addresses: IntervalSet,
  held: ReadonlyMap<bigint, Address>,
  reservations: ReservationIndex,
): bigint | null {
  if (!networkIsKnown(belonging)) return null;
  if (belonging.draws.length > 0 && !belonging.draws.some((draw) => draw.overlapping)) return 0n;
  let blocked = 0n;
  for (const address of reservations.within(pool.namespace, belonging.networkName, addresses)) {
    if (!held.has(address.value)) blocked++;
  }
  return blocked;
}

/** Reservations sorted by address for each namespace and network, so that a pool looks only at its own stretch. */
export class ReservationIndex {
  readonly #sorted = new Map<string, Address[]>();

  /** @param networkNames the network names in use: a name such as `a-fd00--1` has several readings without them */
  constructor(reservations: readonly Reservation[], networkNames: ReadonlySet<string>) {
    for (const { namespace, name } of reservations) {
      for (const { networkName, address } of parseReservationName(name, networkNames)) {
        if (networkName !== null && !networkNames.has(networkName)) continue;
        const key = indexKey(namespace, networkName);
        const list = this.#sorted.get(key);
        if (list === undefined) this.#sorted.set(key, [address]);
        else list.push(address);
      }
    }
    for (const list of this.#sorted.values()) list.sort((a, b) => a.compare(b));
  }

  /** The reserved addresses of a network that lie in the set. */
  *within(namespace: string, networkName: string | null, set: IntervalSet): Iterable<Address> {
    const list = this.#sorted.get(indexKey(namespace, networkName));
    if (list === undefined) return;
    for (const { first, last } of set.intervals) {
      for (let at = lowerBound(list, first); at < list.length; at++) {
        const address = list[at];
        if (address === undefined || address.compare(last) > 0) break;
        yield address;
      }
    }
  }
}

function indexKey(namespace: string, networkName: string | null): string {
  return networkName === null ? objectKey(namespace, '') : objectKey(namespace, networkName);
}

function lowerBound(sorted: readonly Address[], bound: Address): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const address = sorted[middle];
    if (address !== undefined && address.compare(bound) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
