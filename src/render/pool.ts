import type { AddressDocument } from '../reconcile/documents.js';
import type { PoolReport, ShownPool } from '../reconcile/show-pool.js';
import { addressMap } from './address-map.js';
import { grouped, percent, shortCount } from './number.js';
import { safe } from './safe.js';
import { paint } from './style.js';
import { table, type Column, type TableText } from './table.js';
import type { Screen } from './terminal.js';
import { verdictRole, verdictText } from './verdict.js';
import { wrap } from './wrap.js';

/** Columns of a field's name. */
const LABEL = 10;

/** So many live owners are listed; `-o wide` lists all. */
const LIVE_SHOWN = 20;

/** The columns of every list of addresses. */
export function addressColumns(options: {
  readonly pool: boolean;
  readonly node?: boolean;
}): Column<AddressDocument>[] {
  const columns: Column<AddressDocument>[] = [
    { header: 'ADDRESS', value: ({ address, key }) => address ?? `key ${key}` },
    { header: 'OWNER', value: ({ podref }) => podref, shorten: 'middle' },
    { header: 'IFACE', value: ({ ifName }) => ifName ?? '', drop: 3 },
    // Only `wide` and `--node` read the nodes of all owners.
    {
      header: 'NODE',
      value: ({ nodeName }) => nodeName ?? '',
      drop: 4,
      shorten: 'middle',
      onlyIfAny: true,
      wideOnly: options.node !== true,
    },
    { header: 'VERDICT', value: verdictText, shorten: 'end', style: ({ verdict }) => verdictRole(verdict) },
    { header: 'KEY', value: ({ key }) => key, wideOnly: true, align: 'right' },
    { header: 'CONTAINER', value: ({ containerId }) => containerId, wideOnly: true },
    {
      header: 'RESERVATION',
      value: ({ reservation }) => (reservation === null ? '' : reservation.name),
      wideOnly: true,
    },
    {
      header: 'OWNER-NODE-STATE',
      value: ({ evidence }) => evidence.owner?.node?.state ?? '',
      wideOnly: true,
      onlyIfAny: true,
    },
    { header: 'FINISHED', value: ({ evidence }) => evidence.owner?.finishedAt ?? '', wideOnly: true, onlyIfAny: true },
  ];
  if (options.pool) {
    columns.splice(
      1,
      0,
      { header: 'POOL', value: ({ pool }) => pool.name, shorten: 'middle', drop: 2 },
      { header: 'NETWORK', value: ({ networkName }) => networkName ?? '', shorten: 'middle', drop: 5, onlyIfAny: true },
    );
  }
  return columns;
}

/** The screen of `pools show`. */
export function poolScreen(
  { report, extent, claims }: ShownPool,
  { screen, wide, noHeaders }: { screen: Screen; wide: boolean; noHeaders: boolean },
): TableText {
  const lines = [...headLines(report).map((line) => wrap(line, screen.width, LABEL)), ''];
  const sections = [lines.join('\n')];
  if (extent !== undefined) {
    const map = addressMap(
      {
        range: extent.range,
        points: claims.flatMap(({ claim: { address }, verdict }) =>
          address === null ? [] : [{ address, mark: verdict }],
        ),
        outside: extent.outside.intervals,
        excluded: extent.excluded.intervals,
      },
      screen,
    );
    if (map !== '') sections.push(map.trimEnd());
    if (report.problems.length > 0) sections.push('');
  }
  for (const problem of report.problems) {
    sections.push(`${paint(screen, 'bad', 'Problem')}   ${safe(problem.message)}`);
  }
  const shown = wide ? report.owners : report.owners.filter(withinLimit());
  if (shown.length === 0) return { text: `${sections.join('\n')}\n`, hiddenColumns: [] };
  const owners = table(shown, addressColumns({ pool: false }), { screen, wide, noHeaders });
  const rest = report.owners.length - shown.length;
  const more = rest > 0 ? `${screen.unicode ? '…' : '...'} and ${grouped(rest)} more live (-o wide shows all)\n` : '';
  return { text: `${sections.join('\n')}\n\n${owners.text}${more}`, hiddenColumns: owners.hiddenColumns };
}

/** The sentences under `pools show`. */
export function poolScreenClosing({ report }: ShownPool): string[] {
  const { stale } = report.verdicts;
  if (stale === 0) return [];
  const name = report.name;
  return [
    `${grouped(stale)} of ${grouped(report.used)} ${report.used === 1 ? 'allocation is' : 'allocations are'} stale.`,
    `The plan to release: ipamctl reconcile --pool ${name}`,
  ];
}

function headLines(report: PoolReport): string[] {
  const network = report.networkName === null ? unnamed(report) : `network ${safe(report.networkName)}`;
  const node = report.nodeName === null ? '' : `, node ${safe(report.nodeName)}`;
  return [
    `Pool      ${safe(report.name)} in ${safe(report.namespace)}`,
    `Range     ${safe(report.range)}, ${network}${node}`,
    ...windowLines(report),
    `Used      ${usedLine(report)}`,
  ];
}

function unnamed({ problems }: PoolReport): string {
  return problems.some(({ code }) => code === 'network-unknown') ? 'network not known' : 'no network name';
}

function windowLines({ nads }: PoolReport): string[] {
  const width = Math.max(0, ...nads.map(({ namespace, name }) => namespace.length + name.length + 1));
  return nads.map(({ namespace, name, first, last, exclude, capacity }, index) => {
    const window = first === null ? 'no usable address' : `${first} to ${last ?? '?'}`;
    const without = exclude.length === 0 ? '' : `, without ${few(exclude)}`;
    const label = index === 0 ? 'Windows' : '';
    const nad = safe(`${namespace}/${name}`).padEnd(width);
    return `${label.padEnd(10)}${nad}  ${window}${safe(without)}  ${groupedCount(capacity)} addresses`;
  });
}

function usedLine({ used, capacity, free, blocked, usedPercent, verdicts }: PoolReport): string {
  if (capacity === null || free === null) return `${grouped(used)} keys`;
  const parts = [
    `${grouped(used)} of ${shortCount(BigInt(capacity))}${usedPercent === null ? '' : ` (${percent(usedPercent)})`}`,
  ];
  parts.push(`${groupedCount(free)} free`);
  if (blocked !== null && blocked !== '0') parts.push(`${blocked} of them held by another range of the network`);
  if (verdicts.stale > 0) parts.push(`${grouped(verdicts.stale)} stale`);
  return parts.join(', ');
}

/** In a sentence: grouped while it can be read, short beyond. */
function groupedCount(count: string): string {
  return count.length > 10 ? shortCount(BigInt(count)) : grouped(BigInt(count));
}

function few(texts: readonly string[]): string {
  const shown = texts.slice(0, 4).join(', ');
  return texts.length > 4 ? `${shown} and ${(texts.length - 4).toString()} more` : shown;
}

function withinLimit(): (owner: AddressDocument) => boolean {
  let live = 0;
  return ({ verdict }) => verdict !== 'live' || live++ < LIVE_SHOWN;
}
