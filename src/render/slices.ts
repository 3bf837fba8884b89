import type { LeftoverPoolDocument, NodeSliceDocument, NodeSlicePoolDocument } from '../pools/slice-pools.js';
import type { MissingSlicePoolDocument, NodeSlicePoolList, NodeSlicePoolReport } from '../pools/slices.js';
import { bar } from './bar.js';
import { CLUSTER_COLUMN, inItsCluster, placeOf } from './fleet.js';
import { grouped, percent, shortCount } from './number.js';
import { NEARLY_FULL } from './pools.js';
import { safe } from './safe.js';
import { paint, type Role } from './style.js';
import { type Column, table, type TableText } from './table.js';
import type { Screen } from './terminal.js';
import { wrap } from './wrap.js';

/** From here on a slice is as good as full (per cent). */
const FULL = 95;
const BAR_CELLS = 10;
/** Columns of a field's name. */
const LABEL = 10;

interface Shown {
  readonly screen: Screen;
  readonly wide: boolean;
  readonly noHeaders: boolean;
}

/** The table of `slices ls`. */
export function slicePoolTable(pools: readonly NodeSlicePoolDocument[], { screen, wide, noHeaders }: Shown): TableText {
  if (pools.length === 0) return { text: '', hiddenColumns: [] };
  const severalNamespaces = new Set(pools.map(({ namespace }) => namespace)).size > 1;
  const columns: Column<NodeSlicePoolDocument>[] = [
    CLUSTER_COLUMN,
    { header: 'NAMESPACE', value: ({ namespace }) => namespace, shorten: 'middle', wideOnly: !severalNamespaces },
    { header: 'NAME', value: ({ name }) => name, shorten: 'middle' },
    { header: 'RANGE', value: ({ range }) => range, drop: 1 },
    { header: 'SIZE', value: sizeText, align: 'right', drop: 2 },
    { header: 'SLICES', value: ({ slices }) => slices.toString(), align: 'right' },
    { header: 'ASSIGNED', value: ({ assigned }) => assigned.toString(), align: 'right' },
    { header: 'FREE', value: ({ free }) => free.toString(), align: 'right', style: freeRole },
  ];
  // A picture of the numbers beside it: for people only, and the first to go.
  if (screen.width !== undefined && !wide) {
    columns.push({ header: ' ', value: (pool) => assignedBar(pool, screen), drop: 9, style: freeRole });
  }
  columns.push(
    { header: 'USED', value: ({ used }) => used.toString(), align: 'right', drop: 4 },
    { header: 'CAPACITY', value: ({ capacity }) => capacity, align: 'right', wideOnly: true },
    {
      header: 'FULLEST',
      value: ({ usedPercent }) => percentText(usedPercent),
      align: 'right',
      style: fillRole,
      drop: 3,
    },
    {
      header: 'NO-SLICE',
      value: ({ nodesWithoutSlice }) => nodesText(nodesWithoutSlice, wide),
      align: wide ? 'left' : 'right',
      style: ({ nodesWithoutSlice }) => ((nodesWithoutSlice?.length ?? 0) > 0 ? 'bad' : undefined),
    },
    {
      header: 'GONE',
      value: ({ nodesGone }) => nodesText(nodesGone, wide),
      align: wide ? 'left' : 'right',
      drop: 6,
      style: ({ nodesGone }) => ((nodesGone?.length ?? 0) > 0 ? 'warn' : undefined),
    },
    {
      header: 'LEFTOVER',
      value: (pool) => leftoverText(pool, wide),
      align: wide ? 'left' : 'right',
      drop: 5,
      onlyIfAny: true,
      style: ({ leftoverPools }) => (leftoverPools.some(({ used }) => used > 0) ? 'warn' : undefined),
    },
    {
      header: 'NADS',
      value: ({ nads }) => nads.map(({ namespace, name }) => `${namespace}/${name}`).join(','),
      wideOnly: true,
    },
    {
      header: 'PROBLEMS',
      value: ({ problems }) => problems.map(({ code }) => code).join(','),
      shorten: 'end',
      onlyIfAny: true,
      style: () => 'bad',
    },
  );
  const { text, hiddenColumns } = table(pools, columns, { screen, wide, noHeaders });
  return { text, hiddenColumns: hiddenColumns.filter((header) => header !== ' ') };
}

/** The sentences under `slices ls`. */
export function slicePoolClosing(
  { items, leftoverPools, missing }: NodeSlicePoolList,
  { narrowed }: { readonly narrowed: boolean },
): string[] {
  const lines: string[] = [];
  if (items.length === 0) {
    lines.push(
      narrowed
        ? 'No node slice pool matches.'
        : 'No node slice pools in any namespace. Whereabouts makes one for a NAD with node_slice_size.',
    );
  } else {
    const parts = [`${counted(items.length, 'node slice pool')} in ${placeOf(items)}`];
    const broken = items.filter(({ problems }) => problems.length > 0);
    if (broken.length > 0) parts.push(`${broken.length.toString()} with problems`);
    lines.push(`${parts.join('; ')}.`);
    const first = broken[0] ?? items[0];
    if (first !== undefined)
      lines.push(`Nodes and their fill: ipamctl slices show ${first.name}${inItsCluster(first)}`);
  }
  for (const each of missing) lines.push(missingText(each));
  if (leftoverPools.length > 0) {
    const names = leftoverPools
      .map(({ name }) => name)
      .slice(0, 3)
      .join(', ');
    const more = leftoverPools.length > 3 ? ' and more' : '';
    lines.push(`${counted(leftoverPools.length, 'pool')} of slices that no node slice pool has: ${names}${more}.`);
  }
  return lines;
}

/** The screen of `slices show`. */
export function slicePoolScreen(report: NodeSlicePoolReport, { screen, wide, noHeaders }: Shown): TableText {
  const sections = headLines(report).map((line) => wrap(line, screen.width, LABEL));
  for (const { message } of report.problems) {
    sections.push(
      wrap(`${'Problem'.padEnd(LABEL)}${safe(message)}`, screen.width, LABEL).replace('Problem', (word) =>
        paint(screen, 'bad', word),
      ),
    );
  }
  for (const each of report.leftoverPools) {
    sections.push(wrap(`${'Leftover'.padEnd(LABEL)}${leftoverSentence(each)}`, screen.width, LABEL));
  }
  if (report.nodes.length === 0) return { text: `${sections.join('\n')}\n`, hiddenColumns: [] };
  const several = new Set(report.nodes.map(({ networkName }) => networkName)).size > 1;
  const columns: Column<NodeSliceDocument>[] = [
    { header: 'NODE', value: ({ nodeName }) => nodeName, shorten: 'middle' },
    { header: 'SLICE', value: ({ sliceRange }) => sliceRange ?? '' },
    { header: 'NETWORK', value: ({ networkName }) => networkName ?? '', wideOnly: !several, shorten: 'middle' },
    { header: 'POOL', value: ({ pool }) => pool ?? '', shorten: 'middle', drop: 2 },
    { header: 'CAPACITY', value: ({ capacity }) => shortCount(BigInt(capacity)), align: 'right', drop: 1 },
    { header: 'USED', value: ({ used }) => used.toString(), align: 'right' },
    { header: 'FREE', value: ({ free }) => shortCount(BigInt(free)), align: 'right', drop: 3 },
    { header: 'USED%', value: ({ usedPercent }) => percentText(usedPercent), align: 'right', style: fillRole },
  ];
  if (screen.width !== undefined && !wide) {
    columns.push({
      header: ' ',
      value: ({ usedPercent }) => (usedPercent === null ? ' ' : bar(usedPercent / 100, BAR_CELLS, screen)),
      drop: 9,
      style: fillRole,
    });
  }
  columns.push({ header: 'NOTE', value: noteOf, onlyIfAny: true, shorten: 'end', style: () => 'bad' });
  const nodes = table(report.nodes, columns, { screen, wide, noHeaders });
  const hiddenColumns = nodes.hiddenColumns.filter((header) => header !== ' ');
  return { text: `${sections.join('\n')}\n\n${nodes.text}`, hiddenColumns };
}

/** The sentences under `slices show`. */
export function slicePoolScreenClosing({ nodes, leftoverPools }: NodeSlicePoolReport): string[] {
  const held = leftoverPools.find(({ used }) => used > 0);
  if (held !== undefined) return [`Whose the left over addresses are: ipamctl pools show ${held.name}`];
  const [fullest] = [...nodes].sort((a, b) => (b.usedPercent ?? 0) - (a.usedPercent ?? 0));
  return fullest === undefined || fullest.pool === null || fullest.used === 0
    ? []
    : [`Owners and a map: ipamctl pools show ${fullest.pool}`];
}

function headLines(report: NodeSlicePoolReport): string[] {
  const { namespace, name, range, sliceSize, slices, assigned, free, used, capacity, nads, nodes } = report;
  const each = nodes.find(({ sliceRange }) => sliceRange !== null)?.capacity;
  const size = sliceSize === null ? 'slices of no size' : `slices of /${sliceSize}`;
  const addresses = each === undefined ? '' : `, ${grouped(BigInt(each))} addresses each`;
  const owners = nads.map((nad) => safe(`${nad.namespace}/${nad.name}`)).join(', ');
  return [
    `${'Slices'.padEnd(LABEL)}${safe(name)} in ${safe(namespace)}`,
    `${'Range'.padEnd(LABEL)}${safe(range)} in ${size}${addresses}`,
    `${'NADs'.padEnd(LABEL)}${owners === '' ? 'none' : owners}`,
    `${'Assigned'.padEnd(LABEL)}${grouped(assigned)} of ${grouped(slices)}, ${grouped(free)} free`,
    `${'Used'.padEnd(LABEL)}${grouped(used)} of ${grouped(BigInt(capacity))} addresses on ${counted(new Set(nodes.filter(({ sliceRange }) => sliceRange !== null).map(({ nodeName }) => nodeName)).size, 'node')}`,
  ];
}

function noteOf({ sliceRange, exists, inForce }: NodeSliceDocument): string {
  if (sliceRange === null) return 'no slice: pods do not start';
  if (exists === false) return 'node gone';
  return inForce ? '' : 'not used: the node has an earlier slice';
}

function missingText({ cluster, nad, slicePool, message }: MissingSlicePoolDocument): string {
  return `${cluster === undefined ? '' : `${cluster}: `}NAD ${nad.namespace}/${nad.name} has no node slice pool "${slicePool}", and its pods do not start: ${message}`;
}

function leftoverSentence({ name, range, nodeName, sliceNodeName, used }: LeftoverPoolDocument): string {
  const now = sliceNodeName === null ? 'nobody has' : `${safe(sliceNodeName)} has`;
  const held = used === 0 ? 'empty' : `${counted(used, 'address', 'addresses')} held`;
  return `${safe(name)}: ${held}; it was ${safe(range)} of ${safe(nodeName)}, which ${now} now`;
}

function sizeText({ sliceSize }: NodeSlicePoolDocument): string {
  return sliceSize === null ? '' : `/${sliceSize}`;
}

function assignedBar({ slices, assigned }: NodeSlicePoolDocument, screen: Screen): string {
  return slices === 0 ? ' ' : bar(assigned / slices, BAR_CELLS, screen);
}

function nodesText(nodes: readonly string[] | null, wide: boolean): string {
  if (nodes === null) return '?';
  return wide ? nodes.join(',') : nodes.length.toString();
}

function leftoverText({ leftoverPools }: NodeSlicePoolDocument, wide: boolean): string {
  if (leftoverPools.length === 0) return '';
  return wide ? leftoverPools.map(({ name, used }) => `${name}(${used})`).join(',') : leftoverPools.length.toString();
}

function percentText(usedPercent: number | null): string {
  return usedPercent === null ? '' : percent(usedPercent);
}

function fillRole({ usedPercent }: { readonly usedPercent: number | null }): Role | undefined {
  if (usedPercent === null || usedPercent < NEARLY_FULL) return undefined;
  return usedPercent >= FULL ? 'bad' : 'warn';
}

/** The next node gets none. */
function freeRole({ slices, free }: NodeSlicePoolDocument): Role | undefined {
  return slices > 0 && free === 0 ? 'warn' : undefined;
}

function counted(count: number, what: string, several = `${what}s`): string {
  return `${grouped(count)} ${count === 1 ? what : several}`;
}
