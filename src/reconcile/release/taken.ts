import { InputFailure } from '../../errors.js';
import { Address } from '../../net/address.js';
import { networkIsKnown, objectKey, ObjectIndex, type Belonging } from '../../pools/belonging.js';
import type { Inventory } from '../../pools/inventory.js';
import { reservationName } from '../../whereabouts/names.js';
import {
  parseAllocation,
  parsePool,
  parseReservation,
  type Pool,
  type Reservation,
} from '../../whereabouts/objects.js';
import { allocationClaim, reservationClaim, type Claim } from '../claims.js';
import type { IntentState, JournalIntent, JournalReservation, JournalState } from '../journal.js';

/** The intent of an entry that went. */
export type EntryIntent = JournalIntent & { readonly pool: NonNullable<JournalIntent['pool']>; readonly key: string };
/** The intent of a reservation that went. */
export type GuardIntent = JournalIntent & { readonly reservation: JournalReservation };

/** What a run took of one address, as its journal tells; a write that is not decided yet counts as taken. */
export interface Taken {
  /** null: a reservation that no key stood behind. */
  readonly entry: EntryIntent | null;
  /** null: it took none. */
  readonly guard: GuardIntent | null;
  /** Only the reservation is missing: the entry stands. */
  readonly isHeld?: boolean;
}

/** What of a journal is to be put back. */
export interface Wanted {
  readonly taken: readonly Taken[];
  /** Taken too, of the same pods and networks, and not asked for. */
  readonly companions: readonly Taken[];
  /** What was asked for and not taken, each in a sentence. */
  readonly notTaken: readonly string[];
}

/**
 * What a run took, or of that what is asked for.
 * @param asked `ADDRESS` or `POOL/KEY`; empty: all
 * @throws InputFailure where something asked for does not occur in the journal
 */
export function wantedOf({ intents }: JournalState<JournalIntent>, asked: readonly string[], path: string): Wanted {
  const all = takenOf(intents);
  if (asked.length === 0) return { taken: all, companions: [], notTaken: [] };
  const matches = asked.map((text) => [text, matcher(text)] as const);
  const notTaken = matches.flatMap(([text, isMeant]) => {
    if (all.some((taken) => intentsOf(taken).some(isMeant))) return [];
    const state = intents.findLast(({ intent }) => isRelease(intent) && isMeant(intent));
    if (state !== undefined) return [`${text} was not taken by that run: ${whatBecame(state)}`];
    throw new InputFailure(`${path} has no item "${text}"`, {
      hints: [`ipamctl journal show ${path}`, 'an item is an address, or POOL/KEY'],
    });
  });
  const isAsked = (taken: Taken): boolean =>
    matches.some(([, isMeant]) => intentsOf(taken).some((intent) => isMeant(intent)));
  const taken = all.filter(isAsked);
  const networks = new Set(taken.map(attachmentOf));
  const companions = all.filter((other) => !isAsked(other) && networks.has(attachmentOf(other)));
  return { taken, companions, notTaken };
}

/** The claim that an owner had, on an inventory of now. */
export function claimOfTaken({ entry, guard }: Taken, inventory: Inventory): Claim {
  const reservation = guard === null ? null : reservationOf(guard);
  if (entry === null) {
    if (guard === null || reservation === null) throw new Error('nothing was taken');
    const claim = reservationClaim(reservation, inventory, new Set());
    const address = Address.parse(guard.address ?? '') ?? claim.address;
    return { ...claim, address, networkName: guard.networkName, networkKnown: true };
  }
  const pool = poolOf(entry, inventory);
  const allocation = parseAllocation(entry.key, entry.entry, pool.range?.address);
  const reservations = new ObjectIndex(reservation === null ? [] : [reservation]);
  return allocationClaim(pool, allocation, belongingOf(pool, entry, guard, inventory), reservations);
}

function takenOf(states: readonly IntentState<JournalIntent>[]): Taken[] {
  const entries = new Map<string, EntryIntent>();
  const guards = new Map<string, GuardIntent>();
  for (const { intent, status, result } of states) {
    if (status !== 'uncertain' && result !== 'released') continue;
    const { action, pool, key, reservation } = intent;
    if (action === 'release-key' && pool !== null && key !== null) {
      entries.set(`${objectKey(pool.namespace, pool.name)}/${key}`, { ...intent, pool, key });
    } else if (action === 'release-reservation' && reservation !== null) {
      guards.set(objectKey(reservation.namespace, reservation.name), { ...intent, reservation });
    }
  }
  const taken = [...entries.values()].map((entry): Taken => {
    const address = Address.parse(entry.address ?? '');
    const name = address === undefined ? '' : reservationName(address, entry.networkName);
    const key = objectKey(entry.pool.namespace, name);
    const guard = guards.get(key);
    if (guard?.podref !== entry.podref) return { entry, guard: null };
    guards.delete(key);
    return { entry, guard };
  });
  return [...taken, ...[...guards.values()].map((guard) => ({ entry: null, guard }))];
}

function intentsOf({ entry, guard }: Taken): JournalIntent[] {
  return [entry, guard].filter((intent) => intent !== null);
}

function isRelease({ action }: JournalIntent): boolean {
  return action === 'release-key' || action === 'release-reservation';
}

function matcher(text: string): (intent: JournalIntent) => boolean {
  const address = Address.parse(text);
  if (address !== undefined) return (intent) => Address.parse(intent.address ?? '')?.equals(address) === true;
  return ({ pool, key }) =>
    pool !== null && (text === `${pool.name}/${key ?? ''}` || text === `${pool.namespace}/${pool.name}/${key ?? ''}`);
}

function whatBecame({ result, error }: IntentState<JournalIntent>): string {
  return [result ?? 'nothing of it was sent', ...(error === null ? [] : [error])].join(', ');
}

/** Pod and network: what one call of the plugin holds. */
function attachmentOf({ entry, guard }: Taken): string {
  const intent = entry ?? guard;
  return `${intent?.podref ?? ''}\n${intent?.networkName ?? ''}`;
}

function reservationOf({ reservation: { spec, ...metadata } }: GuardIntent): Reservation {
  return parseReservation({ metadata, spec });
}

/** The pool as it is now, where it still is that very pool; else as the journal has it. */
function poolOf({ pool: { range, ...metadata } }: EntryIntent, { pools }: Inventory): Pool {
  const { namespace, name, uid } = metadata;
  const now = pools.find((pool) => pool.uid === uid && pool.name === name && pool.namespace === namespace);
  return now?.rangeText === range ? now : parsePool({ metadata, spec: { range } });
}

/** Without its entries and reservations a pool may tell less of its network than the run knew. */
function belongingOf(
  pool: Pool,
  { networkName }: EntryIntent,
  guard: GuardIntent | null,
  inventory: Inventory,
): Belonging {
  const now = inventory.belongings.get(pool) ?? inventory.atlas.belongingOf(pool);
  if (networkIsKnown(now) || (networkName === null && guard === null)) return now;
  return { source: 'reservation', networkName, nodeName: null, draws: [] };
}
