import type { KubeObject } from '../../cluster/port.js';
import { LEASES } from '../../cluster/resources.js';
import { leaseName } from '../../whereabouts/names.js';
import { blank, describe, LEASE_SECONDS, microTime, transitionsOf, wasJustLeft, type Mine } from './lease.js';
import type { HoldingPorts } from './ports.js';
import { Term, type Tenure } from './term.js';

export type { HoldingClock, HoldingPorts } from './ports.js';
export type { Tenure, Unsent } from './term.js';

/** The Leases of one network's pools, in the namespace of these pools. */
export interface LeaseSet {
  readonly namespace: string;
  /** `whereabouts`, or names of slice pools; any order. At least one. */
  readonly names: readonly string[];
}

/** How to wait for a holding. */
export interface HoldOptions {
  /** How long to wait until all are free. */
  readonly patienceMs?: number;
  /** Ends the waiting. Once the work runs, it is the work's business. */
  readonly signal?: AbortSignal;
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
  | { readonly state: 'busy'; readonly lease: string; readonly holder: string }
  /** The signal was aborted while we waited; the work did not run, and nothing is held. */
  | { readonly state: 'interrupted' };

/** What came of trying to take all. */
type Attempt =
  | { readonly state: 'taken'; readonly term: Term }
  | { readonly state: 'busy'; readonly lease: string; readonly holder: string }
  | { readonly state: 'interrupted' };

/**
 * Before the process's own part of a holder name. No namespace has such a character, and so no plugin (`NAMESPACE/POD`)
 * is ever taken for an ipamctl.
 */
export const HOLDER_PREFIX = 'ipamctl_';

/** Then the Lease is anybody else's for so long: a waiting plugin asks every 500 ms, and it needs time to ask. */
const FREE_MS = 600;
/** How long the Leases taken first wait for one that is not free yet, before all are given back. */
const WAIT_HOLDING_MS = 300;
const POLL_MS = 100;
/** client-go writes its duration in whole seconds, cut off: the holder of `1` may count on 1.5. */
const CUT_OFF_MS = 1000;
/** An API server tells the time in whole seconds. */
const CLOCK_STEP_MS = 1000;
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
  /** We took it from somebody who had not given it up, and no work has been told so yet. */
  tookOver: boolean;
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
   * Makes sure that the Leases may be read, created and updated, without touching them. Of many, only the plugin's
   * shared one and the first and last of the slices' are tried: a role may name Leases one by one, but one that allows
   * these and not the others is found only when they are taken.
   *
   * @throws ClusterFailure `forbidden` naming the verb and `leases.coordination.k8s.io`; others as reading and writing.
   */
  async checkRights({ namespace, names }: LeaseSet): Promise<void> {
    const { reader, writer } = this.ports;
    for (const name of representatives(names)) {
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
   * and must send its writes through the tenure. An abort while it waits is seen at the next step at the latest, between
   * two requests; a call that waits for an earlier one's end sees it when its turn comes.
   *
   * @throws ClusterFailure `forbidden` before the work began, and others as reading and writing; what the work throws,
   *   once all is given back.
   */
  hold<T>(leases: LeaseSet, work: (tenure: Tenure) => Promise<T>, options: HoldOptions = {}): Promise<Held<T>> {
    const run = this.last.then(() => this.holdNow(leases, work, options));
    this.last = run.catch(() => undefined);
    return run;
  }

  private async holdNow<T>(
    { namespace, names }: LeaseSet,
    work: (tenure: Tenure) => Promise<T>,
    { patienceMs = DEFAULT_PATIENCE_MS, signal }: HoldOptions,
  ): Promise<Held<T>> {
    const { clock } = this.ports;
    const since = clock.monotonic();
    for (;;) {
      const attempt = await this.takeAll(namespace, sorted(names), signal);
      if (attempt.state === 'taken') return this.workIn(attempt.term, work);
      if (attempt.state === 'interrupted' || clock.monotonic() - since >= patienceMs) return attempt;
      await clock.sleep(POLL_MS, signal);
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
    signal: AbortSignal | undefined,
  ): Promise<Attempt> {
    const isAborted = (): boolean => signal?.aborted === true;
    if (names.length > 1) {
      for (const name of names) {
        if (isAborted()) return { state: 'interrupted' };
        const { free, holder } = await this.look(namespace, name);
        if (!free) return { state: 'busy', lease: name, holder };
      }
    }
    const term = new Term(this.ports, this.identity, namespace);
    let isTaken = false;
    try {
      for (const name of names) {
        const busy = await this.takeInto(term, name, signal);
        if (isAborted()) return { state: 'interrupted' };
        if (busy !== undefined) return { state: 'busy', lease: name, holder: busy.holder };
      }
      isTaken = true;
    } finally {
      if (!isTaken) {
        await term.end();
        this.leave(term);
      }
    }
    for (const name of names) {
      const sight = this.sight(namespace, name);
      if (sight.tookOver) term.noteTakeover();
      sight.tookOver = false;
    }
    return { state: 'taken', term };
  }

  /** Adds one Lease to those that are ours already; otherwise says who holds it, or that we are aborted. */
  private async takeInto(
    term: Term,
    name: string,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly holder: string } | undefined> {
    const { clock } = this.ports;
    const isAborted = (): boolean => signal?.aborted === true;
    for (;;) {
      if (isAborted()) return { holder: '' };
      const seen = await this.look(term.namespace, name);
      const mine = seen.free && !isAborted() ? await this.take(term.namespace, name, seen.lease) : undefined;
      if (mine !== undefined) {
        term.add(mine);
        return undefined;
      }
      if (term.isEmpty || clock.monotonic() - term.since >= WAIT_HOLDING_MS) return { holder: seen.holder };
      await clock.sleep(POLL_MS, signal);
    }
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
      // An ipamctl that was here before this one began: what is left of its pause is not known, so it is kept whole.
      if (wasJustLeft(lease, this.identity, reader.now().getTime(), FREE_MS + CLOCK_STEP_MS)) {
        sight.freeUntil = Math.max(sight.freeUntil, answered + FREE_MS);
      }
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
    const { holder } = describe(lease);
    // An uncertain one may come to be done later on, and would then look like our own.
    if (outcome.state !== 'refused' && holder !== '' && !holder.startsWith(HOLDER_PREFIX)) {
      this.sight(namespace, name).tookOver = true;
    }
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
      sight = { record: '', since: 0, freeUntil: -Infinity, wasIpamctl: false, tookOver: false };
      this.sights.set(key, sight);
    }
    return sight;
  }
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

/** Those whose rights speak for all: a role names the shared one, or the slices' alike. */
function representatives(names: readonly string[]): string[] {
  const all = sorted(names);
  const slices = all.filter((name) => name !== leaseName());
  return all.filter((name) => name === leaseName() || name === slices[0] || name === slices.at(-1));
}
