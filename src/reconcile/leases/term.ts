import type { KubeObject } from '../../cluster/port.js';
import { LEASES } from '../../cluster/resources.js';
import type { WriteOutcome } from '../../cluster/writer.js';
import { describe, givenUp, LEASE_SECONDS, microTime, specOf, type Mine } from './lease.js';
import type { HoldingPorts } from './ports.js';

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
   * Whether one of the Leases was taken from a holder that had not given it up, its time having run out: a plugin goes on
   * all the same, for its whole budget. Not for what an ipamctl left.
   */
  readonly tookOver: boolean;
  /**
   * Sends a write if every Lease is sure to stay ours while it can still be done. While it is under way, and after an
   * `uncertain` outcome until `decided`, the Leases are renewed beyond their second, and they are given back only once
   * no write is under way. Several may be sent at once; they share a renewal.
   *
   * @param finishing it completes or takes back what this holding began, and may be sent after the second is over.
   */
  write<T>(send: () => Promise<WriteOutcome<T>>, finishing?: boolean): Promise<WriteOutcome<T> | Unsent>;
  /**
   * Reads every Lease again and tells whether all are still ours; otherwise `lost` is true from then on. A plugin whose
   * own Lease ran out clears whatever record stands there when it ends.
   *
   * @throws ClusterFailure as reading; nothing is known then.
   */
  verify(): Promise<boolean>;
  /**
   * To be called once reading has decided every write whose outcome was `uncertain`: with several at once, not after one
   * of them. Writes still under way count anew when they come back uncertain.
   */
  decided(): void;
}

/** A holding does its work within this time. */
const HOLD_MS = 1000;
const RENEW_EVERY_MS = 500;
/** A write may be done until so long after it was sent (`timeout=1s`). */
const WRITE_MS = 1000;
const RENEW_TRIES = 2;
const RELEASE_TRIES = 3;

/** One holding, from its first Lease to the release of all. */
export class Term implements Tenure {
  /** When the first Lease began to be ours; monotonic. */
  since = 0;
  private readonly mine: Mine[] = [];
  private readonly ending = new AbortController();
  private isLost = false;
  private isEnding = false;
  private hasTakenOver = false;
  private readonly underWay = new Set<Promise<unknown>>();
  private doubts = 0;
  /** One at a time: each needs the resourceVersion of the one before. */
  private renewing: Promise<void> | undefined;

  constructor(
    private readonly ports: HoldingPorts,
    private readonly identity: string,
    readonly namespace: string,
  ) {}

  get lost(): boolean {
    return this.isLost;
  }

  get tookOver(): boolean {
    return this.hasTakenOver;
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

  /** To be said before the work begins. */
  noteTakeover(): void {
    this.hasTakenOver = true;
  }

  leftMs(): number {
    return Math.max(0, this.since + HOLD_MS - this.ports.clock.monotonic());
  }

  async write<T>(send: () => Promise<WriteOutcome<T>>, finishing = false): Promise<WriteOutcome<T> | Unsent> {
    const isOver = (): boolean => this.isEnding || (this.leftMs() === 0 && this.doubts === 0 && !finishing);
    if (this.lost) return { state: 'unsent', why: 'lost' };
    if (isOver()) return { state: 'unsent', why: 'over' };
    if (!this.isSure()) {
      // A renewal that was already under way may be too old by its end.
      for (let tried = 0; tried < RENEW_TRIES && !this.isSure(); tried++) await this.renew();
      if (!this.isSure()) return { state: 'unsent', why: 'lost' };
      if (isOver()) return { state: 'unsent', why: 'over' };
    }
    const sending = send();
    this.underWay.add(sending);
    try {
      const outcome = await sending;
      if (outcome.state === 'uncertain') this.doubts++;
      return outcome;
    } finally {
      this.underWay.delete(sending);
    }
  }

  async verify(): Promise<boolean> {
    if (this.lost) return false;
    const isOurs = async ({ name }: Mine): Promise<boolean> => {
      const there = await this.ports.reader.get(LEASES, this.namespace, name);
      return describe(there).holder === this.identity;
    };
    const areOurs = (await Promise.all(this.mine.map(isOurs))).every(Boolean);
    // What we gave back ourselves is no loss.
    if (!areOurs && !this.isEnding) this.isLost = true;
    return areOurs && !this.lost;
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
      if (this.leftMs() > 0 || this.underWay.size > 0 || this.doubts > 0) await this.renew();
    }
  }

  /**
   * Gives back what is still ours, the last taken first; what cannot be given back runs out by itself. Writes that the
   * work left under way, having thrown, come to their end first.
   */
  async end(): Promise<void> {
    this.isEnding = true;
    await Promise.allSettled(this.underWay);
    this.ending.abort();
    await this.renewing;
    for (const mine of this.mine.toReversed()) await this.release(mine);
  }

  private isSure(): boolean {
    const until = this.ports.clock.monotonic() + WRITE_MS;
    return !this.lost && this.mine.every(({ validUntil }) => until <= validUntil);
  }

  private renew(): Promise<void> {
    this.renewing ??= this.renewAll().finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  private async renewAll(): Promise<void> {
    if (this.lost || this.ending.signal.aborted) return;
    await Promise.all(this.mine.map((mine) => this.renewOne(mine)));
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
        const free = givenUp(mine.object, this.identity, reader.now().getTime());
        const outcome = await writer.replace(LEASES, this.namespace, free);
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
