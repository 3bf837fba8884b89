import { RESERVATIONS } from '../../cluster/resources.js';
import type { KubeObject } from '../../cluster/port.js';
import type { WriteOutcome } from '../../cluster/writer.js';
import { ClusterFailure } from '../../errors.js';
import type { Inventory } from '../../pools/inventory.js';
import { parseReservation, type Reservation } from '../../whereabouts/objects.js';
import { inBatches } from '../batches.js';
import type { Tenure } from '../leases/holdings.js';
import { Coverage } from './coverage.js';
import { decideByReading } from './decide.js';
import { groupsOf, oncePerReservation, type Group, type ReservationTarget } from './groups.js';
import { Healing } from './healing.js';
import { journalOutcome, reservationIntent } from './intents.js';
import { takeTogether, waitForPlugins, type ReadyGroup } from './holding-batches.js';
import { KeysOfPools } from './pool-keys.js';
import { Readiness } from './readiness.js';
import {
  changed,
  failed,
  GONE,
  INTERRUPTED,
  inUse,
  isDeadly,
  notTried,
  RELEASED,
  undecided,
  unseen,
  type MayRelease,
  type Outcome,
  type ReleasePorts,
} from './ports.js';
import { UpstreamGate } from './upstream-gate.js';

/** Owners that are looked up together, with the pools that cover their addresses, before their reservations go. */
const CHUNK = 32;
/** Leases of several slices at once are waited for so long; then each slice is gone to by itself. */
const MIXED_PATIENCE_MS = 5000;
/** A group is begun only while so much of the holding is left. */
const ENOUGH_MS = 250;
/** Conflicts and busy answers are met so often, for one reservation. */
const TRIES = 3;
const AGAIN_MS = 100;
/** A Lease that others keep, or that is lost at once, is asked for in so many holdings. */
const HOLDING_TRIES = 5;

/** What is done in one holding, and what became of it. */
interface HoldingWork {
  readonly batch: readonly ReadyGroup[];
  readonly done: Set<ReadyGroup>;
  /** A Lease was taken from a plugin whose time had run out. */
  tookOver: boolean;
}

/**
 * Releases reservations as the release protocol says: inside a holding, owner and pools looked at again, by uid and
 * resourceVersion, all of one podref or none; and looks again after it.
 */
export class ReservationRelease {
  readonly outcomes = new Map<Reservation, Outcome>();
  readonly heldMs: number[] = [];
  halted: ClusterFailure | null = null;
  readonly #healing: Healing;
  readonly #gate: UpstreamGate;
  /** Whose DELETE may have been done or not, and nobody could be asked. */
  readonly #undecided = new Set<Reservation>();
  #total = 0;
  #done = 0;

  constructor(
    private readonly ports: ReleasePorts & { readonly leases: NonNullable<ReleasePorts['leases']> },
    private readonly mayRelease: MayRelease,
    private readonly inventory: Inventory,
  ) {
    this.#healing = new Healing(ports, inventory);
    this.#gate = new UpstreamGate(ports, (what) => {
      this.#progress('waiting', what);
    });
  }

  async run(wanted: readonly ReservationTarget[]): Promise<void> {
    const targets = oncePerReservation(wanted);
    this.#total = targets.length;
    if (targets.length === 0) return;
    try {
      const coverage = await Coverage.read(this.ports.reader, this.inventory);
      const readiness = new Readiness(this.ports, this.mayRelease, this.inventory, coverage);
      const groups = await this.#ready(readiness, groupsOf(targets, this.inventory));
      await this.#intend(groups);
      await this.#release(groups, coverage);
      await this.#heal(groups, coverage);
    } catch (failure) {
      if (!(failure instanceof ClusterFailure)) throw failure;
      this.halted ??= failure;
    }
    const left = this.#untried();
    for (const { reservation } of targets) if (!this.outcomes.has(reservation)) this.outcomes.set(reservation, left);
  }

  #untried(): Outcome {
    return this.halted === null ? INTERRUPTED : notTried(this.halted);
  }

  /** Those that may go as a whole; of the others it is told why. */
  async #ready(readiness: Readiness, groups: readonly Group[]): Promise<ReadyGroup[]> {
    try {
      return await readiness.of(groups);
    } finally {
      for (const [reservation, outcome] of readiness.outcomes) this.outcomes.set(reservation, outcome);
    }
  }

  async #intend(groups: readonly ReadyGroup[]): Promise<void> {
    const all = groups.flatMap((group) => group.members.map((target) => ({ group, target })));
    const intents = all.flatMap(({ group, target }) => {
      const read = group.read.get(target);
      return read === undefined ? [] : [reservationIntent('release-reservation', target, read)];
    });
    const sequences = await this.ports.journal.intend(intents);
    for (const [at, { group, target }] of all.entries()) group.sequences.set(target, sequences[at] ?? 0);
  }

  async #release(groups: readonly ReadyGroup[], coverage: Coverage): Promise<void> {
    const { clock, signal, leases } = this.ports;
    const queue = [...groups].sort((one, other) => one.notBefore - other.notBefore);
    let fruitless = 0;
    while (queue.length > 0 && this.halted === null && !signal.aborted) {
      const [first] = queue;
      const waitMs = (first?.notBefore ?? 0) - clock.monotonic();
      if (waitMs > 0) {
        this.#progress('waiting', 'deletions that may be under way');
        await clock.sleep(waitMs, signal);
        continue;
      }
      const batch = takeTogether(queue, clock.monotonic());
      const refusal = await this.#gate.allows(batch);
      if (refusal !== null) {
        await this.#settle(batch, refusal);
        continue;
      }
      const set = { namespace: batch[0]?.namespace ?? '', names: [...new Set(batch.flatMap((group) => group.leases))] };
      const work: HoldingWork = { batch, done: new Set(), tookOver: false };
      const isMixed = batch.some((group) => group.leases.length < set.names.length);
      const held = await leases.hold(set, (tenure) => this.#inHolding(work, coverage, tenure), {
        signal,
        ...(isMixed ? { patienceMs: MIXED_PATIENCE_MS } : {}),
      });
      await this.#lookAgain([...work.done]);
      const left = batch.filter((group) => !work.done.has(group));
      if (held.state === 'held') {
        this.heldMs.push(held.heldMs);
        if (held.value !== null) throw held.value;
        // What a plugin read whose Lease ran out, it may still act upon: nobody's reservation is safe from that DEL yet.
        if (work.tookOver) for (const group of [...queue, ...left]) waitForPlugins(group);
      }
      fruitless = work.done.size > 0 || work.tookOver ? 0 : fruitless + 1;
      if (held.state === 'busy' && isMixed) {
        for (const group of left) group.isAlone = true;
        queue.push(...left);
      } else if (held.state === 'busy' || fruitless >= HOLDING_TRIES) {
        const why =
          held.state === 'busy'
            ? `Lease ${held.lease} was never free; ${held.holder} holds it`
            : `the Leases were lost in ${HOLDING_TRIES} holdings`;
        await this.#settle(left, failed(why));
      } else queue.push(...left);
      queue.sort((one, other) => one.notBefore - other.notBefore);
    }
    await this.#settle(queue, this.#untried());
  }

  /**
   * What one holding does; groups that it is through with, whatever became of them, go into `done`.
   * @returns what went wrong with the server on the way: thrown, it would end the holding under a write of unknown fate
   */
  async #inHolding(work: HoldingWork, coverage: Coverage, tenure: Tenure): Promise<ClusterFailure | null> {
    const { batch, done } = work;
    const keys = new KeysOfPools(this.ports.reader, coverage, batch);
    work.tookOver = tenure.tookOver;
    if (tenure.tookOver) for (const group of batch) waitForPlugins(group);
    const now = this.ports.clock.monotonic();
    const ready = batch.filter(({ notBefore }) => notBefore <= now);
    const doubtful: ReservationTarget[] = [];
    let failure: ClusterFailure | null = null;
    try {
      for (let at = 0; at < ready.length && tenure.leftMs() > ENOUGH_MS && !tenure.lost; at += CHUNK) {
        if (this.ports.signal.aborted) break;
        const allowed = await this.#allowed(ready.slice(at, at + CHUNK), keys, done);
        if (!(await tenure.verify())) break;
        await inBatches(allowed, (group) => this.#deleteGroup(group, tenure, done, doubtful));
      }
    } catch (error) {
      if (!(error instanceof ClusterFailure)) throw error;
      failure = error;
    }
    for (const target of doubtful) await this.#decide(target);
    if (doubtful.length > 0) tenure.decided();
    return failure;
  }

  async #decide({ reservation }: ReservationTarget): Promise<void> {
    const { namespace, name, uid } = reservation;
    const read = await decideByReading(this.ports.clock, () => this.ports.reader.get(RESERVATIONS, namespace, name));
    if (read.state === 'unread') {
      this.#halt(read.failure);
      this.#undecided.add(reservation);
      this.outcomes.set(reservation, undecided(read.failure));
    } else if (read.object?.metadata.uid === uid) {
      this.outcomes.set(reservation, failed('the server did not answer in time, and it is still there'));
    } else this.outcomes.set(reservation, RELEASED);
  }

  /** Groups whose owner may still be released and whose addresses no key holds. */
  async #allowed(groups: readonly ReadyGroup[], keys: KeysOfPools, done: Set<ReadyGroup>): Promise<ReadyGroup[]> {
    const [fresh] = await Promise.all([
      this.ports.look.judge(groups.flatMap(({ members }) => members.map(({ judged }) => judged))),
      keys.read(groups),
    ]);
    const allowed: ReadyGroup[] = [];
    for (const group of groups) {
      const outcome = group.members
        .map((target) => {
          const judged = fresh.of(target.judged.claim);
          const failure = fresh.failureOf(judged.claim);
          if (!this.mayRelease(judged) || (!target.freedByUs && judged.evidence.owner.state !== 'absent')) {
            return failure === undefined ? inUse(judged) : unseen(failure);
          }
          const holder = keys.holderOf(group, target);
          return holder === null ? null : changed(`${holder} holds the address by now`);
        })
        .find((found) => found !== null);
      if (outcome === undefined) {
        allowed.push(group);
        continue;
      }
      for (const { reservation } of group.members) this.outcomes.set(reservation, outcome);
      done.add(group);
    }
    return allowed;
  }

  async #deleteGroup(
    group: ReadyGroup,
    tenure: Tenure,
    done: Set<ReadyGroup>,
    doubtful: ReservationTarget[],
  ): Promise<void> {
    for (const [at, target] of group.members.entries()) {
      const version = group.read.get(target)?.resourceVersion ?? '';
      const outcome = await this.#delete(target, version, tenure, at > 0);
      if (outcome === 'unsent' && at === 0) return;
      done.add(group);
      if (outcome === 'uncertain') doubtful.push(target);
      else {
        const ended = outcome === 'unsent' ? failed('the Lease was lost before it') : outcome;
        this.outcomes.set(target.reservation, ended);
      }
      this.#done++;
    }
    this.#progress('reservations');
  }

  async #delete(
    { reservation }: ReservationTarget,
    version: string,
    tenure: Tenure,
    finishing: boolean,
  ): Promise<Outcome | 'unsent' | 'uncertain'> {
    const { writer, reader, clock } = this.ports;
    const { namespace, name, uid, podref } = reservation;
    let resourceVersion = version;
    for (let tried = 1; ; tried++) {
      let outcome: WriteOutcome<KubeObject | null> | { readonly state: 'unsent' };
      try {
        outcome = await tenure.write(
          () => writer.remove(RESERVATIONS, namespace, name, { uid, resourceVersion }),
          finishing,
        );
      } catch (failure) {
        if (!(failure instanceof ClusterFailure)) throw failure;
        this.#halt(failure);
        return failed(failure.message, failure);
      }
      if (outcome.state === 'done') return RELEASED;
      if (outcome.state === 'unsent' || outcome.state === 'uncertain') return outcome.state;
      if (outcome.reason === 'not-found') return GONE;
      if (tried >= TRIES || (outcome.reason !== 'conflict' && outcome.reason !== 'too-many')) {
        return failed(outcome.reason === 'forbidden' ? outcome.failure.message : outcome.message, outcome.failure);
      }
      await clock.sleep(AGAIN_MS);
      const there = await reader.get(RESERVATIONS, namespace, name);
      if (there === undefined) return GONE;
      const now = parseReservation(there);
      if (now.uid !== uid || now.podref !== podref) return changed('it was made anew meanwhile');
      resourceVersion = now.resourceVersion;
    }
  }

  /** Looks at the owners once more; one that came back may need its reservation again when its ADD is over. */
  async #lookAgain(groups: readonly ReadyGroup[]): Promise<void> {
    const released = groups.flatMap(({ members }) =>
      members.filter(({ reservation }) => this.outcomes.get(reservation)?.result === 'released'),
    );
    let failure: ClusterFailure | null = null;
    if (released.length > 0) {
      this.#progress('looking again');
      try {
        const fresh = await this.ports.look.judge(
          released.map(({ judged }) => judged),
          'cheaper',
        );
        for (const target of released) {
          const judged = fresh.of(target.judged.claim);
          if (this.mayRelease(judged)) continue;
          const unseen = fresh.failureOf(judged.claim);
          this.#healing.add(
            target,
            unseen === undefined
              ? `its owner came back (${judged.verdict}, ${judged.reason})`
              : `its owner could not be looked up again (${unseen.message})`,
          );
        }
      } catch (error) {
        if (!(error instanceof ClusterFailure)) throw error;
        failure = error;
        for (const { reservation } of released) {
          this.#undecided.add(reservation);
          this.outcomes.set(reservation, undecided(error));
        }
      }
    }
    const settled = groups.flatMap((group) => group.members.map((target) => ({ group, target })));
    await this.ports.journal.settle(
      settled.flatMap(({ group, target }) => {
        const outcome = this.outcomes.get(target.reservation);
        const sequence = group.sequences.get(target);
        // What has to be healed is decided with its healing; a run that is killed before leaves it uncertain.
        if (outcome === undefined || sequence === undefined || this.#healing.has(target)) return [];
        return [journalOutcome(sequence, outcome, this.#undecided.has(target.reservation))];
      }),
    );
    if (failure !== null) throw failure;
  }

  async #heal(groups: readonly ReadyGroup[], coverage: Coverage): Promise<void> {
    let healed: ReadonlyMap<ReservationTarget, Outcome>;
    try {
      healed = await this.#healing.run(
        () => Promise.resolve(coverage),
        () => {
          this.#progress('waiting', 'an owner that came back');
        },
      );
    } catch (failure) {
      if (!(failure instanceof ClusterFailure)) throw failure;
      // They are gone, and whether a key needs one of them by now is for the next run to find out.
      for (const { members } of groups) {
        for (const target of members) {
          if (this.#healing.has(target)) this.outcomes.set(target.reservation, undecided(failure));
        }
      }
      throw failure;
    }
    for (const group of groups) {
      for (const [target, sequence] of group.sequences) {
        const outcome = healed.get(target);
        if (outcome === undefined) continue;
        this.outcomes.set(target.reservation, outcome);
        await this.ports.journal.settle([journalOutcome(sequence, RELEASED)]);
      }
    }
  }

  async #settle(groups: readonly ReadyGroup[], outcome: Outcome): Promise<void> {
    const outcomes = groups.flatMap((group) =>
      group.members.flatMap((target) => {
        this.outcomes.set(target.reservation, outcome);
        const sequence = group.sequences.get(target);
        return sequence === undefined ? [] : [journalOutcome(sequence, outcome)];
      }),
    );
    await this.ports.journal.settle(outcomes);
  }

  #halt(failure: ClusterFailure): void {
    if (isDeadly(failure)) this.halted ??= failure;
  }

  #progress(phase: 'waiting' | 'reservations' | 'looking again', why?: string): void {
    this.ports.progress({ phase, done: this.#done, of: this.#total, ...(why === undefined ? {} : { why }) });
  }
}
