import type { KubeObject } from '../../cluster/port.js';
import { ClusterFailure } from '../../errors.js';
import type { HoldingClock } from '../leases/holdings.js';

/** A write is not done any more so long after it was sent (`timeout=1s`), with something for the way. */
export const SETTLED_AFTER_MS = 1500;
/** A server that went away is asked for so long. */
const TRIES = 8;
const AGAIN_MS = 2000;

export type Read =
  | { readonly state: 'read'; readonly object: KubeObject | undefined }
  | { readonly state: 'unread'; readonly failure: ClusterFailure };

/**
 * Reads an object that a write of unknown fate was about, once that write can no longer be done.
 * @param timeoutSeconds what the server was given for the write
 */
export async function decideByReading(
  clock: HoldingClock,
  read: () => Promise<KubeObject | undefined>,
  timeoutSeconds = 1,
): Promise<Read> {
  await clock.sleep(SETTLED_AFTER_MS + (timeoutSeconds - 1) * 1000);
  for (let tried = 1; ; tried++) {
    try {
      return { state: 'read', object: await read() };
    } catch (failure) {
      if (!(failure instanceof ClusterFailure)) throw failure;
      if (tried >= TRIES || failure.reason === 'forbidden') return { state: 'unread', failure };
      await clock.sleep(AGAIN_MS);
    }
  }
}
