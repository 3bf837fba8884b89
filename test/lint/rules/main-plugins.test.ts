import { describe, expect, test } from '@jest/globals';
import { findingsOf, nadText, underlined } from '../support.js';
import { fixer, holds, ofConf, saidBy } from './table.js';

const HEAD = { cniVersion: '0.3.1', name: 'tenant-a' };
const IPAM = { type: 'whereabouts', range: '192.0.2.0/24', exclude: ['192.0.2.0/29'] };
const DHCP = { ipam: { type: 'dhcp' } };

/** A network of one plugin, with addresses. */
function of(type: string, more: object = {}): string {
  return ofConf({ ...HEAD, type, ipam: IPAM, ...more });
}

/** The same without addresses. */
function bare(type: string, more: object = {}): string {
  return ofConf({ ...HEAD, type, ...more });
}

function list(...plugins: readonly object[]): string {
  return ofConf({ ...HEAD, plugins });
}

describe('macvlan', () => {
  const ETH = { master: 'eth1' };
  holds(
    ['macvlan'],
    [
      ...['bridge', 'private', 'vepa', ''].map((mode) => [mode, of('macvlan', { ...ETH, mode }), []] as const),
      ['jumbo frames', of('macvlan', { ...ETH, mtu: 9000 }), []],
      ['a mode of the operator', of('macvlan', { ...ETH, mode: 'VEPA' }), ['macvlan/mode:"VEPA"']],
      ['no mode at all', of('macvlan', { ...ETH, mode: 'l2' }), ['macvlan/mode:"l2"']],
      ['no master', of('macvlan'), ['macvlan/no-master:"macvlan"']],
      ['an empty master', of('macvlan', { master: '' }), ['macvlan/no-master:"macvlan"']],
      ['a VLAN', of('macvlan', { ...ETH, vlan: 100 }), ['macvlan/unknown-key:"vlan"']],
      ['a VLAN as the vlan plugin has it', of('macvlan', { ...ETH, vlanId: 100 }), ['macvlan/unknown-key:"vlanId"']],
      ['passthru', of('macvlan', { ...ETH, mode: 'passthru' }), ['macvlan/passthru-shared:"passthru"']],
    ],
  );

  test('a mode is repaired where only its case is wrong', async () => {
    const fixed = fixer('macvlan');
    expect(await fixed(of('macvlan', { ...ETH, mode: 'Bridge' }))).toBe(of('macvlan', { ...ETH, mode: 'bridge' }));
    expect(await fixed(of('macvlan', { ...ETH, mode: 'l2' }))).toBe(of('macvlan', { ...ETH, mode: 'l2' }));
  });

  test('the VLAN is said of once', async () => {
    const said = await underlined(of('macvlan', { ...ETH, vlan: 100 }));
    expect(said.filter((each) => each.endsWith(':"vlan"'))).toEqual(['macvlan/unknown-key:"vlan"']);
  });
});

describe('ipvlan', () => {
  const ETH = { master: 'eth1' };
  holds(
    ['ipvlan'],
    [
      ['l2', of('ipvlan', { ...ETH, mode: 'l2' }), []],
      ['l3', of('ipvlan', { ...ETH, mode: 'l3' }), ['ipvlan/l3-needs-routing:"l3"']],
      ['l3s', of('ipvlan', { ...ETH, mode: 'l3s' }), ['ipvlan/l3-needs-routing:"l3s"']],
      ['capitals', of('ipvlan', { ...ETH, mode: 'L2' }), ['ipvlan/mode:"L2"']],
      ['a mode of macvlan', of('ipvlan', { ...ETH, mode: 'bridge' }), ['ipvlan/mode:"bridge"']],
      ['no ipam', bare('ipvlan', ETH), ['ipvlan/ipam-required:"ipvlan"']],
      ['an empty ipam', bare('ipvlan', { ...ETH, ipam: {} }), ['ipvlan/ipam-required:"ipvlan"']],
      ['an ipam without a type', bare('ipvlan', { ...ETH, ipam: { range: '192.0.2.0/24' } }), []],
      ['after another one', list({ type: 'macvlan', ipam: IPAM }, { type: 'ipvlan' }), []],
      ['DHCP', bare('ipvlan', { ...ETH, ...DHCP }), ['ipvlan/dhcp:"dhcp"']],
      ['a MAC address', of('ipvlan', { ...ETH, capabilities: { mac: true } }), ['ipvlan/mac-capability:"mac"']],
      ['a MAC address that is off', of('ipvlan', { ...ETH, capabilities: { mac: false } }), []],
    ],
  );

  test.each([
    ['l3', 'error'],
    ['l3s', 'error'],
    ['l2', 'warning'],
    [undefined, 'warning'],
  ])('DHCP in the mode %s: %s', async (mode, severity) => {
    const said = await saidBy('ipvlan/dhcp', bare('ipvlan', { ...ETH, mode, ...DHCP }));
    expect(said?.severity).toBe(severity);
  });
});

describe('vlan', () => {
  const GOOD = { master: 'eth1', vlanId: 100 };
  holds(
    ['vlan'],
    [
      ['a good one', of('vlan', GOOD), []],
      ['in any case', of('vlan', { master: 'eth1', vlanID: 100 }), []],
      ['the last one', of('vlan', { ...GOOD, vlanId: 4094 }), []],
      ['one too many', of('vlan', { ...GOOD, vlanId: 4095 }), ['vlan/vlan-range:4095']],
      ['a negative one', of('vlan', { ...GOOD, vlanId: -1 }), ['vlan/vlan-range:-1']],
      ['0', of('vlan', { ...GOOD, vlanId: 0 }), ['vlan/id-zero:0']],
      ['none', of('vlan', { master: 'eth1' }), ['vlan/id-zero:"vlan"']],
      ['the key of others', of('vlan', { master: 'eth1', vlan: 100 }), ['vlan/key-name:"vlan"']],
      ['both keys', of('vlan', { ...GOOD, vlan: 100 }), []],
      ['no master', of('vlan', { vlanId: 100 }), ['vlan/master-required:"vlan"']],
      ['no ipam', bare('vlan', GOOD), ['vlan/ipam-required:"vlan"']],
    ],
  );

  test('the key is renamed', async () => {
    const fixed = fixer('vlan');
    const repaired = await fixed(of('vlan', { vlan: 100, master: 'eth1' }));
    expect(repaired).toBe(of('vlan', { master: 'eth1' }).replace('"master"', '"vlanId":100,"master"'));
    expect(await fixed(repaired)).toBe(repaired);
  });
});

describe('ptp, dummy and tap', () => {
  holds(
    ['ptp', 'dummy', 'tap'],
    [
      ['ptp', of('ptp'), []],
      ['ptp without an ipam', bare('ptp'), ['ptp/ipam-required:"ptp"']],
      ['dummy', of('dummy'), []],
      ['dummy without an ipam', bare('dummy'), ['dummy/ipam-required:"dummy"']],
      ['tap', bare('tap', { selinuxContext: 'system_u:system_r:container_t:s0' }), []],
      ['tap without a context', bare('tap'), ['tap/selinux-tuning:"tap"']],
    ],
  );
});

describe('host-device', () => {
  const annotated = (text: string, key: string): string =>
    text.replace('spec:\n', `  annotations:\n    ${key}: example.com/nic\nspec:\n`);
  holds(
    ['host-device'],
    [
      ['by its name', bare('host-device', { device: 'ens4f1' }), ['host-device/one-pod-per-node:"ens4f1"']],
      ['by its address', bare('host-device', { hwaddr: '02:00:00:00:00:01' }), []],
      ['by its bus', bare('host-device', { pciBusID: '0000:03:02.0' }), []],
      ['not at all', bare('host-device'), ['host-device/selector:"host-device"']],
      ['by an empty name', bare('host-device', { device: '' }), ['host-device/selector:"host-device"']],
      [
        'twice',
        bare('host-device', { kernelpath: '/sys/x', hwaddr: '02:00:00:00:00:01' }),
        ['host-device/selector-many:"kernelpath"'],
      ],
      ['by a resource', annotated(bare('host-device'), 'k8s.v1.cni.cncf.io/resourceName'), []],
      ['by a misspelt resource', annotated(bare('host-device'), 'k8s.v1.cni.cncf.io/resourcename'), []],
      [
        'beside another annotation',
        annotated(bare('host-device'), 'example.com/x'),
        ['host-device/selector:"host-device"'],
      ],
    ],
  );
});

describe('sriov and ib-sriov', () => {
  holds(
    ['sriov', 'ib-sriov'],
    [
      ['a good one', of('sriov', { vlan: 100, vlanQoS: 3, vlanProto: '802.1ad', spoofchk: 'on', trust: 'off' }), []],
      ['as its operator writes it', of('sriov', { vlan: 0, vlanQoS: 0, vlanProto: '802.1q', link_state: 'auto' }), []],
      ['a VLAN too many', of('sriov', { vlan: 4095 }), ['sriov/vlan-range:4095']],
      ['a bool', of('sriov', { spoofchk: true, trust: false }), ['sriov/on-off:true', 'sriov/on-off:false']],
      ['another word', of('sriov', { trust: 'yes' }), ['sriov/on-off:"yes"']],
      ['a priority without a VLAN', of('sriov', { vlanQoS: 3 }), ['sriov/qos-needs-vlan:3']],
      ['a priority with VLAN 0', of('sriov', { vlan: 0, vlanQoS: 3 }), ['sriov/qos-needs-vlan:3']],
      ['a priority too high', of('sriov', { vlan: 100, vlanQoS: 8 }), ['sriov/qos-needs-vlan:8']],
      ['the highest priority', of('sriov', { vlan: 100, vlanQoS: 7 }), []],
      ['a protocol in capitals', of('sriov', { vlan: 100, vlanProto: '802.1Q' }), []],
      ['no protocol', of('sriov', { vlan: 100, vlanProto: '802.3' }), ['sriov/proto:"802.3"']],
      ['a protocol without a VLAN', of('sriov', { vlanProto: '802.1ad' }), ['sriov/proto:"802.1ad"']],
      ['a state', of('sriov', { link_state: 'up' }), ['sriov/link-state:"up"']],
      ['a state in capitals', of('sriov', { link_state: 'Enable' }), ['sriov/link-state:"Enable"']],
      ['one function', of('sriov', { deviceID: '0000:03:02.0' }), ['sriov/hardcoded-device-id:"0000:03:02.0"']],
      ['no function', of('sriov', { deviceID: '' }), []],
      [
        'a function of InfiniBand',
        of('ib-sriov', { deviceID: '0000:03:02.0' }),
        ['sriov/hardcoded-device-id:"0000:03:02.0"'],
      ],
      ['InfiniBand', of('ib-sriov', { capabilities: { infinibandGUID: true } }), []],
      ['DHCP', bare('ib-sriov', DHCP), ['ib-sriov/dhcp:"dhcp"']],
      ['a MAC address', of('ib-sriov', { capabilities: { mac: true } }), ['ib-sriov/mac:"mac"']],
      ['a MAC address that is written', of('ib-sriov', { mac: '02:00:00:00:00:01' }), ['ib-sriov/mac:"mac"']],
    ],
  );

  test('DHCP in what an operator renders', async () => {
    const text = `apiVersion: sriovnetwork.openshift.io/v1
kind: SriovIBNetwork
metadata: { name: tenant-a, namespace: openshift-sriov-network-operator }
spec:
  resourceName: ib
  ipam: '{ "type": "dhcp" }'
`;
    expect((await findingsOf(text)).map(({ rule }) => rule)).toContain('ib-sriov/dhcp');
  });

  test('a bool becomes the word', async () => {
    const repaired = await fixer('sriov')(of('sriov', { spoofchk: true, trust: 'OFF' }));
    expect(repaired).toBe(of('sriov', { spoofchk: 'on', trust: 'off' }));
  });

  test('a bool is said of once', async () => {
    const said = (await findingsOf(of('sriov', { spoofchk: true }))).filter(({ severity }) => severity === 'error');
    expect(said.map(({ rule, upstream }) => [rule, upstream])).toEqual([
      [
        'sriov/on-off',
        'LoadConf(): failed to load netconf: json: cannot unmarshal bool into Go struct field NetConf.spoofchk of type string',
      ],
    ]);
  });

  test.each<[string, object, string]>([
    ['sriov/vlan-range', { vlan: 5000 }, 'LoadConf(): vlan id 5000 invalid: value must be in the range 0-4094'],
    [
      'sriov/qos-needs-vlan',
      { vlanQoS: 3 },
      'LoadConf(): vlan id must be configured to set vlan QoS to a non-nil value',
    ],
    [
      'sriov/qos-needs-vlan',
      { vlan: 0, vlanQoS: 3 },
      'LoadConf(): non-zero vlan id must be configured to set vlan QoS to a non-zero value',
    ],
    ['sriov/link-state', { link_state: 'up' }, 'LoadConf(): invalid link_state value: up'],
  ])('%s in the words of the plugin', async (rule, more, upstream) => {
    expect(await saidBy(rule, of('sriov', more))).toEqual({ severity: 'error', upstream });
  });
});

describe('bond', () => {
  const LINKS = [{ name: 'net1' }, { name: 'net2' }];
  const GOOD = { mode: 'active-backup', miimon: '100', links: LINKS };
  holds(
    ['bond'],
    [
      ['a good one', of('bond', GOOD), []],
      ['one link', of('bond', { ...GOOD, links: [{ name: 'net1' }] }), ['bond/links:"links"']],
      ['no links', of('bond', { mode: 'broadcast' }), ['bond/links:"bond"']],
      ['no mode', of('bond', { ...GOOD, mode: 'lacp' }), ['bond/mode:"lacp"']],
      ['a number', of('bond', { ...GOOD, miimon: 100 }), ['bond/mode:100']],
    ],
  );
});

describe('chained plugins', () => {
  const MACVLAN = { type: 'macvlan', master: 'eth1', ipam: IPAM };
  const after = (plugin: object): string => list(MACVLAN, plugin);
  const sysctl = (key: string, value: unknown = '1'): string => after({ type: 'tuning', sysctl: { [key]: value } });
  const ARP = 'net.ipv4.conf.IFNAME.arp_accept';
  holds(
    ['tuning', 'bandwidth', 'portmap', 'vrf'],
    [
      ['an allowed sysctl', sysctl(ARP), []],
      ['an allowed sysctl with slashes', sysctl(ARP.replaceAll('.', '/')), []],
      ['of a neighbour', sysctl('net.ipv6.neigh.IFNAME.retrans_time_ms'), []],
      [
        'of all interfaces',
        sysctl('net.ipv4.conf.all.arp_accept'),
        ['tuning/allowlist:"net.ipv4.conf.all.arp_accept"'],
      ],
      [
        'of the other family',
        sysctl('net.ipv6.conf.IFNAME.disable_policy'),
        ['tuning/allowlist:"net.ipv6.conf.IFNAME.disable_policy"'],
      ],
      ['not allowed', sysctl('net.core.somaxconn'), ['tuning/allowlist:"net.core.somaxconn"']],
      ['not of the network', sysctl('kernel.msgmax'), ['tuning/sysctl-net:"kernel.msgmax"']],
      ['only nearly of the network', sysctl('network.x'), ['tuning/sysctl-net:"network.x"']],
      ['a number', sysctl(ARP, 1), ['tuning/sysctl-type:1']],
      ['a bool', sysctl(ARP, true), ['tuning/sysctl-type:true']],
      ['nothing', after({ type: 'tuning' }), ['tuning/noop:"tuning"']],
      ['an mtu', after({ type: 'tuning', mtu: 9000 }), []],
      ['the capability', after({ type: 'tuning', capabilities: { mac: true } }), []],
      ['a rate', after({ type: 'bandwidth', ingressRate: 1 }), ['bandwidth/pair:"ingressRate"']],
      ['a burst', after({ type: 'bandwidth', egressBurst: 1 }), ['bandwidth/pair:"egressBurst"']],
      ['both', after({ type: 'bandwidth', ingressRate: 1, ingressBurst: 1, egressRate: 0, egressBurst: 0 }), []],
      ['the biggest burst', after({ type: 'bandwidth', egressRate: 1, egressBurst: 8 * (2 ** 32 - 1) - 8 }), []],
      [
        'a burst of 4 GiB',
        after({ type: 'bandwidth', egressRate: 1, egressBurst: 8 * 2 ** 32 }),
        ['bandwidth/pair:"egressBurst"'],
      ],
      ['ports', after({ type: 'portmap', capabilities: { portMappings: true } }), []],
      ['no ports', after({ type: 'portmap' }), ['portmap/capability:"portmap"']],
      ['a VRF', after({ type: 'vrf', vrfname: 'blue' }), []],
      ['no VRF', after({ type: 'vrf' }), ['vrf/name:"vrf"']],
      ['an empty VRF', after({ type: 'vrf', vrfname: '' }), ['vrf/name:""']],
    ],
  );

  test('the allow-list is one of OpenShift', async () => {
    const said = await findingsOf(sysctl('net.core.somaxconn'), { profile: 'upstream' });
    expect(said.map(({ rule }) => rule)).not.toContain('tuning/allowlist');
  });

  test('a number is written as a text, and said of once', async () => {
    expect(await fixer('tuning')(sysctl(ARP, 1))).toBe(sysctl(ARP, '1'));
    const said = (await findingsOf(sysctl(ARP, 1))).filter(({ severity }) => severity === 'error');
    expect(said.map(({ rule }) => rule)).toEqual(['tuning/sysctl-type']);
  });

  test.each<[string, object, object]>([
    ['nothing there', {}, { capabilities: { portMappings: true } }],
    ['another one', { capabilities: { mac: true } }, { capabilities: { mac: true, portMappings: true } }],
    ['switched off', { capabilities: { portMappings: false } }, { capabilities: { portMappings: true } }],
  ])('the capability of ports is added: %s', async (_, before, then) => {
    const fixed = fixer('portmap');
    const repaired = await fixed(after({ type: 'portmap', ...before }));
    expect(JSON.parse(/'(.*)'/.exec(repaired)?.[1] ?? '')).toEqual({
      ...HEAD,
      plugins: [MACVLAN, { type: 'portmap', ...then }],
    });
    expect(await fixed(repaired)).toBe(repaired);
  });
});

test('what is no configuration is no reason to fail', async () => {
  for (const text of [
    'null',
    '[]',
    '"x"',
    '{"type":"vlan","vlanId":{},"master":[]}',
    '{"type":"bridge","vlanTrunk":{}}',
  ]) {
    expect(Array.isArray(await findingsOf(nadText(`'${text}'`)))).toBe(true);
  }
});

describe('two networks of one node', () => {
  const over = async (mtu: number, master = 'br1'): Promise<string[]> => {
    const macvlan = of('macvlan', { master, mtu });
    const below = bare('bridge', { bridge: 'br1', mtu: 1450, name: 'tenant-b' }).replace(
      'name: tenant-a',
      'name: tenant-b',
    );
    return (await findingsOf(`${macvlan}---\n${below}`))
      .filter(({ rule }) => rule === 'macvlan/mtu-over-master')
      .map(({ upstream }) => String(upstream));
  };

  test('an MTU above that of a bridge', async () => {
    expect(await over(1451)).toEqual(['invalid MTU 1451, must be [0, master MTU(1450)]']);
    expect(await over(1450)).toEqual([]);
    expect(await over(9000, 'eth1')).toEqual([]);
  });
});
