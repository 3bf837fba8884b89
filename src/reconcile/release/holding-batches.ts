import type { JournalReservation } from '../journal.js';
import type { Group, ReservationTarget } from './groups.js';
import { PLUGIN_BUDGET_MS } from './ports.js';

/** Leases that are taken at once: more holds up more networks than a second's work is worth. */
const MOST_LEASES = 16;

/** A group with its reservations as they were read just before. */
export interface ReadyGroup extends Group {
  readonly read: ReadonlyMap<ReservationTarget, JournalReservation>;
  /** On the monotonic clock: while a DEL of the same owner may be under way, its reservations stay. */
  notBefore: number;
  /** Leases of several slices were not free at the same time: only those of this group are asked for. */
  isAlone: boolean;
  readonly leases: readonly string[];
  readonly sequences: Map<ReservationTarget, number>;
}

/**
 * Takes groups off the front of the queue that one holding can do: of the same Leases, or of one network and few Leases,
 * and all due. What another network waits for is no reason to wait.
 */
export function takeTogether(queue: ReadyGroup[], now: number): ReadyGroup[] {
  const batch: ReadyGroup[] = [];
  const leases = new Set<string>();
  const rest: ReadyGroup[] = [];
  const [first] = queue;
  for (const group of queue) {
    const more = group.leases.filter((lease) => !leases.has(lease)).length;
    const fits =
      group.notBefore <= now &&
      group.namespace === first?.namespace &&
      isOwn(group) === isOwn(first) &&
      (batch.length === 0 ||
        hasSameLeases(group, leases) ||
        (isOfOneNetwork(group, first) && leases.size + more <= MOST_LEASES));
    if (!fits) {
      rest.push(group);
      continue;
    }
    batch.push(group);
    for (const lease of group.leases) leases.add(lease);
  }
  queue.splice(0, queue.length, ...rest);
  return batch;
}

function hasSameLeases({ leases }: ReadyGroup, names: ReadonlySet<string>): boolean {
  return leases.length === names.size && leases.every((lease) => names.has(lease));
}

function isOfOneNetwork(one: ReadyGroup, other: ReadyGroup): boolean {
  return one.networkName === other.networkName && !one.isAlone && !other.isAlone;
}

/** Whether this run took all the keys. */
export function isOwn({ members }: Group): boolean {
  return members.every(({ freedByUs }) => freedByUs);
}

/**
 * A reservation whose key this run took may go at once; one that was found without a key, or whose owner was being
 * killed within the memory of events, only when every DEL that may have been under way is over.
 */
export function notBefore(target: ReservationTarget): number {
  const mayBeTornDown = target.judged.evidence.killedAtMs !== null;
  return target.freedByUs && !mayBeTornDown ? 0 : afterThePlugins(target);
}

/** Whatever a plugin read before now, it has acted upon, or given up, when the group's reservations go. */
export function waitForPlugins(group: ReadyGroup): void {
  group.notBefore = Math.max(group.notBefore, ...group.members.map(afterThePlugins));
}

function afterThePlugins({ keylessSince }: ReservationTarget): number {
  return keylessSince + PLUGIN_BUDGET_MS;
}
