import type { Outcome, Skipped } from './engine.js';
import { type Baseline, markKnown } from './baseline.js';
import type { Unreadable } from './input.js';
import { type Finding, SEVERITIES, type Severity } from './model.js';
import type { Suppression } from './suppress.js';

/** What `ipamctl nad lint -o json` prints. */
export interface LintReport {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'LintReport';
  /** Files with a document that concerns us, and those documents. */
  readonly files: number;
  readonly documents: number;
  readonly findings: readonly Finding[];
  readonly skipped: readonly Skipped[];
  readonly unreadable: readonly Unreadable[];
  /** What was repaired, or with --dry-run would be. */
  readonly fixed: readonly Finding[];
  readonly checked: Checked;
  readonly summary: Summary;
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

/** What there was to check. */
export interface Checked {
  readonly nads: number;
  /** CNI configurations, those of NADs among them. */
  readonly networks: number;
  /** Annotations of pods and pod templates, networks of virtual machines. */
  readonly attachments: number;
}

/** Counts by severity, and of what was kept back by suppressions. */
export interface Summary {
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly suppressed: number;
  /** Of the others, those that the baseline has. */
  readonly known: number;
}

/** `never`: the exit code does not depend on findings. */
export const FAIL_ON = [...SEVERITIES, 'never'] as const;
export type FailOn = (typeof FAIL_ON)[number];

/** What there is to tell besides what was found. */
export interface Reading {
  readonly unreadable: readonly Unreadable[];
  readonly fixed: readonly Finding[];
  readonly baseline?: Baseline | undefined;
  /** Objects of a cluster that could not be read, by the rules that miss them. */
  readonly clusterGaps: readonly (Skipped & { readonly gap: boolean })[];
}

/** Puts the report together. */
export function reportOf(
  outcome: Outcome,
  { unreadable, fixed, baseline = new Map(), clusterGaps }: Reading,
): LintReport {
  const findings = markKnown(
    outcome.findings.map(({ finding }) => finding),
    baseline,
  );
  const count = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
  const kinds = outcome.subjects.map(({ kind }) => kind);
  const ofKind = (kind: (typeof kinds)[number]): number => kinds.filter((each) => each === kind).length;
  return {
    apiVersion: 'ipamctl.io/v1',
    kind: 'LintReport',
    files: outcome.files,
    documents: outcome.documents,
    findings,
    skipped: [...outcome.skipped, ...clusterGaps.map(({ rule, why }) => ({ rule, why }))],
    unreadable,
    fixed,
    checked: { nads: ofKind('nad'), networks: ofKind('network'), attachments: ofKind('attachment') },
    summary: {
      errors: count('error'),
      warnings: count('warning'),
      infos: count('info'),
      suppressed: outcome.suppressed,
      known: findings.filter(({ known }) => known).length,
    },
    incomplete:
      unreadable.length > 0 || findings.some(isUnread) || outcome.incomplete || clusterGaps.some(({ gap }) => gap),
    warnings: [...unreadable.map(({ file, why }) => `${file} ${why}`), ...outcome.unused.map(unusedWarning)],
  };
}

/** Whether there was nothing to check at all: an empty answer to a question about nothing. */
export function isEmpty({ documents, findings, checked }: LintReport, hasCno: boolean): boolean {
  if (documents === 0) return true;
  return findings.length === 0 && !hasCno && checked.nads + checked.networks + checked.attachments === 0;
}

/** Whether a finding means that its document was not checked. */
export function isUnread({ rule }: Finding): boolean {
  return rule === 'yaml/parse-error';
}

/** Whether a finding is at or above a severity. */
export function isAtLeast({ severity }: Finding, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least);
}

function unusedWarning({ rule, document, line }: Suppression): string {
  return `${document.source.name}:${line}: nothing of ${rule} is there to be ignored; take that out`;
}
