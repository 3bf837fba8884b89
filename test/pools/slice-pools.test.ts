import { describe, expect, test } from '@jest/globals';
import type { Nad } from '../../src/nad/nad.js';
import { ObjectIndex, PoolAtlas } from '../../src/pools/belonging.js';
import { describeSlicePools, type SlicePoolViews } from '../../src/pools/slice-pools.js';
import { missingSlicePools } from '../../src/pools/slices.js';
import { parseNodeSlicePool, type NodeSlicePool, type Pool } from '../../src/whereabouts/objects.js';
import type { Inventory } from '../../src/pools/inventory.js';
import { nad, NAMESPACE, pool } from './support.js';

/** A slice pool of `10.0.0.0/24` by /26; `nodes` have its slices in order. */
function sliced(name: string, nodes: readonly string[], range = '10.0.0.0/24', sliceSize = '/26'): NodeSlicePool {
  const base = range.replace(/\.0\/.*/, '');
  const allocations = nodes.map((nodeName, i) => ({ nodeName, sliceRange: `${base}.${i * 64}/26` }));
  return parseNodeSlicePool({
    metadata: { namespace: NAMESPACE, name, uid: name },
    spec: { range, sliceSize },
    status: { allocations },
  });
}

const slicedNad = (name: string, more: object = {}): Nad =>
  nad(name, { range: '10.0.0.0/24', node_slice_size: '/26', ...more });

interface Scene {
  readonly nads?: readonly Nad[];
  readonly slices: readonly NodeSlicePool[];
  readonly pools?: readonly Pool[];
  readonly nodes?: readonly string[] | null;
}

function inventoryOf({ nads = [], slices, pools = [], nodes = [] }: Scene): Inventory {
  const nodeNames = new Set(nodes ?? []);
  const atlas = new PoolAtlas({ nads, nodeSlicePools: slices, nodeNames }, new ObjectIndex([]));
  return {
    pools,
    reservations: [],
    reservationsByName: new ObjectIndex([]),
    nads,
    nodeSlicePools: slices,
    slicesFailure: undefined,
    atlas,
    belongings: new Map(pools.map((each) => [each, atlas.belongingOf(each)])),
    namespaces: null,
    warnings: [],
    incomplete: false,
  };
}

function described(scene: Scene): SlicePoolViews {
  const { nodes = [] } = scene;
  return describeSlicePools(inventoryOf(scene), nodes === null ? null : new Set(nodes));
}

const NODES = ['a', 'b'];
const codes = ({ views }: SlicePoolViews): string[] =>
  views.flatMap(({ document }) => document.problems.map(({ code }) => code));
const leftovers = ({ views }: SlicePoolViews): unknown[] =>
  views.flatMap(({ document }) =>
    document.leftoverPools.map(({ name, nodeName, sliceNodeName, used }) => [
      document.name,
      name,
      nodeName,
      sliceNodeName,
      used,
    ]),
  );

describe('which pool a node draws from', () => {
  test('a named network has it in the name, an unnamed one has not', () => {
    const pools = [pool('net-a-10.0.0.0-26', '10.0.0.0/26', ['1', '2']), pool('a-10.0.0.0-26', '10.0.0.0/26', ['1'])];
    const slices = [sliced('net', ['a', 'b', '', ''])];
    const named = described({ nads: [slicedNad('n', { network_name: 'net' })], slices, pools, nodes: NODES });
    expect(named.views[0]?.nodes.map(({ pool: its, used, networkName }) => [its, used, networkName])).toEqual([
      ['net-a-10.0.0.0-26', 2, 'net'],
      [null, 0, 'net'],
    ]);
    // What nobody draws from any more is left over: the network got a name.
    expect(leftovers(named)).toEqual([['net', 'a-10.0.0.0-26', 'a', 'a', 1]]);
    const unnamed = described({ nads: [slicedNad('net', { name: 'net' })], slices, pools, nodes: NODES });
    expect(unnamed.views[0]?.nodes[0]).toMatchObject({ pool: 'a-10.0.0.0-26', used: 1, networkName: null });
  });

  test('without a NAD to tell, the one that is there', () => {
    const slices = [sliced('net', ['a'])];
    for (const name of ['net-a-10.0.0.0-26', 'a-10.0.0.0-26']) {
      const found = described({ slices, pools: [pool(name, '10.0.0.0/26', ['7'])], nodes: ['a'] });
      expect(found.views[0]?.nodes).toMatchObject([{ pool: name, used: 1, capacity: '62', free: '61' }]);
      expect(leftovers(found)).toEqual([]);
    }
  });
});

describe('what does not fit together', () => {
  test('nodes without a slice, gone, and with two', () => {
    const slices = [sliced('net', ['a', 'gone', 'a', ''])];
    const found = described({ nads: [slicedNad('n', { network_name: 'net' })], slices, nodes: ['a', 'c', 'b'] });
    expect(codes(found)).toEqual(['node-without-slice', 'node-gone', 'node-twice']);
    const [view] = found.views;
    expect(view?.document).toMatchObject({ assigned: 3, free: 1, nodesWithoutSlice: ['b', 'c'], nodesGone: ['gone'] });
    expect(view?.nodes.map(({ nodeName, exists, inForce }) => [nodeName, exists, inForce])).toEqual([
      ['a', true, true],
      ['gone', false, true],
      ['a', true, false],
      ['b', true, true],
      ['c', true, true],
    ]);
  });

  test('which nodes there are may not be known: then nobody lacks a slice', () => {
    const found = described({
      nads: [slicedNad('n', { network_name: 'net' })],
      slices: [sliced('net', ['a', '', '', ''])],
      nodes: null,
    });
    expect(codes(found)).toEqual([]);
    expect(found.views[0]?.document).toMatchObject({ nodesWithoutSlice: null, nodesGone: null });
  });

  test('a division that is not that of the range, and one that cannot be', () => {
    expect(codes(described({ slices: [sliced('net', ['', '', ''])] }))).toEqual(['not-divided-so', 'no-nad']);
    expect(codes(described({ slices: [sliced('net', [], '10.0.0.0/24', 'x')] }))).toEqual(['no-slices', 'no-nad']);
    expect(codes(described({ slices: [sliced('net', [], '10.0.0.0/24', '/8')] }))).toEqual(['no-slices', 'no-nad']);
  });

  test('a NAD that wants another range or size', () => {
    const slices = [sliced('net', ['', '', '', ''])];
    const of = (more: object): string[] =>
      codes(described({ nads: [slicedNad('n', { network_name: 'net', ...more })], slices }));
    expect(of({})).toEqual([]);
    expect(of({ node_slice_size: '26' })).toEqual(['nad-differs']);
    expect(of({ range: '10.0.1.0/24' })).toEqual(['nad-differs']);
  });
});

describe('what is left over', () => {
  const nads = [slicedNad('n', { network_name: 'net' })];
  const slices = [sliced('net', ['b', 'a', '', ''])];

  test.each([
    ['net-a-10.0.0.0-26', '10.0.0.0/26', [['net', 'net-a-10.0.0.0-26', 'a', 'b', 1]]],
    ['net-gone-10.0.0.128-26', '10.0.0.128/26', [['net', 'net-gone-10.0.0.128-26', 'gone', null, 1]]],
    // Of an earlier range: the name tells.
    ['net-a-10.9.0.0-26', '10.9.0.0/26', [['net', 'net-a-10.9.0.0-26', 'a', null, 1]]],
    // No node, and no slice: some other network.
    ['other-10.9.0.0-26', '10.9.0.0/26', []],
    ['10.0.0.0-26', '10.0.0.0/26', []],
    ['net-10.0.0.0-24', '10.0.0.0/24', []],
  ])('%s', (name, range, expected) => {
    expect(leftovers(described({ nads, slices, pools: [pool(name, range, ['1'])], nodes: NODES }))).toEqual(expected);
  });

  test('is no pool that a NAD without slices draws from, whatever its name', () => {
    const other = nad('other', { range: '10.0.0.0/26', network_name: 'net-a' });
    const pools = [pool('net-a-10.0.0.0-26', '10.0.0.0/26', ['1'])];
    expect(leftovers(described({ nads: [...nads, other], slices, pools, nodes: NODES }))).toEqual([]);
  });

  test('of two networks whose names begin alike, that of the longer name which leaves a node', () => {
    const both = [sliced('net', ['b']), sliced('net-x', ['b'], '10.1.0.0/24')];
    const pools = [pool('net-x-a-10.1.0.64-26', '10.1.0.64/26', ['1'])];
    expect(leftovers(described({ slices: both, pools, nodes: NODES }))).toEqual([
      ['net-x', 'net-x-a-10.1.0.64-26', 'a', null, 1],
    ]);
    const withNode = described({ slices: both, pools, nodes: ['x-a', 'b'] });
    expect(leftovers(withNode)).toEqual([['net', 'net-x-a-10.1.0.64-26', 'x-a', null, 1]]);
  });

  test('of an unnamed network: by the slice, or by the only one that there is', () => {
    const unnamed = [sliced('plain', ['b', '', '', ''])];
    const of = (name: string, range: string): unknown[] =>
      leftovers(described({ slices: unnamed, pools: [pool(name, range, ['1'])], nodes: NODES }));
    expect(of('a-10.0.0.64-26', '10.0.0.64/26')).toEqual([['plain', 'a-10.0.0.64-26', 'a', null, 1]]);
    expect(of('gone-10.0.0.64-26', '10.0.0.64/26')).toEqual([['plain', 'gone-10.0.0.64-26', 'gone', null, 1]]);
    expect(of('a-10.9.0.0-26', '10.9.0.0/26')).toEqual([['plain', 'a-10.9.0.0-26', 'a', null, 1]]);
  });

  test('without a slice pool it is a stray', () => {
    const found = described({ slices: [], pools: [pool('a-10.0.0.64-26', '10.0.0.64/26', ['1'])], nodes: NODES });
    expect(found.strays).toMatchObject([{ name: 'a-10.0.0.64-26', nodeName: 'a', used: 1 }]);
  });
});

describe('a NAD without a slice pool', () => {
  const reasons = (nads: readonly Nad[], slices: readonly NodeSlicePool[] = []): string[] =>
    missingSlicePools(inventoryOf({ nads, slices })).map(({ slicePool, reason }) => `${slicePool}: ${reason}`);

  test('and what most likely keeps it from having one', () => {
    const net = { network_name: 'net' };
    expect(reasons([slicedNad('n', net)])).toEqual(['net: controller']);
    expect(reasons([slicedNad('n', net)], [sliced('net', [])])).toEqual([]);
    expect(reasons([slicedNad('n', net)], [sliced('other', [])])).toEqual(['net: owner-elsewhere']);
    expect(reasons([slicedNad('a'), nad('b', { range: '10.9.0.0/24' })])).toEqual(['a: at-odds']);
    expect(reasons([slicedNad('n', { ...net, range: 'fd00::/64' })])).toEqual(['net: not-divisible']);
    expect(reasons([slicedNad('n', { ...net, node_slice_size: '/20' })])).toEqual(['net: not-divisible']);
    expect(reasons([nad('n', { ...net, node_slice_size: '/26' })])).toEqual(['net: no-range']);
    expect(reasons([nad('n', { range: '10.0.0.0/24' })])).toEqual([]);
  });
});
