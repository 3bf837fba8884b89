import { Address } from './address.js';
import type { Prefix } from './prefix.js';

/** A run of addresses of one family, both ends included; `first` is not after `last`. */
export interface Interval {
  readonly first: Address;
  readonly last: Address;
}

/** All addresses of a prefix, network and broadcast included. */
export function intervalOf(prefix: Prefix): Interval {
  const first = prefix.network;
  const last = prefix.broadcast;
  // A prefix that ends inside ::ffff:0:0/96 ends, as IPv6, right before it: the rest is IPv4 to Go, and to whereabouts.
  return last.family === first.family ? { first, last } : { first, last: Address.of(6, (0xffffn << 32n) - 1n) };
}

/** How many addresses an interval has. */
export function sizeOf(interval: Interval): bigint {
  return interval.last.value - interval.first.value + 1n;
}

/**
 * A set of addresses, kept as the fewest intervals: sorted (IPv4 before IPv6), disjoint and never adjacent. Both
 * families may be in one set. Immutable. Nothing here enumerates addresses: cost depends on the number of intervals.
 */
export class IntervalSet {
  private constructor(
    /** The intervals, sorted, disjoint and not adjacent. */
    readonly intervals: readonly Interval[],
  ) {}

  /** The set without addresses. */
  static readonly empty = new IntervalSet([]);

  /**
   * The set of all addresses of these intervals, which may overlap and come in any order: O(n log n).
   * @throws RangeError when an interval mixes families or ends before it begins: a bug of the caller.
   */
  static of(...intervals: readonly Interval[]): IntervalSet {
    return IntervalSet.from(intervals);
  }

  /** As {@link of}, for lists of any length (arguments of a call are limited, lists are not). */
  static from(intervals: Iterable<Interval>): IntervalSet {
    const sorted = [...intervals];
    for (const { first, last } of sorted) {
      if (first.family !== last.family || first.value > last.value) {
        throw new RangeError(`${first.toString()} to ${last.toString()} is no interval`);
      }
    }
    sorted.sort((a, b) => a.first.compare(b.first));
    return sorted.length === 0 ? IntervalSet.empty : new IntervalSet(coalesce(sorted));
  }

  /** How many addresses the set has. */
  get size(): bigint {
    return this.intervals.reduce((sum, interval) => sum + sizeOf(interval), 0n);
  }

  /** Whether the set has no address. */
  get isEmpty(): boolean {
    return this.intervals.length === 0;
  }

  /** Whether the address is in the set: a binary search. */
  contains(address: Address): boolean {
    let low = 0;
    let high = this.intervals.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const interval = this.intervals[middle] as Interval;
      if (address.compare(interval.first) < 0) high = middle - 1;
      else if (address.compare(interval.last) > 0) low = middle + 1;
      else return true;
    }
    return false;
  }

  /** The addresses of either set. */
  union(other: IntervalSet): IntervalSet {
    if (other.isEmpty) return this;
    if (this.isEmpty) return other;
    return IntervalSet.from([...this.intervals, ...other.intervals]);
  }

  /** The addresses of both sets. */
  intersect(other: IntervalSet): IntervalSet {
    const result: Interval[] = [];
    let i = 0;
    let j = 0;
    while (i < this.intervals.length && j < other.intervals.length) {
      const a = this.intervals[i] as Interval;
      const b = other.intervals[j] as Interval;
      const first = a.first.compare(b.first) >= 0 ? a.first : b.first;
      const last = a.last.compare(b.last) <= 0 ? a.last : b.last;
      if (first.compare(last) <= 0) result.push({ first, last });
      if (a.last.compare(b.last) <= 0) i++;
      else j++;
    }
    return new IntervalSet(result);
  }

  /** The addresses of this set that are not in the other. */
  subtract(other: IntervalSet): IntervalSet {
    const result: Interval[] = [];
    let j = 0;
    for (const { first, last } of this.intervals) {
      const family = first.family;
      let next = first.value;
      while (j < other.intervals.length && (other.intervals[j] as Interval).last.compare(first) < 0) j++;
      for (let k = j; k < other.intervals.length; k++) {
        const hole = other.intervals[k] as Interval;
        if (hole.first.compare(last) > 0) break;
        if (hole.first.value > next) {
          result.push({ first: Address.of(family, next), last: Address.of(family, hole.first.value - 1n) });
        }
        next = hole.last.value + 1n;
      }
      if (next <= last.value) result.push({ first: Address.of(family, next), last });
    }
    return new IntervalSet(result);
  }

  /** Whether both sets have the same addresses. */
  equals(other: IntervalSet): boolean {
    return (
      this.intervals.length === other.intervals.length &&
      this.intervals.every(({ first, last }, index) => {
        const its = other.intervals[index] as Interval;
        return first.equals(its.first) && last.equals(its.last);
      })
    );
  }

  /** `first-last` of each interval, comma-separated; for messages and tests. */
  toString(): string {
    return this.intervals.map(({ first, last }) => `${first.toString()}-${last.toString()}`).join(',');
  }
}

function coalesce(sorted: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  let current = sorted[0] as Interval;
  for (const interval of sorted) {
    if (interval.first.family === current.first.family && interval.first.value <= current.last.value + 1n) {
      if (interval.last.value > current.last.value) current = { first: current.first, last: interval.last };
    } else {
      result.push(current);
      current = interval;
    }
  }
  result.push(current);
  return result;
}
