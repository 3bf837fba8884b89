import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Address } from '../../src/net/address.js';
import { keyOf, readKey, whereaboutsOffset } from '../../src/whereabouts/offset.js';
import { near, prefix, smallRange } from '../oracle/arbitraries.js';

const at = (text: string): Address => Address.parse(text) as Address;
const read = (key: string, base: string): string => {
  const reading = readKey(key, at(base));
  return reading.ok ? `${reading.address.toString()}${reading.canonical ? '' : ' (not canonical)'}` : reading.reason;
};

describe('readKey', () => {
  test.each([
    ['0', '10.0.0.0', '10.0.0.0'],
    ['5', '10.0.0.0', '10.0.0.5'],
    ['007', '10.0.0.0', '10.0.0.7 (not canonical)'],
    ['00', '10.0.0.0', '10.0.0.0 (not canonical)'],
    [`${'0'.repeat(50)}5`, '10.0.0.0', '10.0.0.5 (not canonical)'],
    ['5', '10.0.0.9', '10.0.0.14'],
    ['4294967294', '0.0.0.0', '255.255.255.254'],
    ['4294967295', '0.0.0.0', 'no-address'],
    ['6', '255.255.255.250', 'no-address'],
    ['9223372036854775807', 'fd00::', 'fd00::7fff:ffff:ffff:ffff'],
    ['9223372036854775808', 'fd00::', 'too-large'],
    ['9'.repeat(100_000), 'fd00::', 'too-large'],
    ['', '10.0.0.0', 'not-a-number'],
    ['-1', '10.0.0.0', 'not-a-number'],
    ['+1', '10.0.0.0', 'not-a-number'],
    ['1.0', '10.0.0.0', 'not-a-number'],
    ['1\n', '10.0.0.0', 'not-a-number'],
    ['١', '10.0.0.0', 'not-a-number'],
    ['__proto__', '10.0.0.0', 'not-a-number'],
  ])('%.20s from %s is %s', (key, base, expected) => {
    expect(read(key, base)).toBe(expected);
  });
});

describe('whereaboutsOffset', () => {
  test('is wrong where whereabouts is', () => {
    // Borrow from a byte (10.0.1.2 is 253 after 10.0.0.5), and addresses below the base.
    expect(whereaboutsOffset(at('10.0.1.2'), at('10.0.0.5'))).toBe(249n);
    expect(whereaboutsOffset(at('10.0.0.3'), at('10.0.0.5'))).toBe(2n);
    expect(keyOf(at('10.0.0.9'), at('10.0.0.5'))).toBe('4');
    expect(() => whereaboutsOffset(at('10.0.0.3'), at('fd00::'))).toThrow(RangeError);
  });

  test('is the distance from a network address', () => {
    const inside = prefix.chain((range) =>
      fc
        .bigInt({ min: 0n, max: range.size - 1n })
        .map((offset) => ({ base: range.network, offset: BigInt.asUintN(63, offset) })),
    );
    fc.assert(
      fc.property(inside, ({ base, offset }) => {
        const address = base.plus(offset);
        if (address !== undefined) expect(whereaboutsOffset(address, base)).toBe(offset);
      }),
    );
  });

  test('a key is read back as its address', () => {
    fc.assert(
      fc.property(
        smallRange.chain((range) => near(range).map((address) => ({ range, address }))),
        ({ range, address }) => {
          if (!range.contains(address)) return;
          const reading = readKey(keyOf(address, range.network), range.network);
          expect(reading).toMatchObject({ ok: true, canonical: true });
          if (reading.ok) expect(reading.address.toString()).toBe(address.toString());
        },
      ),
    );
  });
});
