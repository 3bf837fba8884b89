import type { AuditReport } from '../audit/report.js';
import type { AuditFinding } from '../audit/model.js';
import { grouped } from './number.js';
import { safe } from './safe.js';
import { paint, SEVERITY_ROLES } from './style.js';
import type { Screen } from './terminal.js';
import { wrap } from './wrap.js';

const ORDER = ['error', 'warning', 'info'] as const;
/** Findings of one check that are shown one by one. */
const SHOWN_ALIKE = 3;
const INDENT = 4;

/** What the text for people is made of. */
export interface AuditScreenOptions {
  readonly screen: Screen;
  /** Every finding, however many a check has. */
  readonly wide: boolean;
  /** How findings of a check are mended, where none of them has a command of its own. */
  readonly mendOf: (check: string) => string | undefined;
}

/** The findings by check, the worst first: what, where, how many, and the command that mends. */
export function auditScreen({ findings }: AuditReport, options: AuditScreenOptions): string {
  const groups = new Map<string, AuditFinding[]>();
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.check}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()].map((group) => groupText(group, options)).join('\n');
}

function groupText(group: readonly AuditFinding[], { screen, wide, mendOf }: AuditScreenOptions): string {
  const [first] = group;
  if (first === undefined) return '';
  const { severity, check } = first;
  const head = `${paint(screen, SEVERITY_ROLES[severity], signOf(severity, screen))} ${paint(screen, 'bold', check)}  ${severity}, ${counted(group.length, 'finding')}`;
  const shown = wide ? group : group.slice(0, SHOWN_ALIKE);
  const lines = shown.flatMap((finding) => findingLines(finding, screen));
  const rest = group.length - shown.length;
  if (rest > 0) lines.push(paint(screen, 'dim', `${' '.repeat(INDENT)}and ${grouped(rest)} more (-o wide shows all)`));
  const mend = mendOf(check);
  if (mend !== undefined && shown.every(({ fix }) => fix === null)) lines.push(labelled('mend', mend, screen));
  return `${[head, ...lines].join('\n')}\n`;
}

function signOf(severity: AuditFinding['severity'], { unicode }: Screen): string {
  if (severity === 'info') return unicode ? '·' : '-';
  if (severity === 'warning') return unicode ? '!' : '! ';
  return unicode ? '✗' : '!!';
}

function findingLines(finding: AuditFinding, screen: Screen): string[] {
  const text = `${' '.repeat(INDENT)}${safe(subjectOf(finding))}: ${safe(finding.message)}`;
  const lines = [wrap(text, screen.width, INDENT + 2)];
  if (finding.fix !== null) lines.push(labelled('mend', finding.fix, screen));
  return lines;
}

function labelled(label: string, text: string, screen: Screen): string {
  return wrap(`${' '.repeat(INDENT + 2)}${label}: ${safe(text)}`, screen.width, INDENT + 4);
}

/** What a person looks for: the address in its pool, or the object. */
function subjectOf({ address, key, object, pool }: AuditFinding): string {
  const place = pool === null ? `${object.kind} ${nameOf(object)}` : nameOf(pool);
  if (address !== null) return `${address} (${place})`;
  return key === null ? place : `key ${key} (${place})`;
}

function nameOf({ namespace, name }: { readonly namespace: string | null; readonly name: string }): string {
  return namespace === null || namespace === '' ? name : `${namespace}/${name}`;
}

/** The sentences under it: how many of what, what could not be checked, and the next command. */
export function auditClosing(report: AuditReport, cluster?: string): string[] {
  const sentences = auditSentences(report);
  return cluster === undefined ? sentences : sentences.map((sentence) => `${cluster}: ${sentence}`);
}

/** The findings of one of several clusters, under its name. */
export function auditSection(cluster: string, findings: string, screen: Screen): string {
  const head = paint(screen, 'bold', safe(`Cluster ${cluster}`));
  return findings === '' ? `${head}\n\n${' '.repeat(INDENT)}no findings\n` : `${head}\n\n${findings}`;
}

function auditSentences(report: AuditReport): string[] {
  const { findings, skipped, summary, incomplete } = report;
  const counts = ORDER.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [counted(count, severity)];
  });
  const parts = (
    [
      [summary.pools, 'pool'],
      [summary.allocations, 'allocation'],
      [summary.reservations, 'reservation'],
      [summary.pods, 'pod'],
    ] as const
  ).flatMap(([count, noun]) => (count === null ? [] : [counted(count, noun)]));
  const of = [counted(summary.checks, 'check'), ...(parts.length === 0 ? [] : [`over ${parts.join(', ')}`])].join(' ');
  const lines = [counts.length === 0 ? `No findings: ${of}.` : `${counts.join(', ')} by ${of}.`];
  for (const { check, why } of skipped) lines.push(`Skipped ${check}: ${why}.`);
  if (findings.some(({ verdict }) => verdict === 'stale')) {
    lines.push('What is stale goes with: ipamctl reconcile --now');
  }
  if (incomplete) lines.push('The answer is incomplete: see the warnings and what was skipped.');
  return lines;
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
