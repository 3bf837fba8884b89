import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Nad } from '../../src/nad/nad.js';
import { Prefix } from '../../src/net/prefix.js';
import { extentOf } from '../../src/pools/extent.js';
import { percentOf, ReservationIndex, usageOf, type Usage } from '../../src/pools/usage.js';
import type { Pool, Reservation } from '../../src/whereabouts/objects.js';
import { address, belonging, nad, pool, poolOf, reservation } from './support.js';

function usage(of: Pool, nads: readonly Nad[] = [], reservations: readonly Reservation[] | null = []): Usage {
  const networks = new Set(['blue', 'red']);
  const index = reservations === null ? null : new ReservationIndex(reservations, networks);
  return usageOf(of, belonging(of, { nads }), index);
}

describe('capacity and use', () => {
  test.each<[string, bigint]>([
    ['10.0.0.0/24', 254n],
    ['10.0.0.0/30', 2n],
    ['10.0.0.0/31', 0n],
    ['10.0.0.0/32', 0n],
    ['0.0.0.0/0', 2n ** 32n - 2n],
    ['fd00::/64', 2n ** 64n - 2n],
    ['fd00::/126', 2n],
    ['fd00::/127', 0n],
    ['fd00::/8', 2n ** 120n - 2n],
  ])('%s without a NAD: %s', (range, capacity) => {
    const found = usage(poolOf(range, ['1']));
    expect(found.capacity).toBe(capacity);
    expect(found.free).toBe(capacity === 0n ? 0n : capacity - 1n);
    expect(found.used).toBe(1);
    expect(found.usedPercent === null).toBe(capacity === 0n);
  });

  test('is the union over NADs, each less its own exclusions', () => {
    const nads = [
      nad('low', { range: '10.0.0.0/24', range_end: '10.0.0.19', exclude: ['10.0.0.8/29'] }),
      nad('middle', { range: '10.0.0.0/24', range_start: '10.0.0.12', range_end: '10.0.0.29' }),
      nad('same', { range: '10.0.0.0/24', range_start: '10.0.0.12', range_end: '10.0.0.29' }),
    ];
    const found = usage(poolOf('10.0.0.0/24', ['1', '8', '13', '25', '30', '200']), nads);
    // 1 to 7, and 12 to 29: what one excludes and another does not is handed out.
    expect(found.addresses.toString()).toBe('10.0.0.1-10.0.0.7,10.0.0.12-10.0.0.29');
    expect(found).toMatchObject({ capacity: 25n, used: 6, inside: 3, free: 22n, usedPercent: 12 });
    expect(found.draws.map(({ draw, capacity, used }) => [draw.nad.name, capacity, used])).toEqual([
      ['low', 11n, 1],
      ['middle', 18n, 2],
      ['same', 18n, 2],
    ]);
  });

  test('unreadable keys are not counted; two spellings of one key hold one address', () => {
    const found = usage(poolOf('10.0.0.0/29', ['1', '01', '-1', '', 'x', '1.5', '9223372036854775808', '2']));
    expect(found).toMatchObject({ used: 3, inside: 2, free: 4n });
  });

  test('keys count from the address as written, host bits included', () => {
    const found = usage(pool('x', '10.0.0.4/29', ['1', '3', '9']));
    expect(found).toMatchObject({ capacity: 6n, used: 3, inside: 1 });
  });

  test('a range that cannot be read has no capacity', () => {
    expect(usage(pool('x', 'rubbish', ['1']))).toMatchObject({ capacity: 0n, used: 0, free: 0n, usedPercent: null });
  });

  test('thousands of exclusions cost their number, not the range', () => {
    const exclude = Array.from({ length: 20_000 }, (_, index) => `fd00::${index.toString(16)}:0:0/96`);
    const found = usage(poolOf('fd00::/48', ['1', '4294967296', '9223372036854775807']), [
      nad('n', { range: 'fd00::/48', exclude }),
    ]);
    // The first address is in the first exclusion already.
    expect(found.capacity).toBe(2n ** 80n - 2n - (20_000n * 2n ** 32n - 1n));
    expect(found).toMatchObject({ used: 3, inside: 1 });
  });
});

describe('percent', () => {
  test.each<[bigint, bigint, number | null]>([
    [0n, 0n, null],
    [0n, 7n, 0],
    [7n, 7n, 100],
    [1n, 3n, 33.3],
    [2n, 3n, 66.7],
    [1n, 2000n, 0.1],
    [1n, 2001n, 0],
    [1n, 2n ** 64n, 0],
    [2n ** 64n - 1n, 2n ** 64n, 100],
    [1n, 8n, 12.5],
  ])('%s of %s: %s', (part, whole, expected) => {
    expect(percentOf(part, whole)).toBe(expected);
  });
});

describe('blocked', () => {
  const reserved = [
    reservation('10.0.0.1'),
    reservation('10.0.0.2'),
    reservation('10.0.0.200'),
    reservation('10.0.0.3', 'default/x', 'blue'),
    reservation('10.0.0.4', 'default/x', 'blue'),
    reservation('10.0.0.5', 'default/x', 'unheard-of'),
  ];
  test.each<[string, string | null, Readonly<Record<string, unknown>>[], bigint]>([
    ['of the unnamed network, outside and held ones not counted', null, [], 1n],
    ['of the window alone', null, [{ range_start: '10.0.0.3' }], 0n],
    ['of another network', 'red', [], 0n],
    ['of a named network', 'blue', [{}], 2n],
    ['where no NAD looks at reservations', 'blue', [{ enable_overlapping_ranges: false }], 0n],
    ['where one of two does', 'blue', [{ enable_overlapping_ranges: false }, {}], 2n],
  ])('%s', (_, networkName, ipams, expected) => {
    const range = '10.0.0.0/25';
    const named = networkName === null ? {} : { network_name: networkName };
    const nads = ipams.map((ipam, index) => nad(`n${index.toString()}`, { range, ...named, ...ipam }));
    // A NAD elsewhere keeps a network known that no NAD of this pool names.
    if (networkName === 'red') nads.push(nad('red', { range, network_name: 'red' }));
    const found = usage(poolOf(range, ['1'], networkName), nads, reserved);
    expect(found.blocked).toBe(expected);
  });

  test('is not known without reservations, nor without a network', () => {
    expect(usage(poolOf('10.0.0.0/25'), [], null).blocked).toBeNull();
    expect(usage(pool('mystery-10.0.0.0-25', '10.0.0.0/25'), [], reserved).blocked).toBeNull();
  });

  test('reservations of another namespace do not count', () => {
    expect(usage(pool('10.0.0.0-25', '10.0.0.0/25', [], 'elsewhere'), [], reserved).blocked).toBe(0n);
  });

  test('IPv6, whose names have several readings', () => {
    const range = 'fd00::/120';
    const nads = [nad('n', { range, network_name: 'blue' })];
    const its = [reservation('fd00::1', 'x/y', 'blue'), reservation('fd00::2', 'x/y', 'blue'), reservation('fd00::3')];
    expect(usage(poolOf(range, ['2'], 'blue'), nads, its).blocked).toBe(1n);
  });
});

interface Case {
  readonly length: number;
  readonly nads: readonly {
    readonly start: number | null;
    readonly end: number | null;
    readonly exclude: readonly { readonly at: number; readonly length: number }[];
    readonly overlapping: boolean;
  }[];
  readonly keys: readonly number[];
  readonly reserved: readonly number[];
}

const anyOffset = fc.integer({ min: 0, max: 70 });
const anyCase: fc.Arbitrary<Case> = fc.record({
  length: fc.integer({ min: 26, max: 32 }),
  nads: fc.array(
    fc.record({
      start: fc.option(anyOffset),
      end: fc.option(anyOffset),
      exclude: fc.array(fc.record({ at: anyOffset, length: fc.integer({ min: 25, max: 32 }) }), { maxLength: 4 }),
      overlapping: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
  keys: fc.uniqueArray(anyOffset),
  reserved: fc.uniqueArray(anyOffset),
});

/** What one NAD may hand out, address by address, as the plugin's loop would. */
function handsOut(size: number, of: Case['nads'][number]): Set<number> {
  const result = new Set<number>();
  if (size < 4) return result;
  let first = 1;
  let last = size - 2;
  if (of.start !== null && of.start >= first && of.start <= last) first = of.start;
  if (of.end !== null && of.end >= first && of.end <= last) last = of.end;
  for (let at = first; at <= last; at++) {
    const excluded = of.exclude.some(({ at: from, length }) => from >> (32 - length) === at >> (32 - length));
    if (!excluded) result.add(at);
  }
  return result;
}

test('against brute force on small ranges', () => {
  fc.assert(
    fc.property(anyCase, ({ length, nads, keys, reserved }) => {
      const range = `10.0.0.0/${length.toString()}`;
      const text = (offset: number): string => `10.0.0.${offset.toString()}`;
      const its = nads.map(({ start, end, exclude, overlapping }, index) =>
        nad(`n${index.toString()}`, {
          range,
          ...(start === null ? {} : { range_start: text(start) }),
          ...(end === null ? {} : { range_end: text(end) }),
          exclude: exclude.map((each) => `${text(each.at)}/${each.length.toString()}`),
          enable_overlapping_ranges: overlapping,
        }),
      );
      const size = 2 ** (32 - length);
      const free: Case['nads'][number] = { start: null, end: null, exclude: [], overlapping: true };
      const each = nads.map((one) => handsOut(size, one));
      const all = new Set((nads.length === 0 ? [handsOut(size, free)] : each).flatMap((set) => [...set]));
      const inside = keys.filter((key) => all.has(key));

      const it = poolOf(range, keys.map(String));
      const found = usage(
        it,
        its,
        reserved.map((offset) => reservation(text(offset))),
      );
      expect(found.capacity).toBe(BigInt(all.size));
      expect(found.used).toBe(keys.length);
      expect(found.inside).toBe(inside.length);
      expect(found.free).toBe(BigInt(all.size - inside.length));
      expect(found.draws.map(({ capacity, used }) => [capacity, used])).toEqual(
        each.map((set) => [BigInt(set.size), keys.filter((key) => set.has(key)).length]),
      );
      const looks = nads.length === 0 || nads.some(({ overlapping }) => overlapping);
      const blocked = looks ? reserved.filter((offset) => all.has(offset) && !keys.includes(offset)).length : 0;
      expect(found.blocked).toBe(BigInt(blocked));
      expect(found.usedPercent).toBe(all.size === 0 ? null : Math.round((inside.length / all.size) * 1000) / 10);

      const extent = extentOf({
        pool: it,
        belonging: belonging(it, { nads: its }),
        usage: found,
        document: undefined as never,
      });
      const windows = (nads.length === 0 ? [free] : nads).map((one) => handsOut(size, { ...one, exclude: [] }));
      const prefix = Prefix.parse(range) as Prefix;
      expect([extent?.range.first.toString(), extent?.range.last.toString()]).toEqual([
        prefix.network.toString(),
        prefix.broadcast.toString(),
      ]);
      for (let offset = 0; offset < size; offset++) {
        const inWindow = windows.some((window) => window.has(offset));
        expect([offset, extent?.outside.contains(address(text(offset)))]).toEqual([offset, !inWindow]);
        expect([offset, extent?.excluded.contains(address(text(offset)))]).toEqual([
          offset,
          inWindow && !all.has(offset),
        ]);
      }
    }),
    { numRuns: 300 },
  );
});
