import type { Report } from '../../report/document.js';
import { bar } from '../bar.js';
import { grouped, percent, shortCount } from '../number.js';
import { safe } from '../safe.js';
import { aboutReport, KINDS_OF_SEVERITY, usedOf } from './words.js';

/** A job summary of GitHub holds 1 MiB, and a reader less: what comes first is worst. */
const ROWS = 20;
const BAR_CELLS = 10;

/** The report for the summary of a pipeline: headings, lists and tables of GitHub's Markdown. */
export function reportMarkdown(report: Report): string {
  const { summary } = report;
  return [
    `# IP addresses of ${text(report.cluster.name)}`,
    aboutReport(report).map(text).join(' · '),
    table(
      ['Pools', 'Addresses used', 'Stale', 'Errors'],
      [
        [
          grouped(summary.pools),
          [grouped(summary.used), ...usedOf(summary)].join('<br>'),
          grouped(summary.stale),
          grouped(summary.errors),
        ],
      ],
      '|--:|--:|--:|--:|',
    ),
    ...attention(report),
    ...warnings(report),
    ...pools(report),
    ...slices(report),
    ...nads(report),
    ...findings(report),
  ]
    .join('\n\n')
    .concat('\n');
}

function attention({ attention: items }: Report): string[] {
  const lines = items.slice(0, ROWS).map(({ severity, message, check, advice, command }) => {
    const mend = command === null ? text(advice ?? '') : code(command);
    return `- **${severity}** ${text(message)} (${code(check)})${mend === '' ? '' : `: ${mend}`}`;
  });
  const body = lines.length === 0 ? 'Nothing.' : lines.join('\n');
  return ['## What needs a person', body, ...more(items.length, 'kinds of findings')];
}

function warnings({ warnings: lines, incomplete }: Report): string[] {
  if (lines.length === 0) return [];
  const title = incomplete ? 'Something could not be read' : 'Good to know';
  return [`## ${title}`, lines.map((line) => `- ${text(line)}`).join('\n')];
}

function pools({ pools: all }: Report): string[] {
  const rows = all.slice(0, ROWS).map((pool) => {
    const { name, range, networkName, capacity, used, usedPercent, stale, problems } = pool;
    const fill =
      usedPercent === null ? '' : `${bar(usedPercent / 100, BAR_CELLS, { unicode: true })} ${percent(usedPercent)}`;
    const problem = problems.map(({ message }) => message).join('; ');
    const holds = capacity === null ? '?' : shortCount(BigInt(capacity));
    return [
      text(name),
      text(range),
      text(networkName ?? ''),
      holds,
      grouped(used),
      fill,
      grouped(stale ?? 0),
      text(problem),
    ];
  });
  if (rows.length === 0) return ['## Pools', 'None.'];
  const header = ['Pool', 'Range', 'Network', 'Capacity', 'Used', 'Used %', 'Stale', 'Problems'];
  return [`## Pools`, table(header, rows, '|---|---|---|--:|--:|---|--:|---|'), ...more(all.length, 'pools')];
}

function slices({ nodeSlicePools }: Report): string[] {
  if (nodeSlicePools === null || nodeSlicePools.length === 0) return [];
  const rows = nodeSlicePools
    .slice(0, ROWS)
    .map(({ name, range, sliceSize, slices: count, assigned, free }) => [
      text(name),
      text(range),
      sliceSize === null ? '?' : `/${String(sliceSize)}`,
      grouped(count),
      grouped(assigned),
      grouped(free),
    ]);
  const header = ['Slice pool', 'Range', 'Slice', 'Slices', 'Assigned', 'Free'];
  return [
    '## Node slices',
    table(header, rows, '|---|---|--:|--:|--:|--:|'),
    ...more(nodeSlicePools.length, 'slice pools'),
  ];
}

function nads({ nads: all }: Report): string[] {
  const found = (all ?? []).filter(({ findings: { errors, warnings: some } }) => errors + some > 0);
  if (found.length === 0) return [];
  const rows = found
    .slice(0, ROWS)
    .map(({ namespace, name, findings: { errors, warnings: some, worst } }) => [
      text(`${namespace}/${name}`),
      grouped(errors),
      grouped(some),
      worst === null ? '' : `${text(worst.message)} (${code(worst.rule)})`,
    ]);
  const header = ['NAD', 'Errors', 'Warnings', 'The worst'];
  return ['## NADs with findings', table(header, rows, '|---|--:|--:|---|'), ...more(found.length, 'NADs')];
}

function findings({ audit, lint }: Report): string[] {
  const counts = new Map<string, { severity: string; count: number }>();
  const all = [
    ...audit.findings.map(({ check, severity }) => ({ check, severity })),
    ...lint.findings.map(({ rule, severity }) => ({ check: rule, severity })),
  ];
  for (const { check, severity } of all) {
    const known = counts.get(check);
    if (known === undefined) counts.set(check, { severity, count: 1 });
    else known.count++;
  }
  if (counts.size === 0) return [];
  const rank = (severity: string): number => (KINDS_OF_SEVERITY as readonly string[]).indexOf(severity);
  const rows = [...counts]
    .sort(([, a], [, b]) => rank(a.severity) - rank(b.severity) || b.count - a.count)
    .map(([check, { severity, count }]) => [severity, code(check), grouped(count)]);
  const body = table(['Severity', 'Check', 'Findings'], rows, '|---|---|--:|');
  return [
    '## Findings',
    `<details><summary>${grouped(all.length)} findings by check</summary>\n\n${body}\n\n</details>`,
  ];
}

function more(count: number, what: string): string[] {
  return count <= ROWS ? [] : [`… and ${grouped(count - ROWS)} more ${what}.`];
}

function table(header: readonly string[], rows: readonly (readonly string[])[], rule: string): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}

/** Text from a cluster as nothing but text: no markup, no HTML, no mention, no end of a table's cell. */
function text(raw: string): string {
  return safe(raw)
    .replace(/[\\`*_{}[\]#|~]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/@/g, '@<!-- -->');
}

/** As `text`, to be copied: in a code span, whose end no content can be. Not for what may have a bar in a table. */
function code(raw: string): string {
  const inside = safe(raw);
  const longest = Math.max(0, ...(inside.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${inside}${fence}` : `${fence} ${inside} ${fence}`;
}
