import { Failure, type FailureKind } from '../errors.js';

/** Every exit code, with what it means; `ipamctl help exit-codes` prints this table. */
export const EXIT_CODES = [
  { code: 0, meaning: 'done; nothing at or above --fail-on; an empty list; already in the asked state' },
  { code: 1, meaning: 'ran fine, and the answer is findings, a pending plan, or something incomplete' },
  {
    code: 2,
    meaning:
      'usage: flags, arguments, a refused schedule; --yes missing where nobody can be asked; a write with --from',
  },
  { code: 3, meaning: 'input: unreadable YAML or JSON, nothing to check, a snapshot without what was needed' },
  { code: 4, meaning: 'cluster: no kubeconfig, unreachable, 401, 403, time-out, the named object not found' },
  { code: 5, meaning: 'refused for safety, or not supported there; nothing was written' },
  { code: 6, meaning: 'partial: some done, some failed or refused; both are listed' },
  { code: 8, meaning: 'accepted, and still pending when --timeout ended' },
  { code: 70, meaning: 'a bug in ipamctl' },
  { code: 130, meaning: 'interrupted (SIGINT); what was done is listed' },
  { code: 143, meaning: 'terminated (SIGTERM); what was done is listed' },
] as const;

export type ExitCode = (typeof EXIT_CODES)[number]['code'];

export const OK = 0;
/** Findings, a pending plan, or something incomplete. */
export const FINDINGS = 1;
/** Some done, some failed or refused. */
export const PARTIAL = 6;
/** Accepted, and not done yet when the time was up. */
export const PENDING = 8;
export const BUG = 70;

const BY_KIND: Record<FailureKind, ExitCode> = { usage: 2, input: 3, cluster: 4, refused: 5, interrupted: 130 };

/** The code of whatever was thrown; what is no `Failure` is a bug. */
export function exitCodeOf(thrown: unknown): ExitCode {
  return thrown instanceof Failure ? BY_KIND[thrown.kind] : BUG;
}
