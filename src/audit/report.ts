import type { ClusterIdentity } from '../cluster/port.js';
import { SEVERITIES, type Severity } from '../lint/model.js';
import type { AuditOutcome, Looked, SkippedCheck } from './engine.js';
import type { AuditFinding } from './model.js';

/** What `ipamctl audit -o json` prints, and `ips release --from-report` takes. */
export interface AuditReport {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'AuditReport';
  readonly cluster: { readonly uid: string | null; readonly server: string | null };
  readonly createdAt: string;
  readonly toolVersion: string;
  readonly findings: readonly AuditFinding[];
  readonly skipped: readonly SkippedCheck[];
  readonly incomplete: boolean;
  readonly summary: AuditSummary;
  readonly warnings: readonly string[];
}

/** Counts by severity, of the checks that could judge, and of what they looked at. */
export interface AuditSummary extends Looked {
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly checks: number;
}

/** What of the findings is reported. */
export interface ReportOptions {
  /** How many checks were chosen. */
  readonly checks: number;
  /** The owner's namespace; undefined: any. */
  readonly namespace: string | undefined;
  /** uids of the pools that a selector keeps; null: all. */
  readonly uids: ReadonlySet<string> | null;
  readonly toolVersion: string;
  /** What there is to say of the reading. */
  readonly notes: readonly string[];
}

/** Puts the report together. */
export function auditReport(outcome: AuditOutcome, identity: ClusterIdentity, options: ReportOptions): AuditReport {
  const findings = outcome.findings.filter((finding) => isAsked(finding, options));
  const count = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
  return {
    apiVersion: 'ipamctl.io/v1',
    kind: 'AuditReport',
    cluster: { uid: identity.uid, server: identity.server },
    createdAt: outcome.readAt.toISOString(),
    toolVersion: options.toolVersion,
    findings,
    skipped: outcome.skipped,
    incomplete: outcome.incomplete,
    summary: {
      errors: count('error'),
      warnings: count('warning'),
      infos: count('info'),
      checks: options.checks - outcome.skipped.length,
      ...outcome.looked,
    },
    warnings: [...new Set([...outcome.warnings, ...options.notes])],
  };
}

/** Whether a finding is at or above a severity. */
export function isAtLeast({ severity }: AuditFinding, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least);
}

/** Whether a finding concerns what was asked for: pods of a namespace, pools of a selector. */
export function isAsked(
  { podref, object, pool }: AuditFinding,
  { namespace, uids }: Pick<ReportOptions, 'namespace' | 'uids'>,
): boolean {
  if (uids !== null && (pool === null || !uids.has(pool.uid))) return false;
  return namespace === undefined || (podref?.split('/')[0] ?? object.namespace) === namespace;
}
