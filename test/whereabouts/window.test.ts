import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Address } from '../../src/net/address.js';
import { Prefix } from '../../src/net/prefix.js';
import { effectiveWindow, parseExclude, usable, windowAddresses } from '../../src/whereabouts/window.js';
import { enumerate, excludeFor, near, smallRange } from '../oracle/arbitraries.js';

const cidr = (text: string): Prefix => Prefix.parse(text) as Prefix;
const at = (text: string | undefined): Address | undefined => (text === undefined ? undefined : Address.parse(text));

describe('usable', () => {
  test.each([
    ['10.0.0.0/24', '10.0.0.1 10.0.0.254'],
    ['10.0.0.0/30', '10.0.0.1 10.0.0.2'],
    ['10.0.0.0/31', undefined],
    ['10.0.0.0/32', undefined],
    ['0.0.0.0/0', '0.0.0.1 255.255.255.254'],
    ['fd00::/64', 'fd00::1 fd00::ffff:ffff:ffff:fffe'],
    ['fd00::/126', 'fd00::1 fd00::2'],
    ['fd00::/127', undefined],
    ['fd00::/128', undefined],
  ])('%s', (range, expected) => {
    const ends = usable(cidr(range));
    expect(ends && `${ends.first.toString()} ${ends.last.toString()}`).toBe(expected);
  });
});

describe('effectiveWindow', () => {
  test.each([
    ['10.0.0.0/24', undefined, undefined, '10.0.0.1 10.0.0.254'],
    ['10.0.0.0/24', '10.0.0.10', '10.0.0.20', '10.0.0.10 10.0.0.20'],
    ['10.0.0.0/24', '10.0.0.10', '10.0.0.10', '10.0.0.10 10.0.0.10'],
    ['10.0.0.0/24', '10.0.0.20', '10.0.0.10', '10.0.0.20 10.0.0.254'],
    ['10.0.0.0/24', '10.0.0.0', '10.0.0.255', '10.0.0.1 10.0.0.254'],
    ['10.0.0.0/24', '10.0.1.10', '10.0.1.20', '10.0.0.1 10.0.0.254'],
    ['10.0.0.0/24', 'fd00::1', '::1', '10.0.0.1 10.0.0.254'],
    ['10.0.0.0/31', '10.0.0.0', '10.0.0.1', undefined],
    ['fd00::/64', 'fd00::10', 'fd00::20', 'fd00::10 fd00::20'],
    ['::/64', undefined, undefined, '::1 ::fffe:ffff:ffff'],
    ['::/64', '10.0.0.1', undefined, undefined],
    ['::/64', '::1:0:0:1', undefined, '::1:0:0:1 ::ffff:ffff:ffff:fffe'],
    ['::/80', undefined, undefined, '::1 ::fffe:ffff:ffff'],
  ])('%s from %s to %s', (range, start, end, expected) => {
    const window = effectiveWindow(cidr(range), at(start), at(end));
    expect(window && `${window.first.toString()} ${window.last.toString()}`).toBe(expected);
  });
});

describe('parseExclude', () => {
  test.each([
    ['10.0.0.5/30', '10.0.0.5/30'],
    ['10.0.0.5', '10.0.0.5/32'],
    ['fd00::5', 'fd00::5/128'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1/32'],
    ['010.0.0.5', undefined],
    ['10.0.0.5-10.0.0.9', undefined],
    ['', undefined],
  ])('%p', (text, expected) => {
    expect(parseExclude(text)?.toString()).toBe(expected);
  });
});

/** The loop of whereabouts v0.9.4 pkg/allocate/allocate.go, told again address by address. */
function loop(
  range: Prefix,
  start: Address | undefined,
  end: Address | undefined,
  excludes: readonly Prefix[],
): string[] {
  if (range.size < 4n) return [];
  const all = enumerate(range.network, range.broadcast).slice(1, -1);
  let [from, to] = [0, all.length - 1];
  const indexOf = (address: Address | undefined): number =>
    address === undefined ? -1 : all.findIndex((candidate) => candidate.equals(address));
  if (indexOf(start) >= 0) from = indexOf(start);
  if (indexOf(end) >= from) to = indexOf(end);
  return all
    .slice(from, to + 1)
    .filter((address) => !excludes.some((exclude) => exclude.contains(address)))
    .map(String);
}

describe('windowAddresses', () => {
  test('is what the loop of whereabouts hands out', () => {
    const cases = smallRange.chain((range) =>
      fc.record({
        range: fc.constant(range),
        start: fc.option(near(range), { nil: undefined }),
        end: fc.option(near(range), { nil: undefined }),
        excludes: fc.array(
          excludeFor(range).map((text) => parseExclude(text) as Prefix),
          { maxLength: 5 },
        ),
      }),
    );
    fc.assert(
      fc.property(cases, ({ range, start, end, excludes }) => {
        const set = windowAddresses(effectiveWindow(range, start, end), excludes);
        const list = set.intervals.flatMap(({ first, last }) => enumerate(first, last)).map(String);
        expect(list).toEqual(loop(range, start, end, excludes));
        expect(set.size).toBe(BigInt(list.length));
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['10.0.0.0/24', [], 254n],
    ['10.0.0.0/24', ['10.0.0.0/25'], 127n],
    ['10.0.0.0/24', ['10.0.0.1', '10.0.0.1/32', '10.0.0.0/30'], 251n],
    ['10.0.0.0/24', ['0.0.0.0/0'], 0n],
    ['10.0.0.0/24', ['::/0', 'fd00::/8'], 254n],
    ['10.0.0.0/24', ['::ffff:10.0.0.0/121'], 127n],
    ['255.255.255.0/24', ['255.255.255.128/25'], 127n],
    ['10.0.0.0/8', ['10.0.0.0/9'], 2n ** 23n - 1n],
    ['fd00::/64', ['fd00::/65'], 2n ** 63n - 1n],
  ])('%s without %p has room for %s', (range, excludes, capacity) => {
    const prefixes = excludes.map((text) => parseExclude(text) as Prefix);
    expect(windowAddresses(effectiveWindow(cidr(range)), prefixes).size).toBe(capacity);
  });

  test('of no window is empty', () => {
    expect(windowAddresses(undefined, [cidr('10.0.0.0/8')]).isEmpty).toBe(true);
  });
});
