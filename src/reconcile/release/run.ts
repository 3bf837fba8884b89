import { RefusedFailure, type ClusterFailure } from '../../errors.js';
import type { Pool, Reservation } from '../../whereabouts/objects.js';
import { namespaceOf, type Claim } from '../claims.js';
import type { JudgedClaim } from '../judged.js';
import type { Survey } from '../survey.js';
import { EntryRelease } from './entries.js';
import type { ReservationTarget } from './groups.js';
import { changed, failed, skipped, type MayRelease, type Outcome, type ReleasePorts } from './ports.js';
import { ReservationRelease } from './reservations.js';
import type { EntryTarget } from './targets.js';
import { append } from '../../pools/multimap.js';

/** What is to be released, and what that rests on. */
export interface ReleaseOrder {
  readonly survey: Survey;
  /** Claims of pool keys, and of reservations without a key. */
  readonly targets: readonly JudgedClaim[];
  /** Whether a verdict that is found right before or after a write still allows it. */
  readonly mayRelease: MayRelease;
  /** When the survey was over, on the monotonic clock. */
  readonly surveyedAt: number;
  /** Namespaces that are out of reach. */
  readonly missingRights: ReadonlyMap<string, ClusterFailure>;
}

/** What became of everything that was to be released. */
export interface ReleaseReport {
  readonly entries: ReadonlyMap<Claim, Outcome>;
  readonly reservations: ReadonlyMap<Reservation, Outcome>;
  /** Addresses that each pool lost. */
  readonly released: ReadonlyMap<Pool, readonly string[]>;
  /** How long the Leases were held each time, in ms. */
  readonly heldMs: readonly number[];
  /** The journal could not be written any more: nothing was begun after that. */
  readonly stopped: RefusedFailure | null;
}

/** Why reservations stay where Leases are not to be taken. */
const NO_LEASE = 'left by --no-lease: no other pod gets the address before it goes';

/** Releases entries, then their reservations, as the release protocol says. Whatever happens, it tells what was done. */
export async function release(ports: ReleasePorts, order: ReleaseOrder): Promise<ReleaseReport> {
  const entries = new Map<Claim, Outcome>();
  const reservations = new Map<Reservation, Outcome>();
  const withinReach = order.targets.filter(({ claim }) => {
    const failure = order.missingRights.get(namespaceOf(claim));
    if (failure === undefined) return true;
    if (claim.pool !== null) entries.set(claim, failed(failure.message, failure));
    if (claim.reservation !== null) reservations.set(claim.reservation, failed(failure.message, failure));
    return false;
  });
  const entryRelease = new EntryRelease(ports, order.mayRelease);
  const targets = withinReach.flatMap(entryTarget);
  let stopped: RefusedFailure | null = null;
  const heldMs: number[] = [];
  try {
    await entryRelease.run(targets);
    const left = reservationTargets(withinReach, targets, entryRelease, order, reservations, ports.clock.monotonic());
    if (ports.leases === null) for (const { reservation } of left) reservations.set(reservation, skipped(NO_LEASE));
    else {
      const withLeases = { ...ports, leases: ports.leases };
      const release = new ReservationRelease(withLeases, order.mayRelease, order.survey.inventory);
      try {
        await release.run(left);
      } finally {
        for (const [reservation, outcome] of release.outcomes) reservations.set(reservation, outcome);
        heldMs.push(...release.heldMs);
      }
    }
  } catch (failure) {
    if (!(failure instanceof RefusedFailure)) throw failure;
    stopped = failure;
  }
  for (const target of targets) {
    entries.set(target.judged.claim, entryRelease.outcomes.get(target) ?? skipped(stopped?.message ?? 'not tried'));
  }
  for (const { claim } of withinReach) {
    if (claim.reservation !== null && isOwn(claim) && !reservations.has(claim.reservation)) {
      reservations.set(claim.reservation, skipped(stopped?.message ?? 'not tried'));
    }
  }
  return { entries, reservations, released: releasedByPool(targets, entries), heldMs, stopped };
}

function entryTarget(judged: JudgedClaim): EntryTarget[] {
  const { pool, allocation } = judged.claim;
  return pool === null || allocation === null ? [] : [{ judged, pool, allocation }];
}

/** A reservation goes with its key only where it names the same owner, and only where its network is known. */
function isOwn({ reservation, podref, networkKnown, address }: Claim): boolean {
  return reservation?.podref === podref && networkKnown && address !== null;
}

/** Reservations that may go now: of keys that are out, and those that were found without one. */
function reservationTargets(
  judgedClaims: readonly JudgedClaim[],
  targets: readonly EntryTarget[],
  { outcomes, freedAt }: EntryRelease,
  { surveyedAt }: ReleaseOrder,
  reservations: Map<Reservation, Outcome>,
  now: number,
): ReservationTarget[] {
  const byClaim = new Map(targets.map((target) => [target.judged.claim, target]));
  return judgedClaims.flatMap((judged): ReservationTarget[] => {
    const { claim } = judged;
    const { reservation, address, networkName } = claim;
    if (reservation === null || address === null || !isOwn(claim)) return [];
    const target = byClaim.get(claim);
    const about = { judged, reservation, address, networkName };
    if (target === undefined) return [{ ...about, freedByUs: false, keylessSince: surveyedAt }];
    const outcome = outcomes.get(target);
    if (outcome?.result === 'released')
      return [{ ...about, freedByUs: true, keylessSince: freedAt.get(target) ?? now }];
    // Somebody else took the key: the reservation is nobody's until two looks say so.
    if (outcome?.result === 'gone') return [{ ...about, freedByUs: false, keylessSince: now }];
    const why = `its entry was not released: ${outcome?.error ?? 'not tried'}`;
    reservations.set(reservation, outcome?.result === 'changed' ? changed(why) : skipped(why));
    return [];
  });
}

function releasedByPool(
  targets: readonly EntryTarget[],
  entries: ReadonlyMap<Claim, Outcome>,
): Map<Pool, readonly string[]> {
  const released = new Map<Pool, string[]>();
  for (const { judged, pool, allocation } of targets) {
    if (entries.get(judged.claim)?.result !== 'released') continue;
    const address = judged.claim.address?.toString() ?? `key ${allocation.key}`;
    append(released, pool, address);
  }
  return released;
}
