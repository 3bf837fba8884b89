import type { Address } from '../net/address.js';
import type { Interval } from '../net/interval.js';
import { blockRows, type Blocks, type LegendEntry } from './address-blocks.js';
import { grouped, shortCount } from './number.js';
import { paint, type Role } from './style.js';
import type { Screen } from './terminal.js';

/** What an address that a key holds is shown as: its verdict. */
export type MapMark = 'live' | 'stale' | 'finished' | 'lost' | 'kept' | 'pending' | 'unknown' | 'malformed';

/** An address that a key holds. */
export interface MapPoint {
  readonly address: Address;
  readonly mark: MapMark;
}

/** What the map draws. No address of a large range is ever enumerated. */
export interface AddressMapInput {
  readonly range: Interval;
  /** In any order. */
  readonly points: readonly MapPoint[];
  /** Inside the range and outside of every NAD's window: `IntervalSet.intervals`, disjoint. */
  readonly outside: readonly Interval[];
  /** Inside a window and excluded there: likewise, and disjoint from `outside`. */
  readonly excluded: readonly Interval[];
}

type CellKind = MapMark | 'free' | 'outside' | 'excluded';

interface Sign {
  readonly sign: string;
  readonly meaning: string;
  readonly role?: Role;
}

/** In the order of the legend; where one address is held twice, the earlier of the marks is shown. */
const SIGNS: Readonly<Record<CellKind, Sign>> = {
  stale: { sign: 'S', meaning: 'stale', role: 'bad' },
  malformed: { sign: '!', meaning: 'malformed', role: 'bad' },
  lost: { sign: 'N', meaning: 'lost (node)', role: 'warn' },
  unknown: { sign: '?', meaning: 'unknown', role: 'warn' },
  finished: { sign: 'F', meaning: 'finished', role: 'warn' },
  pending: { sign: 'P', meaning: 'pending', role: 'warn' },
  kept: { sign: 'K', meaning: 'kept', role: 'dim' },
  live: { sign: 'L', meaning: 'live' },
  free: { sign: '.', meaning: 'free', role: 'good' },
  excluded: { sign: 'x', meaning: 'excluded', role: 'dim' },
  outside: { sign: '-', meaning: 'outside the window', role: 'dim' },
};
const KINDS = Object.keys(SIGNS) as CellKind[];
const LEGEND_ORDER: readonly CellKind[] = ['live', ...KINDS.filter((kind) => kind !== 'live')];

/** More addresses than this are drawn as blocks: 32 lines at 80 columns are a screen. */
const MOST_CELLS = 1024n;
/** Larger than this a range is drawn only as far as something is held, but so much of it at least. */
const LARGEST_WHOLE = 1n << 20n;
const SMALLEST_PART = 128n;
/** In a pipe: as at the usual terminal. */
const USUAL_WIDTH = 80;
const GROUP = 8;
const INDENT = '  ';
const LEGEND_GAP = '   ';

/** Draws the addresses of a range: a cell an address, or where they are too many equal blocks by their fill. */
export function addressMap(input: AddressMapInput, screen: Screen): string {
  const size = input.range.last.value - input.range.first.value + 1n;
  const held = heldOffsets(input, size);
  const drawn = drawnSize(size, held);
  const width = screen.width ?? USUAL_WIDTH;
  const asCells = drawn <= MOST_CELLS;
  const counts = countKinds(input, size, held);
  const totals = LEGEND_ORDER.filter((kind) => (counts.get(kind) ?? 0n) > 0n).map((kind) => {
    const { sign, meaning, role } = SIGNS[kind];
    return { sign: asCells ? sign : '', text: `${meaning} ${countText(counts.get(kind) ?? 0n)}`, role };
  });
  const lines: string[] = [];
  if (asCells) lines.push(...cellRows(input, Number(drawn), held, screen, width));
  else {
    const { rows, key } = blockRows(blocksOf(input, drawn, held), screen, width);
    lines.push(...rows, ...legend(key, screen, width));
  }
  if (drawn < size) lines.push(`${INDENT}none held from ${input.range.first.plus(drawn)?.toString() ?? ''} on`);
  return [...lines, ...legend(totals, screen, width)].join('\n') + '\n';
}

/**
 * A range that no map can show is drawn as far as its addresses are held: whereabouts gives out the lowest first, so
 * that equal blocks of a whole IPv6 /64 would show one filled block and nothing of what is in it.
 */
function drawnSize(size: bigint, held: Held): bigint {
  if (size <= LARGEST_WHOLE) return size;
  const needed = (held.at(-1)?.[0] ?? 0n) + 1n;
  let drawn = SMALLEST_PART;
  while (drawn < needed) drawn *= 2n;
  return drawn < size ? drawn : size;
}

function countText(count: bigint): string {
  return count < 10n ** 10n ? grouped(count) : shortCount(count);
}

/** Each held address of the range once, sorted: its offset and what it is shown as. */
type Held = readonly (readonly [offset: bigint, mark: MapMark])[];

function heldOffsets({ range, points }: AddressMapInput, size: bigint): Held {
  const found: [bigint, MapMark][] = [];
  for (const { address, mark } of points) {
    const offset = address.value - range.first.value;
    if (address.family === range.first.family && offset >= 0n && offset < size) found.push([offset, mark]);
  }
  found.sort(([a, m], [b, n]) => (a < b ? -1 : a > b ? 1 : KINDS.indexOf(m) - KINDS.indexOf(n)));
  return found.filter(([offset], i) => i === 0 || offset !== found[i - 1]?.[0]);
}

/** The intervals that reach into the range, by their offsets in it. */
function spans(intervals: readonly Interval[], { first }: Interval, size: bigint): [bigint, bigint][] {
  return intervals
    .filter((interval) => interval.first.family === first.family)
    .map(({ first: from, last: to }): [bigint, bigint] => [from.value - first.value, to.value - first.value])
    .filter(([from, to]) => to >= 0n && from < size)
    .map(([from, to]) => [from < 0n ? 0n : from, to >= size ? size - 1n : to]);
}

/** A held address counts as held, wherever it is; the rest is what the windows say. */
function countKinds(input: AddressMapInput, size: bigint, held: Held): Map<CellKind, bigint> {
  const counts = new Map<CellKind, bigint>();
  for (const [, mark] of held) counts.set(mark, (counts.get(mark) ?? 0n) + 1n);
  let free = size - BigInt(held.length);
  for (const kind of ['outside', 'excluded'] as const) {
    let count = 0n;
    for (const [from, to] of spans(input[kind], input.range, size))
      count += to - from + 1n - heldWithin(held, from, to);
    counts.set(kind, count);
    free -= count;
  }
  counts.set('free', free);
  return counts;
}

function heldWithin(held: Held, from: bigint, to: bigint): bigint {
  return BigInt(firstFrom(held, to + 1n) - firstFrom(held, from));
}

/** Binary search: the index of the first held address at or after this offset. */
function firstFrom(held: Held, offset: bigint): number {
  let low = 0;
  let high = held.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((held[middle]?.[0] ?? offset) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function cellRows(input: AddressMapInput, size: number, held: Held, screen: Screen, width: number): string[] {
  const cells = new Array<CellKind>(size).fill('free');
  for (const kind of ['excluded', 'outside'] as const) {
    for (const [from, to] of spans(input[kind], input.range, BigInt(size)))
      cells.fill(kind, Number(from), Number(to) + 1);
  }
  for (const [offset, mark] of held) cells[Number(offset)] = mark;
  const labels = rowLabels(input.range);
  let longest = 0;
  for (let offset = 0; offset < size; offset += GROUP) longest = Math.max(longest, labels(offset).length);
  const { perRow, gap } = rowLayout(size, width - INDENT.length - longest - LEGEND_GAP.length);
  const rows: string[] = [];
  for (let start = 0; start < size; start += perRow) {
    const row = cells.slice(start, start + perRow);
    const text = row.map((kind, i) => (i === 0 ? '' : i % GROUP === 0 ? gap : ' ') + signOf(kind, screen)).join('');
    rows.push(`${INDENT}${labels(start).padEnd(longest)}${LEGEND_GAP}${text}`);
  }
  return rows;
}

function signOf(kind: CellKind, screen: Screen): string {
  const { sign, role } = SIGNS[kind];
  return role === undefined ? sign : paint(screen, role, sign);
}

/** The longest row that has room and leaves more than one row; eights stand apart where that has room too. */
function rowLayout(size: number, room: number): { perRow: number; gap: string } {
  for (const perRow of [64, 32, 16]) {
    if (perRow > 16 && perRow >= size) continue;
    for (const gap of [LEGEND_GAP, ' ']) {
      const groups = perRow / GROUP;
      if (perRow * 2 - 1 + (groups - 1) * (gap.length - 1) <= room) return { perRow, gap };
    }
  }
  return { perRow: GROUP, gap: ' ' };
}

/** `.192` where one octet tells the rows apart, otherwise the whole address. */
function rowLabels({ first, last }: Interval): (offset: number) => string {
  const short = first.family === 4 && first.value >> 8n === last.value >> 8n;
  return (offset) => {
    const text = first.plus(BigInt(offset))?.toString() ?? '';
    return short ? text.slice(text.lastIndexOf('.')) : text;
  };
}

/** What each block of a large range holds: a walk over the sorted addresses and the intervals, never over addresses. */
function blocksOf({ range, outside, excluded }: AddressMapInput, size: bigint, held: Held): Blocks {
  return {
    size,
    held: held.map(([offset, mark]) => ({ offset, stale: mark === 'stale' })),
    notGivenOut: [...spans(outside, range, size), ...spans(excluded, range, size)],
    label: (offset) => range.first.plus(offset)?.toString() ?? '',
  };
}

/** The entries in as many lines as the width asks for. */
function legend(entries: readonly LegendEntry[], screen: Screen, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const { sign, text, role } of entries) {
    const length = sign.length + (sign === '' ? 0 : 1) + text.length;
    if (used > 0 && used + LEGEND_GAP.length + length > width) {
      lines.push(line);
      used = 0;
    }
    const drawn = sign === '' ? text : `${role === undefined ? sign : paint(screen, role, sign)} ${text}`;
    line = used === 0 ? INDENT + drawn : line + LEGEND_GAP + drawn;
    used = (used === 0 ? INDENT.length : used + LEGEND_GAP.length) + length;
  }
  if (used > 0) lines.push(line);
  return lines;
}
