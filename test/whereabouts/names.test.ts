import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Address } from '../../src/net/address.js';
import { Prefix } from '../../src/net/prefix.js';
import {
  leaseName,
  nodeSlicePoolName,
  normalizeRange,
  parsePoolName,
  parseReservationName,
  poolName,
  reservationName,
  splitPoolPrefix,
} from '../../src/whereabouts/names.js';
import { address, prefix } from '../oracle/arbitraries.js';

const at = (text: string): Address => Address.parse(text) as Address;
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?$/);
const groupsLike = fc.stringMatching(/^[0-9a-f]{1,4}(-[0-9a-f]{1,4}){0,2}$/);

describe('names', () => {
  test.each([
    [{ range: '10.0.0.0/24' }, '10.0.0.0-24'],
    [{ range: 'fd00::/64' }, 'fd00---64'],
    [{ range: '10.0.0.0/24', networkName: '' }, '10.0.0.0-24'],
    [{ range: '10.0.0.0/24', networkName: 'blue' }, 'blue-10.0.0.0-24'],
    [{ range: '10.0.0.0/28', nodeName: 'n1.example.com' }, 'n1.example.com-10.0.0.0-28'],
    [{ range: '10.0.0.0/28', networkName: 'blue', nodeName: 'n1' }, 'blue-n1-10.0.0.0-28'],
  ])('pool %p', (identity, name) => {
    expect(poolName(identity)).toBe(name);
    expect(leaseName(identity)).toBe(name);
  });

  test.each([
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', 'blue', 'blue-10.0.0.1'],
    ['fd00::1', null, 'fd00--1'],
    ['fd00::', '', 'fd00--0'],
    ['fd00::', 'blue', 'blue-fd00--0'],
    ['::', 'blue', 'blue---0'],
  ])('reservation of %s in %p', (of, network, name) => {
    expect(reservationName(at(of), network)).toBe(name);
  });

  test('others', () => {
    expect(leaseName()).toBe('whereabouts');
    expect(normalizeRange('fd00::')).toBe('fd00--0');
    expect(nodeSlicePoolName({ networkName: 'blue', cniName: 'conf' })).toBe('blue');
    expect(nodeSlicePoolName({ networkName: null, cniName: 'conf' })).toBe('conf');
    expect(nodeSlicePoolName({ cniName: undefined })).toBeUndefined();
  });
});

describe('parsePoolName', () => {
  test('takes the range off', () => {
    const range = Prefix.parse('10.0.0.5/24') as Prefix;
    expect(parsePoolName('10.0.0.0-24', range)).toEqual({ prefix: null });
    expect(parsePoolName('a-b-10.0.0.0-24', range)).toEqual({ prefix: 'a-b' });
    expect(parsePoolName('-10.0.0.0-24', range)).toBeUndefined();
    expect(parsePoolName('x10.0.0.0-24', range)).toBeUndefined();
    expect(parsePoolName('10.0.0.5-24', range)).toBeUndefined();
  });

  test('of a name that was made', () => {
    fc.assert(
      fc.property(prefix, fc.option(label), fc.option(label), (range, networkName, nodeName) => {
        const made = poolName({ range: range.masked().toString(), networkName, nodeName });
        const parsed = parsePoolName(made, range);
        expect(parsed).toBeDefined();
        const owners = splitPoolPrefix(
          parsed?.prefix ?? null,
          new Set(networkName === null ? [] : [networkName]),
          new Set(nodeName === null ? [] : [nodeName]),
        );
        expect(owners).toContainEqual({ networkName, nodeName });
      }),
    );
  });

  test('all known readings of what stands before it', () => {
    const networks = new Set(['a', 'a-b', 'a-b-c']);
    const nodes = new Set(['a-b-c', 'b-c', 'c', 'd']);
    expect(splitPoolPrefix('a-b-c', networks, nodes)).toEqual([
      { networkName: 'a-b-c', nodeName: null },
      { networkName: null, nodeName: 'a-b-c' },
      { networkName: 'a', nodeName: 'b-c' },
      { networkName: 'a-b', nodeName: 'c' },
    ]);
    expect(splitPoolPrefix('x', networks, nodes)).toEqual([]);
    expect(splitPoolPrefix(null, networks, nodes)).toEqual([{ networkName: null, nodeName: null }]);
  });
});

describe('parseReservationName', () => {
  const readings = (name: string, ...networks: string[]): string[] =>
    parseReservationName(name, networks).map((reading) => `${reading.networkName ?? ''}|${reading.address.toString()}`);

  test.each([
    ['10.0.0.1', [], ['|10.0.0.1']],
    ['blue-10.0.0.1', [], ['blue|10.0.0.1']],
    ['a-b-10.0.0.1', ['a'], ['a-b|10.0.0.1']],
    ['fd00--1', [], ['|fd00::1']],
    ['fd00--0', [], ['|fd00::']],
    ['a-fd00--1', ['a'], ['|a:fd00::1', 'a|fd00::1']],
    ['a-fd00--1', [], ['|a:fd00::1', 'a|fd00::1']],
    ['net-a-fd00--1', ['net'], ['net|a:fd00::1', 'net-a|fd00::1']],
    ['net-a-fd00--1', ['net-a'], ['net-a|fd00::1', 'net|a:fd00::1']],
    ['net---1', [], ['net|::1']],
    ['net---0', [], ['net|::']],
    ['010.0.0.1', [], []],
    ['fd00-0-0-0-0-0-0-1', [], []],
    ['net---ffff-10.0.0.1', [], ['net---ffff|10.0.0.1']],
    ['-10.0.0.1', [], []],
    ['', [], []],
    ['net', [], []],
    ['10.0.0.1-', [], []],
  ] as const)('%s', (name, networks, expected) => {
    expect(readings(name, ...networks)).toEqual(expected);
  });

  test('of a name that was made, whatever the network is called', () => {
    fc.assert(
      fc.property(address, fc.option(fc.oneof(label, groupsLike)), (of, networkName) => {
        const all = parseReservationName(
          reservationName(of, networkName),
          networkName === null ? [] : new Set([networkName]),
        );
        expect(all.some((reading) => reading.networkName === networkName && reading.address.equals(of))).toBe(true);
        // Each reading says a name that is exactly this one.
        for (const reading of all) {
          expect(reservationName(reading.address, reading.networkName)).toBe(reservationName(of, networkName));
        }
      }),
    );
  });
});
