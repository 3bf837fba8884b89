import type { PoolDocument } from '../pools/documents.js';
import { bar } from './bar.js';
import { CLUSTER_COLUMN, inItsCluster, placeOf } from './fleet.js';
import { percent, shortCount } from './number.js';
import type { Column, TableText } from './table.js';
import { table } from './table.js';
import type { Role } from './style.js';
import type { Screen } from './terminal.js';

/** From here on a pool is close to full, and from there it is as good as full (per cent). */
export const NEARLY_FULL = 80;
const FULL = 95;

/** Cells of the bar beside the percentage. */
const BAR_CELLS = 10;

/** The table of `pools ls`. */
export function poolTable(
  pools: readonly PoolDocument[],
  { screen, wide, noHeaders, stale }: { screen: Screen; wide: boolean; noHeaders: boolean; stale: boolean },
): TableText {
  if (pools.length === 0) return { text: '', hiddenColumns: [] };
  const severalNamespaces = new Set(pools.map(({ namespace }) => namespace)).size > 1;
  const columns: Column<PoolDocument>[] = [
    CLUSTER_COLUMN,
    {
      header: 'NAMESPACE',
      value: ({ namespace }) => namespace,
      drop: 3,
      shorten: 'middle',
      wideOnly: !severalNamespaces,
    },
    { header: 'NAME', value: ({ name }) => name, shorten: 'middle' },
    { header: 'RANGE', value: ({ range }) => range, drop: 1 },
    { header: 'NETWORK', value: ({ networkName }) => networkName ?? '', drop: 5, shorten: 'middle' },
    { header: 'NODE', value: ({ nodeName }) => nodeName ?? '', drop: 4, shorten: 'middle', onlyIfAny: true },
    { header: 'CAPACITY', value: ({ capacity }) => count(capacity, wide), align: 'right', drop: 2 },
    { header: 'USED', value: ({ used }) => used.toString(), align: 'right' },
    { header: 'FREE', value: ({ free }) => count(free, wide), align: 'right' },
    { header: 'BLOCKED', value: ({ blocked }) => count(blocked, wide), align: 'right', wideOnly: true },
    { header: 'ALLOCATABLE', value: ({ allocatable }) => count(allocatable, wide), align: 'right', wideOnly: true },
    { header: 'USED%', value: ({ usedPercent }) => percentText(usedPercent), align: 'right', style: fillRole },
  ];
  // A picture of the number beside it: for people only, and the first to go.
  if (screen.width !== undefined && !wide) {
    columns.push({ header: ' ', value: (pool) => barText(pool, screen), drop: 9, style: fillRole });
  }
  if (stale) {
    columns.push({
      header: 'STALE',
      value: (pool) => pool.stale?.toString() ?? '',
      align: 'right',
      style: (pool) => ((pool.stale ?? 0) > 0 ? 'bad' : undefined),
    });
  }
  columns.push(
    { header: 'NADS(USED/CAPACITY)', value: nadNames, wideOnly: true },
    {
      header: 'PROBLEMS',
      value: ({ problems }) => problems.map(({ code }) => code).join(','),
      // Rather cut than gone: that there is one matters more than which.
      shorten: 'end',
      onlyIfAny: true,
      style: () => 'bad',
    },
  );
  const { text, hiddenColumns } = table(pools, columns, { screen, wide, noHeaders });
  return { text, hiddenColumns: hiddenColumns.filter((header) => header !== ' ') };
}

/** The sentences under `pools ls`. */
export function poolClosing(
  pools: readonly PoolDocument[],
  options: { readonly stale: boolean; readonly namespaces: readonly string[] | null; readonly narrowed: boolean },
): string[] {
  if (pools.length === 0) {
    if (options.narrowed) return ['No pool matches.'];
    const place = options.namespaces === null ? 'any namespace' : options.namespaces.join(', ');
    return [`No pools in ${place}. Whereabouts makes one when the first pod gets an address from a range.`];
  }
  const full = pools.filter(({ usedPercent }) => (usedPercent ?? 0) >= NEARLY_FULL);
  const parts = [`${pools.length.toString()} ${pools.length === 1 ? 'pool' : 'pools'} in ${placeOf(pools)}`];
  if (full.length > 0) parts.push(`${full.length.toString()} at ${NEARLY_FULL.toString()} % or more`);
  const broken = pools.filter(({ problems }) => problems.length > 0);
  if (broken.length > 0) parts.push(`${broken.length.toString()} with problems`);
  if (options.stale) {
    const stale = pools.reduce((sum, pool) => sum + (pool.stale ?? 0), 0);
    parts.push(`${stale.toString()} stale`);
  }
  const first = broken[0] ?? mostUsed(pools);
  return first === undefined
    ? [`${parts.join('; ')}.`]
    : [`${parts.join('; ')}.`, `Owners and a map: ipamctl pools show ${first.name}${inItsCluster(first)}`];
}

function mostUsed(pools: readonly PoolDocument[]): PoolDocument | undefined {
  return [...pools].sort((a, b) => (b.usedPercent ?? 0) - (a.usedPercent ?? 0))[0];
}

/** Large counts are short in a table and exact in `wide` and machine formats. */
function count(text: string | null, exact: boolean): string {
  if (text === null) return '';
  return exact ? text : shortCount(BigInt(text));
}

function percentText(usedPercent: number | null): string {
  return usedPercent === null ? '' : percent(usedPercent);
}

function barText({ usedPercent }: PoolDocument, screen: Screen): string {
  return usedPercent === null ? ' ' : bar(usedPercent / 100, BAR_CELLS, screen);
}

function fillRole({ usedPercent }: PoolDocument): Role | undefined {
  if (usedPercent === null || usedPercent < NEARLY_FULL) return undefined;
  return usedPercent >= FULL ? 'bad' : 'warn';
}

function nadNames({ nads }: PoolDocument): string {
  return nads.map(({ namespace, name, used, capacity }) => `${namespace}/${name}(${used}/${capacity})`).join(',');
}
