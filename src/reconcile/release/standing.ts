import { isDeepStrictEqual } from 'node:util';
import type { Address } from '../../net/address.js';
import type { Allocation, ObjectRef, Pool, Reservation } from '../../whereabouts/objects.js';
import { reservationName } from '../../whereabouts/names.js';
import { attachmentKey, type Claim, namespaceOf } from '../claims.js';
import type { JournalReservation } from '../journal.js';
import type { JudgedClaim } from '../judged.js';
import { whyNot } from './put-back.js';
import { refKey } from '../../pools/belonging.js';

/** An address that a run took. */
export interface TakenItem {
  /** The claim that its owner had, judged now. */
  readonly judged: JudgedClaim;
  /** As the run took it; null: it took none. */
  readonly reservation: JournalReservation | null;
  /** Its entry is there: where it went meanwhile, nothing is put back. */
  readonly isHeld?: boolean;
}

/** Whether an address can be put back, and what of it is missing. */
export type Standing =
  | { readonly state: 'in-place' }
  | { readonly state: 'blocked'; readonly why: string }
  | { readonly state: 'open'; readonly entry: boolean; readonly reservation: boolean };

/** What pools and reservations are like. */
export interface Sight {
  pool(ref: ObjectRef): SeenPool | undefined;
  reservation(ref: ObjectRef): Reservation | undefined;
  /** The pools that cover an address in its network. */
  covering(claim: Claim): readonly ObjectRef[];
}

/** A pool as it was read, its entries found by what they are. */
export class SeenPool {
  readonly #byKey = new Map<string, Allocation>();
  readonly #byAddress = new Map<string, Allocation[]>();
  readonly #byOwner = new Map<string, Allocation>();

  /** @param hasMap whether its object has a map of allocations, be it empty */
  constructor(
    readonly pool: Pool,
    readonly hasMap: boolean,
  ) {
    for (const allocation of pool.allocations) {
      const { key, podref, ifName, reading } = allocation;
      this.#byKey.set(key, allocation);
      this.#byOwner.set(attachmentKey(podref, ifName), allocation);
      if (!reading.ok) continue;
      const address = reading.address.toString();
      const known = this.#byAddress.get(address);
      if (known === undefined) this.#byAddress.set(address, [allocation]);
      else known.push(allocation);
    }
  }

  ofKey(key: string): Allocation | undefined {
    return this.#byKey.get(key);
  }

  /** Two spellings of a key are the same address. */
  ofAddress(address: Address): readonly Allocation[] {
    return this.#byAddress.get(address.toString()) ?? [];
  }

  ofOwner(podref: string, ifName: string | null): Allocation | undefined {
    return this.#byOwner.get(attachmentKey(podref, ifName));
  }
}

type Part = { readonly missing: boolean } | { readonly why: string };

/**
 * How items stand, each after those before it: of two that want the same only the first may have it (release protocol
 * "Putting back").
 */
export function standingsOf<T extends TakenItem>(items: readonly T[], sight: Sight): Map<T, Standing> {
  const standings = new Map<T, Standing>();
  const wanted = new Map<string, string>();
  for (const item of items) {
    const standing = standingOf(item, sight);
    const twice = standing.state === 'open' ? wants(item).find((want) => wanted.has(want)) : undefined;
    if (twice !== undefined) {
      standings.set(item, { state: 'blocked', why: wanted.get(twice) ?? '' });
      continue;
    }
    standings.set(item, standing);
    if (standing.state !== 'open') continue;
    const name = nameOf(item.judged.claim);
    for (const want of wants(item)) wanted.set(want, `${name}, which the run also took, is put back in its place`);
  }
  return standings;
}

/** What an item is called. */
export function nameOf({ address, pool, allocation, reservation }: Claim): string {
  if (address !== null) return address.toString();
  return pool === null ? `reservation ${reservation?.name ?? ''}` : `key ${allocation?.key ?? ''} of ${pool.name}`;
}

function wants({ judged: { claim } }: TakenItem): string[] {
  const { pool, address, networkName, podref, ifName } = claim;
  const namespace = namespaceOf(claim);
  return [
    ...(address === null ? [] : [`address ${namespace}/${networkName ?? ''}/${address.toString()}`]),
    // An entry without an interface is no ADD's to take: before whereabouts 0.8 none looked, since then each has one.
    ...(pool === null || podref === '' || ifName === null ? [] : [`owner ${refKey(pool)} ${attachmentKey(podref, ifName)}`]),
  ];
}

function standingOf({ judged, reservation, isHeld }: TakenItem, sight: Sight): Standing {
  const { claim, otherPods } = judged;
  const entry = entryPart(claim, sight);
  if ('why' in entry) return { state: 'blocked', why: entry.why };
  if (entry.missing && isHeld === true) return { state: 'blocked', why: 'its entry is gone by now' };
  const guard = guardPart(claim, reservation, sight);
  if ('why' in guard) return { state: 'blocked', why: guard.why };
  if (!entry.missing && !guard.missing) return { state: 'in-place' };
  const holder = otherHolder(claim, sight);
  if (holder !== null) return { state: 'blocked', why: holder };
  const [other] = otherPods;
  if (other !== undefined) return { state: 'blocked', why: `${other.namespace}/${other.name} shows it` };
  return { state: 'open', entry: entry.missing, reservation: guard.missing };
}

function entryPart({ pool, allocation, podref, ifName }: Claim, sight: Sight): Part {
  if (pool === null || allocation === null) return { missing: false };
  const now = sight.pool(pool);
  if (now === undefined) return { why: 'its pool is gone' };
  const impossible = whyNot(pool, now.pool);
  if (impossible !== null) return { why: impossible };
  const own = now.ofKey(allocation.key);
  if (own !== undefined) {
    if (isDeepStrictEqual(own.raw, allocation.raw)) return { missing: false };
    return own.podref === podref && own.ifName === ifName
      ? { why: `${podref} was given it again, for another container` }
      : { why: `${ownerText(own.podref)} was given it` };
  }
  // Its next ADD would take either, and the other would leak.
  const other = podref === '' || ifName === null ? undefined : now.ofOwner(podref, ifName);
  if (other === undefined) return { missing: true };
  const held = other.reading.ok ? other.reading.address.toString() : `key ${other.key}`;
  return { why: `${podref} holds ${held} of that pool by now` };
}

function guardPart(claim: Claim, taken: JournalReservation | null, sight: Sight): Part {
  const { address, networkName, networkKnown, podref, pool } = claim;
  if (taken === null && (address === null || pool === null || !networkKnown)) return { missing: false };
  const ref = taken ?? {
    namespace: pool?.namespace ?? '',
    name: address === null ? '' : reservationName(address, networkName),
  };
  const now = sight.reservation(ref);
  if (now === undefined) return { missing: taken !== null };
  return now.podref === podref ? { missing: false } : { why: `it is reserved for ${ownerText(now.podref)}` };
}

/** Whoever else holds the address by a key, in any pool of the network. */
function otherHolder(claim: Claim, sight: Sight): string | null {
  const { address, pool, allocation } = claim;
  if (address === null) return null;
  const own = pool === null ? null : refKey(pool);
  for (const ref of sight.covering(claim)) {
    const isOwn = refKey(ref) === own;
    const holder = sight
      .pool(ref)
      ?.ofAddress(address)
      .find(({ key }) => !(isOwn && key === allocation?.key));
    // A reservation without a key goes back to its owner's key, whatever pool that is in.
    if (holder === undefined || (pool === null && holder.podref === claim.podref)) continue;
    return `${ownerText(holder.podref)} holds it in pool ${ref.name}`;
  }
  return null;
}

function ownerText(podref: string): string {
  return podref === '' ? 'somebody' : podref;
}
