import { describe, expect, test } from '@jest/globals';
import { ClusterFailure, InputFailure, UsageFailure } from '../../src/errors.js';
import { describePools, sortPools, type PoolSortKey, type PoolView } from '../../src/pools/documents.js';
import { extentOf } from '../../src/pools/extent.js';
import { findPool } from '../../src/pools/find.js';
import type { Inventory } from '../../src/pools/inventory.js';
import { listPools } from '../../src/pools/list.js';
import { KEYS_NAMED } from '../../src/pools/problems.js';
import { ObjectIndex } from '../../src/pools/belonging.js';
import type { Pool } from '../../src/whereabouts/objects.js';
import { nearest } from '../../src/render/nearest.js';
import { World, WorldReader } from '../reconcile/support/world.js';
import { atlas, nad, pool, poolOf, reservation, type Around } from './support.js';

function inventory(pools: readonly Pool[], around: Around = {}): Inventory {
  const its = atlas(around);
  const reservations = around.reservations ?? [];
  return {
    pools,
    reservations,
    reservationsByName: new ObjectIndex(reservations),
    nads: around.nads ?? [],
    nodeSlicePools: around.slices ?? [],
    slicesFailure: undefined,
    atlas: its,
    belongings: new Map(pools.map((each) => [each, its.belongingOf(each)])),
    namespaces: null,
    warnings: [],
    incomplete: false,
  };
}

function view(of: Pool, around: Around = {}): PoolView {
  const [found] = describePools(inventory([of], around), [of]);
  if (found === undefined) throw new Error('not described');
  return found;
}

describe('a pool as a document', () => {
  test('has every field, counts as decimal text', () => {
    const around = {
      nads: [
        nad('n', { range: '10.0.0.0/24', range_start: '10.0.0.5', exclude: ['10.0.0.8/29'], network_name: 'blue' }),
      ],
      reservations: [reservation('10.0.0.20', 'default/x', 'blue')],
    };
    expect(view(poolOf('10.0.0.0/24', ['6'], 'blue'), around).document).toEqual({
      namespace: 'kube-system',
      name: 'blue-10.0.0.0-24',
      range: '10.0.0.0/24',
      networkName: 'blue',
      nodeName: null,
      family: 4,
      capacity: '242',
      used: 1,
      free: '241',
      blocked: '1',
      allocatable: '240',
      usedPercent: 0.4,
      stale: null,
      nads: [
        {
          namespace: 'default',
          name: 'n',
          first: '10.0.0.5',
          last: '10.0.0.254',
          exclude: ['10.0.0.8/29'],
          capacity: '242',
          used: 1,
        },
      ],
      problems: [],
    });
  });

  test('counts that pass 2^53 are exact', () => {
    expect(view(poolOf('fd00::/64', ['1'])).document).toMatchObject({
      family: 6,
      capacity: '18446744073709551614',
      free: '18446744073709551613',
      usedPercent: 0,
    });
  });

  test('what cannot be known is null', () => {
    expect(view(pool('x', 'rubbish', ['1'])).document).toMatchObject({
      range: 'rubbish',
      networkName: null,
      family: null,
      capacity: null,
      used: 0,
      free: null,
      blocked: null,
      allocatable: null,
      usedPercent: null,
    });
    expect(view(pool('mystery-10.0.0.0-24', '10.0.0.0/24')).document).toMatchObject({
      networkName: null,
      capacity: '254',
      free: '254',
      blocked: null,
      allocatable: null,
    });
    const of = poolOf('10.0.0.0/24');
    const [unreadable] = describePools({ ...inventory([of]), reservations: null }, [of]);
    expect(unreadable?.document).toMatchObject({ blocked: null, allocatable: null, capacity: '254' });
  });

  test('stale where it was asked for', () => {
    const of = poolOf('10.0.0.0/24');
    expect(describePools(inventory([of]), [of], () => 3)[0]?.document.stale).toBe(3);
  });
});

describe('problems', () => {
  const codes = (of: Pool, around?: Around): string[] =>
    view(of, around).document.problems.map(({ code, keys }) => (keys.length === 0 ? code : `${code} ${keys.join()}`));

  test.each<[string, Pool, Around, string[]]>([
    ['none', poolOf('10.0.0.0/24', ['1', '254']), {}, []],
    ['a range that cannot be read', pool('x', '10.0.0/24', ['1', 'y']), {}, ['range-unreadable']],
    ['host bits', pool('10.0.0.0-24', '10.0.0.1/24', ['1']), {}, ['range-has-host-bits']],
    ['no usable address', poolOf('10.0.0.0/31'), {}, ['range-has-no-usable-address']],
    [
      'keys that are no offset',
      poolOf('10.0.0.0/24', ['-1', 'x', '9223372036854775808', '2']),
      {},
      ['key-unreadable -1,x,9223372036854775808'],
    ],
    ['network, broadcast and beyond', poolOf('10.0.0.0/30', ['0', '1', '3', '4']), {}, ['key-outside-range 0,3,4']],
    [
      'outside of the windows',
      poolOf('10.0.0.0/24', ['1', '20', '30', '0']),
      {
        nads: [nad('n', { range: '10.0.0.0/24', range_start: '10.0.0.10', exclude: ['10.0.0.30'] })],
      },
      ['key-outside-range 0', 'key-outside-windows 1,30'],
    ],
    ['owners', poolOf('10.0.0.0/24', { 1: '', 2: 'a/b', 3: 'a/b/c', 4: 'a' }), {}, ['podref-unreadable 1,3,4']],
    ['no network', pool('mystery-10.0.0.0-24', '10.0.0.0/24'), {}, ['network-unknown']],
    [
      'a NAD',
      poolOf('10.0.0.0/24'),
      { nads: [nad('n', { range: '10.0.0.0/24', exclude: ['rubbish'] })] },
      ['nad-problem'],
    ],
    [
      'several',
      pool('mystery', '10.0.0.9/31', { '-1': '' }),
      {},
      [
        'range-has-host-bits',
        'range-has-no-usable-address',
        'key-unreadable -1',
        'podref-unreadable -1',
        'network-unknown',
      ],
    ],
  ])('%s', (_, of, around, expected) => {
    expect(codes(of, around)).toEqual(expected);
  });

  test('only the first keys are named, the rest is counted', () => {
    const keys = Array.from({ length: KEYS_NAMED + 3 }, (_, index) => `k${index.toString()}`);
    const [problem] = view(poolOf('10.0.0.0/24', keys)).document.problems;
    expect(problem?.keys).toEqual(keys.slice(0, KEYS_NAMED));
    expect(problem?.message).toContain(`${keys.length.toString()} keys`);
    expect(problem?.message).toContain('and 3 more');
    const [one] = view(poolOf('10.0.0.0/24', ['x'])).document.problems;
    expect(one?.message).toBe('a key cannot be read as an offset: "x"');
  });
});

describe('sorting', () => {
  const half = pool('10.0.1.0-30', '10.0.1.0/30', ['1']);
  const full = pool('10.0.0.0-30', '10.0.0.0/30', ['1', '2']);
  const empty = pool('10.0.0.0-24', '10.0.0.0/24');
  const elsewhere = pool('10.0.0.0-24', '10.0.0.0/24', [], 'a-namespace');
  const six = pool('fd00---126', 'fd00::/126', ['1']);
  const bad = pool('bad', 'rubbish', ['1']);
  const nothing = pool('10.0.2.0-31', '10.0.2.0/31');
  const all = [bad, half, six, empty, nothing, full, elsewhere];
  test.each<[PoolSortKey, Pool[]]>([
    ['name', [elsewhere, empty, full, half, nothing, bad, six]],
    ['used', [full, half, six, elsewhere, empty, nothing, bad]],
    ['free', [full, nothing, bad, half, six, elsewhere, empty]],
    ['range', [elsewhere, empty, full, half, nothing, six, bad]],
  ])('by %s', (key, expected) => {
    const sorted = sortPools(describePools(inventory(all), all), key);
    expect(sorted.map(({ pool: { namespace, name } }) => `${namespace}/${name}`)).toEqual(
      expected.map(({ namespace, name }) => `${namespace}/${name}`),
    );
  });

  test('of equal shares the one with more in use first', () => {
    const big = poolOf('10.1.0.0/29', ['1', '2', '3']);
    const small = poolOf('10.0.0.0/30', ['1']);
    const sorted = sortPools(describePools(inventory([small, big]), [small, big]), 'used');
    expect(sorted.map(({ pool: { name } }) => name)).toEqual(['10.1.0.0-29', '10.0.0.0-30']);
  });
});

describe('listing', () => {
  const blue = poolOf('10.0.0.0/24', [], 'blue');
  const plain = poolOf('10.1.0.0/24');
  const other = pool('10.1.0.0-24', '10.1.0.0/24', [], 'elsewhere');
  const mystery = pool('mystery-10.2.0.0-24', '10.2.0.0/24');
  const all = inventory([blue, plain, other, mystery], {
    nads: [nad('n', { range: '10.0.0.0/24', network_name: 'blue' })],
  });
  const anything = {
    namespace: undefined,
    networks: undefined,
    uids: null,
    sortBy: 'name' as const,
    staleOf: undefined,
  };
  test.each<[string, Partial<Parameters<typeof listPools>[1]>, string[]]>([
    [
      'all',
      {},
      [
        'elsewhere/10.1.0.0-24',
        'kube-system/10.1.0.0-24',
        'kube-system/blue-10.0.0.0-24',
        'kube-system/mystery-10.2.0.0-24',
      ],
    ],
    ['a namespace of pools', { namespace: 'elsewhere' }, ['elsewhere/10.1.0.0-24']],
    ['a network', { networks: ['blue'] }, ['kube-system/blue-10.0.0.0-24']],
    ['the unnamed network', { networks: [''] }, ['elsewhere/10.1.0.0-24', 'kube-system/10.1.0.0-24']],
    ['uids', { uids: new Set([plain.uid]) }, ['kube-system/10.1.0.0-24']],
    ['nothing', { uids: new Set() }, []],
  ])('%s', (_, options, expected) => {
    const list = listPools(all, { ...anything, ...options });
    expect(list.items.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(expected);
    expect(list).toMatchObject({ kind: 'PoolList', incomplete: false, warnings: [] });
  });
});

describe('finding one', () => {
  const here = pool('10.0.0.0-24', '10.0.0.0/24');
  const there = pool('10.0.0.0-24', '10.0.0.0/24', [], 'elsewhere');
  const blue = pool('blue-10.0.0.0-24', '10.0.0.0/24');
  const live = new WorldReader(new World());

  test('by name, or by namespace and name', () => {
    expect(findPool([here, blue], '10.0.0.0-24', live, nearest)).toBe(here);
    expect(findPool([here, there, blue], 'elsewhere/10.0.0.0-24', live, nearest)).toBe(there);
  });

  test('one name in two namespaces is a question', () => {
    const find = (): Pool => findPool([here, there], '10.0.0.0-24', live, nearest);
    expect(find).toThrow(UsageFailure);
    expect(find).toThrow(expect.objectContaining({ hints: ['kube-system/10.0.0.0-24', 'elsewhere/10.0.0.0-24'] }));
  });

  test('none: a cluster and a snapshot fail in their own class, and name the nearest', () => {
    const find = (source: 'cluster' | 'snapshot'): Pool =>
      findPool([here, blue], 'blue-10.0.0.0-25', new WorldReader(new World(), { source }), nearest);
    expect(() => find('cluster')).toThrow(ClusterFailure);
    expect(() => find('cluster')).toThrow(expect.objectContaining({ reason: 'not-found', kind: 'cluster' }));
    expect(() => find('snapshot')).toThrow(InputFailure);
    expect(() => find('snapshot')).toThrow(
      expect.objectContaining({ hints: ['ipamctl pools show blue-10.0.0.0-24', expect.stringContaining('pools ls')] }),
    );
  });
});

test('the extent of a range that cannot be read is none', () => {
  expect(extentOf(view(pool('x', 'rubbish')))).toBeUndefined();
});
