import { grouped } from './number.js';
import { paint, type Role } from './style.js';
import type { Screen } from './terminal.js';

/** A range that is too large for a cell an address; offsets count from its first address. */
export interface Blocks {
  readonly size: bigint;
  /** Sorted by offset, each once. */
  readonly held: readonly { readonly offset: bigint; readonly stale: boolean }[];
  /** Disjoint; both ends belong to the span. */
  readonly notGivenOut: readonly (readonly [from: bigint, to: bigint])[];
  label(offset: bigint): string;
}

/** An entry of a legend: a sign, what it means, and the colour that it has besides. */
export interface LegendEntry {
  readonly sign: string;
  readonly text: string;
  readonly role?: Role | undefined;
}

const SHADES = { unicode: [' ', '░', '▒', '▓', '█'], ascii: [' ', '.', ':', '+', '#'] } as const;
const STALE = 'S';
const CLOSED = 'x';
const MOST_ROWS = 16;
const INDENT = '  ';

interface Tally {
  held: bigint;
  stale: boolean;
  closed: bigint;
}

/** Equal blocks by their fill, in rows between bars, and the key to them. */
export function blockRows(blocks: Blocks, screen: Screen, width: number): { rows: string[]; key: LegendEntry[] } {
  const { perRow, bits, labels } = layout(blocks, width);
  const tallies = tally(blocks, bits);
  const shades = screen.unicode ? SHADES.unicode : SHADES.ascii;
  const rows = labels.map((label, row) => {
    const cells = tallies.slice(row * perRow, (row + 1) * perRow).map((each, i) => {
      const from = BigInt(row * perRow + i) << bits;
      const whole = blocks.size - from < 1n << bits ? blocks.size - from : 1n << bits;
      return cell(each, whole, shades, screen);
    });
    return `${INDENT}${label}   |${cells.join('')}|`;
  });
  return { rows, key: keyOf(tallies, bits, shades) };
}

interface Layout {
  readonly perRow: number;
  /** A block has two to the power of this addresses. */
  readonly bits: bigint;
  /** One a row, all of one length. */
  readonly labels: readonly string[];
}

/** The longest rows that have room next to their labels. */
function layout(blocks: Blocks, width: number): Layout {
  for (const perRow of [64, 32, 16, 8]) {
    const bits = bitsFor(blocks.size, BigInt(perRow * MOST_ROWS));
    const rows = Math.ceil((Number((blocks.size - 1n) >> bits) + 1) / perRow);
    const labels = Array.from({ length: rows }, (_, row) => blocks.label(BigInt(row * perRow) << bits));
    const longest = Math.max(...labels.map((label) => label.length));
    if (perRow > 8 && INDENT.length + longest + '   ||'.length + perRow > width) continue;
    return { perRow, bits, labels: labels.map((label) => label.padEnd(longest)) };
  }
  throw new RangeError('a map has no room for eight cells');
}

/** The smallest power of two as block size with which the range fits into so many blocks. */
function bitsFor(size: bigint, most: bigint): bigint {
  let bits = 0n;
  while (((size - 1n) >> bits) + 1n > most) bits += 1n;
  return bits;
}

function tally({ size, held, notGivenOut }: Blocks, bits: bigint): Tally[] {
  const count = Number(((size - 1n) >> bits) + 1n);
  const tallies = Array.from({ length: count }, (): Tally => ({ held: 0n, stale: false, closed: 0n }));
  for (const { offset, stale } of held) {
    const block = tallies[Number(offset >> bits)];
    if (block === undefined) continue;
    block.held += 1n;
    block.stale ||= stale;
  }
  for (const [from, to] of notGivenOut) {
    for (let i = from >> bits; i <= to >> bits; i++) {
      const block = tallies[Number(i)];
      if (block === undefined) continue;
      const start = i << bits;
      const end = start + (1n << bits) - 1n;
      block.closed += (to < end ? to : end) - (from > start ? from : start) + 1n;
    }
  }
  return tallies;
}

/** A block with something stale is a letter: what needs a person must not depend on a shade or a colour. */
function cell({ held, stale, closed }: Tally, whole: bigint, shades: readonly string[], screen: Screen): string {
  if (stale) return paint(screen, 'bad', STALE);
  if (held === 0n) return closed === whole ? paint(screen, 'dim', CLOSED) : (shades[0] ?? ' ');
  // What is held outside of every window counts against the whole block: there is nothing else to hold it against.
  const open = closed < whole ? whole - closed : whole;
  if (held >= open) return shades[4] ?? '#';
  const third = Number((held * 3n) / open);
  return shades[1 + third] ?? '#';
}

function keyOf(tallies: readonly Tally[], bits: bigint, shades: readonly string[]): LegendEntry[] {
  const stale = tallies.filter((block) => block.stale).length;
  const size = bits > 20n ? `2^${bits.toString()}` : grouped(1n << bits);
  const entries: LegendEntry[] = [
    { sign: '', text: `a cell is ${size} addresses` },
    { sign: '', text: 'blank none held' },
    { sign: shades[1] ?? '', text: 'under a third' },
    { sign: shades[2] ?? '', text: 'under two thirds' },
    { sign: shades[3] ?? '', text: 'more' },
    { sign: shades[4] ?? '', text: 'full' },
  ];
  if (tallies.some(({ closed }) => closed > 0n)) entries.push({ sign: CLOSED, text: 'not given out', role: 'dim' });
  return stale === 0 ? entries : [...entries, { sign: STALE, text: `with something stale ${stale}`, role: 'bad' }];
}
