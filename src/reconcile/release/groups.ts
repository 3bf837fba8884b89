import type { Address } from '../../net/address.js';
import { objectKey } from '../../pools/belonging.js';
import type { Inventory } from '../../pools/inventory.js';
import { parseReservationName } from '../../whereabouts/names.js';
import type { Pool, Reservation } from '../../whereabouts/objects.js';
import type { JudgedClaim } from '../judged.js';
import { groupedBy, append } from '../../pools/multimap.js';

/** A reservation that is to go. */
export interface ReservationTarget {
  readonly judged: JudgedClaim;
  readonly reservation: Reservation;
  readonly address: Address;
  readonly networkName: string | null;
  /** When its key was first seen to be gone, on the monotonic clock. */
  readonly keylessSince: number;
  /** Whether this run took its key. */
  readonly freedByUs: boolean;
}

/** All reservations of one podref in one network: they go in the same holding, or none does. */
export interface Group {
  readonly namespace: string;
  readonly networkName: string | null;
  readonly podref: string;
  /** In the order of the plugin's ranges: its check of the first decides for all. */
  readonly members: readonly ReservationTarget[];
  /** Other reservations of the same podref and network, which this run was not told to take. */
  readonly companions: readonly Reservation[];
}

/**
 * The plugin looks only at the first range's reservation to decide whether it makes those of the others, so the ones of
 * one owner belong together (whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go, skipOverlappingRangeUpdate).
 */
export function groupsOf(targets: readonly ReservationTarget[], inventory: Inventory): Group[] {
  const groups = groupedBy(targets, ({ reservation, networkName }) => groupKey(reservation, networkName));
  const others = new Map<string, Reservation[]>();
  const taken = new Set(targets.map(({ reservation }) => reservation));
  for (const reservation of inventory.reservations ?? []) {
    if (taken.has(reservation)) continue;
    for (const { networkName } of parseReservationName(reservation.name, inventory.atlas.networkNames)) {
      const key = groupKey(reservation, networkName);
      if (groups.has(key)) append(others, key, reservation);
    }
  }
  return [...groups].flatMap(([key, members]) => {
    const [first] = members;
    if (first === undefined) return [];
    const { namespace, podref } = first.reservation;
    return [
      {
        namespace,
        networkName: first.networkName,
        podref,
        members: [...members].sort((one, other) => rankOf(one, inventory) - rankOf(other, inventory)),
        companions: others.get(key) ?? [],
      },
    ];
  });
}

/**
 * Since whereabouts 0.8 a pod may have one address by two keys, of overlapping pools, and one reservation for both: it goes
 * once, when the later of its keys went, and as ours only where all of them did.
 */
export function oncePerReservation(targets: readonly ReservationTarget[]): ReservationTarget[] {
  const byReservation = new Map<Reservation, ReservationTarget>();
  for (const target of targets) {
    const twin = byReservation.get(target.reservation);
    byReservation.set(
      target.reservation,
      twin === undefined
        ? target
        : {
            ...twin,
            keylessSince: Math.max(twin.keylessSince, target.keylessSince),
            freedByUs: twin.freedByUs && target.freedByUs,
          },
    );
  }
  return [...byReservation.values()];
}

/** Pod and network, in the namespace of the pools: what one call of the plugin decides about. */
export function groupKey(
  { namespace, podref }: Pick<Reservation, 'namespace' | 'podref'>,
  networkName: string | null,
): string {
  return `${objectKey(namespace, networkName ?? '')}\n${podref}`;
}

function rankOf({ judged, address }: ReservationTarget, inventory: Inventory): number {
  return rangeRank(judged.claim.pool, address, inventory);
}

/** The place of the address's range among those of a NAD that draws from its pool; IPv4 first where none tells. */
export function rangeRank(pool: Pool | null, address: Address | null, { belongings }: Inventory): number {
  const byFamily = address?.family === 6 ? 0.5 : 0.25;
  return pool === null ? byFamily : (rankIn(pool, belongings) ?? byFamily);
}

function rankIn(pool: Pool, belongings: Inventory['belongings']): number | undefined {
  const range = pool.range?.masked();
  for (const { nad } of belongings.get(pool)?.draws ?? []) {
    if (range === undefined || nad.whereabouts?.ok !== true) continue;
    const rank = nad.whereabouts.ranges.findIndex((own) => own.range.masked().equals(range));
    if (rank >= 0) return rank;
  }
  return undefined;
}
