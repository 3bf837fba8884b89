import type { UpstreamState } from '../upstream.js';
import { isOwn, type ReadyGroup } from './holding-batches.js';
import { INTERRUPTED, skipped, type Outcome, type ReleasePorts } from './ports.js';

/** A running reconciler is waited for so long. */
const RECONCILER_PATIENCE_MS = 60_000;
const RECONCILER_POLL_MS = 2000;
/** What was seen of the reconcilers holds for so long. */
const RECONCILER_AGE_MS = 2000;

/** Lets no reservation go while whereabouts' own reconciler may be deleting by name. */
export class UpstreamGate {
  #seen: { readonly state: UpstreamState; readonly at: number } | undefined;

  /** @param onWait told what is waited for */
  constructor(
    private readonly ports: Pick<ReleasePorts, 'clock' | 'signal' | 'upstream'>,
    private readonly onWait: (what: string) => void,
  ) {}

  /**
   * @returns null: go on. Upstream's reconciler deletes by name what it listed, minutes ago perhaps, and would take the next
   * owner's reservation (release protocol, release of reservations 4).
   */
  async allows(batch: readonly ReadyGroup[]): Promise<Outcome | null> {
    const { clock, signal } = this.ports;
    const since = clock.monotonic();
    for (;;) {
      const state = await this.#now();
      if (state.state === 'idle') return null;
      if (state.state === 'unknown' && (state.safe || batch.every(isOwn))) return null;
      const what = state.state === 'unknown' ? state.why : `whereabouts' own reconciler, which runs in ${state.pod}`;
      if (state.state === 'unknown' || clock.monotonic() - since > RECONCILER_PATIENCE_MS) {
        return skipped(`${what}: it deletes by name, and might take what comes next; run again later`);
      }
      if (signal.aborted) return INTERRUPTED;
      this.onWait(what);
      await clock.sleep(RECONCILER_POLL_MS, signal);
    }
  }

  async #now(): Promise<UpstreamState> {
    const now = this.ports.clock.monotonic();
    if (this.#seen === undefined || now - this.#seen.at > RECONCILER_AGE_MS) {
      this.#seen = { state: await this.ports.upstream.look(), at: now };
    }
    return this.#seen.state;
  }
}
