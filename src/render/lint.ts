import type { ChangedFile } from '../lint/run.js';
import type { LocatedFinding } from '../lint/engine.js';
import type { Finding, Severity } from '../lint/model.js';
import type { LintReport } from '../lint/report.js';
import { grouped } from './number.js';
import { safe } from './safe.js';
import { paint, SEVERITY_ROLES, type Role } from './style.js';
import type { Screen } from './terminal.js';
import { cut, displayWidth } from './width.js';
import { wrap } from './wrap.js';

/** What the text for people is made of. */
export interface LintScreen {
  readonly findings: readonly LocatedFinding[];
  /** How a finding of a rule is repaired. */
  readonly fixOf: (rule: string) => string | undefined;
  /** Less severe ones are counted only. */
  readonly show: Severity;
}

const ORDER: readonly Severity[] = ['error', 'warning', 'info'];
/** Findings of one rule in one file that are shown one by one. */
const SHOWN_ALIKE = 3;
const LABEL_WIDTH = 24;

/** Findings with the lines that they are about, the token underlined, what the cluster will say, and the repair. */
export function lintScreen({ findings, fixOf, show }: LintScreen, screen: Screen): string {
  const shown = findings.filter(({ finding }) => ORDER.indexOf(finding.severity) <= ORDER.indexOf(show));
  const alike = new Map<string, number>();
  const blocks: string[] = [];
  const lastOf = new Map(shown.map((located, i) => [kindOf(located.finding), i]));
  shown.forEach((located, i) => {
    const kind = kindOf(located.finding);
    const count = (alike.get(kind) ?? 0) + 1;
    alike.set(kind, count);
    if (count <= SHOWN_ALIKE) blocks.push(findingBlock(located, fixOf(located.finding.rule), screen));
    else if (lastOf.get(kind) === i) blocks.push(foldedLine(located.finding, count - SHOWN_ALIKE, screen));
  });
  return blocks.join('\n');
}

function kindOf({ file, rule }: Finding): string {
  return `${rule} ${file}`;
}

function foldedLine({ rule, file }: Finding, count: number, screen: Screen): string {
  return `${paint(screen, 'dim', `and ${grouped(count)} more of ${rule} in ${safe(file)}`)}\n`;
}

function findingBlock({ finding, document }: LocatedFinding, fix: string | undefined, screen: Screen): string {
  const { file, line, column, severity, rule } = finding;
  const object = [finding.namespace, finding.name].filter((part) => part !== null).join('/');
  const head = [
    paint(screen, 'bold', `${safe(file)}:${line}:${column}`),
    paint(screen, SEVERITY_ROLES[severity], severity),
    rule,
    ...(object === '' ? [] : [safe(object)]),
  ].join('  ');
  const lines = [head, ...excerpt(finding, (number) => document.source.lines.line(number), screen)];
  if (finding.upstream !== null) {
    // A file that is no YAML never gets as far as a pod.
    const label = rule.startsWith('yaml/') ? 'kubectl will say' : 'pods will fail with';
    lines.push(labelled(label, finding.upstream, screen));
  }
  if (fix !== undefined) lines.push(labelled('fix', finding.fixable ? `${fix} (--fix)` : fix, screen));
  return `${lines.join('\n')}\n`;
}

function labelled(label: string, text: string, { width }: Screen): string {
  return wrap(`  ${label.padEnd(LABEL_WIDTH - 2)}${safe(text)}`, width, LABEL_WIDTH);
}

/** The line before, the line itself, and the token underlined with what is wrong with it. */
function excerpt(finding: Finding, lineOf: (number: number) => string, screen: Screen): string[] {
  const { line, column, endLine, endColumn, message, severity } = finding;
  const gutter = String(line).length + 3;
  const room = screen.width === undefined || screen.whole === true ? Infinity : Math.max(screen.width - gutter - 3, 20);
  const text = shownText(lineOf(line));
  const [from, to] = [column - 1, endLine === line ? endColumn - 1 : lineOf(line).length];
  // Of a long line the part around the token.
  const skipped = to > room - 4 ? Math.max(from - Math.floor(room / 3), 0) : 0;
  const [before, token] = [text.slice(skipped, from), text.slice(from, to)];
  const row = (number: string, content: string): string =>
    `${paint(screen, 'dim', `${number.padStart(gutter)} |`)} ${content}`.trimEnd();
  const whole = cut(safe(text.slice(skipped)), room, 'end', screen.unicode);
  const underline = '^'.repeat(Math.max(Math.min(displayWidth(safe(token)), room), 1));
  const said = `${' '.repeat(displayWidth(safe(before)))}${paint(screen, SEVERITY_ROLES[severity], `${underline} ${safe(message)}`)}`;
  const above = line > 1 ? shownText(lineOf(line - 1)).slice(skipped) : '';
  return [
    ...(above.trim() === '' ? [] : [row(String(line - 1), cut(safe(above), room, 'end', screen.unicode))]),
    row(String(line), whole),
    row('', said),
  ];
}

/** A tab takes one cell, so that what is below it stays below it. */
function shownText(line: string): string {
  return line.replaceAll('\t', ' ');
}

/** What the repairs changed, or would. */
export function lintDiff(changed: readonly ChangedFile[], diff: (file: ChangedFile) => string, screen: Screen): string {
  const roleOf = (line: string): Role | undefined =>
    /^(?:---|\+\+\+) /.test(line) ? 'bold' : line.startsWith('-') ? 'bad' : line.startsWith('+') ? 'good' : undefined;
  const lines = changed.flatMap((file) => diff(file).split('\n').slice(0, -1));
  return lines
    .map((line) => {
      const role = roleOf(line);
      // Carriage returns and tabs of the file are its own; what acts on a terminal is shown.
      const text = safe(line.replace(/\r$/, '').replaceAll('\t', '  '));
      return `${role === undefined ? text : paint(screen, role, text)}\n`;
    })
    .join('');
}

/** Where it was looked, and what is shown. */
export interface LintClosing {
  readonly show: Severity;
  readonly paths: readonly string[];
  /** Where in a cluster: `namespace default`; undefined: in none. */
  readonly cluster: string | undefined;
}

/** The sentence at the end: how many of what, in what, and the next command. */
export function lintClosing(report: LintReport, { show, paths, cluster }: LintClosing): string[] {
  const { summary, files } = report;
  const findings = report.findings.filter(({ known }) => !known);
  const places = [...(paths.length === 0 ? [] : [counted(files, 'file')]), ...(cluster === undefined ? [] : [cluster])];
  const what = `${checkedWords(report)} ${findings.length === 0 ? 'in' : 'of'} ${places.join(' and ')}`;
  const kept = summary.suppressed === 0 ? '' : `; ${counted(summary.suppressed, 'finding')} ignored as asked`;
  const known = summary.known === 0 ? '' : `; ${grouped(summary.known)} known from the baseline`;
  if (findings.length === 0) return [`${what}: no ${summary.known === 0 ? '' : 'new '}findings${known}${kept}`];
  const counts = ORDER.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [counted(count, severity)];
  }).join(', ');
  const fixable = findings.filter((finding) => finding.fixable).length;
  const command = `ipamctl nad lint --fix ${paths.map(safe).join(' ')}`.trimEnd();
  const fix = fixable === 0 || paths.includes('-') ? '' : `; ${fixable} can be fixed: ${command}`;
  return [`${counts} in ${what}${known}${kept}${fix}`, ...hiddenSentence(report, show)];
}

function hiddenSentence({ findings }: LintReport, show: Severity): string[] {
  const hidden = findings.filter(({ severity }) => ORDER.indexOf(severity) > ORDER.indexOf(show));
  if (hidden.length === 0) return [];
  const least = ORDER.findLast((severity) => hidden.some((finding) => finding.severity === severity)) ?? 'info';
  return [`${counted(hidden.length, 'finding')} not shown: --show ${least}`];
}

function checkedWords({ checked, documents }: LintReport): string {
  const { nads, networks, attachments } = checked;
  const others = Math.max(networks - nads, 0);
  const words = [
    ...(nads > 0 ? [counted(nads, 'NAD')] : []),
    ...(others > 0 ? [counted(others, nads > 0 ? 'other network' : 'network')] : []),
    ...(attachments > 0 ? [counted(attachments, 'attachment')] : []),
  ];
  return words.length === 0 ? counted(documents, 'document') : words.join(', ');
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
