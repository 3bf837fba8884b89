import type { Count, PagePool } from './page-data.js';
import { HELD_SIGNS } from './signs.js';

/** A map shows at most so many cells at once; what is larger is shown by blocks, which open. */
export const MOST_CELLS = 256n;
/** Larger than this a range is first shown only as far as something is held, but so much of it at least. */
const LARGEST_WHOLE = 1n << 20n;
const SMALLEST_PART = 128n;

/** A stretch of a range, by offsets. */
export interface Stretch {
  readonly from: bigint;
  readonly count: bigint;
}

/** One cell of a map. */
export interface Cell extends Stretch {
  /** Sign of what it is; of a block: of the worst that it holds, or what all of it is. */
  readonly sign: string;
  /** Index of the address held, where the cell is one address and it is held; else -1. */
  readonly index: number;
  readonly held: number;
  readonly stale: number;
  /** How many of its addresses are handed out at all. */
  readonly open: bigint;
}

/** A pool's addresses, ready to be drawn: all lookups by binary search, no address of a large range is enumerated. */
export class PoolMap {
  readonly size: bigint;
  readonly #offsets: readonly bigint[];
  readonly #indexes: readonly number[];
  readonly #signs: string;
  readonly #closed: readonly (readonly [sign: string, from: bigint, to: bigint])[];

  constructor(pool: Pick<PagePool, 'last' | 'held' | 'signs' | 'outside' | 'excluded'>) {
    this.size = BigInt(pool.last) + 1n;
    this.#signs = pool.signs;
    const places: [bigint, number][] = [];
    for (const [index, offset] of pool.held.entries()) {
      if (isPlace(offset) && BigInt(offset) < this.size) places.push([BigInt(offset), index]);
    }
    // One address may be held twice: the worse of the two is shown.
    const rank = (index: number): number => HELD_SIGNS.indexOf(pool.signs[index] ?? '');
    places.sort(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : rank(i) - rank(j)));
    const once = places.filter(([offset], i) => i === 0 || offset !== places[i - 1]?.[0]);
    this.#offsets = once.map(([offset]) => offset);
    this.#indexes = once.map(([, index]) => index);
    this.#closed = [...pairs('-', pool.outside), ...pairs('x', pool.excluded)];
  }

  /** What is shown first: the range, or as much of it as holds anything. */
  first(): Stretch {
    if (this.size <= LARGEST_WHOLE) return { from: 0n, count: this.size };
    const needed = (this.#offsets.at(-1) ?? 0n) + 1n;
    let count = SMALLEST_PART;
    while (count < needed) count *= 2n;
    return { from: 0n, count: count < this.size ? count : this.size };
  }

  /** The stretches to go down through to see the address at this offset in a cell of its own, from `stretch` on. */
  pathTo(offset: bigint, stretch: Stretch): Stretch[] {
    const path: Stretch[] = [];
    let at = stretch;
    while (at.count > MOST_CELLS) {
      const size = blockSize(at.count);
      const from = at.from + ((offset - at.from) / size) * size;
      const end = at.from + at.count;
      at = { from, count: end - from < size ? end - from : size };
      path.push(at);
    }
    return path;
  }

  /** The cells of a stretch. */
  cells({ from, count }: Stretch): Cell[] {
    const size = blockSize(count);
    const end = from + count;
    const cells: Cell[] = [];
    for (let start = from; start < end; start += size) {
      cells.push(this.#cell({ from: start, count: end - start < size ? end - start : size }));
    }
    return cells;
  }

  #cell(stretch: Stretch): Cell {
    const { from, count } = stretch;
    const low = this.#firstFrom(from);
    const high = this.#firstFrom(from + count);
    const held = high - low;
    let worst = HELD_SIGNS.length - 1;
    let stale = 0;
    for (let i = low; i < high; i++) {
      const sign = this.#signAt(i);
      if (sign === 'S') stale++;
      worst = Math.min(worst, HELD_SIGNS.indexOf(sign));
    }
    const shut = this.#shut(stretch);
    const isOne = count === 1n;
    return {
      ...stretch,
      sign: held > 0 ? (HELD_SIGNS[worst] ?? 'L') : shut.count === count ? shut.sign : '.',
      index: isOne && held > 0 ? (this.#indexes[low] ?? -1) : -1,
      held,
      stale,
      open: count - shut.count,
    };
  }

  #signAt(place: number): string {
    return this.#signs[this.#indexes[place] ?? -1] ?? '?';
  }

  #shut({ from, count }: Stretch): { sign: string; count: bigint } {
    const end = from + count - 1n;
    let shut = 0n;
    let most = '-';
    let largest = 0n;
    for (const [sign, first, last] of this.#closed) {
      if (first > end || last < from) continue;
      const part = (last < end ? last : end) - (first > from ? first : from) + 1n;
      shut += part;
      if (part > largest) [largest, most] = [part, sign];
    }
    return { sign: most, count: shut };
  }

  #firstFrom(offset: bigint): number {
    let low = 0;
    let high = this.#offsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#offsets[middle] ?? offset) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Whether an entry of `held` has a place in the range. */
export function isPlace(offset: Count): boolean {
  return typeof offset === 'number' || !offset.startsWith('!');
}

/** The smallest power of two with which a stretch is not more than `MOST_CELLS` blocks. */
function blockSize(count: bigint): bigint {
  let size = 1n;
  while ((count + size - 1n) / size > MOST_CELLS) size *= 2n;
  return size;
}

function pairs(sign: string, offsets: readonly Count[]): [string, bigint, bigint][] {
  const spans: [string, bigint, bigint][] = [];
  for (let i = 0; i + 1 < offsets.length; i += 2)
    spans.push([sign, BigInt(offsets[i] ?? 0), BigInt(offsets[i + 1] ?? 0)]);
  return spans;
}
