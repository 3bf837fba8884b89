import type { ClusterReader } from '../cluster/port.js';
import { readStatus, type ReconcilerSight } from './reconciler-status.js';
import type { SourceFlags } from './reconciler-source.js';

/** How waiting for a schedule ended. */
export interface Waited {
  readonly sight: ReconcilerSight;
  /** `missed`: some pods did not take the change in the time that it needs, and will not. */
  readonly state: 'in-force' | 'missed' | 'blind' | 'time-is-up';
}

export interface WaitPorts {
  readonly reader: ClusterReader;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
  /** Says how far it is. */
  readonly tell: (text: string) => void;
}

const PAUSE_MS = 3000;

/**
 * Waits until each pod's log tells that it goes by the schedule that is set.
 * @param untilMs by `now`
 * @param stopAtMissed returns as soon as pods are known to have missed the change
 */
export async function waitInForce(
  { reader, sleep, now, tell }: WaitPorts,
  flags: SourceFlags,
  untilMs: number,
  stopAtMissed: boolean,
): Promise<Waited> {
  for (;;) {
    const sight = await readStatus(reader, flags);
    const { workloads, pods } = sight.status;
    const wanted = workloads.reduce((sum, { desired }) => sum + desired, 0);
    const there = pods.filter(({ inForce }) => inForce === true).length;
    if (workloads.length > 0 && wanted > 0 && there >= wanted && there === pods.length)
      return { sight, state: 'in-force' };
    // Who may read no log will see none in a minute either.
    if (sight.pods.length > 0 && sight.pods.every(({ log }) => log.read === 'none' && log.isForbidden)) {
      return { sight, state: 'blind' };
    }
    if (stopAtMissed && pods.some(({ missedChange }) => missedChange)) return { sight, state: 'missed' };
    if (now() >= untilMs) return { sight, state: 'time-is-up' };
    tell(
      workloads.length === 0
        ? 'waiting for the reconciler: it is not deployed yet'
        : `waiting for the schedule: in force on ${there.toString()} of ${Math.max(wanted, pods.length).toString()} pods`,
    );
    await sleep(Math.max(0, Math.min(PAUSE_MS, untilMs - now())));
  }
}
