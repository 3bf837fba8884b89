/** `problem`: something does not work; `warning`: something may mislead; `info`: something is not there, or not allowed. */
export type CheckStatus = 'ok' | 'info' | 'warning' | 'problem' | 'skipped';

/** One thing that was looked at. */
export interface Check {
  readonly id: string;
  readonly status: CheckStatus;
  /** What is so, in one line. */
  readonly message: string;
  /** What more is known: who said so, where it was read. */
  readonly facts: readonly string[];
  /** What mends it; null where nothing is to be mended. */
  readonly fix: string | null;
}

/** What `doctor -o json` prints. */
export interface DoctorReport {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'DoctorReport';
  readonly toolVersion: string;
  /** null: no kubeconfig names one. */
  readonly context: string | null;
  readonly server: string | null;
  readonly checks: readonly Check[];
  readonly summary: Readonly<Record<CheckStatus, number>>;
}

/** A check that is as it should be. */
export function fine(id: string, message: string): Check {
  return { id, status: 'ok', message, facts: [], fix: null };
}

/** A check that found something. */
export function found(
  id: string,
  status: Exclude<CheckStatus, 'ok'>,
  message: string,
  fix: string | null,
  facts: readonly string[] = [],
): Check {
  return { id, status, message, facts, fix };
}
