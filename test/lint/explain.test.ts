import { describe, expect, test } from '@jest/globals';
import { type ExplainedRange, explainRanges, type RangeReport } from '../../src/lint/explain.js';
import { nadText, outcomeOf } from './support.js';

async function explained(ipam: string, file = 'nad.yaml'): Promise<RangeReport> {
  const config = `{"cniVersion":"0.3.1","type":"macvlan","ipam":{"type":"whereabouts",${ipam}}}`;
  return explainRanges((await outcomeOf(file === 'nad.yaml' ? nadText(`'${config}'`) : config, { file })).subjects);
}

/** What is said of the ranges themselves. */
async function rangesOf(ipam: string): Promise<Partial<ExplainedRange>[]> {
  return (await explained(ipam)).items.map((item) => {
    const { file, document, path, namespace, name, ...range } = item;
    expect([file, document, path, namespace, name]).toEqual(['nad.yaml', 1, 'spec.config.ipam', 'default', 'tenant-a']);
    return range;
  });
}

const WHOLE = { exclude: [], networkName: null, nodeSliceSize: null, slices: null };

describe('what whereabouts does with a range', () => {
  test.each<[string, Partial<ExplainedRange>[]]>([
    [
      '"range":"192.168.2.225/28","exclude":["192.168.2.229/30","192.168.2.236"]',
      [
        {
          ...WHOLE,
          range: '192.168.2.224/28',
          first: '192.168.2.225',
          last: '192.168.2.238',
          exclude: ['192.168.2.229/30', '192.168.2.236'],
          capacity: '9',
          poolName: '192.168.2.224-28',
        },
      ],
    ],
    [
      '"range":"00192.00168.1.5-192.168.1.25/24","network_name":"shared"',
      [
        {
          ...WHOLE,
          range: '192.168.1.0/24',
          first: '192.168.1.5',
          last: '192.168.1.25',
          capacity: '21',
          poolName: 'shared-192.168.1.0-24',
          networkName: 'shared',
        },
      ],
    ],
    [
      '"range":"192.0.2.0/24","range_start":"10.0.0.1","ipRanges":[{"range":"2001:db8::/64"}]',
      [
        {
          ...WHOLE,
          range: '192.0.2.0/24',
          first: '192.0.2.1',
          last: '192.0.2.254',
          capacity: '254',
          poolName: '192.0.2.0-24',
        },
        {
          ...WHOLE,
          range: '2001:db8::/64',
          first: '2001:db8::1',
          last: '2001:db8::ffff:ffff:ffff:fffe',
          capacity: '18446744073709551614',
          poolName: '2001-db8---64',
        },
      ],
    ],
    [
      '"range":"10.5.0.0/20","range_start":"10.5.0.9","exclude":["10.5.0.1"],"node_slice_size":"/24","network_name":"n"',
      [
        {
          range: '10.5.0.0/20',
          first: '10.5.0.1',
          last: '10.5.15.254',
          exclude: [],
          capacity: '4064',
          poolName: null,
          networkName: 'n',
          nodeSliceSize: '/24',
          slices: 16,
        },
      ],
    ],
    [
      '"ipRanges":[{"range":"10.5.0.0/24"},{"range":"10.6.0.0/24"}],"node_slice_size":"many"',
      ['10.5.0.0/24', '10.6.0.0/24'].map((range) => ({
        range,
        first: null,
        last: null,
        exclude: [],
        capacity: '0',
        poolName: null,
        networkName: null,
        nodeSliceSize: 'many',
        slices: 0,
      })),
    ],
    ['"addresses":[{"address":"192.0.2.9/24"}]', []],
  ])('%s', async (ipam, ranges) => {
    expect(await rangesOf(ipam)).toEqual(ranges);
  });
});

test.each([
  ['"range":"192.0.2.0/33"', 'invalid CIDR 192.0.2.0/33: invalid CIDR address: 192.0.2.0/33'],
  ['"range":"192.0.2.0/31"', 'net mask is too short, subnet 192.0.2.0/31 has no usable IP addresses, it is too small'],
  ['"range":"192.0.2.0/24","exclude":["x"]', 'could not parse exclude range, err: "invalid CIDR address: x"'],
  ['"range":"192.0.2.0/24","node_slice_size":"/22"', 'subnetMaskSize must be greater or equal than netMaskSize'],
  ['"range":"{{ .Values.range }}"', 'is a template for Helm or another template'],
])('what is refused is said: %s', async (ipam, error) => {
  const report = await explained(ipam);
  expect([report.items, report.incomplete, report.refused.map((each) => each.error)]).toEqual([[], true, [error]]);
  expect(report.warnings).toEqual([`nad.yaml: spec.config.ipam: ${error}`]);
});

test('networks without whereabouts have nothing to explain', async () => {
  const { subjects } = await outcomeOf('{"cniVersion":"0.3.1","name":"a","type":"bridge"}', { file: 'a.conf' });
  expect(explainRanges(subjects)).toEqual({
    apiVersion: 'ipamctl.io/v1',
    kind: 'RangeReport',
    items: [],
    refused: [],
    incomplete: false,
    warnings: [],
  });
});

test('an address of the family that old versions of CNI have no room for', async () => {
  const ipam = '"addresses":[{"address":"192.0.2.8/24"},{"address":"192.0.2.9/24"}]';
  const conf = `{"name":"a","type":"macvlan","ipam":{"type":"whereabouts",${ipam}}}`;
  const errors = async (text: string): Promise<string[]> =>
    explainRanges((await outcomeOf(text, { file: 'a.conf' })).subjects).refused.map(({ error }) => error);
  expect(await errors(conf)).toEqual(['CNI version  does not support more than 1 address per family']);
  // What a fragment is part of is not known.
  expect(await errors(`{"ipam":{"type":"whereabouts",${ipam}}}`)).toEqual([]);
});
