import type { ClusterReader } from '../../cluster/port.js';
import type { ClusterWriter } from '../../cluster/writer.js';
import type { ClusterFailure } from '../../errors.js';
import type { FreshVerdicts } from '../fresh-look.js';
import type { JournalWriter } from '../journal.js';
import type { JudgedClaim } from '../judged.js';
import type { HoldingClock, Holdings } from '../leases/holdings.js';
import type { ItemOutcome } from '../plan.js';
import type { UpstreamReconcilers } from '../upstream.js';

/** What became of one entry or reservation, and why. */
export interface Outcome extends ItemOutcome {
  /** The API server's no, where that was it. */
  readonly failure: ClusterFailure | null;
}

/** What a release is made with; a test may stand between any two steps. */
export interface ReleasePorts {
  readonly reader: ClusterReader;
  readonly writer: ClusterWriter;
  readonly journal: Pick<JournalWriter, 'intend' | 'settle' | 'decide' | 'run'>;
  readonly clock: HoldingClock;
  /** Judges owners by what the API server says of them now. */
  readonly look: { judge(claims: readonly JudgedClaim[], by?: 'get' | 'cheaper'): Promise<FreshVerdicts> };
  /** null: without Leases, and so without touching reservations. */
  readonly leases: Pick<Holdings, 'hold' | 'checkRights'> | null;
  readonly upstream: Pick<UpstreamReconcilers, 'look'>;
  /** Aborted: nothing new is begun; what was begun is brought to its end. */
  readonly signal: AbortSignal;
  readonly progress: (progress: ReleaseProgress) => void;
}

/** How far a release or a restore is. */
export interface ReleaseProgress {
  readonly phase: 'entries' | 'waiting' | 'reservations' | 'looking again' | 'restoring';
  readonly done: number;
  readonly of: number;
  /** Of phase `waiting`: what for. */
  readonly why?: string;
}

/** Whether a claim with this verdict may go. */
export type MayRelease = (judged: JudgedClaim) => boolean;

export const RELEASED: Outcome = { result: 'released', error: null, failure: null };
export const GONE: Outcome = { result: 'gone', error: null, failure: null };

export function changed(error: string): Outcome {
  return { result: 'changed', error, failure: null };
}

export function skipped(error: string): Outcome {
  return { result: 'skipped', error, failure: null };
}

export const INTERRUPTED = skipped('interrupted; the next run takes it up');

export function failed(error: string, failure: ClusterFailure | null = null): Outcome {
  return { result: 'failed', error, failure };
}

/** Of what was not begun because the API server had gone. */
export function notTried(failure: ClusterFailure): Outcome {
  return failed(`not tried: ${failure.message}`, failure);
}

/** Of a write whose fate could not be read either. */
export function undecided(failure: ClusterFailure): Outcome {
  return failed(`it is not known whether it was released: ${failure.message}; the next run finds out`, failure);
}

/** Of what may not go by what its owner is now. */
export function inUse({ verdict, reason }: JudgedClaim): Outcome {
  return changed(`its owner is ${verdict} by now (${reason})`);
}

/** Of what may not go because nobody knows what its owner is now. */
export function unseen(failure: ClusterFailure): Outcome {
  return failed(`its owner could not be looked up: ${failure.message}`, failure);
}

/** The plugin's whole budget for an ADD or DEL: whatever was under way before is over then. */
export const PLUGIN_BUDGET_MS = 10_000;
/** Turned away for too many requests, a patch of a pool comes again after this. */
export const TOO_MANY_WAIT_MS = 1000;

/** Failures after which nothing else can succeed either. */
const DEADLY: ReadonlySet<string> = new Set([
  'unauthorized',
  'unreachable',
  'timeout',
  'certificate',
  'credential-plugin',
  'bad-kubeconfig',
  'not-kubernetes',
]);

/** Whether a failure concerns the whole API server and not one object. */
export function isDeadly({ reason }: ClusterFailure): boolean {
  return DEADLY.has(reason);
}
