/**
 * What can go wrong, by who must act. Every error that a user may meet is one of these; anything else is a bug
 * (exit 70). `cli/` alone turns them into text or JSON and an exit code.
 */

/** The class of a failure; `cli/exit-codes.ts` gives each its number. */
export type FailureKind = 'usage' | 'input' | 'cluster' | 'refused' | 'interrupted';

/** What a failure tells besides its first line. */
export interface FailureDetails {
  /** More lines of fact: where, as whom, what the server said. */
  readonly facts?: readonly string[];
  /** What to try, one command or sentence a line. */
  readonly hints?: readonly string[];
  readonly cause?: unknown;
}

/** A failure that names what happened, why, and what to try. */
export class Failure extends Error {
  readonly facts: readonly string[];
  readonly hints: readonly string[];

  constructor(
    readonly kind: FailureKind,
    message: string,
    details: FailureDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'Failure';
    this.facts = details.facts ?? [];
    this.hints = details.hints ?? [];
  }
}

/** Flags or arguments that cannot be what was meant (exit 2). */
export class UsageFailure extends Failure {
  constructor(message: string, details?: FailureDetails) {
    super('usage', message, details);
    this.name = 'UsageFailure';
  }
}

/** Files or standard input that cannot be read as what they should be (exit 3). */
export class InputFailure extends Failure {
  constructor(message: string, details?: FailureDetails) {
    super('input', message, details);
    this.name = 'InputFailure';
  }
}

/** A write that was refused for safety; nothing was written (exit 5). */
export class RefusedFailure extends Failure {
  constructor(message: string, details?: FailureDetails) {
    super('refused', message, details);
    this.name = 'RefusedFailure';
  }
}

/** What stood between the tool and the API server's answer. */
export type ClusterFailureReason =
  | 'no-kubeconfig'
  | 'bad-kubeconfig'
  | 'unauthorized'
  | 'forbidden'
  /** The API server has no such resource: its definition is missing. */
  | 'not-defined'
  /** A named object that the user asked for is not there. */
  | 'not-found'
  | 'timeout'
  | 'unreachable'
  | 'certificate'
  /** The answer did not come from an API server: a proxy's HTML page, a log-in form. */
  | 'not-kubernetes'
  | 'credential-plugin'
  /** 429, 5xx or a cut connection that persisted through all tries. */
  | 'server-error'
  /** A snapshot that does not hold what was asked for. */
  | 'not-collected';

/** The request that failed, as far as it is known. */
export interface RequestIdentity {
  readonly verb?: string;
  /** `plural.group`, or `plural` for the core group. */
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** HTTP status code. */
  readonly status?: number;
}

/** The cluster could not be asked, or said no (exit 4; from a snapshot exit 3). */
export class ClusterFailure extends Failure {
  constructor(
    readonly reason: ClusterFailureReason,
    message: string,
    readonly request: RequestIdentity = {},
    details?: FailureDetails,
  ) {
    super(reason === 'not-collected' ? 'input' : 'cluster', message, details);
    this.name = 'ClusterFailure';
  }
}

/** Whether waiting may mend it: the API server is not reached, or busy, or starting. */
export function isPassing(error: unknown): error is ClusterFailure {
  return error instanceof ClusterFailure && ['unreachable', 'timeout', 'server-error'].includes(error.reason);
}
