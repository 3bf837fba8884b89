import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from './progress.js';

/** A clock that never jumps, and waiting that says why. */
export function waitingClock(progress: Progress): {
  readonly now: () => number;
  readonly wait: (ms: number, why: string) => Promise<void>;
} {
  return {
    now: () => performance.now(),
    wait: async (ms, why) => {
      progress.tell(`waiting ${Math.ceil(ms / 1000).toString()} s to see ${why}`);
      await sleep(ms);
    },
  };
}
