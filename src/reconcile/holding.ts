import type { ClusterReader, KubeObject } from '../cluster/port.js';
import { LEASES } from '../cluster/resources.js';
import type { ClusterWriter, WriteOutcome } from '../cluster/writer.js';

/** Time as a holding needs it. */
export interface HoldingClock {
  /** Milliseconds since any moment; never jumps, whatever is done to the wall clock. */
  monotonic(): number;
  /** Resolves after so many milliseconds, at once when `signal` is aborted; rejects only to end the whole run. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What a holding is made with. */
export interface HoldingPorts {
  /** Its `now` goes into the records for people to read; nothing is decided by it. */
  readonly reader: Pick<ClusterReader, 'get' | 'now'>;
  readonly writer: Pick<ClusterWriter, 'create' | 'replace'>;
  readonly clock: HoldingClock;
}

/** The Leases of one network's pools, in the namespace of these pools. */
export interface LeaseSet {
  readonly namespace: string;
  /** `whereabouts`, or names of slice pools; any order. At least one. */
  readonly names: readonly string[];
}

/** Why a write was not sent: the holding's second is over, or a Lease is not surely ours any more. */
export interface Unsent {
  readonly state: 'unsent';
  readonly why: 'over' | 'lost';
}

/** What the work that runs in a holding sees of it. */
export interface Tenure {
  /** Milliseconds until the holding's second is over; 0 then. */
  leftMs(): number;
  /** Whether a Lease was taken from us. Nothing more is sent then. */
  readonly lost: boolean;
  /**
   * Sends a write if every Lease is sure to stay ours while it can still be done. While it is under way, and after an
   * `uncertain` outcome until `decided`, the Leases are renewed beyond their second.
   *
   * @param finishing it completes or takes back what this holding began, and may be sent after the second is over.
   */
  write<T>(send: () => Promise<WriteOutcome<T>>, finishing?: boolean): Promise<WriteOutcome<T> | Unsent>;
  /** The fate of all uncertain writes is known by now. */
  decided(): void;
}

/** How a holding ended. */
export type Held<T> =
  | {
      readonly state: 'held';
      readonly value: T;
      /** A Lease was taken from us before we gave it up. */
      readonly lost: boolean;
      /** From the first Lease's taking to the last one's release. */
      readonly heldMs: number;
    }
  /** They were never all free while we waited; the work did not run. */
  | { readonly state: 'busy'; readonly lease: string; readonly holder: string };

/**
 * Before the process's own part of a holder name. No namespace has such a character, and so no plugin (`NAMESPACE/POD`)
 * is ever taken for an ipamctl.
 */
export const HOLDER_PREFIX = 'ipamctl_';

/** A holding does its work within this time. */
const HOLD_MS = 1000;
/** Then the Lease is anybody else's for so long: a waiting plugin asks every 500 ms, and it needs time to ask. */
const FREE_MS = 600;
/**
 * Written as `leaseDurationSeconds`. The plugin's own 1 (its 1.5 s without the fraction) would leave no time for a write
 * of one second; more would keep the plugins waiting after our death.
 */
const LEASE_SECONDS = 2;
const RENEW_EVERY_MS = 500;
/** A write may be done until so long after it was sent (`timeout=1s`). */
const WRITE_MS = 1000;
/** How long the Leases taken first wait for one that is not free yet, before all are given back. */
const WAIT_HOLDING_MS = 300;
const POLL_MS = 100;
/** client-go writes its duration in whole seconds, cut off: the holder of `1` may count on 1.5. */
const CUT_OFF_MS = 1000;
const RENEW_TRIES = 2;
const RELEASE_TRIES = 3;
const DEFAULT_PATIENCE_MS = 30_000;

/** What is known of one Lease across the holdings of a process. */
interface Sight {
  /** The record, as text, and when it was first seen so. */
  record: string;
  since: number;
  /** The Lease is left alone before this moment. */
  freeUntil: number;
  /** The last holder seen was another ipamctl, whose pause is ours too. */
  wasIpamctl: boolean;
}

/** A Lease that is ours. */
interface Mine {
  readonly name: string;
  object: KubeObject;
  /** Nobody else takes it before this moment. */
  validUntil: number;
  /** The last `renewTime` written, wall clock. */
  renewedMs: number;
}

/**
 * Takes and gives back the Leases that the plugin's ADD and DEL take (release-protocol "Holding"). One object for a
 * process: it remembers when it saw and left which Lease. Calls of `hold` follow each other, however they are made.
 *
 * It speaks client-go's leader election (`tools/leaderelection`, `LeaseLock`): an empty holder is free, another's record
 * counts for its duration from when it was first seen. Two things differ from client-go. It counts times of a record in
 * whole seconds, so two renewals within one second look the same to a plugin that waits; ours are a second apart in what
 * they say. And our Lease ends, for us, when a plugin could have seen it first: when its write was sent.
 */
export class Holdings {
  /** What stands in the Leases as `holderIdentity`. */
  readonly identity: string;
  private readonly sights = new Map<string, Sight>();
  private last: Promise<unknown> = Promise.resolve();

  /** @param unique tells this process from every other: host, process id and something random. */
  constructor(
    unique: string,
    private readonly ports: HoldingPorts,
  ) {
    this.identity = HOLDER_PREFIX + unique;
  }

  /**
   * Makes sure that the Leases may be read, created and updated, without touching them.
   *
   * @throws ClusterFailure `forbidden` naming the verb and `leases.coordination.k8s.io`; others as reading and writing.
   */
  async checkRights({ namespace, names }: LeaseSet): Promise<void> {
    const { reader, writer } = this.ports;
    for (const name of sorted(names)) {
      const there = await reader.get(LEASES, namespace, name);
      const fresh = { ...blank(namespace, name), spec: this.spec(reader.now().getTime(), 0) };
      // The server asks for the right before it looks at the object: a conflict, or no such Lease, is as good as a yes.
      for (const verb of ['create', 'replace'] as const) {
        const trial = verb === 'create' ? fresh : (there ?? fresh);
        const outcome = await writer[verb](LEASES, namespace, trial, { dryRun: true });
        if (outcome.state === 'refused' && outcome.reason === 'forbidden') throw outcome.failure;
      }
    }
  }

  /**
   * Takes all the Leases in sorted order, or none; runs the work; gives them back. The work should be done within a second
   * and must send its writes through the tenure, one after the other.
   *
   * @param patienceMs how long to wait until all are free.
   * @throws ClusterFailure `forbidden` before the work began, and others as reading and writing; what the work throws,
   *   once all is given back.
   */
  hold<T>(
    leases: LeaseSet,
    work: (tenure: Tenure) => Promise<T>,
    patienceMs: number = DEFAULT_PATIENCE_MS,
  ): Promise<Held<T>> {
    const run = this.last.then(() => this.holdNow(leases, work, patienceMs));
    this.last = run.catch(() => undefined);
    return run;
  }

  private async holdNow<T>(
    { namespace, names }: LeaseSet,
    work: (tenure: Tenure) => Promise<T>,
    patienceMs: number,
  ): Promise<Held<T>> {
    const { clock } = this.ports;
    const since = clock.monotonic();
    for (;;) {
      const attempt = await this.takeAll(namespace, sorted(names));
      if ('term' in attempt) return this.workIn(attempt.term, work);
      if (clock.monotonic() - since >= patienceMs) return { state: 'busy', ...attempt.busy };
      await clock.sleep(POLL_MS);
    }
  }

  private async workIn<T>(term: Term, work: (tenure: Tenure) => Promise<T>): Promise<Held<T>> {
    const { clock } = this.ports;
    let value: T;
    try {
      term.keep();
      value = await work(term);
    } finally {
      await term.end();
      this.leave(term);
    }
    return { state: 'held', value, lost: term.lost, heldMs: clock.monotonic() - term.since };
  }

  /** Nothing is taken while one of them is seen not to be free: what we then gave back would be closed to us. */
  private async takeAll(
    namespace: string,
    names: readonly string[],
  ): Promise<{ term: Term } | { busy: { lease: string; holder: string } }> {
    const { clock } = this.ports;
    if (names.length > 1) {
      for (const name of names) {
        const { free, holder } = await this.look(namespace, name);
        if (!free) return { busy: { lease: name, holder } };
      }
    }
    const term = new Term(this.ports, this.identity, namespace);
    try {
      for (const name of names) {
        for (;;) {
          const seen = await this.look(namespace, name);
          const mine = seen.free ? await this.take(namespace, name, seen.lease) : undefined;
          if (mine !== undefined) {
            term.add(mine);
            break;
          }
          if (!term.isEmpty && clock.monotonic() - term.since < WAIT_HOLDING_MS) {
            await clock.sleep(POLL_MS);
            continue;
          }
          await term.end();
          this.leave(term);
          return { busy: { lease: name, holder: seen.holder } };
        }
      }
    } catch (error) {
      await term.end();
      this.leave(term);
      throw error;
    }
    return { term };
  }

  /** Reads a Lease, and whether it may be taken now. */
  private async look(
    namespace: string,
    name: string,
  ): Promise<{ lease: KubeObject | undefined; free: boolean; holder: string }> {
    const { reader, clock } = this.ports;
    const asked = clock.monotonic();
    const lease = await reader.get(LEASES, namespace, name);
    const answered = clock.monotonic();
    const sight = this.sight(namespace, name);
    const { holder, durationMs, record } = describe(lease);
    if (record !== sight.record) {
      sight.record = record;
      sight.since = answered;
    }
    // A record of our own that we do not hold: of a write that was taken for not done.
    if (holder === this.identity) return { lease, free: true, holder };
    if (holder !== '') {
      sight.wasIpamctl = holder.startsWith(HOLDER_PREFIX);
      // Unchanged from the answer that showed it first until this one was asked for: surely for so long.
      return { lease, free: asked - sight.since >= durationMs + CUT_OFF_MS, holder };
    }
    if (sight.wasIpamctl) {
      sight.wasIpamctl = false;
      sight.freeUntil = Math.max(sight.freeUntil, answered + FREE_MS);
    }
    return { lease, free: asked >= sight.freeUntil, holder };
  }

  /** `undefined` when somebody else was faster, or it is not sure that we were. */
  private async take(namespace: string, name: string, lease: KubeObject | undefined): Promise<Mine | undefined> {
    const { reader, writer, clock } = this.ports;
    const renewedMs = reader.now().getTime();
    const transitions = lease === undefined ? 0 : transitionsOf(lease) + 1;
    const spec = this.spec(renewedMs, transitions);
    const sent = clock.monotonic();
    const outcome =
      lease === undefined
        ? await writer.create(LEASES, namespace, { ...blank(namespace, name), spec })
        : await writer.replace(LEASES, namespace, { ...lease, spec });
    const mine = (object: KubeObject): Mine => ({ name, object, validUntil: sent + LEASE_SECONDS * 1000, renewedMs });
    if (outcome.state === 'done') return mine(outcome.object);
    if (outcome.state === 'refused') {
      const { reason, failure } = outcome;
      if (reason === 'conflict' || reason === 'exists' || reason === 'too-many') return undefined;
      // Gone between reading and writing: the next look creates it. Without its namespace that would never end.
      if (reason === 'not-found' && lease !== undefined) return undefined;
      throw failure;
    }
    const now = await reader.get(LEASES, namespace, name);
    // An earlier record of ours is no proof that this write was done; the next look sees it, and takes it up.
    const isThis = describe(now).holder === this.identity && now !== undefined && transitionsOf(now) === transitions;
    return isThis ? mine(now) : undefined;
  }

  private spec(nowMs: number, transitions: number): object {
    return {
      holderIdentity: this.identity,
      leaseDurationSeconds: LEASE_SECONDS,
      acquireTime: microTime(nowMs),
      renewTime: microTime(nowMs),
      leaseTransitions: transitions,
    };
  }

  private leave(term: Term): void {
    const now = this.ports.clock.monotonic();
    for (const name of term.names) this.sight(term.namespace, name).freeUntil = now + FREE_MS;
  }

  private sight(namespace: string, name: string): Sight {
    const key = `${namespace}/${name}`;
    let sight = this.sights.get(key);
    if (sight === undefined) {
      sight = { record: '', since: 0, freeUntil: -Infinity, wasIpamctl: false };
      this.sights.set(key, sight);
    }
    return sight;
  }
}

/** One holding, from its first Lease to the release of all. */
class Term implements Tenure {
  /** When the first Lease began to be ours; monotonic. */
  since = 0;
  private readonly mine: Mine[] = [];
  private readonly ending = new AbortController();
  private isLost = false;
  private underWay = 0;
  private doubts = 0;
  /** Changes of the Leases follow each other: each needs the resourceVersion of the one before. */
  private changes: Promise<void> = Promise.resolve();

  constructor(
    private readonly ports: HoldingPorts,
    private readonly identity: string,
    readonly namespace: string,
  ) {}

  get lost(): boolean {
    return this.isLost;
  }

  get isEmpty(): boolean {
    return this.mine.length === 0;
  }

  get names(): readonly string[] {
    return this.mine.map(({ name }) => name);
  }

  add(mine: Mine): void {
    if (this.isEmpty) this.since = mine.validUntil - LEASE_SECONDS * 1000;
    this.mine.push(mine);
  }

  leftMs(): number {
    return Math.max(0, this.since + HOLD_MS - this.ports.clock.monotonic());
  }

  async write<T>(send: () => Promise<WriteOutcome<T>>, finishing = false): Promise<WriteOutcome<T> | Unsent> {
    const isOver = (): boolean => this.leftMs() === 0 && this.doubts === 0 && !finishing;
    if (this.lost) return { state: 'unsent', why: 'lost' };
    if (isOver()) return { state: 'unsent', why: 'over' };
    if (!this.isSure()) {
      await this.renew();
      if (!this.isSure()) return { state: 'unsent', why: 'lost' };
      if (isOver()) return { state: 'unsent', why: 'over' };
    }
    this.underWay++;
    try {
      const outcome = await send();
      if (outcome.state === 'uncertain') this.doubts++;
      return outcome;
    } finally {
      this.underWay--;
    }
  }

  decided(): void {
    this.doubts = 0;
  }

  /** Renews from now on until the end, where there is a reason to. */
  keep(): void {
    void this.keepOn();
  }

  private async keepOn(): Promise<void> {
    const { signal } = this.ending;
    const isEnded = (): boolean => signal.aborted || this.lost;
    while (!isEnded()) {
      try {
        await this.ports.clock.sleep(RENEW_EVERY_MS, signal);
      } catch {
        // Whoever ends the run ends the work, too.
        return;
      }
      if (isEnded()) return;
      if (this.leftMs() > 0 || this.underWay > 0 || this.doubts > 0) await this.renew();
    }
  }

  /** Gives back what is still ours, the last taken first; what cannot be given back runs out by itself. */
  async end(): Promise<void> {
    this.ending.abort();
    await this.changes;
    for (const mine of this.mine.toReversed()) await this.release(mine);
  }

  private isSure(): boolean {
    const until = this.ports.clock.monotonic() + WRITE_MS;
    return !this.lost && this.mine.every(({ validUntil }) => until <= validUntil);
  }

  private renew(): Promise<void> {
    this.changes = this.changes.then(async () => {
      for (const mine of this.mine) if (!this.lost && !this.ending.signal.aborted) await this.renewOne(mine);
    });
    return this.changes;
  }

  private async renewOne(mine: Mine): Promise<void> {
    const { reader, writer, clock } = this.ports;
    try {
      for (let tried = 0; tried < RENEW_TRIES; tried++) {
        // A plugin that waits sees whole seconds only, and must see that something changed; nor may a second try say
        // what the first one said.
        mine.renewedMs = Math.max(reader.now().getTime(), mine.renewedMs + 1000);
        const renewTime = microTime(mine.renewedMs);
        const sent = clock.monotonic();
        const next = { ...mine.object, spec: { ...specOf(mine.object), renewTime } };
        const outcome = await writer.replace(LEASES, this.namespace, next);
        let now: KubeObject | undefined;
        if (outcome.state === 'done') now = outcome.object;
        else {
          now = await reader.get(LEASES, this.namespace, mine.name);
          if (now === undefined || describe(now).holder !== this.identity) {
            this.isLost = true;
            return;
          }
        }
        mine.object = now;
        if (specOf(now)['renewTime'] === renewTime) {
          mine.validUntil = sent + LEASE_SECONDS * 1000;
          return;
        }
      }
    } catch {
      // Not renewed. The next turn tries again, and no write is sent once the Lease may have run out.
    }
  }

  /** As client-go's ReleaseOnCancel, but by resourceVersion: what is not ours any more stays as it is. */
  private async release(mine: Mine): Promise<void> {
    const { reader, writer } = this.ports;
    try {
      for (let tried = 0; tried < RELEASE_TRIES; tried++) {
        const now = microTime(reader.now().getTime());
        const { leaseTransitions } = specOf(mine.object);
        const spec = {
          holderIdentity: '',
          leaseDurationSeconds: 1,
          acquireTime: now,
          renewTime: now,
          leaseTransitions,
        };
        const outcome = await writer.replace(LEASES, this.namespace, { ...mine.object, spec });
        if (outcome.state === 'done') return;
        const there = await reader.get(LEASES, this.namespace, mine.name);
        const { holder } = describe(there);
        if (there === undefined || holder !== this.identity) {
          // Free already by our own uncertain write, or somebody else's by now.
          if (outcome.state === 'refused' && tried === 0) this.isLost = true;
          return;
        }
        mine.object = there;
      }
    } catch {
      // It runs out by itself; the work is done, and its result must not get lost for this.
    }
  }
}

function blank(namespace: string, name: string): KubeObject {
  return { apiVersion: `${LEASES.group}/${LEASES.version}`, kind: LEASES.kind, metadata: { namespace, name } };
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

function specOf(lease: KubeObject): Readonly<Record<string, unknown>> {
  const { spec } = lease;
  return typeof spec === 'object' && spec !== null ? (spec as Readonly<Record<string, unknown>>) : {};
}

function transitionsOf(lease: KubeObject): number {
  const { leaseTransitions } = specOf(lease);
  return typeof leaseTransitions === 'number' ? leaseTransitions : 0;
}

/** What a Lease says about its holder; an absent one says what a free one does. */
function describe(lease: KubeObject | undefined): { holder: string; durationMs: number; record: string } {
  if (lease === undefined) return { holder: '', durationMs: 0, record: '' };
  const { holderIdentity, leaseDurationSeconds, renewTime, leaseTransitions } = specOf(lease);
  return {
    holder: typeof holderIdentity === 'string' ? holderIdentity : '',
    durationMs: typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds * 1000 : 0,
    record: JSON.stringify([lease.metadata.uid, holderIdentity, renewTime, leaseTransitions]),
  };
}

/** metav1.MicroTime, which Go reads with exactly six digits. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
