import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Address } from '../../src/net/address.js';
import { Prefix } from '../../src/net/prefix.js';
import { enumerate, prefix, smallRange } from '../oracle/arbitraries.js';

describe('Prefix', () => {
  test.each([
    ['192.168.2.225/28', '192.168.2.225/28', '192.168.2.224/28', '192.168.2.239', 16n],
    ['10.0.0.0/8', '10.0.0.0/8', '10.0.0.0/8', '10.255.255.255', 2n ** 24n],
    ['0.0.0.0/0', '0.0.0.0/0', '0.0.0.0/0', '255.255.255.255', 2n ** 32n],
    ['10.0.0.1/032', '10.0.0.1/32', '10.0.0.1/32', '10.0.0.1', 1n],
    ['fd00::5/64', 'fd00::5/64', 'fd00::/64', 'fd00::ffff:ffff:ffff:ffff', 2n ** 64n],
    ['::/0', '::/0', '::/0', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 2n ** 128n],
    ['::ffff:10.0.0.1/120', '10.0.0.1/24', '10.0.0.0/24', '10.0.0.255', 256n],
    ['::ffff:10.0.0.1/64', '::ffff:10.0.0.1/64', '::/64', '::ffff:ffff:ffff:ffff', 2n ** 64n],
  ])('%s', (given, printed, masked, last, size) => {
    const read = Prefix.parse(given) as Prefix;
    expect([read.toString(), read.masked().toString(), read.broadcast.toString()]).toEqual([printed, masked, last]);
    expect(read.size).toBe(size);
    expect(read.isMasked).toBe(printed === masked);
  });

  test.each([
    '',
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/-1',
    '10.0.0/8',
    '010.0.0.0/8',
    '10.0.0.0/8/8',
  ])('%p is no prefix', (given) => {
    expect(Prefix.parse(given)).toBeUndefined();
  });

  test('sloppily, leading zeros are decimal', () => {
    expect(Prefix.parseSloppy('010.000.0.0/8')?.toString()).toBe('10.0.0.0/8');
  });

  test('prints and parses back', () => {
    fc.assert(fc.property(prefix, (value) => Prefix.parse(value.toString())?.equals(value) === true));
  });

  test('contains what is from network to broadcast', () => {
    fc.assert(
      fc.property(smallRange, (range) => {
        const all = enumerate(range.network, range.broadcast);
        expect(BigInt(all.length)).toBe(range.size);
        expect(all.every((address) => range.contains(address))).toBe(true);
        for (const outside of [range.network.plus(-1n), range.broadcast.plus(1n)]) {
          if (outside !== undefined) expect(range.contains(outside)).toBe(false);
        }
      }),
    );
  });

  test('never contains an address of the other family', () => {
    expect(Prefix.parse('::/0')?.contains(Address.of(4, 1n))).toBe(false);
    expect(Prefix.parse('0.0.0.0/0')?.contains(Address.of(6, 1n))).toBe(false);
  });

  test('refuses impossible lengths', () => {
    for (const length of [-1, 33, 1.5]) expect(() => Prefix.of(Address.of(4, 0n), length)).toThrow(RangeError);
  });
});
