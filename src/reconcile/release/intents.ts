import type { Address } from '../../net/address.js';
import type { Allocation, Pool } from '../../whereabouts/objects.js';
import type { JournalIntent, JournalOutcome, JournalReservation } from '../journal.js';
import type { JudgedClaim } from '../judged.js';
import { text } from '../../cluster/fields.js';
import type { Outcome } from './ports.js';

/** The journal's line for a write of one entry. */
export function entryIntent(
  action: 'release-key' | 'restore-key',
  pool: Pool,
  allocation: Allocation,
  { claim, verdict, reason }: Pick<JudgedClaim, 'claim' | 'verdict' | 'reason'>,
): JournalIntent {
  const { namespace, name, uid, rangeText: range } = pool;
  const { key, raw: entry, podref, id: containerId, ifName } = allocation;
  return {
    action,
    pool: { namespace, name, uid, range },
    key,
    entry,
    address: claim.address?.toString() ?? null,
    networkName: claim.networkName,
    podref,
    containerId,
    ifName,
    verdict,
    reason,
    reservation: null,
  };
}

/** The journal's line for a write of one reservation. */
export function reservationIntent(
  action: 'release-reservation' | 'restore-reservation',
  about: {
    readonly address: Address | null;
    readonly networkName: string | null;
    readonly judged: Pick<JudgedClaim, 'verdict' | 'reason'> | null;
  },
  reservation: JournalReservation,
): JournalIntent {
  const { podref, containerid, ifname } = reservation.spec;
  return {
    action,
    pool: null,
    key: null,
    entry: null,
    address: about.address?.toString() ?? null,
    networkName: about.networkName,
    podref: text(podref),
    containerId: text(containerid),
    ifName: text(ifname),
    verdict: about.judged?.verdict ?? null,
    reason: about.judged?.reason ?? null,
    reservation,
  };
}

/** The journal's line for what became of a write. */
export function journalOutcome(sequence: number, { result, error }: Outcome, isUncertain = false): JournalOutcome {
  return { sequence, result: isUncertain ? 'uncertain' : result, error, resourceVersion: null };
}
