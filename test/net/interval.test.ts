import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Address, type Family } from '../../src/net/address.js';
import { type Interval, intervalOf, IntervalSet } from '../../src/net/interval.js';
import { Prefix } from '../../src/net/prefix.js';

/** The field of play: 40 addresses of each family, at the ends of the spaces, where arithmetic goes wrong first. */
const FIELD: Readonly<Record<Family, bigint>> = { 4: 2n ** 32n - 40n, 6: 2n ** 128n - 40n };
const at = (family: Family, index: number): Address => Address.of(family, FIELD[family] + BigInt(index));
const everything = ([4, 6] as const).flatMap((family) => Array.from({ length: 40 }, (_, index) => at(family, index)));

const interval: fc.Arbitrary<Interval> = fc
  .record({ family: fc.constantFrom<Family>(4, 6), a: fc.nat(39), b: fc.nat(39) })
  .map(({ family, a, b }) => ({ first: at(family, Math.min(a, b)), last: at(family, Math.max(a, b)) }));
const intervals = fc.array(interval, { maxLength: 8 });

const members = (set: IntervalSet): string[] => everything.filter((address) => set.contains(address)).map(String);
const bruteForce = (list: readonly Interval[]): Set<string> =>
  new Set(
    everything
      .filter((address) => list.some(({ first, last }) => address.compare(first) >= 0 && address.compare(last) <= 0))
      .map(String),
  );

/** Sorted, disjoint, not adjacent, of one family each. */
function expectNormal(set: IntervalSet): void {
  for (const [index, { first, last }] of set.intervals.entries()) {
    expect(first.family).toBe(last.family);
    expect(first.value <= last.value).toBe(true);
    const next = set.intervals[index + 1];
    if (next !== undefined) {
      expect(last.compare(next.first)).toBeLessThan(0);
      expect(last.plus(1n)?.equals(next.first) ?? false).toBe(false);
    }
  }
}

describe('IntervalSet against brute force', () => {
  test('of', () => {
    fc.assert(
      fc.property(intervals, (list) => {
        const set = IntervalSet.of(...list);
        expectNormal(set);
        expect(new Set(members(set))).toEqual(bruteForce(list));
        expect(set.size).toBe(BigInt(members(set).length));
        expect(set.isEmpty).toBe(list.length === 0);
      }),
    );
  });

  test('union, intersection and difference', () => {
    fc.assert(
      fc.property(intervals, intervals, (left, right) => {
        const a = IntervalSet.of(...left);
        const b = IntervalSet.of(...right);
        const [inA, inB] = [bruteForce(left), bruteForce(right)];
        const expectSet = (set: IntervalSet, wanted: (address: string) => boolean): void => {
          expectNormal(set);
          expect(members(set)).toEqual(everything.map(String).filter(wanted));
          expect(set.size).toBe(BigInt(members(set).length));
        };
        expectSet(a.union(b), (address) => inA.has(address) || inB.has(address));
        expectSet(a.intersect(b), (address) => inA.has(address) && inB.has(address));
        expectSet(a.subtract(b), (address) => inA.has(address) && !inB.has(address));
        expect(a.union(b).equals(b.union(a))).toBe(true);
        expect(a.subtract(b).union(a.intersect(b)).equals(a)).toBe(true);
      }),
    );
  });
});

describe('IntervalSet', () => {
  test('refuses what is no interval', () => {
    expect(() => IntervalSet.of({ first: at(4, 2), last: at(4, 1) })).toThrow(RangeError);
    expect(() => IntervalSet.of({ first: at(4, 2), last: at(6, 3) })).toThrow(RangeError);
  });

  test('a prefix that ends among IPv4-mapped addresses ends before them', () => {
    const { first, last } = intervalOf(Prefix.parse('::/80') as Prefix);
    expect([first.toString(), last.toString()]).toEqual(['::', '::fffe:ffff:ffff']);
  });

  test('a hundred thousand intervals are no matter', () => {
    const step = 3n;
    const list = Array.from({ length: 100_000 }, (_, index) => {
      // Out of order: 7919 is prime to the count.
      const first = Address.of(6, (0xfd00n << 112n) + BigInt((index * 7919) % 100_000) * step);
      return { first, last: first };
    });
    const started = performance.now();
    const holes = IntervalSet.from(list);
    const left = IntervalSet.of(intervalOf(Prefix.parse('fd00::/64') as Prefix)).subtract(holes);
    expect(left.size).toBe(2n ** 64n - 100_000n);
    expect(left.intersect(holes).isEmpty).toBe(true);
    // Generous: it takes a fifth of a second; a quadratic way would take minutes.
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
