import { expect, test } from '@jest/globals';
import { entryPath, releasePatch } from '../../../src/reconcile/release/targets.js';
import { addPatch, hasMap } from '../../../src/reconcile/release/put-back.js';
import { parsePool } from '../../../src/whereabouts/objects.js';

const POOL = parsePool({
  metadata: { namespace: 'ns', name: 'p', uid: 'u1', resourceVersion: '7' },
  spec: {
    range: '010.0.0.0/24',
    allocations: {
      '1': { id: 'c', podref: 'default/a', ifname: 'net1', more: { of: ['the', 'same'] } },
      'a/b~c': { id: 'c', podref: 'default/b' },
    },
  },
});

test('a patch tests uid and range as they stand, then each entry raw before it goes', () => {
  expect(releasePatch(POOL, POOL.allocations)).toEqual([
    { op: 'test', path: '/metadata/uid', value: 'u1' },
    { op: 'test', path: '/spec/range', value: '010.0.0.0/24' },
    {
      op: 'test',
      path: '/spec/allocations/1',
      value: { id: 'c', podref: 'default/a', ifname: 'net1', more: { of: ['the', 'same'] } },
    },
    { op: 'remove', path: '/spec/allocations/1' },
    { op: 'test', path: '/spec/allocations/a~1b~0c', value: { id: 'c', podref: 'default/b' } },
    { op: 'remove', path: '/spec/allocations/a~1b~0c' },
  ]);
});

test.each([
  ['7', '7'],
  ['a/b', 'a~1b'],
  ['a~b', 'a~0b'],
  ['~1', '~01'],
  ['/~', '~1~0'],
  ['', ''],
  ['a"b\\c', 'a"b\\c'],
])('the key %j is %j in a pointer', (key, escaped) => {
  expect(entryPath(key)).toBe(`/spec/allocations/${escaped}`);
});

test('putting back tests the version too, and makes the map where there is none', () => {
  const head = [
    { op: 'test', path: '/metadata/uid', value: 'u1' },
    { op: 'test', path: '/spec/range', value: '010.0.0.0/24' },
    { op: 'test', path: '/metadata/resourceVersion', value: '7' },
  ];
  expect(addPatch(POOL, true, 'a/b', { id: 'x' })).toEqual([
    ...head,
    { op: 'test', path: '/spec/allocations/a~1b', value: null },
    { op: 'add', path: '/spec/allocations/a~1b', value: { id: 'x' } },
  ]);
  expect(addPatch(POOL, false, 'a/b', { id: 'x' })).toEqual([
    ...head,
    { op: 'add', path: '/spec/allocations', value: { 'a/b': { id: 'x' } } },
  ]);
});

test.each([
  [{ spec: { allocations: {} } }, true],
  [{ spec: { allocations: { '1': {} } } }, true],
  [{ spec: { allocations: null } }, false],
  [{ spec: {} }, false],
  [{}, false],
  [undefined, false],
])('%j has a map: %j', (object, expected) => {
  expect(hasMap(object)).toBe(expected);
});
