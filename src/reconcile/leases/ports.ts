import type { ClusterReader } from '../../cluster/port.js';
import type { ClusterWriter } from '../../cluster/writer.js';

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
