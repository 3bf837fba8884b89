import { isDeepStrictEqual } from 'node:util';
import { record } from '../../cluster/fields.js';
import type { KubeObject } from '../../cluster/port.js';
import { IP_POOLS, RESERVATIONS } from '../../cluster/resources.js';
import type { JsonPatchOperation, Preconditions, WriteOutcome } from '../../cluster/writer.js';
import { ClusterFailure, RefusedFailure } from '../../errors.js';
import { parseReservation, type Pool } from '../../whereabouts/objects.js';
import { inBatches } from '../batches.js';
import type { JournalOutcome } from '../journal.js';
import type { Held, Tenure } from '../leases/holdings.js';
import type { Coverage } from './coverage.js';
import { decideByReading, SETTLED_AFTER_MS } from './decide.js';
import { journalOutcome } from './intents.js';
import {
  changed,
  failed,
  isDeadly,
  notTried,
  PLUGIN_BUDGET_MS,
  skipped,
  type Outcome,
  type ReleasePorts,
} from './ports.js';
import { addAllPatch } from './put-back.js';
import { unitsOf, type RestoreScene, type SceneItem, type Unit } from './restore-scene.js';
import { HoldingSight } from './restore-sight.js';
import {
  endOf,
  entryOf,
  intentOf,
  isIn,
  poolsOf,
  reservationObject,
  restoredAs,
  takeTogether,
  Work,
} from './restore-work.js';
import { nameOf, standingsOf } from './standing.js';
import { entryPath } from './targets.js';
import { append } from '../../pools/multimap.js';

/** A unit is begun in so many holdings; a write that others or a busy server turn away is sent so often. */
const HOLDING_TRIES = 5;
const WRITE_TRIES = 5;
const TOO_MANY_WAIT_MS = 200;

export type RestorePorts = ReleasePorts & { readonly leases: NonNullable<ReleasePorts['leases']> };

/** What became of everything that was to be put back. */
export interface RestoreReport {
  /** Of the items that were open, and of those that could not be put back from the first. */
  readonly outcomes: ReadonlyMap<SceneItem, Outcome>;
  /** Addresses that each pool got back. */
  readonly restored: ReadonlyMap<Pool, readonly string[]>;
  /** How long the Leases were held each time, in ms. */
  readonly heldMs: readonly number[];
  /** The journal could not be written any more: nothing was begun after that. */
  readonly stopped: RefusedFailure | null;
}

/**
 * Puts entries and reservations back as the release protocol says: in one holding, reservation first, each tested to be
 * free by what is read in it. Whatever happens, it tells what was done.
 */
export async function restore(
  ports: RestorePorts,
  scene: RestoreScene,
  missingRights: ReadonlyMap<string, ClusterFailure>,
): Promise<RestoreReport> {
  const run = new Restoring(ports, scene.coverage);
  for (const [item, outcome] of blockedOutcomes(scene)) run.outcomes.set(item, outcome);
  const units = unitsOf(scene).filter((unit) => {
    const failure = missingRights.get(unit.namespace);
    if (failure === undefined) return true;
    for (const item of unit.items) run.outcomes.set(item, failed(failure.message, failure));
    return false;
  });
  let stopped: RefusedFailure | null = null;
  try {
    await run.run(units);
  } catch (failure) {
    if (!(failure instanceof RefusedFailure)) throw failure;
    stopped = failure;
  }
  for (const item of units.flatMap(({ items }) => items)) {
    if (!run.outcomes.has(item)) run.outcomes.set(item, skipped(stopped?.message ?? 'not tried'));
  }
  return { outcomes: run.outcomes, restored: restoredByPool(run.outcomes), heldMs: run.heldMs, stopped };
}

/** What cannot be put back from the first. */
export function blockedOutcomes({ items }: RestoreScene): Map<SceneItem, Outcome> {
  return new Map(
    items.flatMap((item) => (item.standing.state === 'blocked' ? [[item, changed(item.standing.why)]] : [])),
  );
}

class Restoring {
  readonly outcomes = new Map<SceneItem, Outcome>();
  readonly heldMs: number[] = [];
  #halted: ClusterFailure | null = null;
  #notBefore = -Infinity;
  #total = 0;
  #done = 0;

  constructor(
    private readonly ports: RestorePorts,
    private readonly coverage: Coverage,
  ) {}

  async run(units: readonly Unit[]): Promise<void> {
    const { clock, signal } = this.ports;
    const queue = units.map((unit) => new Work(unit));
    this.#total = units.reduce((sum, { items }) => sum + items.length, 0);
    while (queue.length > 0 && this.#halted === null && !signal.aborted) {
      const waitMs = this.#notBefore - clock.monotonic();
      if (waitMs > 0) {
        this.#progress('waiting', 'a plugin whose Lease ran out');
        await clock.sleep(waitMs, signal);
        continue;
      }
      const batch = takeTogether(queue);
      await this.#intend(batch);
      queue.unshift(...(await this.#hold(batch)));
    }
    const left = this.#halted === null ? skipped('interrupted before it was tried') : notTried(this.#halted);
    for (const work of queue) {
      const [first] = work.unit.items;
      if (first !== undefined) work.fail(first, left);
    }
    await this.#settle(queue);
  }

  /** Once for each: a holding that came to nothing is followed by another one. */
  async #intend(batch: readonly Work[]): Promise<void> {
    const fresh = batch.filter(({ holdings }) => holdings === 0);
    const writes = fresh.flatMap((work) =>
      work.unit.items.flatMap((item) => {
        const { standing } = item;
        if (standing.state !== 'open') return [];
        const parts = (['reservation', 'entry'] as const).filter((part) => standing[part]);
        return parts.map((part) => ({ work, item, part }));
      }),
    );
    const sequences = await this.ports.journal.intend(writes.map(({ item, part }) => intentOf(item, part)));
    for (const [at, { work, item, part }] of writes.entries()) {
      work.sequences.set(item, { ...work.sequences.get(item), [part]: sequences[at] ?? 0 });
    }
  }

  /** @returns the units that need another holding */
  async #hold(batch: readonly Work[]): Promise<Work[]> {
    const { leases, signal } = this.ports;
    const names = [...new Set(batch.flatMap(({ unit }) => unit.leases))];
    const namespace = batch[0]?.unit.namespace ?? '';
    for (const work of batch) work.holdings++;
    let held: Held<void>;
    try {
      held = await leases.hold({ namespace, names }, (tenure) => this.#inHolding(batch, tenure), { signal });
    } catch (failure) {
      // Nobody could be asked for a Lease: of these no more is done, and the journal says so.
      if (!(failure instanceof ClusterFailure)) throw failure;
      this.#failAll(
        batch.filter(({ isOver }) => !isOver),
        failure,
      );
      await this.#settle(batch);
      return [];
    }
    if (held.state === 'held') this.heldMs.push(held.heldMs);
    const why =
      held.state === 'busy'
        ? `Lease ${held.lease} was never free; ${held.holder} holds it`
        : `the Leases were lost in ${HOLDING_TRIES} holdings`;
    const open: Work[] = [];
    for (const work of batch) {
      const isDone = work.isOver || work.unit.items.every((item) => this.outcomes.has(item));
      if (isDone) continue;
      const [first] = work.unit.items;
      if (first !== undefined && (held.state === 'busy' || work.holdings >= HOLDING_TRIES))
        work.fail(first, failed(why));
      else open.push(work);
    }
    await this.#settle(batch.filter((work) => !open.includes(work)));
    return open;
  }

  async #inHolding(batch: readonly Work[], tenure: Tenure): Promise<void> {
    if (tenure.tookOver) {
      // Whoever lost the Lease goes on for its whole budget, by what it read before.
      this.#notBefore = this.ports.clock.monotonic() + PLUGIN_BUDGET_MS;
      return;
    }
    let sight: HoldingSight;
    try {
      if (!(await tenure.verify())) return;
      sight = await HoldingSight.read(
        this.ports.reader,
        this.coverage,
        batch.flatMap(({ unit }) => unit.items),
      );
    } catch (failure) {
      if (!(failure instanceof ClusterFailure)) throw failure;
      this.#failAll(batch, failure);
      return;
    }
    this.#look(batch, sight);
    const open = batch.filter((work) => !work.isOver);
    await inBatches(open, (work) => this.#reserve(work, sight, tenure));
    tenure.decided();
    const reserved = open.filter(
      (work) => !work.isOver && !work.unit.items.some((item) => work.needs(item, 'reservation')),
    );
    for (const pool of poolsOf(reserved)) await this.#add(pool, reserved, sight, tenure);
    for (const work of batch) if (work.obstacle !== null && work.doubt === null) await this.#takeBack(work, tenure);
    for (const work of reserved) {
      if (work.isOver || work.unit.items.some((item) => work.needs(item, 'entry'))) continue;
      for (const item of work.unit.items) this.outcomes.set(item, restoredAs(work, item));
    }
  }

  /** How the units stand by what was read in this holding. */
  #look(batch: readonly Work[], sight: HoldingSight): void {
    const standings = standingsOf(
      batch.flatMap(({ unit }) => unit.items),
      sight,
    );
    for (const work of batch) {
      work.standings = standings;
      for (const item of work.unit.items) {
        const standing = standings.get(item);
        if (standing?.state === 'blocked') work.fail(item, changed(standing.why));
      }
    }
  }

  /** Makes the reservations of a unit; whichever is made is a lock for all other pods. */
  async #reserve(work: Work, sight: HoldingSight, tenure: Tenure): Promise<void> {
    const { writer, reader, clock } = this.ports;
    const found = (item: SceneItem, object: KubeObject, isOurs: boolean): void => {
      if (isOurs) work.made.set(item, preconditionsOf(object));
      sight.putReservation(object);
      this.#look([work], sight);
    };
    for (const item of work.unit.items) {
      const { reservation } = item;
      if (reservation === null || !work.needs(item, 'reservation') || work.isOver) continue;
      const { namespace, name } = reservation;
      const object = reservationObject(reservation);
      let outcome: WriteOutcome | { readonly state: 'unsent' };
      try {
        for (let tried = 1; ; tried++) {
          outcome = await tenure.write(() => writer.create(RESERVATIONS, namespace, object), work.isBegun);
          if (outcome.state !== 'refused' || outcome.reason !== 'too-many' || tried >= WRITE_TRIES) break;
          await clock.sleep(TOO_MANY_WAIT_MS);
        }
        if (outcome.state === 'unsent') return;
        if (outcome.state === 'done') work.made.set(item, preconditionsOf(outcome.object));
        else if (outcome.state === 'uncertain') {
          const read = await decideByReading(clock, () => reader.get(RESERVATIONS, namespace, name));
          if (read.state === 'unread') this.#doubt(work, read.failure);
          else if (read.object === undefined)
            work.fail(item, failed(`reservation ${name} was not made: ${outcome.why}`));
          else found(item, read.object, parseReservation(read.object).podref === item.judged.claim.podref);
        } else if (outcome.reason === 'exists') {
          const there = await reader.get(RESERVATIONS, namespace, name);
          if (there === undefined) work.fail(item, failed(`reservation ${name} came and went meanwhile`));
          else found(item, there, false);
        } else work.fail(item, failed(outcome.failure.message, outcome.failure));
      } catch (failure) {
        if (!(failure instanceof ClusterFailure)) throw failure;
        this.#halt(failure);
        work.fail(item, failed(failure.message, failure));
      }
    }
  }

  /** Adds the entries of all units that one pool lacks, in one patch that its version guards. */
  async #add(pool: Pool, works: readonly Work[], sight: HoldingSight, tenure: Tenure): Promise<void> {
    const { writer, reader, clock } = this.ports;
    const { namespace, name } = pool;
    const read = async (): Promise<KubeObject | undefined> => reader.get(IP_POOLS, namespace, name);
    try {
      for (let tried = 0; ; tried++) {
        const open = works.flatMap((work) =>
          work.isOver
            ? []
            : work.unit.items
                .filter((item) => isIn(item, pool) && work.needs(item, 'entry'))
                .map((item) => ({ work, item })),
        );
        const seen = sight.pool(pool);
        if (open.length === 0 || seen === undefined) return;
        const giveUp = (outcome: Outcome): void => {
          for (const { work, item } of open) work.fail(item, outcome);
        };
        if (tried >= WRITE_TRIES) {
          giveUp(failed(`its pool was changed ${WRITE_TRIES} times meanwhile, or the server is too busy`));
          return;
        }
        const patch = addAllPatch(
          seen.pool,
          seen.hasMap,
          open.map(({ item }) => entryOf(item)),
        );
        const isBegun = open.some(({ work }) => work.isBegun);
        const outcome = await tenure.write(() => writer.patch(IP_POOLS, namespace, name, patch), isBegun);
        if (outcome.state === 'unsent') return;
        let now: KubeObject | undefined;
        if (outcome.state === 'done') now = outcome.object;
        else if (outcome.state === 'uncertain') {
          const decided = await decideByReading(clock, read);
          tenure.decided();
          if (decided.state === 'unread') {
            for (const { work } of open) this.#doubt(work, decided.failure);
            return;
          }
          now = decided.object;
        } else if (outcome.reason === 'invalid' || outcome.reason === 'conflict') now = await read();
        else if (outcome.reason === 'too-many') {
          await clock.sleep(TOO_MANY_WAIT_MS);
          continue;
        } else {
          giveUp(failed(outcome.failure.message, outcome.failure));
          return;
        }
        sight.put(pool, now);
        for (const { work, item } of open) {
          const there = sight.pool(pool)?.ofKey(item.judged.claim.allocation?.key ?? '');
          if (outcome.state !== 'refused' && there !== undefined && isDeepStrictEqual(there.raw, entryOf(item)[1])) {
            work.added.add(item);
          }
        }
        this.#look(
          works.filter((work) => !work.isOver && open.some((one) => one.work === work)),
          sight,
        );
      }
    } catch (failure) {
      if (!(failure instanceof ClusterFailure)) throw failure;
      this.#halt(failure);
      for (const work of works) {
        const item = work.unit.items.find((each) => isIn(each, pool) && work.needs(each, 'entry'));
        if (item !== undefined && !work.isOver) work.fail(item, failed(failure.message, failure));
      }
    }
  }

  /** What was made for a unit that cannot be put back as a whole goes again, while the Leases are ours. */
  async #takeBack(work: Work, tenure: Tenure): Promise<void> {
    const { writer, reader } = this.ports;
    for (const item of work.added) {
      const { pool } = item.judged.claim;
      if (pool === null) continue;
      const { namespace, name } = pool;
      const [key, entry] = entryOf(item);
      const isGone = await this.#undo(
        tenure,
        () => writer.patch(IP_POOLS, namespace, name, removePatch(pool, key, entry)),
        async () => {
          const object = await reader.get(IP_POOLS, namespace, name);
          return object?.metadata.uid !== pool.uid || !isDeepStrictEqual(allocationsOf(object)[key], entry);
        },
      );
      if (isGone) work.added.delete(item);
    }
    for (const [item, preconditions] of work.made) {
      const { reservation } = item;
      // The entry that stays needs its reservation.
      if (reservation === null || work.added.has(item)) continue;
      const { namespace, name } = reservation;
      const isGone = await this.#undo(
        tenure,
        () => writer.remove(RESERVATIONS, namespace, name, preconditions),
        async () => (await reader.get(RESERVATIONS, namespace, name))?.metadata.uid !== preconditions.uid,
      );
      if (isGone) work.made.delete(item);
    }
  }

  /** Whether what this run made is gone for sure, or somebody else's by now. */
  async #undo(
    tenure: Tenure,
    send: () => Promise<WriteOutcome<unknown>>,
    isGone: () => Promise<boolean>,
  ): Promise<boolean> {
    try {
      const outcome = await tenure.write(send, true);
      if (outcome.state === 'done') return true;
      if (outcome.state === 'unsent') return false;
      if (outcome.state === 'uncertain') await this.ports.clock.sleep(SETTLED_AFTER_MS);
      return await isGone();
    } catch (failure) {
      if (failure instanceof ClusterFailure) return false;
      throw failure;
    } finally {
      tenure.decided();
    }
  }

  async #settle(works: readonly Work[]): Promise<void> {
    const settled: JournalOutcome[] = [];
    for (const work of works) {
      for (const item of work.unit.items) {
        const outcome = this.outcomes.get(item) ?? endOf(work, item);
        this.outcomes.set(item, outcome);
        this.#done++;
        const { entry, reservation } = work.sequences.get(item) ?? {};
        const isUncertain = work.doubt !== null || work.leftOf(item) !== null;
        for (const sequence of [reservation, entry]) {
          if (sequence !== undefined) settled.push(journalOutcome(sequence, outcome, isUncertain));
        }
      }
    }
    await this.ports.journal.settle(settled);
    this.#progress('restoring');
  }

  #failAll(batch: readonly Work[], failure: ClusterFailure): void {
    this.#halt(failure);
    for (const work of batch) {
      const [first] = work.unit.items;
      if (first !== undefined) work.fail(first, failed(failure.message, failure));
    }
  }

  #doubt(work: Work, failure: ClusterFailure): void {
    work.doubt = failure;
    this.#halt(failure);
  }

  #halt(failure: ClusterFailure): void {
    if (isDeadly(failure)) this.#halted ??= failure;
  }

  #progress(phase: 'waiting' | 'restoring', why?: string): void {
    this.ports.progress({ phase, done: this.#done, of: this.#total, ...(why === undefined ? {} : { why }) });
  }
}

function preconditionsOf({ metadata: { uid = '', resourceVersion = '' } }: KubeObject): Preconditions {
  return { uid, resourceVersion };
}

function removePatch(pool: Pool, key: string, entry: unknown): JsonPatchOperation[] {
  const path = entryPath(key);
  return [
    { op: 'test', path: '/metadata/uid', value: pool.uid },
    { op: 'test', path, value: entry },
    { op: 'remove', path },
  ];
}

function allocationsOf(object: KubeObject): Readonly<Record<string, unknown>> {
  return record(record(object['spec'])['allocations']);
}

function restoredByPool(outcomes: ReadonlyMap<SceneItem, Outcome>): Map<Pool, readonly string[]> {
  const restored = new Map<Pool, string[]>();
  for (const [{ judged }, { result, error }] of outcomes) {
    const { pool } = judged.claim;
    if (pool === null || result !== 'restored' || error !== null) continue;
    append(restored, pool, nameOf(judged.claim));
  }
  return restored;
}
