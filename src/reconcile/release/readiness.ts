import { record } from '../../cluster/fields.js';
import type { KubeObject } from '../../cluster/port.js';
import { IP_POOLS, RESERVATIONS } from '../../cluster/resources.js';
import { objectKey, refKey } from '../../pools/belonging.js';
import type { Inventory } from '../../pools/inventory.js';
import { parseReservationName } from '../../whereabouts/names.js';
import { parsePool, type Pool, type Reservation } from '../../whereabouts/objects.js';
import { inBatches } from '../batches.js';
import type { JournalReservation } from '../journal.js';
import type { Coverage } from './coverage.js';
import type { Group, ReservationTarget } from './groups.js';
import { notBefore, type ReadyGroup } from './holding-batches.js';
import { changed, GONE, inUse, skipped, type MayRelease, type Outcome, type ReleasePorts } from './ports.js';

/** Tells which reservations are still as they were first read, and which of them may go: all of one podref, or none. */
export class Readiness {
  /** What became of those that may not. */
  readonly outcomes = new Map<Reservation, Outcome>();

  constructor(
    private readonly ports: Pick<ReleasePorts, 'reader' | 'look'>,
    private readonly mayRelease: MayRelease,
    private readonly inventory: Inventory,
    private readonly coverage: Coverage,
  ) {}

  /** Reads the reservations as they are now, and keeps the groups that may go as a whole. */
  async of(groups: readonly Group[]): Promise<ReadyGroup[]> {
    const { coverage, outcomes } = this;
    const now = await this.#readNow(groups);
    const ready: ReadyGroup[] = [];
    for (const group of groups) {
      const read = new Map<ReservationTarget, JournalReservation>();
      for (const target of group.members) {
        const there = now.get(refKey(target.reservation));
        if (there === undefined) outcomes.set(target.reservation, GONE);
        else if (there.uid !== target.reservation.uid || there.spec['podref'] !== target.reservation.podref) {
          outcomes.set(target.reservation, changed('it was made anew meanwhile'));
        } else read.set(target, there);
      }
      const members = group.members.filter((target) => read.has(target));
      if (members.length === 0) continue;
      const companion = group.companions.find((reservation) => now.get(refKey(reservation))?.uid === reservation.uid);
      if (companion !== undefined && !members.every(({ judged }) => judged.reason === 'other-address')) {
        const outcome = (await this.#lostItsKey(companion, group.networkName))
          ? changed(`reservation ${companion.name} of the same pod lost its key meanwhile; the next run takes both`)
          : ((await this.#cameBack(members)) ??
            skipped(
              `reservation ${companion.name} of the same pod stays, and the plugin would not make this one again`,
            ));
        for (const { reservation } of members) outcomes.set(reservation, outcome);
        continue;
      }
      const { namespace, networkName } = group;
      const leases = new Set(members.flatMap(({ address }) => coverage.leasesOf(namespace, networkName, address)));
      ready.push({
        ...group,
        members,
        read,
        leases: [...leases],
        notBefore: Math.max(...members.map(notBefore)),
        isAlone: false,
        sequences: new Map<ReservationTarget, number>(),
      });
    }
    return ready;
  }

  /** An owner that is there again needs what it has: then nothing was left undone. Null: it is not, or nobody knows. */
  async #cameBack(members: readonly ReservationTarget[]): Promise<Outcome | null> {
    const fresh = await this.ports.look.judge(members.map(({ judged }) => judged));
    const back = members
      .map(({ judged }) => fresh.of(judged.claim))
      .find((judged) => fresh.failureOf(judged.claim) === undefined && !this.mayRelease(judged));
    return back === undefined ? null : inUse(back);
  }

  /** Whether somebody else took the key of a reservation since the pools were first read, and so is at it too. */
  async #lostItsKey(reservation: Reservation, networkName: string | null): Promise<boolean> {
    const readings = parseReservationName(reservation.name, this.inventory.atlas.networkNames);
    const address = readings.find((reading) => reading.networkName === networkName)?.address;
    if (address === undefined) return false;
    const isHeldIn = ({ allocations }: Pool): boolean =>
      allocations.some(({ reading, podref }) => {
        return podref === reservation.podref && reading.ok && reading.address.equals(address);
      });
    const covering = this.coverage.poolsOf(reservation.namespace, networkName, address);
    const names = new Set(covering.map(refKey));
    if (!this.inventory.pools.some((pool) => names.has(refKey(pool)) && isHeldIn(pool))) return false;
    for (const { namespace, name } of covering) {
      const object = await this.ports.reader.get(IP_POOLS, namespace, name);
      if (object !== undefined && isHeldIn(parsePool(object))) return false;
    }
    return true;
  }

  async #readNow(groups: readonly Group[]): Promise<Map<string, JournalReservation>> {
    const wanted = new Map<string, Reservation>();
    for (const { members, companions } of groups) {
      for (const reservation of [...members.map((member) => member.reservation), ...companions]) {
        wanted.set(refKey(reservation), reservation);
      }
    }
    const { reader } = this.ports;
    const now = new Map<string, JournalReservation>();
    const keep = (object: KubeObject): JournalReservation | undefined => {
      const { namespace = '', name = '' } = object.metadata;
      return wanted.has(objectKey(namespace, name)) ? journalReservation(object) : undefined;
    };
    // A list of all costs about as much as a GET of every fiftieth.
    if (wanted.size > 20 + (this.inventory.reservations?.length ?? 0) / 50) {
      for (const namespace of new Set(groups.map((group) => group.namespace))) {
        for (const read of await reader.collect(RESERVATIONS, { namespace }, keep)) now.set(refKey(read), read);
      }
      return now;
    }
    await inBatches([...wanted.values()], async ({ namespace, name }) => {
      const object = await reader.get(RESERVATIONS, namespace, name);
      if (object !== undefined) now.set(objectKey(namespace, name), journalReservation(object));
    });
    return now;
  }
}

function journalReservation(object: KubeObject): JournalReservation {
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = object.metadata;
  return { namespace, name, uid, resourceVersion, spec: record(object['spec']) };
}
