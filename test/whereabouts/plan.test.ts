import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Address } from '../../src/net/address.js';
import { Prefix } from '../../src/net/prefix.js';
import { type PlannedRange, planRanges, planReport, type PlanRequest } from '../../src/whereabouts/plan.js';
import { LARGEST_OBJECT_BYTES, slicePoolBytes } from '../../src/whereabouts/object-size.js';
import { divideRange } from '../../src/whereabouts/slices.js';
import { violations } from '../support/schemas.js';

const NOTHING_ASKED: Omit<PlanRequest, 'ranges'> = {
  sliceSize: null,
  nodes: null,
  podsPerNode: null,
  exclude: [],
  rangeStart: null,
  rangeEnd: null,
  networkName: null,
};

function plans(ranges: readonly string[], asked: Partial<PlanRequest> = {}): PlannedRange[] {
  const found = planRanges({ ...NOTHING_ASKED, ...asked, ranges });
  if ('error' in found) throw new Error(found.error);
  expect(violations(planReport(found))).toEqual([]);
  return found;
}

function plan(range: string, asked: Partial<PlanRequest> = {}): PlannedRange {
  const [only] = plans([range], asked);
  if (only === undefined) throw new Error('no plan');
  return only;
}

const codes = ({ limits }: PlannedRange): string[] => limits.map(({ code }) => code);

describe('node slices', () => {
  test('that fit', () => {
    expect(plan('10.0.0.0/16', { sliceSize: 24, nodes: 20, podsPerNode: 110 })).toMatchObject({
      fits: true,
      slices: 256,
      first: '10.0.0.1',
      last: '10.0.255.254',
      capacity: '65024',
      perNode: '254',
      wasted: '512',
      idle: (236 * 254).toString(),
      spare: (20 * 144).toString(),
      largestSliceSize: 21,
      growth: { nodes: 24, fits: true, nodesWithoutSlice: 0, lacking: null },
      limits: [],
    });
  });

  test('of which one node gets none', () => {
    const found = plan('10.0.0.0/16', { sliceSize: 18, nodes: 5 });
    expect(found).toMatchObject({ fits: false, largestSliceSize: 19, growth: { nodes: 6, nodesWithoutSlice: 2 } });
    expect(codes(found)).toEqual(['nodes']);
  });

  test('that suffice until there are more nodes', () => {
    expect(plan('10.0.0.0/20', { sliceSize: 24, nodes: 16 })).toMatchObject({
      fits: true,
      growth: { nodes: 20, fits: false, nodesWithoutSlice: 4 },
    });
  });

  test('too small for the pods of a node', () => {
    const found = plan('10.0.0.0/20', { sliceSize: 26, nodes: 8, podsPerNode: 63 });
    expect(codes(found)).toEqual(['pods']);
    // Larger slices are the way out, and there is room for them.
    expect(found).toMatchObject({ fits: false, perNode: '62', largestSliceSize: 23 });
    const none = plan('10.0.0.0/20', { sliceSize: 26, nodes: 60, podsPerNode: 63 });
    expect(none).toMatchObject({ fits: false, largestSliceSize: null, smallestRange: 19 });
  });

  test.each([
    ['fd00::/64', 80, 'ipv4-only'],
    ['10.0.0.0/24', 23, 'slice-larger-than-range'],
    ['10.0.0.0/24', 33, 'slice-size-no-prefix'],
    ['10.0.0.0/24', 31, 'slice-unusable'],
    ['10.0.0.0/24', 32, 'slice-unusable'],
    ['10.0.0.0/8', 27, 'object-size'],
  ])('%s by /%i cannot be: %s', (range, sliceSize, code) => {
    const found = plan(range, { sliceSize, nodes: 1 });
    expect([found.fits, codes(found)]).toEqual([false, [code]]);
    expect(found.limits[0]?.fatal).toBe(true);
  });

  test('drop what stands beside the range, and that is said', () => {
    const bounded = { exclude: ['10.0.0.0/30'], rangeStart: '10.0.0.9', rangeEnd: '10.0.0.99' };
    const found = plan('10.0.0.0/24', { sliceSize: 26, ...bounded });
    expect([found.fits, found.capacity, found.exclude]).toEqual([true, (4 * 62).toString(), []]);
    expect(codes(found)).toEqual(['exclude-ignored', 'start-end-ignored']);
    expect(codes(plan('10.0.0.9-10.0.0.99/24', { sliceSize: 26 }))).toEqual(['start-end-ignored']);
    expect(codes(plan('10.0.0.77/24', { sliceSize: 26 }))).toEqual([]);
  });

  test('take the first range only', () => {
    const [first, second] = plans(['10.0.0.0/24', 'fd00::/64'], { sliceSize: 26, nodes: 2 });
    expect([first?.fits, second?.fits, second?.capacity]).toEqual([true, false, '0']);
    expect(second === undefined ? [] : codes(second)).toEqual(['first-range-only']);
  });
});

describe('a plain range', () => {
  test('less its exclusions, between start and end', () => {
    const bounded = { exclude: ['192.0.2.0/28'], rangeStart: '192.0.2.10', rangeEnd: '192.0.2.99' };
    expect(plan('192.0.2.0/24', { ...bounded, nodes: 3, podsPerNode: 28, networkName: 'net' })).toMatchObject({
      fits: true,
      capacity: '84',
      first: '192.0.2.10',
      last: '192.0.2.99',
      poolName: 'net-192.0.2.0-24',
      perNode: '28',
      wasted: '172',
      spare: '0',
      slices: null,
      growth: { nodes: 4, fits: false, lacking: '28', nodesWithoutSlice: null },
    });
    expect(plan('192.0.2.0/24', { ...bounded, nodes: 3, podsPerNode: 29 })).toMatchObject({
      fits: false,
      smallestRange: 25,
    });
  });

  test('bounds outside of it are passed over, and that is said', () => {
    expect(codes(plan('10.0.0.0/24', { rangeStart: '10.0.1.1' }))).toEqual(['start-end-ignored']);
    expect(codes(plan('10.0.0.0/24', { rangeStart: '10.0.0.20', rangeEnd: '10.0.0.10' }))).toEqual([
      'start-end-ignored',
    ]);
    expect(codes(plan('10.0.0.0/24', { rangeStart: '10.0.0.1', rangeEnd: '10.0.0.254' }))).toEqual([]);
    expect(codes(plan('10.0.0.0-10.0.0.255/24'))).toEqual([]);
  });

  test('from which nothing is handed out', () => {
    expect(plan('10.0.0.0/31')).toMatchObject({ fits: false, capacity: '0', wasted: '2' });
    expect(plan('10.0.0.0/24', { exclude: ['10.0.0.0/24'] })).toMatchObject({ fits: false, capacity: '0' });
  });

  test('of IPv6, exact', () => {
    expect(plan('fd00::/64', { nodes: 3, podsPerNode: 7 })).toMatchObject({
      fits: true,
      capacity: (2n ** 64n - 2n).toString(),
      largestSliceSize: null,
      smallestRange: 123,
    });
  });
});

test('what whereabouts cannot read is an error', () => {
  expect(planRanges({ ...NOTHING_ASKED, ranges: ['10.0.0.0/33'] })).toEqual({
    error: 'invalid CIDR 10.0.0.0/33: invalid CIDR address: 10.0.0.0/33',
  });
});

/** A range whose slices can be made one by one. */
const small = fc
  .record({
    base: fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }),
    length: fc.integer({ min: 20, max: 30 }),
    more: fc.integer({ min: 0, max: 10 }),
    nodes: fc.integer({ min: 1, max: 300 }),
    podsPerNode: fc.integer({ min: 1, max: 300 }),
  })
  .map(({ base, length, more, ...asked }) => ({
    range: Prefix.of(Address.of(4, base), length).masked(),
    sliceSize: Math.min(30, length + more),
    ...asked,
  }));

describe('against every slice made', () => {
  test('capacity, waste, room and the largest size', () => {
    fc.assert(
      fc.property(small, ({ range, sliceSize, nodes, podsPerNode }) => {
        const found = plan(range.toString(), { sliceSize, nodes, podsPerNode });
        const slicesOf = (size: number): number => {
          const division = divideRange(range.toString(), size.toString());
          if (!division.ok) return 0;
          let count = 0;
          while (division.slice(BigInt(count)) !== undefined) count++;
          return count;
        };
        const each = 2 ** (32 - sliceSize) - 2;
        const slices = slicesOf(sliceSize);
        expect(found.capacity).toBe((slices * each).toString());
        expect(BigInt(found.wasted) + BigInt(found.capacity)).toBe(range.size);
        expect(found.fits).toBe(nodes <= slices && podsPerNode <= each);
        const taken = Math.min(nodes, slices);
        const needed = BigInt(taken) * BigInt(Math.min(podsPerNode, each));
        expect(BigInt(found.idle ?? -1) + BigInt(found.spare ?? -1) + needed).toBe(BigInt(found.capacity));
        const sizes = Array.from({ length: 31 - range.length }, (_, i) => range.length + i);
        const largest = sizes.find((size) => slicesOf(size) >= nodes && 2 ** (32 - size) - 2 >= podsPerNode);
        const first = sizes.find((size) => slicesOf(size) >= nodes);
        expect(found.largestSliceSize).toBe(largest !== undefined && largest === first ? largest : null);
        const growth = Math.ceil(nodes * 1.2 - 1e-9);
        expect(found.growth).toMatchObject({ nodes: growth, nodesWithoutSlice: Math.max(0, growth - slices) });
      }),
      { numRuns: 300 },
    );
  });

  test('the size of the object', () => {
    fc.assert(
      fc.property(small, ({ range, sliceSize }) => {
        const division = divideRange(range.toString(), sliceSize.toString());
        if (!division.ok) throw new Error(division.error);
        let written = 0;
        for (let at = 0n; at < division.count; at++) {
          written += `{"nodeName":"","sliceRange":"${division.slice(at)?.toString() ?? ''}"},`.length;
        }
        expect(slicePoolBytes(range, sliceSize, 0) - 1500).toBe(written);
      }),
      { numRuns: 200 },
    );
  });

  test('a range of millions of slices costs no more', () => {
    const range = Prefix.parse('10.0.0.0/8') as Prefix;
    expect(slicePoolBytes(range, 30, 0)).toBeGreaterThan(100 * LARGEST_OBJECT_BYTES);
    expect(plan('0.0.0.0/0', { sliceSize: 30, nodes: 3 })).toMatchObject({ slices: 2 ** 30, fits: false });
  });
});
