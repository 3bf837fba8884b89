import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Address } from '../../src/net/address.js';
import { address } from '../oracle/arbitraries.js';

const text = (value: Address | undefined): string | undefined => value?.toString();

describe('Address', () => {
  test.each([
    ['10.0.0.1', '10.0.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['FD00:0:0:0:0:0:0:1', 'fd00::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:0:2:3:0:0:4', '1::2:3:0:0:4'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['1:2:3:4:5:6:0:0', '1:2:3:4:5:6::'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::ffff:102:304', '1.2.3.4'],
  ])('%s is printed as %s', (given, canonical) => {
    expect(text(Address.parse(given))).toBe(canonical);
  });

  test.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.01',
    '10.0.0.1/24',
    '10.0.0.1 ',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    'fe80::1%eth0',
    ':1:2:3:4:5:6:7',
    '1.2.3.4::',
  ])('%p is no address', (given) => {
    expect(Address.parse(given)).toBeUndefined();
  });

  test('sloppily, leading zeros are decimal', () => {
    expect(text(Address.parseSloppy('010.001.000.08'))).toBe('10.1.0.8');
    expect(text(Address.parseSloppy('000fd00::1'))).toBe('fd00::1');
    expect(Address.parseSloppy('256.0.0.1')).toBeUndefined();
  });

  test('prints and parses back', () => {
    fc.assert(fc.property(address, (value) => Address.parse(value.toString())?.equals(value) === true));
  });

  test('the text is the same exactly for the same address', () => {
    fc.assert(fc.property(address, address, (a, b) => (a.toString() === b.toString()) === a.equals(b)));
  });

  test('what is read strictly is read sloppily as the same', () => {
    fc.assert(fc.property(address, (value) => Address.parseSloppy(value.toString())?.equals(value) === true));
  });

  test('plus and minus undo each other, compare agrees with them', () => {
    fc.assert(
      fc.property(address, fc.bigInt({ min: -(2n ** 130n), max: 2n ** 130n }), (base, offset) => {
        const moved = base.plus(offset);
        if (moved === undefined) return;
        expect(moved.minus(base)).toBe(offset);
        expect(Math.sign(moved.compare(base))).toBe(offset < 0n ? -1 : offset > 0n ? 1 : 0);
      }),
    );
  });

  test('nothing leaves the space of its family', () => {
    expect(Address.parse('255.255.255.255')?.plus(1n)).toBeUndefined();
    expect(Address.parse('0.0.0.0')?.plus(-1n)).toBeUndefined();
    expect(Address.parse('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')?.plus(1n)).toBeUndefined();
    // The next one is ::ffff:0:0, which is 0.0.0.0 to Go.
    expect(Address.parse('::fffe:ffff:ffff')?.plus(1n)).toBeUndefined();
    expect(() => Address.of(4, 2n ** 32n)).toThrow(RangeError);
    expect(() => Address.of(4, 0n).minus(Address.of(6, 0n))).toThrow(RangeError);
  });

  test('IPv4 is before IPv6', () => {
    expect(Address.of(4, 2n ** 32n - 1n).compare(Address.of(6, 0n))).toBeLessThan(0);
  });
});
