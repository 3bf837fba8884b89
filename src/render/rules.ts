import type { RuleDocument, RuleItem } from '../lint/rule-documents.js';
import { safe } from './safe.js';
import { paint, SEVERITY_ROLES } from './style.js';
import { table, type TableText } from './table.js';
import type { Screen } from './terminal.js';
import { wrap } from './wrap.js';

const INDENT = 2;

/** The table of `nad rules`. */
export function ruleTable(
  items: readonly RuleItem[],
  options: { readonly screen: Screen; readonly wide: boolean; readonly noHeaders: boolean },
): TableText {
  return table(
    items,
    [
      { header: 'RULE', value: ({ id }) => id },
      { header: 'SEVERITY', value: ({ severity }) => severity, style: ({ severity }) => SEVERITY_ROLES[severity] },
      { header: 'FIX', value: ({ fix }) => fixWord(fix) },
      { header: 'TITLE', value: ({ title }) => title, shorten: 'end' },
      { header: 'NEEDS', value: ({ needs }) => needs.join(','), wideOnly: true },
    ],
    options,
  );
}

/** `--fix` where a program may do it, `by hand` where a person must choose. */
function fixWord(fix: RuleItem['fix']): string {
  if (fix === null) return '';
  return fix.kind === 'safe' ? '--fix' : 'by hand';
}

/** One rule as a page: why, what the cluster says, a bad and a good example, the repair, the source. */
export function ruleScreen(rule: RuleDocument, screen: Screen): string {
  const paragraph = (text: string): string => wrap(' '.repeat(INDENT) + safe(text), screen.width, INDENT);
  const section = (title: string, body: string): string => `${paint(screen, 'bold', title)}\n${body}\n`;
  const head = `${paint(screen, 'bold', rule.id)}  ${paint(screen, SEVERITY_ROLES[rule.severity], rule.severity)}  ${safe(rule.title)}\n`;
  return [
    head,
    section('Why', paragraph(rule.why)),
    ...(rule.upstream.length === 0 ? [] : [section('The cluster says', rule.upstream.map(paragraph).join('\n'))]),
    section(`Bad (${whereOf(rule.bad)})`, example(rule.bad.text)),
    section(`Good (${whereOf(rule.good)})`, example(rule.good.text)),
    ...(rule.fix === null ? [] : [section(`Fix (${fixWord(rule.fix)})`, paragraph(rule.fix.text))]),
    section('Source', paragraph(rule.source)),
  ].join('\n');
}

function whereOf({ file, cluster }: RuleDocument['bad']): string {
  return cluster === null ? file : `${file}, in ${safe(cluster)}`;
}

function example(text: string): string {
  const lines = text.trimEnd().split('\n');
  // A tab is what some of them are about.
  return lines.map((line) => `${' '.repeat(INDENT)}${safe(line)}`.trimEnd()).join('\n');
}
