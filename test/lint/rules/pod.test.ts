import { describe, expect, test } from '@jest/globals';
import { readingOf } from '../../../src/lint/cluster/facts.js';
import { findingsOf, underlined } from '../support.js';
import { fixer, holds, ofConf, saidBy } from './table.js';

const KEY = 'k8s.v1.cni.cncf.io/networks';

function pod(networks: unknown, key = KEY): string {
  const text = typeof networks === 'string' ? networks : JSON.stringify(networks);
  return `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: default
  annotations:
    ${key}: '${text}'
`;
}

function machine(networkName: string): string {
  return `apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: { name: vm, namespace: default }
spec:
  template:
    spec:
      networks:
      - name: a
        multus: { networkName: '${networkName}' }
`;
}

const asked = (more: object): object[] => [{ name: 'tenant-a', ...more }];

describe('names with commas', () => {
  holds(
    ['pod'],
    [
      ['one', pod('net1'), []],
      ['with a namespace', pod('default/net1'), []],
      ['with an interface', pod('net1@my_interface'), []],
      ['with both', pod('default/net1@my_interface'), []],
      ['several', pod('net1, default/net1@x ,net-2'), []],
      [
        'two slashes',
        pod('root@someIP/root@someOtherIP/root@thirdIP'),
        ['pod/grammar:root@someIP/root@someOtherIP/root@thirdIP'],
      ],
      [
        'two @',
        pod('root@someIP/root@someOtherIP@garbagevalue'),
        ['pod/grammar:root@someIP/root@someOtherIP@garbagevalue'],
      ],
      ['no label', pod('root@someIP/root@someOtherIP'), ['pod/grammar:root@someIP/root@someOtherIP']],
      ['capitals', pod('a, Net1'), ['pod/grammar:Net1']],
      ['nothing after the comma', pod('net1,'), ['pod/grammar:']],
      ['only a namespace', pod('default/'), ['pod/grammar:default/']],
      ['white space', pod('default/net1@myIfc Name'), ['pod/ifname:myIfc Name']],
      ['a long name', pod('default/net1@very_long_interface_name'), ['pod/ifname:very_long_interface_name']],
      ['fifteen letters', pod('net1@abcdefghijklmno'), []],
      ['sixteen letters', pod('net1@abcdefghijklmnop'), ['pod/ifname:abcdefghijklmnop']],
      ['that of the cluster', pod('a@eth0'), ['pod/ifname:eth0']],
      ['twice', pod('a@x, b@x'), ['pod/ifname:x']],
      ['that of one without', pod('a@net2, b'), ['pod/ifname:net2']],
      ['its own', pod('a@net1, b'), []],
      ['dots', pod('a, x/my.net@net7'), ['pod/name-dots:my.net']],
      ['two as the default', pod('a, b', 'v1.multus-cni.io/default-network'), [`pod/grammar:'a, b'`]],
      ['one as the default', pod('a', 'v1.multus-cni.io/default-network'), []],
    ],
  );
});

describe('JSON', () => {
  holds(
    ['pod'],
    [
      [
        'a good one',
        pod(asked({ namespace: 'x', ips: ['192.0.2.10', '2001:db8::1/64'], mac: '02:00:00:00:00:01', interface: 'x' })),
        [],
      ],
      ['an old key', pod(asked({ interfaceRequest: 'net7' })), []],
      ['dots', pod([{ name: 'my.net' }]), []],
      ['no JSON', pod('[adsfasdfasdfasf]'), ['pod/grammar:adsfasdfasdfasf']],
      ['an object', pod({ name: 'a' }), [`pod/grammar:'{"name":"a"}'`]],
      ['a text', pod('"a"'), [`pod/grammar:'"a"'`]],
      ['an empty list', pod([]), []],
      ['names in it', pod(['a']), ['pod/grammar:"a"']],
      ['no name', pod([{ namespace: 'x' }]), ['pod/grammar:{']],
      ['a number', pod([{ name: 5 }]), ['pod/grammar:5']],
      ['ips that are a text', pod(asked({ ips: '192.0.2.1' })), ['pod/grammar:"192.0.2.1"']],
      ['no address', pod(asked({ ips: ['192.0.2.1/24', 'x'] })), ['pod/grammar:"x"']],
      ['no CIDR', pod(asked({ ips: ['192.0.2.1/33'] })), ['pod/grammar:"192.0.2.1/33"']],
      ['no MAC address', pod(asked({ mac: '02:00' })), ['pod/grammar:"02:00"']],
      ['a MAC address with dots', pod(asked({ mac: '0200.0000.0001' })), []],
      ['a GUID', pod(asked({ 'infiniband-guid': '02:00:00:00:00:00:00:01' })), []],
      ['no GUID', pod(asked({ 'infiniband-guid': 'x' })), ['pod/grammar:"x"']],
      ['no gateway', pod(asked({ 'default-route': ['x'] })), ['pod/grammar:"x"']],
      ['a claim', pod(asked({ 'ipam-claim-reference': 'c' })), []],
      [
        'a claim and ips',
        pod(asked({ 'ipam-claim-reference': 'c', ips: ['192.0.2.1'] })),
        ['pod/grammar:"ipam-claim-reference"'],
      ],
      ['a slash', pod(asked({ interface: 'a/b' })), ['pod/ifname:"a/b"']],
      ['a colon', pod(asked({ interface: 'a:b' })), ['pod/ifname:"a:b"']],
      ['one route of each family', pod(asked({ 'default-route': ['192.0.2.1', '2001:db8::1'] })), []],
      ['two of one', pod(asked({ 'default-route': ['192.0.2.1', '192.0.2.2'] })), ['pod/ecmp:"192.0.2.2"']],
      [
        'two of two networks',
        pod([...asked({ 'default-route': ['2001:db8::1'] }), { name: 'b', 'default-route': ['2001:db8::2'] }]),
        ['pod/ecmp:"2001:db8::2"'],
      ],
    ],
  );
});

describe('virtual machines', () => {
  holds(
    ['pod'],
    [
      ['a name', machine('tenant-a'), []],
      ['with a namespace', machine('x/tenant-a'), []],
      ['dots', machine('x/tenant.a'), []],
      ['two slashes', machine('a/b/c'), [`pod/grammar:'a/b/c'`]],
    ],
  );
});

test.each<[string, string, string]>([
  ['pod/grammar', pod('a/b/c'), "parsePodNetworkObjectName: Invalid network object (failed at '/')"],
  ['pod/grammar', pod('a@b@c'), "parsePodNetworkObjectName: Invalid network object (failed at '@')"],
  [
    'pod/grammar',
    pod('[adsfasdfasdfasf]'),
    "failed to parse pod Network Attachment Selection Annotation JSON format: invalid character 'a' looking for beginning of value",
  ],
  ['pod/grammar', pod(asked({ ips: ['x'] })), 'failed to parse IP address "x"'],
  [
    'pod/ifname',
    pod('a@very_long_interface_name'),
    "parsePodNetworkObjectName: Failed to parse interface name: must be less than 15 chars and not contain '/' or spaces. interface name 'very_long_interface_name'",
  ],
  [
    'pod/ecmp',
    pod(asked({ 'default-route': ['192.0.2.1', '192.0.2.2'] })),
    'multus does not support ECMP for default-route',
  ],
])('%s in the words of multus', async (rule, text, upstream) => {
  expect(await saidBy(rule, text)).toEqual({ severity: 'error', upstream });
});

describe('together with the network', () => {
  const HEAD = { cniVersion: '0.3.1', name: 'tenant-a', type: 'macvlan', master: 'eth1' };
  const RANGE = { type: 'whereabouts', range: '192.0.2.0/24', exclude: ['192.0.2.0/29'] };
  const said = async (conf: object, more: object): Promise<string[]> =>
    (await underlined(`${ofConf({ ...HEAD, ...conf })}---\n${pod(asked(more))}`)).filter((each) =>
      each.startsWith('pod/'),
    );
  const ips = (...list: readonly string[]): object => ({ ips: list });

  test.each<[string, object, object, string[]]>([
    ['static', { ipam: { type: 'static' } }, ips('192.0.2.10'), ['pod/ip-no-prefix:"192.0.2.10"']],
    ['static, with it', { ipam: { type: 'static' } }, ips('192.0.2.10/24'), []],
    ['whereabouts', { ipam: RANGE }, ips('192.0.2.10'), ['pod/ip-no-prefix:"192.0.2.10"']],
    ['host-local', { ipam: { type: 'host-local', subnet: '192.0.2.0/24' } }, ips('192.0.2.10'), []],
    ['inside', { ipam: RANGE }, ips('192.0.2.10/24'), []],
    ['outside', { ipam: RANGE }, ips('192.0.3.10/24'), ['pod/ips-outside:"192.0.3.10/24"']],
    ['the other family', { ipam: RANGE }, ips('2001:db8::1/64'), ['pod/ips-outside:"2001:db8::1/64"']],
    ['another network', { ipam: RANGE }, { ...ips('192.0.3.10/24'), name: 'other' }, []],
    ['another namespace', { ipam: RANGE }, { ...ips('192.0.3.10/24'), namespace: 'other' }, []],
    ['a MAC address', { ipam: RANGE }, { mac: '02:00:00:00:00:01' }, []],
    [
      'a MAC address for ipvlan',
      { type: 'ipvlan', ipam: RANGE },
      { mac: '02:00:00:00:00:01' },
      ['pod/mac-capability:"02:00:00:00:00:01"'],
    ],
    [
      'a MAC address for vlan',
      { type: 'vlan', vlanId: 7, ipam: RANGE },
      { mac: '02:00:00:00:00:01' },
      ['pod/mac-capability:"02:00:00:00:00:01"'],
    ],
    [
      'a MAC address by tuning',
      {
        type: undefined,
        plugins: [
          { type: 'vlan', master: 'eth1', vlanId: 7, ipam: RANGE },
          { type: 'tuning', capabilities: { mac: true } },
        ],
      },
      { mac: '02:00:00:00:00:01' },
      [],
    ],
  ])('%s', async (_, conf, more, expected) => {
    expect(await said(conf, more)).toEqual(expected);
  });
});

describe('repairs', () => {
  const fixed = fixer('pod');

  test('a name with dots needs the JSON form', async () => {
    const repaired = await fixed(pod('tenant-b, x/my.net@net7'));
    expect(await findingsOf(repaired)).toEqual([]);
    expect(repaired).toContain('my.net');
    expect(await fixed(repaired)).toBe(repaired);
  });

  test('not where another one cannot be read', async () => {
    const text = pod('a/b/c, my.net');
    expect(await fixed(text)).toBe(text);
  });
});

describe('in a cluster', () => {
  const cluster = readingOf({ nads: [{ namespace: 'default', name: 'there' }] });
  const said = async (text: string): Promise<string[]> =>
    (await underlined(text, { cluster })).filter((each) => each.startsWith('pod/'));

  test.each<[string, string, string[]]>([
    ['there', pod('there'), []],
    ['there, by its namespace', pod('default/there'), []],
    ['elsewhere', pod('other/there'), ['pod/nad-missing:there']],
    ['nowhere', pod('there, nowhere@x'), ['pod/nad-missing:nowhere']],
    ['of a pod anywhere', pod('there').replace('  namespace: default\n', ''), []],
    ['nowhere at all', pod('nowhere').replace('  namespace: default\n', ''), ['pod/nad-missing:nowhere']],
    ['of a virtual machine', machine('nowhere'), ['pod/nad-missing:nowhere']],
    ['on its way', `${ofConf({ type: 'macvlan' })}---\n${pod('tenant-a')}`, []],
    ['the default, by its name', pod('there', 'v1.multus-cni.io/default-network'), []],
  ])('%s', async (_, text, expected) => {
    expect(await said(text)).toEqual(expected);
  });
});
