import { describe, expect, test } from '@jest/globals';
import { findingsOf, fixed } from '../support.js';
import { found, ipamText, rulesOf } from './ipam-support.js';

const repaired = (text: string): Promise<string> => fixed(text, rulesOf('host-local'));

const BRIDGE = '"type":"bridge","bridge":"br-node"';
const hostLocal = (members: string, plugin = BRIDGE): string =>
  ipamText(`"type":"host-local"${members && `,${members}`}`, plugin);
const V4 = '{"subnet":"192.0.2.0/24"}';

test.each<[string, string[]]>([
  ['"subnet":"192.0.2.0/24"', []],
  [`"ranges":[[${V4}],[{"subnet":"2001:db8::/64"}]]`, []],
  ['', ['error no-ranges: "host-local"']],
  ['"ranges":[]', ['error no-ranges: "ranges"']],
  ['"subnet":"192.0.2.0"', ['error no-ranges: "192.0.2.0"']],
  ['"subnet":"192.000.2.0/24"', ['error no-ranges: "192.000.2.0/24"']],
  [`"ranges":[${V4}]`, ['error no-ranges: {']],
  ['"ranges":[[{"rangeStart":"192.0.2.1"}]]', ['error no-ranges: {']],
  ['"subnet":"10.1.2.3/24"', ['error host-bits: "10.1.2.3/24"']],
  ['"subnet":"10.1.2.0/31"', ['error too-small: "10.1.2.0/31"']],
  ['"subnet":"10.1.2.3/31"', ['error too-small: "10.1.2.3/31"']],
  ['"subnet":"10.1.2.0/30"', []],
  ['"subnet":"2001:db8::/127"', ['error too-small: "2001:db8::/127"']],
  ['"subnet":"192.0.2.0/24","rangeStart":"192.0.3.1"', ['error start-end-outside: "192.0.3.1"']],
  ['"subnet":"192.0.2.0/24","rangeEnd":"192.0.3.1"', ['error start-end-outside: "192.0.3.1"']],
  ['"subnet":"192.0.2.0/24","rangeEnd":"2001:db8::1"', ['error start-end-outside: "2001:db8::1"']],
  ['"subnet":"192.0.2.0/24","rangeStart":"x"', ['error start-end-outside: "x"']],
  ['"subnet":"192.0.2.0/24","rangeStart":"192.0.2.9","rangeEnd":"192.0.2.8"', ['error start-end-outside: "192.0.2.9"']],
  ['"subnet":"192.0.2.0/24","rangeStart":"192.0.2.9","rangeEnd":"192.0.2.9"', []],
  ['"subnet":"192.0.2.0/24","rangeStart":"192.0.2.0","rangeEnd":"192.0.2.255"', []],
  [`"ranges":[[${V4},{"subnet":"192.0.2.128/25"}]]`, ['error overlap: "192.0.2.128/25"']],
  [`"ranges":[[${V4}],[{"subnet":"192.0.2.128/25"}]]`, ['error overlap: "192.0.2.128/25"']],
  [`"subnet":"192.0.2.0/25","ranges":[[${V4}]]`, ['error overlap: "192.0.2.0/24"']],
  [
    '"ranges":[[{"subnet":"192.0.2.0/24","rangeEnd":"192.0.2.9"},{"subnet":"192.0.2.0/24","rangeStart":"192.0.2.10"}]]',
    [],
  ],
  [`"ranges":[[${V4},{"subnet":"2001:db8::/64"}]]`, ['error mixed-family: "2001:db8::/64"']],
  [`"ranges":[[${V4}],[{"subnet":"198.51.100.0/24"}]]`, []],
  [`"ranges":[[${V4}],[]]`, ['error empty-set: [']],
  ['"range":"192.0.2.0/24"', ['error no-ranges: "host-local"', 'warning wb-spelling: "range"']],
  [
    '"subnet":"192.0.2.0/24","range_start":"192.0.2.9","exclude":["192.0.2.1"]',
    ['warning wb-spelling: "range_start"', 'warning wb-spelling: "exclude"'],
  ],
])('%s', async (members, findings) => {
  expect(await found(hostLocal(members), 'host-local')).toEqual(findings);
});

test('two addresses of a family are more than CNI below 0.3.0 has room for', async () => {
  const text = hostLocal(`"ranges":[[${V4}],[{"subnet":"198.51.100.0/24"}]]`);
  expect(await found(text.replace('0.3.1', '0.2.0'), 'host-local')).toEqual(['error mixed-family: "198.51.100.0/24"']);
  expect(await found(text.replace('"cniVersion":"0.3.1",', ''), 'host-local')).toEqual([
    'error mixed-family: "198.51.100.0/24"',
  ]);
});

test('ranges may come from the pod', async () => {
  expect(await found(hostLocal('', `${BRIDGE},"capabilities":{"ipRanges":true}`), 'host-local')).toEqual([]);
});

test.each([
  [
    '"subnet":"10.1.2.3/24"',
    'Network has host bits set. For a subnet mask of length 24 the network address is 10.1.2.0',
  ],
  ['"subnet":"10.1.2.0/31"', 'Network 10.1.2.0/31 too small to allocate from'],
  ['"subnet":"192.0.2.0/24","rangeStart":"192.0.3.1"', 'RangeStart 192.0.3.1 not in network 192.0.2.0/24'],
  [`"ranges":[[${V4}],[{"subnet":"192.0.2.128/25"}]]`, 'range set 0 overlaps with 1'],
  [
    `"ranges":[[${V4},{"subnet":"192.0.2.128/25"}]]`,
    'subnets 192.0.2.1-192.0.2.254 and 192.0.2.129-192.0.2.254 overlap',
  ],
  ['', 'no IP ranges specified'],
])('in the words of host-local: %s', async (members, upstream) => {
  const findings = await findingsOf(hostLocal(members));
  expect(findings.filter(({ rule }) => rule.startsWith('host-local/')).map((each) => each.upstream)).toEqual([
    upstream,
  ]);
});

test('what is safe is repaired', async () => {
  const text = hostLocal('"subnet":"192.0.2.9/24","range_start":"192.0.2.10"');
  const good = hostLocal('"subnet":"192.0.2.0/24","rangeStart":"192.0.2.10"');
  expect(await repaired(text)).toBe(good);
  expect(await repaired(good)).toBe(good);
  const dash = hostLocal('"range":"192.0.2.1-192.0.2.9/24"');
  expect(await repaired(dash)).toBe(dash);
  expect(await repaired(hostLocal('"range":"192.0.2.0/24"'))).toBe(hostLocal('"subnet":"192.0.2.0/24"'));
});

describe('a network that several nodes share', () => {
  const SHARED = 'warning shared-l2: "host-local"';
  const pod = (spec: string, name = 'app', networks = 'tenant-a'): string => `---
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: default
  annotations:
    k8s.v1.cni.cncf.io/networks: ${networks}
spec:
  ${spec}
`;
  const vlan = hostLocal('"subnet":"192.0.2.0/24"', '"type":"vlan","master":"eth1","vlanId":7');

  test.each<[string, boolean]>([
    ['macvlan', true],
    ['ipvlan', true],
    ['vlan', true],
    ['sriov', true],
    ['ib-sriov', true],
    ['host-device', true],
    ['bond', true],
    ['ovs', true],
    ['bridge', false],
    ['ptp', false],
    ['dummy', false],
  ])('%s', async (type, isShared) => {
    const text = hostLocal('"subnet":"192.0.2.0/24"', `"type":"${type}"`);
    expect(await found(text, 'host-local')).toEqual(isShared ? [SHARED] : []);
  });

  test.each<[string, string, string[]]>([
    ['nobody asks for it', '', [SHARED]],
    ['one node by name', pod('nodeName: node-1'), []],
    ['one node by its label', pod('nodeSelector: {kubernetes.io/hostname: node-1}'), []],
    ['two pods on one node', pod('nodeName: node-1') + pod('nodeName: node-1', 'b'), []],
    ['two nodes', pod('nodeName: node-1') + pod('nodeName: node-2', 'b'), [SHARED]],
    ['any node', pod('nodeName: node-1') + pod('containers: []', 'b'), [SHARED]],
    ['another network', pod('nodeName: node-1', 'app', 'other/tenant-a, tenant-b'), [SHARED]],
  ])('%s', async (_, pods, findings) => {
    expect(await found(vlan + pods, 'host-local')).toEqual(findings);
  });

  test('one node, of a template, in a list', async () => {
    const text = JSON.stringify({
      kind: 'List',
      apiVersion: 'v1',
      items: [
        {
          apiVersion: 'k8s.cni.cncf.io/v1',
          kind: 'NetworkAttachmentDefinition',
          metadata: { name: 'a', namespace: 'x' },
          spec: { config: '{"type":"macvlan","ipam":{"type":"host-local","subnet":"192.0.2.0/24"}}' },
        },
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'app', namespace: 'x' },
          spec: {
            template: {
              metadata: { annotations: { 'k8s.v1.cni.cncf.io/networks': '[{"name":"a"}]' } },
              spec: { nodeName: 'node-1' },
            },
          },
        },
      ],
    });
    expect(await found(text, 'host-local', { file: 'list.json' })).toEqual([]);
  });

  test('what an operator renders', async () => {
    const text = `apiVersion: sriovnetwork.openshift.io/v1
kind: SriovNetwork
metadata: {name: tenant-a}
spec:
  ipam: '{"type":"host-local","subnet":"192.0.2.0/24"}'
`;
    expect(await found(text, 'host-local')).toEqual([SHARED]);
  });
});
