import type { ClusterReader } from '../cluster/port.js';
import { ClusterFailure, type ClusterFailureReason } from '../errors.js';
import type { ShimItem, ShimPart, ShimStatus } from './documents.js';
import type { ShimType } from './entry.js';
import { readShimStatus } from './status.js';

/** How what the operator deploys is waited for. */
export interface WaitOptions {
  readonly timeoutMs: number;
  /** A clock that only goes forward, in ms. */
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Told what is still missing, each time that it was looked at. */
  readonly tell: (text: string) => void;
  /** Somebody who would rather not wait. */
  readonly signal: AbortSignal;
}

/** What waiting came to. */
export interface Waited {
  readonly status: ShimStatus;
  readonly item: ShimItem;
  /** `blind`: what is left cannot be seen, however long one waits. */
  readonly ended: 'ready' | 'blind' | 'timed-out' | 'interrupted';
}

const PAUSE_MS = 1000;
/** An API server may be away for a while: it is itself rolled out on some changes of the network. */
const PASSING: ReadonlySet<ClusterFailureReason> = new Set(['unreachable', 'timeout', 'server-error']);

/**
 * Looks again and again until all that a type needs is ready.
 * @throws ClusterFailure where the cluster cannot be asked, and still cannot when the time is up
 */
export async function awaitShim(reader: ClusterReader, type: ShimType, options: WaitOptions): Promise<Waited> {
  const { timeoutMs, clock, sleep, tell, signal } = options;
  const end = clock() + timeoutMs;
  for (;;) {
    const seen = await look(reader, type, clock() >= end);
    if (seen !== undefined) {
      const [item] = seen.items;
      if (item === undefined) throw new Error(`no status of ${type}`);
      const waited = { status: seen, item };
      if (item.state === 'ready') return { ...waited, ended: 'ready' };
      if (item.state === 'unknown') return { ...waited, ended: 'blind' };
      if (signal.aborted) return { ...waited, ended: 'interrupted' };
      if (clock() >= end) return { ...waited, ended: 'timed-out' };
      tell(`waiting for ${outstanding(item).map(partText).join(', ')}`);
    }
    await sleep(Math.min(PAUSE_MS, Math.max(end - clock(), 0)));
  }
}

async function look(reader: ClusterReader, type: ShimType, isLast: boolean): Promise<ShimStatus | undefined> {
  try {
    return await readShimStatus(reader, [type]);
  } catch (failure) {
    if (isLast || !(failure instanceof ClusterFailure) || !PASSING.has(failure.reason)) throw failure;
    return undefined;
  }
}

/** What is not there, or not ready. */
export function outstanding({ parts }: ShimItem): ShimPart[] {
  return parts.filter(({ state }) => state === 'missing' || state === 'pending');
}

function partText({ object: { kind, name }, workload }: ShimPart): string {
  const counts = workload === null ? '' : ` ${(workload.ready ?? 0).toString()}/${workload.desired?.toString() ?? '?'}`;
  return `${kind} ${name}${counts}`;
}
