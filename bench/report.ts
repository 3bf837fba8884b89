import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plot } from './plot.js';
import { growthSvg } from './plot.js';
import type { Adds, Release } from './release.js';
import { exponent, type Row, type Section } from './section.js';

/** All that one run of the bench measured. */
export interface Report {
  readonly machine: { readonly date: string; readonly node: string; readonly cpus: number; readonly model: string };
  /** Clusters that `--largest` left away. */
  readonly leftOut: readonly string[];
  readonly sections: readonly Section[];
  readonly releases: readonly Release[];
  readonly adds: { readonly quiet: Adds; readonly beside: Adds } | null;
}

const PAGE = join('docs', 'performance.md');
const PICTURES = join('docs', 'performance');
const [BEGIN, END] = ['<!-- figures: written by npm run bench -->', '<!-- end of figures -->'];

/** The figures as Markdown, which is also what a terminal gets. */
export function markdown(report: Report): string {
  const { machine, leftOut, sections, releases, adds } = report;
  const lines = [
    `Measured on ${machine.date}: ${machine.cpus.toString()} cores (${machine.model}), Node ${machine.node}; the API server and etcd ran on the same machine.`,
  ];
  if (leftOut.length > 0) lines.push('', `Not measured in this run: ${leftOut.join('; ')}.`);
  for (const section of [...sections, ...releases]) lines.push('', ...table(section));
  for (const release of releases) lines.push('', releaseWords(release));
  if (adds !== null) lines.push('', addsWords(adds));
  lines.push('', ...growth(report));
  return `${lines.join('\n')}\n`;
}

function table({ title, rounds, rows }: Section): string[] {
  return [
    `### ${title}`,
    '',
    `Median of ${rounds.toString()}.`,
    '',
    '| command | time (fastest to slowest) | of the first | aim | peak memory | requests | received |',
    '|---|--:|--:|--:|--:|--:|--:|',
    ...rows.map(line),
  ];
}

function line({ name, wallMs, minMs, maxMs, ratio, aim, aimMb, peakMb, traffic }: Row): string {
  const aims = [
    ...(aim === undefined ? [] : [`${times(aim)}${ratio <= aim ? '' : ' missed'}`]),
    ...(aimMb === undefined ? [] : [`${aimMb.toString()} MB${peakMb <= aimMb ? '' : ' missed'}`]),
  ];
  const cells = [
    `\`${name}\``,
    `${told(wallMs)} (${told(minMs)} to ${told(maxMs)})`,
    times(ratio),
    aims.join(', '),
    `${peakMb.toFixed(0)} MB`,
    traffic?.requests.toLocaleString('en') ?? '',
    traffic === undefined ? '' : `${(traffic.bytes / 1e6).toFixed(1)} MB`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function releaseWords({ allocations, released, reservations, heldMs }: Release): string {
  const held = heldMs.reduce((sum, ms) => sum + ms, 0);
  return (
    `Of ${allocations.toLocaleString('en')} allocations ${released.toLocaleString('en')} entries and ` +
    `${reservations.toLocaleString('en')} reservations were released; whereabouts' Leases were held ` +
    `${heldMs.length.toString()} times, ${told(held)} in all, ${told(Math.max(0, ...heldMs))} at most.`
  );
}

function addsWords({ quiet, beside }: NonNullable<Report['adds']>): string {
  const of = ({ count, medianMs, p99Ms }: Adds): string =>
    `median ${told(medianMs)}, 99th percentile ${told(p99Ms)} (${count.toString()} pods)`;
  return `ADD of the real plugin with nobody beside it: ${of(quiet)}; while \`reconcile --now\` ran: ${of(beside)}.`;
}

/** Sizes are in the titles of sections; this is the first number before a word. */
function sizeIn(title: string, word: string): number {
  return Number(new RegExp(`([\\d,]+) ${word}`).exec(title)?.[1]?.replaceAll(',', '') ?? Number.NaN);
}

function points(
  sections: readonly Section[],
  word: string,
  rowName: RegExp,
  value: (row: Row) => number,
): (readonly [number, number])[] {
  return sections
    .flatMap((section) => {
      const row = section.rows.find(({ name }) => rowName.test(name));
      return row === undefined ? [] : [[sizeIn(section.title, word), value(row)] as const];
    })
    .sort(([a], [b]) => a - b);
}

function plots({ sections, releases }: Report): Record<string, Plot> {
  const of = (start: string): Section[] => sections.filter(({ title }) => title.startsWith(start));
  const seconds = ({ wallMs }: Row): number => wallMs / 1000;
  return {
    reading: {
      title: 'Reading all pools',
      x: 'allocations',
      y: 'seconds',
      series: [
        { name: 'pools ls -o json', points: points(of('reading'), 'allocations', /pools ls -o json/, seconds) },
        { name: 'kubectl get ippools -o json', points: points(of('reading'), 'allocations', /^kubectl/, seconds) },
        { name: 'ips ls -o json', points: points(of('reading'), 'allocations', /ips ls/, seconds) },
      ],
    },
    releasing: {
      title: 'A whole reconciliation',
      x: 'allocations',
      y: 'seconds',
      series: [
        { name: 'reconcile --now', points: points(releases, 'allocations', /--now/, seconds) },
        { name: 'reconcile (the plan)', points: points(of('planning'), 'allocations', /reconcile/, seconds) },
        { name: "whereabouts' reconciler", points: points(releases, 'allocations', /whereabouts/, seconds) },
      ],
    },
    memory: {
      title: 'Peak memory of the plan',
      x: 'pods',
      y: 'MB',
      series: [
        { name: 'reconcile (the plan)', points: points(of('planning'), 'pods', /reconcile/, ({ peakMb }) => peakMb) },
      ],
    },
  };
}

function growth(report: Report): string[] {
  const lines: string[] = [];
  for (const [file, plot] of drawable(report)) {
    const words = plot.series
      .filter((series) => series.points.length > 1)
      .map((series) => `${series.name} ${exponent(series.points).toFixed(2)}`);
    lines.push(`![${plot.title}](performance/${file}.svg)`, '', `Exponent of growth: ${words.join(', ')}.`, '');
  }
  return lines;
}

/** Plots that have a line at all. */
function drawable(report: Report): [string, Plot][] {
  return Object.entries(plots(report)).flatMap(([file, plot]) => {
    const series = plot.series.filter(({ points }) => points.length > 0);
    return series.some(({ points }) => points.length > 1) ? [[file, { ...plot, series }] as [string, Plot]] : [];
  });
}

/** Puts figures and pictures into the documentation. */
export function writePage(report: Report): void {
  const page = readFileSync(PAGE, 'utf8');
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before < 0 || after < 0) throw new Error(`${PAGE}: no place for figures`);
  writeFileSync(PAGE, `${page.slice(0, before)}${BEGIN}\n\n${markdown(report)}\n${page.slice(after)}`);
  mkdirSync(PICTURES, { recursive: true });
  for (const [file, plot] of drawable(report)) writeFileSync(join(PICTURES, `${file}.svg`), growthSvg(plot));
}

function told(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
}

function times(ratio: number): string {
  return `${ratio < 0.1 ? ratio.toFixed(3) : ratio.toFixed(2)} ×`;
}
