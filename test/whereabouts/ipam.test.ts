import { describe, expect, test } from '@jest/globals';
import { parseIpam, type WhereaboutsRange } from '../../src/whereabouts/ipam.js';

const read = (ipam: unknown): ReturnType<typeof parseIpam> => parseIpam(ipam, { cniName: 'conf' });
const whereabouts = (fields: object): ReturnType<typeof parseIpam> => read({ type: 'whereabouts', ...fields });

function ranges(fields: object): readonly WhereaboutsRange[] {
  const reading = whereabouts(fields);
  if (!reading.ok) throw new Error(reading.error);
  return reading.ranges;
}

const shown = ({ range, window, addresses, problem }: WhereaboutsRange): unknown[] => [
  range.toString(),
  window && `${window.first.toString()}-${window.last.toString()}`,
  addresses.size.toString(),
  problem,
];

describe('parseIpam', () => {
  test('defaults', () => {
    expect(whereabouts({ range: '10.0.0.0/24' })).toMatchObject({
      ok: true,
      networkName: null,
      overlapping: true,
      nodeSliceSize: null,
      cniName: 'conf',
    });
  });

  test('all that matters', () => {
    const fields = {
      network_name: 'blue',
      enable_overlapping_ranges: false,
      node_slice_size: '/28',
      range: '10.0.0.0/24',
    };
    expect(whereabouts(fields)).toMatchObject({ networkName: 'blue', overlapping: false, nodeSliceSize: '/28' });
  });

  test.each([
    [{ range: '192.168.2.225/28' }, ['192.168.2.224/28', '192.168.2.225-192.168.2.238', '14', undefined]],
    [{ range: '10.0.0.5-10.0.0.9/24' }, ['10.0.0.0/24', '10.0.0.5-10.0.0.9', '5', undefined]],
    [
      { range: '10.0.0.5-10.0.0.9/24', range_start: '10.0.0.7', range_end: '10.0.0.8' },
      ['10.0.0.0/24', '10.0.0.5-10.0.0.9', '5', undefined],
    ],
    [{ range: '10.0.0.9-10.0.0.5/24' }, ['10.0.0.0/24', '10.0.0.9-10.0.0.254', '246', undefined]],
    [{ range: '010.0.0.0/24', exclude: ['10.0.0.0/25'] }, ['10.0.0.0/24', '10.0.0.1-10.0.0.254', '127', undefined]],
    [{ range: '10.0.0.0/24', range_start: 'rubbish' }, ['10.0.0.0/24', '10.0.0.1-10.0.0.254', '254', undefined]],
    [{ range: '10.0.0.0/24', range_start: '010.0.0.9' }, ['10.0.0.0/24', '10.0.0.9-10.0.0.254', '246', undefined]],
    [
      { range: '10.0.0.0/24', exclude: ['010.0.0.0/25'] },
      [
        '10.0.0.0/24',
        '10.0.0.1-10.0.0.254',
        '0',
        'could not parse exclude range, err: "invalid CIDR address: 010.0.0.0/25"',
      ],
    ],
    [
      { range: '10.0.0.0/31' },
      [
        '10.0.0.0/31',
        undefined,
        '0',
        'net mask is too short, subnet 10.0.0.0/31 has no usable IP addresses, it is too small',
      ],
    ],
  ])('%p', (fields, expected) => {
    expect(ranges(fields).map(shown)).toEqual([expected]);
  });

  test('range comes before ipRanges, and only it takes the fields of the top', () => {
    const fields = {
      ipRanges: [
        { range: 'fd00::/64', exclude: ['fd00::/65'] },
        { range: '10.1.0.0/24', range_end: '10.1.0.9' },
      ],
      exclude: ['10.0.0.9'],
      range: '10.0.0.0/24',
      range_end: '10.0.0.19',
    };
    expect(ranges(fields).map(shown)).toEqual([
      ['10.0.0.0/24', '10.0.0.1-10.0.0.19', '18', undefined],
      ['fd00::/64', 'fd00::1-fd00::ffff:ffff:ffff:fffe', (2n ** 63n - 1n).toString(), undefined],
      ['10.1.0.0/24', '10.1.0.1-10.1.0.9', '9', undefined],
    ]);
  });

  test('without a range there is nothing to allocate, and nothing wrong', () => {
    expect(ranges({})).toEqual([]);
    expect(ranges({ ipRanges: null })).toEqual([]);
  });

  test('keys match in any case, and the last one wins', () => {
    expect(ranges({ Range: '10.0.0.0/24', RANGE: '10.1.0.0/24' }).map(({ range }) => range.toString())).toEqual([
      '10.1.0.0/24',
    ]);
    expect(ranges({ range: '10.0.0.0/24', RANGE: null })).toHaveLength(1);
    expect(read({ TYPE: 'whereabouts', 'Network_\u017fame': 'x', NETWORK_NAME: 'y' })).toMatchObject({
      networkName: 'y',
    });
  });

  test.each([
    [undefined, "IPAM config missing 'ipam' key"],
    [null, "IPAM config missing 'ipam' key"],
    [{ type: 'static' }, "only interested in networks whose IPAM type is 'whereabouts'. This one was: static"],
    [{ type: 'whereabouts', range: '10.0.0.0' }, 'invalid CIDR 10.0.0.0: invalid CIDR address: 10.0.0.0'],
    [{ type: 'whereabouts', range: 'x-10.0.0.0/8' }, 'invalid range start IP: x'],
    [
      { type: 'whereabouts', range: '10.0.0.1-10.0.0.9' },
      "invalid CIDR (do you have the 'range' parameter set for Whereabouts?) '10.0.0.9': invalid CIDR address: 10.0.0.9",
    ],
    [{ type: 'whereabouts', range: '10.1.0.1-10.0.0.9/24' }, 'invalid range start for CIDR 10.0.0.0/24: 10.1.0.1'],
    [{ type: 'whereabouts', ipRanges: [null] }, 'invalid CIDR : invalid CIDR address: '],
    [{ type: 'whereabouts', gateway: 'x' }, "couldn't parse gateway IP: x"],
    [
      { type: 'whereabouts', addresses: [{ address: '10.0.0.1' }] },
      'invalid CIDR in addresses 10.0.0.1: invalid CIDR address: 10.0.0.1',
    ],
  ])('%p is refused in whereabouts’ words', (ipam, error) => {
    expect(read(ipam)).toEqual({ ok: false, error });
  });

  test.each([
    'x',
    [],
    { type: 'whereabouts', range: 1 },
    { type: 'whereabouts', exclude: '10.0.0.0/8' },
    { type: 'whereabouts', exclude: [1] },
    { type: 'whereabouts', ipRanges: {} },
    { type: 'whereabouts', ipRanges: [{ range: '10.0.0.0/8', range_start: 'rubbish' }] },
    { type: 'whereabouts', ipRanges: [{ range: '10.0.0.0/8', range_start: '010.0.0.1' }] },
    { type: 'whereabouts', enable_overlapping_ranges: 'true' },
    { type: 'whereabouts', node_slice_size: 24 },
    { type: 'whereabouts', leader_lease_duration: '1500' },
    { type: 'whereabouts', leader_lease_duration: 1.5 },
    { type: 'whereabouts', routes: [{ dst: 'x' }] },
    { type: 'whereabouts', dns: [] },
    { type: 'whereabouts', kubernetes: 'x' },
  ])('%p is not readable for Go', (ipam) => {
    const reading = read(ipam);
    expect(reading.ok ? '' : reading.error).toMatch(/^LoadIPAMConfig - JSON Parsing Error: /);
  });

  test('old CNI versions allow one static address a family', () => {
    const ipam = { type: 'whereabouts', addresses: [{ address: '10.0.0.1/8' }, { address: '10.0.0.2/8' }] };
    expect(parseIpam(ipam, { cniName: 'x', cniVersion: '0.2.0' }).ok).toBe(false);
    expect(parseIpam(ipam, { cniName: 'x', cniVersion: '0.3.1' }).ok).toBe(true);
    expect(parseIpam(ipam, { cniName: 'x' }).ok).toBe(true);
  });

  test('what JSON.parse makes of __proto__ is a key like others', () => {
    expect(read(JSON.parse('{"__proto__": {"range": 1}, "type": "whereabouts"}'))).toMatchObject({
      ok: true,
      ranges: [],
    });
  });
});
