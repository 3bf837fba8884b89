import { describe, expect, test } from '@jest/globals';
import { fixer, holds, ofConf, saidBy } from './table.js';
import { findingsOf } from '../support.js';

const fixed = fixer('ovn');
const TYPE = { type: 'ovn-k8s-cni-overlay' };
const HEAD = { cniVersion: '1.0.0', name: 'tenant-a' };
const OWN = { ...HEAD, ...TYPE, netAttachDefName: 'default/tenant-a' };

function localnet(more: object = {}): string {
  return ofConf({ ...OWN, topology: 'localnet', ...more });
}

function layer2(more: object = {}): string {
  return ofConf({ ...OWN, topology: 'layer2', ...more });
}

function layer3(subnets: string, more: object = {}): string {
  return ofConf({ ...OWN, topology: 'layer3', subnets, ...more });
}

describe('networks', () => {
  holds(
    ['ovn'],
    [
      ['a localnet', localnet({ physicalNetworkName: 'physnet', vlanID: 100 }), []],
      ['a localnet with addresses', localnet({ subnets: '192.0.2.0/24', excludeSubnets: '192.0.2.0/29' }), []],
      ['a layer2', layer2({ subnets: '192.0.2.0/24,2001:db8::/64', allowPersistentIPs: true }), []],
      ['a layer2 without addresses', layer2(), []],
      ['a layer3', layer3('10.10.0.0/16/24'), []],
      ['a primary one', layer2({ role: 'primary', subnets: '192.0.2.0/24', joinSubnet: '100.70.0.0/16' }), []],
      ['an empty ipam', localnet({ ipam: {} }), []],
      ['another type', ofConf({ ...HEAD, type: 'macvlan', topology: 'x', subnets: 'y' }), []],
      [
        'a list of one',
        ofConf({ ...HEAD, plugins: [{ ...TYPE, topology: 'layer2', netAttachDefName: 'default/tenant-a' }] }),
        [],
      ],
      ['keys of another case', localnet({ physicalnetworkname: 'physnet', excludesubnets: '' }), []],

      [
        'another name',
        localnet({ netAttachDefName: 'default/tenant-b' }),
        ['ovn/nad-name-mismatch:"default/tenant-b"'],
      ],
      ['another namespace', localnet({ netAttachDefName: 'x/tenant-a' }), ['ovn/nad-name-mismatch:"x/tenant-a"']],
      ['only the name', localnet({ netAttachDefName: 'tenant-a' }), ['ovn/nad-name-mismatch:"tenant-a"']],
      ['no name', ofConf({ ...HEAD, ...TYPE, topology: 'layer2' }), ['ovn/nad-name-mismatch:"ovn-k8s-cni-overlay"']],

      ['no topology that is known', ofConf({ ...OWN, topology: 'Layer2' }), ['ovn/topology:"Layer2"']],
      [
        'persistent on layer3',
        layer3('10.10.0.0/16/24', { allowPersistentIPs: true }),
        ['ovn/topology:"allowPersistentIPs"'],
      ],
      ['not persistent on layer3', layer3('10.10.0.0/16/24', { allowPersistentIPs: false }), []],
      ['a joinSubnet of localnet', localnet({ joinSubnet: '100.70.0.0/16' }), ['ovn/topology:"joinSubnet"']],
      [
        'infrastructure of localnet',
        localnet({ subnets: '192.0.2.0/24', infrastructureSubnets: '192.0.2.0/30' }),
        ['ovn/topology:"infrastructureSubnets"'],
      ],
      [
        'a gateway of layer3',
        layer3('10.10.0.0/16/24', { defaultGatewayIPs: '10.10.0.1' }),
        ['ovn/topology:"defaultGatewayIPs"'],
      ],
      ['a VLAN of layer2', layer2({ vlanID: 100 }), ['ovn/topology:"vlanID"']],

      ['a role in capitals', layer2({ role: 'Primary', subnets: '192.0.2.0/24' }), ['ovn/role:"Primary"']],
      ['secondary', localnet({ role: 'secondary' }), []],
      ['a primary localnet', localnet({ role: 'primary' }), ['ovn/role:"primary"']],

      ['a transport', layer3('10.10.0.0/16/24', { transport: 'no-overlay', outboundSNAT: 'disabled' }), []],
      ['another transport', layer3('10.10.0.0/16/24', { transport: 'vxlan' }), ['ovn/transport:"vxlan"']],
      ['SNAT without it', layer3('10.10.0.0/16/24', { outboundSNAT: 'enabled' }), ['ovn/transport:"outboundSNAT"']],
      [
        'SNAT that may be',
        layer3('10.10.0.0/16/24', { transport: 'no-overlay', outboundSNAT: 'maybe' }),
        ['ovn/transport:"maybe"'],
      ],

      ['an ipam', localnet({ ipam: { type: 'whereabouts', range: '192.0.2.0/24' } }), ['ovn/ipam-forbidden:"ipam"']],

      ['VLAN 4094', localnet({ vlanID: 4094 }), []],
      ['VLAN 4095', localnet({ vlanID: 4095 }), ['ovn/vlan-range:4095']],
      ['VLAN -1', localnet({ vlanID: -1 }), ['ovn/vlan-range:-1']],

      ['a key of macvlan', localnet({ master: 'eth1' }), ['ovn/unknown-key:"master"']],
      ['nearly a key', localnet({ persistentIPs: true }), ['ovn/unknown-key:"persistentIPs"']],
      ['more than a key', layer2({ joinSubnets: '100.70.0.0/16' }), ['ovn/unknown-key:"joinSubnets"']],

      ['a reserved name', localnet({ name: 'default' }), ['ovn/name-reserved:"default"']],
      ['another reserved name', localnet({ name: 'ovn-kubernetes' }), ['ovn/name-reserved:"ovn-kubernetes"']],
      ['no name of the network', localnet({ name: undefined }), ['ovn/name-reserved:config']],

      [
        'subnets without a topology',
        ofConf({ ...HEAD, ...TYPE, subnets: '192.0.2.0/24' }),
        ['ovn/topology-missing:"subnets"'],
      ],
      ['a VLAN without a topology', ofConf({ ...HEAD, ...TYPE, vlanID: 7 }), ['ovn/topology-missing:"vlanID"']],
      [
        'the cluster network',
        ofConf({ cniVersion: '0.4.0', name: 'default', ...TYPE }),
        ['ovn/default-network-nad:"ovn-k8s-cni-overlay"'],
      ],
    ],
  );
});

describe('chained', () => {
  const LAYER2 = { ...TYPE, topology: 'layer2', netAttachDefName: 'default/tenant-a' };
  holds(
    ['ovn'],
    [
      ['first', ofConf({ ...HEAD, plugins: [LAYER2, { type: 'tuning' }] }), ['ovn/chained:"tuning"']],
      ['later', ofConf({ ...HEAD, plugins: [{ type: 'bridge' }, LAYER2] }), ['ovn/chained:"ovn-k8s-cni-overlay"']],
    ],
  );
});

describe('subnets', () => {
  holds(
    ['ovn'],
    [
      ['no length', layer2({ subnets: '192.0.2.0' }), ['ovn/subnets:192.0.2.0']],
      ['no address', layer2({ subnets: '192.0.2.0/24, x/24' }), ['ovn/subnets:x/24']],
      ['an empty entry', layer2({ subnets: '192.0.2.0/24,' }), ['ovn/subnets:']],
      ['host bits', layer2({ subnets: '192.0.2.5/24' }), []],
      ['divided without need', layer2({ subnets: '192.0.2.0/24/28' }), ['ovn/subnets:192.0.2.0/24/28']],
      ['not divided', layer3('10.10.0.0/16'), ['ovn/subnets:10.10.0.0/16']],
      ['not divided, and too small', layer3('192.0.2.0/24'), ['ovn/subnets:192.0.2.0/24']],
      ['divided by a word', layer3('10.10.0.0/16/x'), ['ovn/subnets:10.10.0.0/16/x']],
      ['IPv6 by another length', layer3('fd00::/48/56'), ['ovn/subnets:fd00::/48/56']],
      ['divided by too little', layer3('10.10.0.0/16/16'), ['ovn/subnets:10.10.0.0/16/16']],
      ['of both families', layer3('10.10.0.0/16/24,fd00::/48/64'), []],
      [
        'excluded outside',
        layer2({ subnets: '192.0.2.0/24', excludeSubnets: '198.51.100.0/30' }),
        ['ovn/subnets:198.51.100.0/30'],
      ],
      [
        'excluded and bigger',
        layer2({ subnets: '192.0.2.0/24', excludeSubnets: '192.0.0.0/16' }),
        ['ovn/subnets:192.0.0.0/16'],
      ],
      ['excluded as a whole', layer2({ subnets: '192.0.2.0/24', excludeSubnets: '192.0.2.0/24' }), []],
      ['excluded of nothing', layer2({ excludeSubnets: '192.0.2.0/30' }), ['ovn/subnets:192.0.2.0/30']],
      [
        'excluded in the second',
        layer2({ subnets: '192.0.2.0/24, 198.51.100.0/24', excludeSubnets: '198.51.100.0/30' }),
        [],
      ],
      ['a primary one without', layer2({ role: 'primary' }), ['ovn/subnets:"ovn-k8s-cni-overlay"']],
      ['a primary one with nothing', layer2({ role: 'primary', subnets: '' }), ['ovn/subnets:""']],
    ],
  );
});

test.each<[string, string, string, string | null]>([
  [
    'ovn/nad-name-mismatch',
    localnet({ netAttachDefName: 'x/y' }),
    'error',
    'net-attach-def name (default/tenant-a) is inconsistent with config (x/y)',
  ],
  [
    'ovn/nad-name-mismatch',
    ofConf({ ...HEAD, ...TYPE, topology: 'layer2' }),
    'error',
    'missing NADName in secondary network netconf tenant-a',
  ],
  ['ovn/topology', ofConf({ ...OWN, topology: 'x' }), 'error', 'topology x not supported'],
  ['ovn/topology', layer2({ vlanID: 7 }), 'warning', null],
  [
    'ovn/topology',
    layer3('10.10.0.0/16/24', { allowPersistentIPs: true }),
    'error',
    'layer3 topology does not allow persistent IPs',
  ],
  ['ovn/role', layer2({ role: 'Primary', subnets: '192.0.2.0/24' }), 'error', 'invalid network role value Primary'],
  [
    'ovn/ipam-forbidden',
    localnet({ ipam: { type: 'x' } }),
    'error',
    'IPAM key is not supported. Use OVN-K provided IPAM via the `subnets` attribute',
  ],
  [
    'ovn/subnets',
    layer2({ subnets: '192.0.2.0/24', excludeSubnets: '198.51.100.0/30' }),
    'error',
    'the provided network subnets do not contain excluded subnets 198.51.100.0/30',
  ],
  ['ovn/subnets', layer2({ subnets: '192.0.2.0' }), 'error', 'CIDR "192.0.2.0" not properly formatted'],
  ['ovn/subnets', layer3('10.10.0.0/16'), 'info', null],
  [
    'ovn/subnets',
    layer3('192.0.2.0/24'),
    'error',
    'cannot use a host subnet length mask shorter than or equal to the cluster subnet mask. host subnet length: 24, cluster subnet length: 24',
  ],
  ['ovn/subnets', layer3('fd00::/48/56'), 'error', 'IPv6 only supports /64 host subnets'],
  ['ovn/subnets', layer2({ subnets: '192.0.2.0/24/28' }), 'error', 'CIDR "192.0.2.0/24/28" not properly formatted'],
  [
    'ovn/chained',
    ofConf({ ...HEAD, plugins: [TYPE, { type: 'tuning' }] }),
    'error',
    'CNI plugin chaining is not supported',
  ],
  [
    'ovn/name-reserved',
    localnet({ name: 'default' }),
    'error',
    'invalid name in in secondary network netconf (default)',
  ],
])('%s in the words of OVN-Kubernetes', async (rule, text, severity, upstream) => {
  expect(await saidBy(rule, text)).toEqual({ severity, upstream });
});

describe('repairs', () => {
  test.each<[string, string, string]>([
    ['the name', localnet({ netAttachDefName: 'x/y' }), localnet()],
    ['an ipam', localnet({ ipam: { type: 'dhcp' } }), localnet()],
  ])('%s', async (_, text, expected) => {
    expect(await fixed(text)).toBe(expected);
    expect(await fixed(expected)).toBe(expected);
  });

  test('a name that is not there is written', async () => {
    const repaired = await fixed(ofConf({ ...HEAD, ...TYPE, topology: 'layer2' }));
    expect(repaired).toContain('default/tenant-a');
    expect(await findingsOf(repaired)).toEqual([]);
  });

  test('of an object without a namespace nothing is known', async () => {
    const text = localnet({ netAttachDefName: 'x/y' }).replace('  namespace: default\n', '');
    expect(await fixed(text)).toBe(text);
    const good = localnet({ netAttachDefName: 'x/tenant-a' }).replace('  namespace: default\n', '');
    expect((await findingsOf(good)).map(({ rule }) => rule)).not.toContain('ovn/nad-name-mismatch');
  });
});
