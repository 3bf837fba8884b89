import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { networkIsKnown } from '../../src/pools/belonging.js';
import { poolName } from '../../src/whereabouts/names.js';
import { atlas, belonging, nad, pool, reservation, slicePool, type Around } from './support.js';

const RANGE = '10.0.0.0/24';

/** `source: network / node`, with `-` for null. */
function told(name: string, around: Around = {}, range = RANGE, entries: Record<string, string> = {}): string {
  const { source, networkName, nodeName } = belonging(pool(name, range, entries), around);
  return `${source}: ${networkName ?? '-'} / ${nodeName ?? '-'}`;
}

describe('to whom a pool belongs', () => {
  test.each<[string, string, string, Around]>([
    ['its name is the range', '10.0.0.0-24', 'name: - / -', {}],
    ['a NAD of the unnamed network', '10.0.0.0-24', 'nad: - / -', { nads: [nad('n', { range: RANGE })] }],
    [
      'a NAD of a named network',
      'blue-10.0.0.0-24',
      'nad: blue / -',
      {
        nads: [nad('n', { range: RANGE, network_name: 'blue' })],
      },
    ],
    [
      'a network whose name has dashes',
      'my-blue-net-10.0.0.0-24',
      'nad: my-blue-net / -',
      {
        nads: [nad('n', { range: RANGE, network_name: 'my-blue-net' })],
      },
    ],
    [
      'a network whose name looks like a range',
      '10.0.0.0-24-10.0.0.0-24',
      'nad: 10.0.0.0-24 / -',
      {
        nads: [nad('n', { range: RANGE, network_name: '10.0.0.0-24' })],
      },
    ],
    [
      'a slice of a network',
      'blue-worker-1-10.0.0.0-24',
      'node-slice-pool: blue / worker-1',
      {
        slices: [slicePool('blue', { [RANGE]: 'worker-1' })],
      },
    ],
    [
      'a slice of the unnamed network',
      'worker-1-10.0.0.0-24',
      'node-slice-pool: - / worker-1',
      {
        slices: [slicePool('cni-name', { [RANGE]: 'worker-1' })],
      },
    ],
    [
      'a node by its full name',
      'node-a.example.com-10.0.0.0-24',
      'node-name: - / node-a.example.com',
      {
        nodes: ['node-a.example.com'],
      },
    ],
    [
      'a network and a node',
      'blue-node-a.example.com-10.0.0.0-24',
      'node-name: blue / node-a.example.com',
      {
        nodes: ['node-a.example.com'],
        nads: [nad('n', { range: '10.9.0.0/24', network_name: 'blue' })],
      },
    ],
    ['a node that no network is known of', 'blue-node-a-10.0.0.0-24', 'unknown: - / -', { nodes: ['node-a'] }],
    ['one name, a network or a node', 'a-10.0.0.0-24', 'unknown: - / -', {}],
    [
      'two ways to split it',
      'a-b-c-10.0.0.0-24',
      'unknown: - / -',
      {
        nodes: ['b-c', 'c'],
        nads: [
          nad('x', { range: '10.8.0.0/24', network_name: 'a' }),
          nad('y', { range: '10.9.0.0/24', network_name: 'a-b' }),
        ],
      },
    ],
    ['made by hand', 'mine', 'unknown: - / -', {}],
    ['another range than its name', '10.9.9.0-24', 'unknown: - / -', {}],
    ['nothing could be read', 'blue-10.0.0.0-24', 'unknown: - / -', { nads: null, slices: null, nodes: null }],
    ['the name says it, also then', '10.0.0.0-24', 'name: - / -', { nads: null, slices: null, nodes: null }],
  ])('%s: %s', (_, name, expected, around) => {
    expect(told(name, around)).toBe(expected);
  });

  test('a range that cannot be read says nothing by its name', () => {
    expect(told('10.0.0.0-24', {}, 'rubbish')).toBe('unknown: - / -');
    expect(told('n', { nads: [nad('n', { range: RANGE })] }, 'rubbish')).toBe('unknown: - / -');
  });

  test('host bits and another spelling of the range do not matter', () => {
    expect(told('10.0.0.0-24', {}, '10.0.0.7/24')).toBe('name: - / -');
    expect(told('fd00---64', {}, 'FD00:0:0::1/64')).toBe('name: - / -');
    expect(
      told('blue-fd00---64', { nads: [nad('n', { range: 'fd00::9/64', network_name: 'blue' })] }, 'fd00::/64'),
    ).toBe('nad: blue / -');
  });
});

describe('the order of what tells', () => {
  test('a slice pool before a NAD', () => {
    const slices = [slicePool('worker', { [RANGE]: 'x' }), slicePool('n', { [RANGE]: 'worker' })];
    const nads = [nad('n', { range: RANGE, network_name: 'worker' })];
    expect(told('worker-10.0.0.0-24', { nads })).toBe('nad: worker / -');
    expect(told('worker-10.0.0.0-24', { nads, slices })).toBe('node-slice-pool: - / worker');
    // The NAD of that name draws from another network, so not from this pool.
    expect(belonging(pool('worker-10.0.0.0-24', RANGE), { nads, slices }).draws).toEqual([]);
  });

  test('a NAD before a node name', () => {
    const around = { nodes: ['blue'], nads: [nad('n', { range: RANGE, network_name: 'blue' })] };
    expect(told('blue-10.0.0.0-24', { nodes: ['blue'] })).toBe('node-name: - / blue');
    expect(told('blue-10.0.0.0-24', around)).toBe('nad: blue / -');
  });

  test('the name alone before reservations', () => {
    const reservations = [reservation('10.0.0.1', 'default/p', 'blue')];
    expect(told('10.0.0.0-24', { reservations }, RANGE, { 1: 'default/p' })).toBe('name: - / -');
  });

  test('a node name before reservations', () => {
    const reservations = [reservation('10.0.0.1', 'default/p', 'blue')];
    const entries = { 1: 'default/p' };
    expect(told('blue-10.0.0.0-24', { reservations }, RANGE, entries)).toBe('reservation: blue / -');
    expect(told('blue-10.0.0.0-24', { reservations, nodes: ['blue'] }, RANGE, entries)).toBe('node-name: - / blue');
  });

  test.each<[string, string, string | null, string, string]>([
    ['named, without node', 'blue-10.0.0.0-24', 'blue', 'default/p', 'reservation: blue / -'],
    ['named, with a node', 'blue-node-a-10.0.0.0-24', 'blue', 'default/p', 'reservation: blue / node-a'],
    ['a network with dashes', 'a-b-10.0.0.0-24', 'a-b', 'default/p', 'reservation: a-b / -'],
    ['unnamed, so the name is a node', 'node-a-10.0.0.0-24', null, 'default/p', 'reservation: - / node-a'],
    ["somebody else's reservation", 'blue-10.0.0.0-24', 'blue', 'default/q', 'unknown: - / -'],
    ['of a network that the name does not begin with', 'blue-10.0.0.0-24', 'red', 'default/p', 'unknown: - / -'],
  ])('reservations: %s', (_, name, networkName, podref, expected) => {
    const reservations = [reservation('10.0.0.1', podref, networkName)];
    expect(told(name, { reservations }, RANGE, { 1: 'default/p', bad: 'default/p' })).toBe(expected);
  });

  test('reservations of another namespace tell nothing', () => {
    const { networkName } = belonging(pool('blue-10.0.0.0-24', RANGE, { 1: 'default/p' }, 'elsewhere'), {
      reservations: [reservation('10.0.0.1', 'default/p', 'blue')],
    });
    expect(networkName).toBeNull();
  });
});

describe('the NADs that draw from a pool', () => {
  const draws = (name: string, range: string, around: Around): string[] =>
    belonging(pool(name, range), around).draws.map(({ nad: { name: its }, window, overlapping, exclude, problem }) =>
      `${its} ${window === undefined ? 'none' : `${window.first.toString()}-${window.last.toString()}`} ${String(overlapping)} [${exclude.join()}] ${problem ?? ''}`.trim(),
    );

  test('each with its own window, exclusions, and whether it looks at reservations', () => {
    const nads = [
      nad('a', { range: RANGE, range_start: '10.0.0.10', exclude: ['10.0.0.32/28'] }),
      nad('b', { range: '10.0.0.5-10.0.0.9/24', enable_overlapping_ranges: false }),
      nad('c', { ipRanges: [{ range: 'fd00::/64' }, { range: RANGE, range_end: '10.0.0.20' }] }),
      nad('other', { range: RANGE, network_name: 'blue' }),
      nad('wider', { range: '10.0.0.0/16' }),
      nad('refused', { range: 'rubbish' }),
      nad('badly-excluded', { range: RANGE, exclude: ['rubbish'] }),
    ];
    expect(draws('10.0.0.0-24', RANGE, { nads })).toEqual([
      'a 10.0.0.10-10.0.0.254 true [10.0.0.32/28]',
      'b 10.0.0.5-10.0.0.9 false []',
      'c 10.0.0.1-10.0.0.20 true []',
      'badly-excluded 10.0.0.1-10.0.0.254 true [rubbish] could not parse exclude range, err: "invalid CIDR address: rubbish"',
    ]);
    expect(draws('blue-10.0.0.0-24', RANGE, { nads })).toEqual(['other 10.0.0.1-10.0.0.254 true []']);
    expect(atlas({ nads }).networkNames).toEqual(new Set(['blue']));
  });

  test('of node slices the whole slice, without the exclusions', () => {
    const nads = [
      nad('n', { range: '10.0.0.0/16', node_slice_size: '/24', network_name: 'blue', exclude: ['10.0.1.0/28'] }),
    ];
    const slices = [slicePool('blue', { '10.0.1.0/24': 'node-a', '10.0.2.0/24': '' })];
    const slice = belonging(pool('blue-node-a-10.0.1.0-24', '10.0.1.0/24'), { nads, slices });
    expect(slice).toMatchObject({ source: 'node-slice-pool', networkName: 'blue', nodeName: 'node-a' });
    expect(draws('blue-node-a-10.0.1.0-24', '10.0.1.0/24', { nads, slices })).toEqual([
      'n 10.0.1.1-10.0.1.254 true []',
    ]);
    // The pool of the whole range is no longer this NAD's.
    expect(draws('blue-10.0.0.0-16', '10.0.0.0/16', { nads, slices })).toEqual([]);
  });

  test('of an unnamed network the slice pool is named after the CNI network', () => {
    const nads = [nad('n', { range: '10.0.0.0/16', node_slice_size: '24' })];
    const slices = [slicePool('n', { '10.0.1.0/24': 'node-a' })];
    expect(draws('node-a-10.0.1.0-24', '10.0.1.0/24', { nads, slices })).toEqual(['n 10.0.1.1-10.0.1.254 true []']);
  });
});

test('whatever network and node whereabouts names a pool after, the NADs or slice pools tell it back', () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,3}(-[a-z0-9]{1,3}){0,2}$/);
  const range = fc.constantFrom('10.0.0.0/24', '10.0.1.0/28', 'fd00::/64', '2001:db8::/120');
  fc.assert(
    fc.property(label, fc.option(label), range, fc.boolean(), (node, networkName, its, sliced) => {
      const named = networkName === null ? {} : { network_name: networkName };
      if (sliced && its.includes('.')) {
        const slices = [slicePool(networkName ?? 'n', { [its]: node })];
        const nads = [nad('n', { range: '10.0.0.0/16', node_slice_size: '24', ...named })];
        const found = belonging(pool(poolName({ range: its, networkName, nodeName: node }), its), { nads, slices });
        expect(found).toMatchObject({ networkName, nodeName: node });
        expect(found.draws).toHaveLength(1);
      } else {
        const nads = [nad('n', { range: its, ...named })];
        const found = belonging(pool(poolName({ range: its, networkName }), its), { nads, nodes: [node] });
        expect(found).toMatchObject({ networkName, nodeName: null, source: 'nad' });
        expect(networkIsKnown(found)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});
