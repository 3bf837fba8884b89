import { isDeepStrictEqual } from 'node:util';
import { IP_POOLS } from '../../cluster/resources.js';
import type { WriteOutcome } from '../../cluster/writer.js';
import { ClusterFailure } from '../../errors.js';
import { groupedBy } from '../../pools/multimap.js';
import { parsePool, type Pool } from '../../whereabouts/objects.js';
import { inBatches } from '../batches.js';
import type { FreshVerdicts } from '../fresh-look.js';
import { decideByReading } from './decide.js';
import {
  changed,
  failed,
  GONE,
  inUse,
  isDeadly,
  notTried,
  RELEASED,
  skipped,
  TOO_MANY_WAIT_MS,
  undecided,
  unseen,
  type MayRelease,
  type Outcome,
  type ReleasePorts,
} from './ports.js';
import { PutBack } from './put-back.js';
import { entryIntent, journalOutcome } from './intents.js';
import { MOST_KEYS, patchTimeoutSeconds, releasePatch, type EntryTarget } from './targets.js';

/** An owner's answer must not be older than this when the patch is sent. */
const GET_AGE_MS = 2000;
/** A round is made smaller when its GETs took longer than this, and larger when they took less than a third of it. */
const ROUND_MS = 1200;
const FIRST_ROUND = 64;
/** A patch is tried so often, each time on what was read again. */
const TRIES = 3;
/** Turned away for too many requests, a patch comes again so often without counting as tried. */
const TOO_MANY_TRIES = 10;

/** Targets of one pool that go with one patch. */
interface Part {
  readonly pool: Pool;
  readonly targets: readonly EntryTarget[];
}

/** How a patch of a part ended, for those of its targets that have no outcome yet. */
type Sent = 'settled' | 'again' | 'too-old' | 'too-many';

/**
 * Releases entries, pool by pool, as the release protocol says: intents, owners, patch, owners again, outcomes. What
 * goes wrong with one entry or pool is its outcome and nobody else's.
 */
export class EntryRelease {
  readonly outcomes = new Map<EntryTarget, Outcome>();
  /** When each released entry was surely gone, on the monotonic clock. */
  readonly freedAt = new Map<EntryTarget, number>();
  /** Why nothing more was tried; null: nothing stopped it. */
  halted: ClusterFailure | null = null;
  readonly #putBack: PutBack;
  readonly #refusals = new Map<EntryTarget, ClusterFailure>();
  #done = 0;
  #size = FIRST_ROUND;

  constructor(
    private readonly ports: ReleasePorts,
    private readonly mayRelease: MayRelease,
  ) {
    this.#putBack = new PutBack(ports);
  }

  async run(targets: readonly EntryTarget[]): Promise<void> {
    const parts = byPool(targets);
    while (parts.length > 0 && this.halted === null && !this.ports.signal.aborted) {
      const round = nextRound(parts, this.#size);
      await this.#round(round);
      this.#done += round.reduce((sum, part) => sum + part.targets.length, 0);
      this.ports.progress({ phase: 'entries', done: this.#done, of: targets.length });
    }
    const left = this.halted === null ? skipped('interrupted before it was tried') : notTried(this.halted);
    for (const target of targets) if (!this.outcomes.has(target)) this.outcomes.set(target, left);
  }

  async #round(parts: readonly Part[]): Promise<void> {
    const targets = parts.flatMap((part) => part.targets);
    const sequences = await this.ports.journal.intend(
      targets.map(({ judged, pool, allocation }) => entryIntent('release-key', pool, allocation, judged)),
    );
    const uncertain = new Set<EntryTarget>();
    try {
      await this.#patchAll(parts, uncertain);
      await this.#lookAgain(targets, uncertain);
    } catch (failure) {
      if (!(failure instanceof ClusterFailure)) throw failure;
      this.#halt(failure);
      for (const target of targets) {
        if (this.outcomes.get(target)?.result === 'released') this.#doubt(target, failure, uncertain);
        else if (!this.outcomes.has(target)) this.outcomes.set(target, failed(failure.message, failure));
      }
    }
    await this.ports.journal.settle(
      targets.map((target, at) => {
        return journalOutcome(
          sequences[at] ?? 0,
          this.outcomes.get(target) ?? skipped('not tried'),
          uncertain.has(target),
        );
      }),
    );
  }

  /** Owners, then patches; what was refused for what changed is judged and tried again. */
  async #patchAll(parts: readonly Part[], uncertain: Set<EntryTarget>): Promise<void> {
    let open = parts;
    let turnedAway = 0;
    for (let tried = 0; open.length > 0;) {
      const fresh = await this.ports.look.judge(open.flatMap(({ targets }) => targets.map(({ judged }) => judged)));
      const allowed = open.flatMap((part) => this.#allowed(part, fresh));
      this.#adapt(fresh.askedAt);
      const again: Part[] = [];
      const late: Part[] = [];
      const busy: Part[] = [];
      await inBatches(allowed, async (part) => {
        const { sent, left } = await this.#patch(part, fresh.askedAt, uncertain);
        if (left.targets.length > 0) (sent === 'too-old' ? late : sent === 'too-many' ? busy : again).push(left);
      });
      const [first, second] = halves(late);
      if (second.length > 0) {
        await this.#patchAll(first, uncertain);
        await this.#patchAll(second, uncertain);
      } else again.push(...first);
      open = [...again, ...busy];
      if (busy.length > 0 && turnedAway++ < TOO_MANY_TRIES) await this.ports.clock.sleep(TOO_MANY_WAIT_MS);
      else if (++tried >= TRIES) {
        this.#giveUp(open);
        return;
      }
    }
  }

  #giveUp(parts: readonly Part[]): void {
    for (const target of parts.flatMap(({ targets }) => targets)) {
      const failure = this.#refusals.get(target) ?? null;
      const why = failure?.message ?? 'its owner could not be looked up quickly enough, or the server is too busy';
      this.outcomes.set(target, failed(`given up after ${TRIES} tries: ${why}`, failure));
    }
  }

  /** Those of a part that may go by what their owners are now; the others have their outcome. */
  #allowed(part: Part, fresh: FreshVerdicts): Part[] {
    const targets = part.targets.filter((target) => {
      const judged = fresh.of(target.judged.claim);
      if (this.mayRelease(judged)) return true;
      const failure = fresh.failureOf(judged.claim);
      this.outcomes.set(target, failure === undefined ? inUse(judged) : unseen(failure));
      if (failure !== undefined) this.#halt(failure);
      return false;
    });
    return targets.length === 0 ? [] : [{ pool: part.pool, targets }];
  }

  #adapt(askedAt: number): void {
    const tookMs = this.ports.clock.monotonic() - askedAt;
    if (tookMs > ROUND_MS) this.#size = Math.max(1, Math.floor(this.#size / 2));
    else if (tookMs < ROUND_MS / 3) this.#size = Math.min(MOST_KEYS, this.#size * 2);
  }

  async #patch(
    part: Part,
    askedAt: number,
    uncertain: Set<EntryTarget>,
  ): Promise<{ readonly sent: Sent; readonly left: Part }> {
    const { clock, writer } = this.ports;
    const nothing = { pool: part.pool, targets: [] };
    if (this.halted !== null) {
      this.#settle(part, notTried(this.halted));
      return { sent: 'settled', left: nothing };
    }
    if (clock.monotonic() - askedAt > GET_AGE_MS) return { sent: 'too-old', left: part };
    const { pool, targets } = part;
    const operations = releasePatch(
      pool,
      targets.map(({ allocation }) => allocation),
    );
    let outcome: WriteOutcome;
    try {
      const timeoutSeconds = patchTimeoutSeconds(pool);
      outcome = await writer.patch(IP_POOLS, pool.namespace, pool.name, operations, { timeoutSeconds });
    } catch (failure) {
      if (!(failure instanceof ClusterFailure)) throw failure;
      this.#halt(failure);
      this.#settle(part, failed(failure.message, failure));
      return { sent: 'settled', left: nothing };
    }
    if (outcome.state === 'done') {
      this.#freed(targets);
      return { sent: 'settled', left: nothing };
    }
    if (outcome.state === 'uncertain') return this.#decide(part, outcome.why, uncertain);
    const { reason, failure, message } = outcome;
    switch (reason) {
      case 'too-many':
        return { sent: 'too-many', left: part };
      case 'not-found':
        this.#settle(part, GONE);
        return { sent: 'settled', left: nothing };
      case 'invalid':
      case 'conflict':
        for (const target of targets) this.#refusals.set(target, failure);
        return { sent: 'again', left: await this.#readAgain(part) };
      case 'exists':
      case 'forbidden':
      case 'other':
        this.#settle(part, failed(reason === 'forbidden' ? failure.message : message, failure));
        return { sent: 'settled', left: nothing };
    }
  }

  /** What is still there as it was read; what is gone or changed has its outcome. */
  async #readAgain(part: Part): Promise<Part> {
    const { pool, targets } = part;
    let object;
    try {
      object = await this.ports.reader.get(IP_POOLS, pool.namespace, pool.name);
    } catch (failure) {
      if (!(failure instanceof ClusterFailure)) throw failure;
      this.#settle(part, failed(failure.message, failure));
      return { pool, targets: [] };
    }
    return { pool, targets: this.#stillThere(targets, pool, object === undefined ? undefined : parsePool(object)) };
  }

  #stillThere(targets: readonly EntryTarget[], pool: Pool, now: Pool | undefined): EntryTarget[] {
    if (now?.uid !== pool.uid || now.rangeText !== pool.rangeText) {
      const outcome = now === undefined ? GONE : changed('the pool was made anew, or its range was changed');
      for (const target of targets) this.outcomes.set(target, outcome);
      return [];
    }
    const entries = new Map(now.allocations.map((allocation) => [allocation.key, allocation.raw]));
    return targets.filter((target) => {
      const entry = entries.get(target.allocation.key);
      if (entry !== undefined && isDeepStrictEqual(entry, target.allocation.raw)) return true;
      this.outcomes.set(target, entry === undefined ? GONE : changed('the entry belongs to another container by now'));
      return false;
    });
  }

  /** A patch of unknown fate is all of its keys or none: one that is still there says that it was not done. */
  async #decide(
    part: Part,
    why: string,
    uncertain: Set<EntryTarget>,
  ): Promise<{ readonly sent: Sent; readonly left: Part }> {
    const { pool, targets } = part;
    const read = await decideByReading(
      this.ports.clock,
      () => this.ports.reader.get(IP_POOLS, pool.namespace, pool.name),
      patchTimeoutSeconds(pool),
    );
    if (read.state === 'unread') {
      this.#halt(read.failure);
      for (const target of targets) this.#doubt(target, read.failure, uncertain);
      return { sent: 'settled', left: { pool, targets: [] } };
    }
    const now = read.object === undefined ? undefined : parsePool(read.object);
    const still = this.#stillThere(targets, pool, now);
    if (still.length > 0) {
      for (const target of still) this.#refusals.set(target, new ClusterFailure('server-error', why));
      return { sent: 'again', left: { pool, targets: still } };
    }
    // Whoever took them out, they are out, and it may have been this patch: the second look is due.
    this.#freed(targets.filter((target) => this.outcomes.get(target)?.result === 'gone'));
    return { sent: 'settled', left: { pool, targets: [] } };
  }

  /** Looks at each owner once more; where nobody needs it any more, nobody adopted the entry either. */
  async #lookAgain(targets: readonly EntryTarget[], uncertain: Set<EntryTarget>): Promise<void> {
    const released = targets.filter((target) => this.outcomes.get(target)?.result === 'released');
    if (released.length === 0) return;
    const fresh = await this.ports.look.judge(
      released.map(({ judged }) => judged),
      'cheaper',
    );
    for (const target of released) {
      const judged = fresh.of(target.judged.claim);
      if (this.mayRelease(judged)) continue;
      const failure = fresh.failureOf(judged.claim);
      const why = failure === undefined ? `${judged.verdict}, ${judged.reason}` : failure.message;
      const back = await this.#putBack.entry(target, why);
      if (back.state === 'not-needed') continue;
      if (back.state === 'unknown') this.#doubt(target, back.failure, uncertain);
      else if (back.state === 'taken') this.outcomes.set(target, failed(back.error));
      else if (failure === undefined) {
        this.outcomes.set(target, changed(`its owner came back (${why}), so the entry was put back`));
      } else {
        const error = `its owner could not be looked up again (${why}), so the entry was put back`;
        this.outcomes.set(target, failed(error, failure));
      }
    }
  }

  #freed(targets: readonly EntryTarget[]): void {
    const now = this.ports.clock.monotonic();
    for (const target of targets) {
      this.outcomes.set(target, RELEASED);
      this.freedAt.set(target, now);
    }
  }

  #settle({ targets }: Part, outcome: Outcome): void {
    for (const target of targets) this.outcomes.set(target, outcome);
  }

  #doubt(target: EntryTarget, failure: ClusterFailure, uncertain: Set<EntryTarget>): void {
    uncertain.add(target);
    this.outcomes.set(target, undecided(failure));
  }

  #halt(failure: ClusterFailure): void {
    if (isDeadly(failure)) this.halted ??= failure;
  }
}

function byPool(targets: readonly EntryTarget[]): Part[] {
  return [...groupedBy(targets, ({ pool }) => pool)].map(([pool, of]) => ({ pool, targets: of }));
}

/** Takes about so many targets from the front of the list, whole pools first, never more of one pool than a patch takes. */
function nextRound(parts: Part[], size: number): Part[] {
  const round: Part[] = [];
  let room = Math.min(size, MOST_KEYS);
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const { pool, targets } = part;
    round.push({ pool, targets: targets.slice(0, room) });
    if (targets.length > room) parts.unshift({ pool, targets: targets.slice(room) });
    room -= Math.min(room, targets.length);
    if (room === 0) break;
  }
  return round;
}

/** Targets that a round was too large for, in two lists; the second is empty where there is nothing to divide. */
function halves(parts: readonly Part[]): [Part[], Part[]] {
  const all = parts.flatMap(({ targets }) => targets);
  const middle = Math.ceil(all.length / 2);
  return [byPool(all.slice(0, middle)), byPool(all.slice(middle))];
}
