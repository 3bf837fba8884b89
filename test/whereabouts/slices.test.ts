import { expect, test } from '@jest/globals';
import { divideRange } from '../../src/whereabouts/slices.js';

test('divides without making the slices', () => {
  const division = divideRange('10.0.0.0/8', '/30');
  if (!division.ok) throw new Error(division.error);
  expect(division.count).toBe(2n ** 22n);
  expect([0n, 1n, 2n ** 22n - 1n].map((index) => division.slice(index)?.toString())).toEqual([
    '10.0.0.0/30',
    '10.0.0.4/30',
    '10.255.255.252/30',
  ]);
  expect(division.slice(-1n)).toBeUndefined();
  expect(division.slice(2n ** 22n)).toBeUndefined();
});

test.each([
  ['10.0.0.0/20', 'x', 0n],
  ['10.0.0.0/20', '20', 1n],
  ['10.0.0.0/20', '19', 'subnetMaskSize must be greater or equal than netMaskSize'],
  ['10.0.0.1/20', '24', 'netCIDR is not a valid network address'],
  ['10.0.0.0', '24', 'error parsing CIDR 10.0.0.0: invalid CIDR address: 10.0.0.0'],
  ['fd00::/64', '80', 'node slices are for IPv4 ranges only'],
  ['10.0.0.0/20', '33', 'a slice of an IPv4 range cannot be /33'],
])('%s by %s', (range, size, expected) => {
  const division = divideRange(range, size);
  expect(division.ok ? division.count : division.error).toBe(expected);
});
