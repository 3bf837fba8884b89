import type { Address } from '../net/address.js';
import { objectKey, type Belonging, type ObjectIndex } from '../pools/belonging.js';
import type { Inventory } from '../pools/inventory.js';
import { parseReservationName, reservationName } from '../whereabouts/names.js';
import { parsePodref, type Allocation, type ObjectRef, type Pool, type Reservation } from '../whereabouts/objects.js';

/** One address that is held for one owner: by a key of a pool, or by a reservation that has no key. */
export interface Claim {
  /** null for a reservation without a key. */
  readonly pool: Pool | null;
  readonly allocation: Allocation | null;
  /** The reservation of this address in this network, whoever owns it. */
  readonly reservation: Reservation | null;
  readonly malformed: 'key-unreadable' | 'podref-unreadable' | 'range-unreadable' | null;
  readonly address: Address | null;
  readonly podref: string;
  readonly owner: ObjectRef | null;
  readonly ifName: string | null;
  /** null: unnamed, or (not `networkKnown`) not known. */
  readonly networkName: string | null;
  readonly networkKnown: boolean;
  /** Node of the slice that the pool is for. */
  readonly sliceNode: string | null;
}

/** Every claim, in the order of the pools and their keys, then the reservations without a key. */
export function claimsOf(inventory: Inventory): Claim[] {
  const claims: Claim[] = [];
  const reserved = new Set<Reservation>();
  for (const pool of inventory.pools) {
    const belonging = inventory.belongings.get(pool);
    if (belonging === undefined) continue;
    for (const allocation of pool.allocations) {
      const claim = allocationClaim(pool, allocation, belonging, inventory.reservationsByName);
      if (claim.reservation !== null) reserved.add(claim.reservation);
      claims.push(claim);
    }
  }
  const doubtful = heldInUnknownNetworks(inventory);
  for (const reservation of inventory.reservations ?? []) {
    if (!reserved.has(reservation)) claims.push(reservationClaim(reservation, inventory, doubtful));
  }
  return claims;
}

/** `podref` and interface: what whereabouts takes for one attachment. */
export function attachmentKey(podref: string, ifName: string | null): string {
  return `${podref}\n${ifName ?? ''}`;
}

/** Where its pool is, or else its reservation. */
export function namespaceOf({ pool, reservation }: Pick<Claim, 'pool' | 'reservation'>): string {
  return pool?.namespace ?? reservation?.namespace ?? '';
}

/** The claim of a key, whether its pool has it or not. */
export function allocationClaim(
  pool: Pool,
  allocation: Allocation,
  belonging: Belonging,
  reservations: ObjectIndex<Reservation>,
): Claim {
  const { reading, podref, ifName } = allocation;
  const owner = parsePodref(podref) ?? null;
  const address = reading.ok ? reading.address : null;
  const networkKnown = belonging.source !== 'unknown';
  const malformed =
    pool.range === undefined
      ? 'range-unreadable'
      : !reading.ok
        ? 'key-unreadable'
        : owner === null
          ? 'podref-unreadable'
          : null;
  const { networkName, nodeName } = belonging;
  const name = address === null ? null : reservationName(address, networkName);
  return {
    pool,
    allocation,
    // Without its network nobody knows which reservation is the address's own.
    reservation: name === null || !networkKnown ? null : (reservations.get(pool.namespace, name) ?? null),
    malformed,
    address,
    podref,
    owner,
    ifName,
    networkName,
    networkKnown,
    sliceNode: nodeName,
  };
}

/** Addresses that keys of pools of an unknown network hold: their reservations may be of any network. */
function heldInUnknownNetworks({ pools, belongings }: Inventory): Set<string> {
  const held = new Set<string>();
  for (const pool of pools) {
    if (belongings.get(pool)?.source !== 'unknown') continue;
    for (const { reading } of pool.allocations) {
      if (reading.ok) held.add(objectKey(pool.namespace, reading.address.toString()));
    }
  }
  return held;
}

/**
 * The claim of a reservation without a key.
 * @param doubtful addresses, by namespace, that pools of an unknown network hold
 */
export function reservationClaim(
  reservation: Reservation,
  inventory: Pick<Inventory, 'atlas'>,
  doubtful: ReadonlySet<string>,
): Claim {
  const readings = parseReservationName(reservation.name, inventory.atlas.networkNames);
  const known = readings.filter(
    ({ networkName }) => networkName === null || inventory.atlas.networkNames.has(networkName),
  );
  const [reading, ...others] = known.length > 0 ? known : readings;
  const owner = parsePodref(reservation.podref) ?? null;
  const isDoubtful =
    reading !== undefined && doubtful.has(objectKey(reservation.namespace, reading.address.toString()));
  return {
    pool: null,
    allocation: null,
    reservation,
    malformed: reading === undefined ? 'key-unreadable' : owner === null ? 'podref-unreadable' : null,
    address: reading?.address ?? null,
    podref: reservation.podref,
    owner,
    ifName: reservation.ifName,
    networkName: reading?.networkName ?? null,
    networkKnown: others.length === 0 && known.length > 0 && !isDoubtful,
    sliceNode: null,
  };
}
