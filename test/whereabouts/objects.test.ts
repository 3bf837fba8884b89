import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseNodeSlicePool, parsePodref, parsePool, parseReservation } from '../../src/whereabouts/objects.js';

const metadata = {
  namespace: 'kube-system',
  name: 'x',
  uid: 'u1',
  resourceVersion: '7',
  creationTimestamp: '2026-06-01T00:00:00Z',
};

describe('parsePool', () => {
  test('reads a pool', () => {
    const entry = { id: 'c1', podref: 'ns/pod', ifname: 'net1', more: 1 };
    const pool = parsePool({
      metadata,
      spec: { range: '10.0.0.0/24', allocations: { '5': entry, '007': { podref: 'ns/old' } } },
    });
    expect(pool).toMatchObject({ ...metadata, rangeText: '10.0.0.0/24' });
    expect(pool.range?.toString()).toBe('10.0.0.0/24');
    expect(pool.allocations[0]).toMatchObject({ key: '5', id: 'c1', podref: 'ns/pod', ifName: 'net1' });
    expect(pool.allocations[0]?.raw).toBe(entry);
    expect(pool.allocations[0]?.reading).toMatchObject({ ok: true, offset: 5n, canonical: true });
    expect(pool.allocations[1]).toMatchObject({ key: '007', id: '', ifName: null });
    expect(pool.allocations[1]?.reading).toMatchObject({ ok: true, offset: 7n, canonical: false });
  });

  test('keys count from the address as written, host bits and all', () => {
    const [allocation] = parsePool({ spec: { range: '10.0.0.9/24', allocations: { '2': {} } } }).allocations;
    const reading = allocation?.reading;
    expect(reading?.ok === true && reading.address.toString()).toBe('10.0.0.11');
  });

  test.each([undefined, null, 'x', [], {}, { metadata: [], spec: 'x' }, { spec: { range: 5, allocations: [] } }])(
    '%p is an empty pool',
    (value) => {
      expect(parsePool(value)).toEqual({
        namespace: '',
        name: '',
        uid: '',
        resourceVersion: '',
        creationTimestamp: null,
        rangeText: '',
        range: undefined,
        allocations: [],
      });
    },
  );

  test('entries that are none are kept', () => {
    const pool = parsePool(
      JSON.parse('{"spec": {"range": "bad", "allocations": {"1": null, "2": "x", "__proto__": {"id": 5}}}}'),
    );
    expect(pool.allocations.map(({ key, id, podref, reading }) => [key, id, podref, reading])).toEqual([
      ['1', '', '', { ok: false, reason: 'no-address' }],
      ['2', '', '', { ok: false, reason: 'no-address' }],
      ['__proto__', '', '', { ok: false, reason: 'no-address' }],
    ]);
    expect(({} as { id?: unknown }).id).toBeUndefined();
  });
});

test('parseReservation', () => {
  expect(parseReservation({ metadata, spec: { podref: 'ns/pod', ifname: 'net1' } })).toEqual({
    ...metadata,
    podref: 'ns/pod',
    ifName: 'net1',
  });
  expect(parseReservation({ metadata, spec: {} })).toMatchObject({ podref: '', ifName: null });
  expect(parseReservation(5)).toMatchObject({ name: '', podref: '' });
});

test('parseNodeSlicePool', () => {
  const pool = parseNodeSlicePool({
    metadata,
    spec: { range: '10.0.0.0/20', sliceSize: '/24' },
    status: { allocations: [{ nodeName: 'n1', sliceRange: '10.0.0.0/24' }, { sliceRange: 'x' }, null] },
  });
  expect(pool).toMatchObject({ ...metadata, rangeText: '10.0.0.0/20', sliceSizeText: '/24', sliceSize: 24 });
  expect(pool.allocations.map(({ nodeName, sliceText, slice }) => [nodeName, sliceText, slice?.toString()])).toEqual([
    ['n1', '10.0.0.0/24', '10.0.0.0/24'],
    ['', 'x', undefined],
    ['', '', undefined],
  ]);
  expect(parseNodeSlicePool({ spec: { sliceSize: 'many' } })).toMatchObject({ sliceSize: undefined, allocations: [] });
});

test.each([
  ['ns/pod', { namespace: 'ns', name: 'pod' }],
  ['ns/pod.with.dots', { namespace: 'ns', name: 'pod.with.dots' }],
  ['', undefined],
  ['pod', undefined],
  ['ns/', undefined],
  ['/pod', undefined],
  ['a/b/c', undefined],
  ['ns/po\u0000d', undefined],
  ['ns/pod\n', undefined],
  ['n s/pod', undefined],
])('parsePodref %p', (text, expected) => {
  expect(parsePodref(text)).toEqual(expected);
});

describe('an allocation', () => {
  test('the raw entry is what was read, field by field', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null));
    const entry = fc.dictionary(fc.constantFrom('id', 'podref', 'ifname', 'more'), value);
    fc.assert(
      fc.property(entry, (raw) => {
        const pool = parsePool({ metadata: { name: 'p' }, spec: { range: '10.0.0.0/24', allocations: { '1': raw } } });
        expect(pool.allocations[0]?.raw).toEqual({ ...raw });
      }),
    );
  });
});
