import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { Address } from '../../src/net/address.js';
import type { Interval } from '../../src/net/interval.js';
import { addressMap, type AddressMapInput, type MapMark } from '../../src/render/address-map.js';
import type { Screen } from '../../src/render/terminal.js';
import { displayWidth } from '../../src/render/width.js';

const SCREEN: Screen = { width: 80, color: false, unicode: true };

function address(text: string): Address {
  const parsed = Address.parse(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function interval(first: string, last = first): Interval {
  return { first: address(first), last: address(last) };
}

function map(range: Interval, more: Partial<AddressMapInput> = {}, screen: Partial<Screen> = {}): string[] {
  return addressMap({ range, points: [], outside: [], excluded: [], ...more }, { ...SCREEN, ...screen }).split('\n');
}

function held(first: string, count: number, mark: MapMark = 'live', step = 1): AddressMapInput['points'] {
  const start = address(first);
  return Array.from({ length: count }, (_, i) => ({ address: start.plus(BigInt(i * step)) ?? start, mark }));
}

const TENANT = interval('192.0.2.192', '192.0.2.223');
const TENANT_MAP: Partial<AddressMapInput> = {
  points: [
    ...held('192.0.2.197', 7),
    ...held('192.0.2.204', 1, 'stale'),
    ...held('192.0.2.205', 6),
    ...held('192.0.2.211', 1, 'stale'),
    ...held('192.0.2.212', 3),
    ...held('192.0.2.215', 1, 'finished'),
    ...held('192.0.2.222', 1, 'lost'),
    // Held although nobody may give it out.
    ...held('192.0.2.193', 1, 'kept'),
  ],
  outside: [interval('192.0.2.192'), interval('192.0.2.223')],
  excluded: [interval('192.0.2.193', '192.0.2.195')],
};

describe('a cell an address', () => {
  test('shows what each address is, and counts', () => {
    expect(map(TENANT, TENANT_MAP)).toEqual([
      '  .192   - K x x . L L L   L L L L S L L L',
      '  .208   L L L S L L L F   . . . . . . N -',
      '  L live 16   S stale 2   N lost (node) 1   F finished 1   K kept 1   . free 7',
      '  x excluded 2   - outside the window 2',
      '',
    ]);
  });

  test('colour is an addition', () => {
    const coloured = map(TENANT, TENANT_MAP, { color: true });
    expect(coloured[0]).toContain('\x1b[31mS\x1b[39m');
    expect(coloured.map((line) => line.replace(/\x1b\[\d+m/g, ''))).toEqual(map(TENANT, TENANT_MAP));
  });

  test.each([
    [36, 8],
    [40, 16],
    [60, 16],
    [80, 32],
    [160, 64],
    [200, 64],
    [undefined, 32],
  ])('at %s columns %d cells a row', (width, cells) => {
    const rows = map(interval('192.0.2.0', '192.0.2.255'), {}, { width });
    expect(rows[0]?.match(/\./g)).toHaveLength(cells + 1);
    expect(rows[1]?.trim().split(' ')[0]).toBe(`.${cells}`);
  });

  test('whole addresses where an octet does not tell', () => {
    expect(map(interval('192.0.2.128', '192.0.3.127'))[0]).toMatch(/^ {2}192\.0\.2\.128 {3}\./);
    expect(map(interval('fd00:10::', 'fd00:10::3f'))[1]).toMatch(/^ {2}fd00:10::20 {3}\./);
  });

  test('one address held twice shows what needs a person; addresses elsewhere are not of this map', () => {
    const points = [
      ...held('192.0.2.1', 1),
      ...held('192.0.2.1', 1, 'stale'),
      ...held('192.0.2.9', 3),
      ...held('::1', 1),
    ];
    expect(map(interval('192.0.2.0', '192.0.2.3'), { points })).toEqual([
      '  .0   . S . .',
      '  S stale 1   . free 3',
      '',
    ]);
  });
});

describe('blocks', () => {
  const large = interval('10.20.0.0', '10.20.255.255');
  const points = [
    ...held('10.20.0.0', 128),
    ...held('10.20.0.128', 100),
    ...held('10.20.1.0', 60),
    ...held('10.20.1.128', 1),
    ...held('10.20.2.0', 3, 'stale'),
  ];
  const outside = [interval('10.20.240.0', '10.20.255.255')];
  const excluded = [interval('10.20.1.192', '10.20.1.255')];

  test('by their fill, with what a block is', () => {
    const rows = map(large, { points, outside, excluded });
    expect(rows[0]).toBe(`  10.20.0.0     |█▓▒░S${' '.repeat(27)}|`);
    expect(rows[15]).toBe(`  10.20.240.0   |${'x'.repeat(32)}|`);
    expect(rows.slice(16)).toEqual([
      '  a cell is 128 addresses   blank none held   ░ under a third',
      '  ▒ under two thirds   ▓ more   █ full   x not given out',
      '  S with something stale 1',
      '  live 289   stale 3   free 61,084   excluded 64   outside the window 4,096',
      '',
    ]);
  });

  test('in a C locale', () => {
    const rows = map(large, { points, outside, excluded }, { unicode: false });
    expect(rows[0]).toBe(`  10.20.0.0     |#+:.S${' '.repeat(27)}|`);
    expect(rows.join('')).toMatch(/^[ -~]*$/);
  });

  test('of an IPv6 range as far as something is held', () => {
    const range = interval('fd00:10::', 'fd00:10::ffff:ffff:ffff:ffff');
    expect(map(range, { points: held('fd00:10::1', 3) }).slice(-3)).toEqual([
      '  none held from fd00:10::80 on',
      '  L live 3   . free 1.8e19',
      '',
    ]);
    const rows = map(range, { points: held('fd00:10::1', 3, 'live', 2000) });
    expect(rows[0]).toMatch(/^ {2}fd00:10:: +\|░ +/);
    expect(rows).toContain('  none held from fd00:10::1000 on');
    expect(rows.join('')).toContain('a cell is 8 addresses');
  });

  test('cost goes with what is held, not with the range', () => {
    const before = performance.now();
    map(interval('::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'), { points: held('8000::', 50_000, 'live', 7) });
    expect(performance.now() - before).toBeLessThan(3000);
  });
});

describe('properties', () => {
  const marks = fc.constantFrom<MapMark>(
    'live',
    'stale',
    'finished',
    'lost',
    'kept',
    'pending',
    'unknown',
    'malformed',
  );

  test('nothing is wider than the terminal, and the counts add up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4000 }),
        fc.array(fc.tuple(fc.nat(4000), marks), { maxLength: 60 }),
        fc.integer({ min: 40, max: 200 }),
        fc.tuple(fc.nat(1999), fc.nat(1999)),
        (size, points, width, [a, b]) => {
          const first = address('10.0.0.0');
          const plus = (offset: number): Address => first.plus(BigInt(offset)) ?? first;
          const input: AddressMapInput = {
            range: { first, last: plus(size - 1) },
            points: points.map(([offset, mark]) => ({ address: plus(offset), mark })),
            outside: [{ first: plus(Math.min(a, b)), last: plus(Math.max(a, b)) }],
            excluded: [{ first: plus(2000), last: plus(2500) }],
          };
          const rows = addressMap(input, { ...SCREEN, width }).split('\n');
          for (const row of rows) expect(displayWidth(row)).toBeLessThanOrEqual(width);
          const counted = rows
            .join('   ')
            .matchAll(
              /(?:live|stale|malformed|\(node\)|unknown|finished|pending|kept|free|excluded|window) ([\d,]+)(?= {3})/g,
            );
          const stale = /with something stale ([\d,]+)/.exec(rows.join('   '));
          let sum = stale === null ? 0 : -Number(stale[1]);
          for (const [, count] of counted) sum += Number(count?.replaceAll(',', ''));
          expect(sum).toBe(size);
        },
      ),
    );
  });
});
