import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditClock } from '../audit/engine.js';
import type { Progress } from './progress.js';

/** The clock of this machine; who waits is told why. */
export function auditClock(progress: Progress): AuditClock {
  return {
    now: () => performance.now(),
    wait: async (ms, why) => {
      progress.tell(`waiting ${Math.ceil(ms / 1000).toString()} s to see ${why}`);
      await sleep(ms);
    },
  };
}
