import { describe, expect, test } from '@jest/globals';
import { fixer, holds, ofConf, saidBy } from './table.js';

const HEAD = { cniVersion: '0.3.1', name: 'tenant-a', type: 'macvlan', master: 'eth1' };
const RANGE = { type: 'whereabouts', range: '192.0.2.0/24' };
const GW = '192.0.2.1';
const NET = '198.51.100.0/24';

function routed(routes: unknown, ipam: object = RANGE, more: object = {}): string {
  return ofConf({ ...HEAD, ...more, ipam: { ...ipam, routes } });
}

describe('routes', () => {
  holds(
    ['route'],
    [
      ['a good one', routed([{ dst: NET, gw: GW }]), []],
      ['none', ofConf({ ...HEAD, ipam: RANGE }), []],
      ['a space after it', routed([{ dst: `${NET} `, gw: GW }]), [`route/dst-invalid:"${NET} "`]],
      ['an address', routed([{ dst: '198.51.100.1', gw: GW }]), ['route/dst-invalid:"198.51.100.1"']],
      ['no destination', routed([{ gw: GW }]), ['route/dst-invalid:{']],
      ['a number', routed([{ dst: 5, gw: GW }]), ['route/dst-invalid:5']],
      ['a text for a route', routed([NET]), [`route/dst-invalid:"${NET}"`]],
      ['host bits', routed([{ dst: '198.51.100.7/24', gw: GW }]), ['route/dst-host-bits:"198.51.100.7/24"']],
      ['a single address', routed([{ dst: '198.51.100.7/32', gw: GW }]), []],
      ['a gateway with a length', routed([{ dst: NET, gw: '192.0.2.1/24' }]), ['route/gw-invalid:"192.0.2.1/24"']],
      ['a gateway with leading zeros', routed([{ dst: NET, gw: '192.0.2.001' }]), ['route/gw-invalid:"192.0.2.001"']],
      ['a gateway that is a number', routed([{ dst: NET, gw: 1 }]), ['route/gw-invalid:1']],
      ['a gateway elsewhere', routed([{ dst: NET, gw: '192.0.3.1' }]), ['route/gw-unreachable:"192.0.3.1"']],
      [
        'a gateway that another route makes reachable',
        routed([{ dst: '192.0.3.1/32' }, { dst: NET, gw: '192.0.3.1' }]),
        ['route/missing-gw:"192.0.3.1/32"'],
      ],
      [
        'a link-local gateway',
        routed([{ dst: '2001:db8:1::/64', gw: 'fe80::1' }], { type: 'whereabouts', range: '2001:db8::/64' }),
        [],
      ],
      ['a gateway of what is not known', routed([{ dst: NET, gw: '192.0.3.1' }], { type: 'static' }), []],
      [
        'a gateway in a range of another form',
        routed([{ dst: NET, gw: GW }], { type: 'whereabouts', range: '192.0.2.8-192.0.2.9/24' }),
        [],
      ],
      [
        'a gateway in a further range',
        routed([{ dst: NET, gw: '203.0.113.1' }], { ...RANGE, ipRanges: [{ range: '203.0.113.0/24' }] }),
        [],
      ],
      [
        'a gateway beside a static address',
        routed([{ dst: NET, gw: GW }], { type: 'static', addresses: [{ address: '192.0.2.9/24' }] }),
        [],
      ],
      [
        'a gateway outside of a static address',
        routed([{ dst: NET, gw: '192.0.3.1' }], { type: 'static', addresses: [{ address: '192.0.2.9/24' }] }),
        ['route/gw-unreachable:"192.0.3.1"'],
      ],
      [
        'a gateway of a range set',
        routed([{ dst: NET, gw: GW }], { type: 'host-local', ranges: [[{ subnet: '192.0.2.0/24' }]] }),
        [],
      ],
      ['two families', routed([{ dst: '2001:db8::/64', gw: GW }]), [`route/family-mismatch:"${GW}"`]],
      ['a default', routed([{ dst: '0.0.0.0/0', gw: GW }]), ['route/default-on-secondary:"0.0.0.0/0"']],
      ['a default of IPv6', routed([{ dst: '::/0', gw: 'fe80::1' }]), ['route/default-on-secondary:"::/0"']],
      [
        'a default without a gateway',
        routed([{ dst: '0.0.0.0/0' }]),
        ['route/default-on-secondary:"0.0.0.0/0"', 'route/missing-gw:"0.0.0.0/0"'],
      ],
      ['no gateway', routed([{ dst: NET }]), [`route/missing-gw:"${NET}"`]],
      ['an empty gateway', routed([{ dst: NET, gw: '' }]), [`route/missing-gw:"${NET}"`]],
      ['the gateway of the ipam', routed([{ dst: NET }], { ...RANGE, gateway: GW }), []],
      [
        'the gateway of the ipam, of the other family',
        routed([{ dst: '2001:db8:1::/64' }], { ...RANGE, gateway: GW }),
        ['route/missing-gw:"2001:db8:1::/64"'],
      ],
      [
        'the gateway of a static address',
        routed([{ dst: NET }], { type: 'static', addresses: [{ address: '192.0.2.9/24', gateway: GW }] }),
        [],
      ],
      ['the gateway that host-local makes', routed([{ dst: NET }], { type: 'host-local', subnet: '192.0.2.0/24' }), []],
      [
        'the gateway that a bridge is',
        routed([{ dst: NET }], RANGE, { type: 'bridge', bridge: 'br1', isGateway: true }),
        [],
      ],
      [
        'the same twice',
        routed([
          { dst: NET, gw: GW },
          { dst: NET, gw: GW },
        ]),
        [`route/duplicate:"${NET}"`],
      ],
      [
        'by two gateways',
        routed([
          { dst: NET, gw: GW },
          { dst: NET, gw: '192.0.2.2' },
        ]),
        [],
      ],
      [
        'in two tables',
        routed([
          { dst: NET, gw: GW },
          { dst: NET, gw: GW, table: 7 },
        ]),
        [],
      ],
      ['of dhcp, which has none', routed([{ dst: 'x' }], { type: 'dhcp' }), []],
      [
        'in a fragment',
        ofConf({ ipam: { ...RANGE, routes: [{ dst: '198.51.100.7/24', gw: GW }] } }),
        ['route/dst-host-bits:"198.51.100.7/24"'],
      ],
      [
        'with keys of another case',
        routed([{ DST: '198.51.100.7/24', Gw: GW }]),
        ['route/dst-host-bits:"198.51.100.7/24"'],
      ],
    ],
  );

  test.each<[string, unknown, string | null]>([
    ['dst-invalid', [{ dst: '10.10.0.64/26 ' }], 'invalid CIDR address: 10.10.0.64/26 '],
    ['dst-invalid', [{}], 'invalid CIDR address: '],
    ['dst-invalid', ['x'], 'json: cannot unmarshal string into Go value of type types.route'],
    ['gw-invalid', [{ dst: NET, gw: '192.0.2.1/24' }], 'invalid IP address: 192.0.2.1/24'],
    ['family-mismatch', [{ dst: '::/1', gw: GW }], 'gateway, source, and destination ip are not the same IP family'],
    ['gw-unreachable', [{ dst: NET, gw: '192.0.3.1' }], 'network is unreachable'],
  ])('%s: %j', async (name, routes, upstream) => {
    expect(await saidBy(`route/${name}`, routed(routes))).toMatchObject({ upstream });
  });

  test('a default without a gateway is a warning, another route is none', async () => {
    expect(await saidBy('route/missing-gw', routed([{ dst: '0.0.0.0/0' }]))).toMatchObject({ severity: 'warning' });
    expect(await saidBy('route/missing-gw', routed([{ dst: NET }]))).toMatchObject({ severity: 'info' });
  });

  holds(
    ['route'],
    [
      [
        'a default of a network that the operator renders',
        `apiVersion: operator.openshift.io/v1
kind: Network
metadata: {name: cluster}
spec:
  additionalNetworks:
  - name: a
    type: SimpleMacvlan
    simpleMacvlanConfig:
      ipamConfig:
        type: Static
        staticIPAMConfig:
          routes:
          - {destination: 0.0.0.0/0, gateway: 198.51.100.1}
          - {destination: 198.51.100.0/24}
`,
        ['route/default-on-secondary:0.0.0.0/0'],
      ],
      [
        'of an operator',
        `apiVersion: sriovnetwork.openshift.io/v1
kind: SriovNetwork
metadata: {name: a, namespace: b}
spec:
  ipam: '{"type": "whereabouts", "range": "192.0.2.0/24", "routes": [{"dst": "198.51.100.7/24", "gw": "192.0.2.1"}]}'
`,
        ['route/dst-host-bits:"198.51.100.7/24"'],
      ],
    ],
  );
});

describe('dns', () => {
  const DNS = { nameservers: ['192.0.2.53'] };
  const ofIpam = (type: string): string => ofConf({ ...HEAD, type, ipam: { ...RANGE, dns: DNS } });
  const ofPlugin = (dns: unknown): string => ofConf({ ...HEAD, dns, ipam: RANGE });

  holds(
    ['dns'],
    [
      ...['macvlan', 'ipvlan', 'vlan', 'tap', 'host-device'].map(
        (type) => [type, ofIpam(type), ['dns/ipam-dns-ignored:"dns"']] as const,
      ),
      ...['bridge', 'ptp', 'sriov'].map((type) => [type, ofIpam(type), []] as const),
      [
        'of an operator',
        `apiVersion: mellanox.com/v1alpha1\nkind: MacvlanNetwork\nmetadata: {name: a}\nspec:\n  ipam: '${JSON.stringify({ ...RANGE, dns: DNS })}'\n`,
        ['dns/ipam-dns-ignored:"dns"'],
      ],
      ['of the plugin', ofPlugin({ ...DNS, domain: 'a.example', search: ['a.example'], options: ['ndots:5'] }), []],
      ['a name for a server', ofPlugin({ nameservers: ['a.example'] }), ['dns/invalid:"a.example"']],
      ['servers in a text', ofPlugin({ nameservers: '192.0.2.53' }), ['dns/invalid:"192.0.2.53"']],
      ['a number for a server', ofPlugin({ nameservers: [5] }), ['dns/invalid:5']],
      ['domains', ofPlugin({ domain: ['a.example'] }), ['dns/invalid:"domain"']],
      ['a text to search', ofPlugin({ search: 'a.example' }), ['dns/invalid:"a.example"']],
      ['a text of options', ofPlugin({ options: 'ndots:5' }), ['dns/invalid:"ndots:5"']],
      ['a list, which json/wrong-type says', ofPlugin([]), []],
      ['in a fragment', ofConf({ ipam: { type: 'static', dns: { domain: [] } } }), ['dns/invalid:"domain"']],
    ],
  );

  test('a wrong type is refused', async () => {
    expect(await saidBy('dns/invalid', ofPlugin({ domain: ['a'] }))).toEqual({
      severity: 'error',
      upstream: 'json: cannot unmarshal array into Go struct field DNS.dns.domain of type string',
    });
  });
});

describe('ip/public-range', () => {
  const ranged = (range: string): string => ofConf({ ...HEAD, ipam: { type: 'whereabouts', range } });

  holds(
    ['ip'],
    [
      ...[
        '10.0.0.0/8',
        '172.16.0.0/12',
        '172.31.255.0/24',
        '192.168.7.1/24',
        '100.64.0.0/10',
        '100.127.0.0/16',
        '169.254.1.0/24',
        '192.0.2.0/24',
        '198.51.100.0/25',
        '203.0.113.1-203.0.113.9/24',
        'fd00::/48',
        'fe80::/64',
        '2001:db8:1::/64',
        'rubbish',
      ].map((range) => [range, ranged(range), []] as const),
      ...[
        '172.15.0.0/16',
        '172.32.0.0/16',
        '191.168.0.0/24',
        '100.63.0.0/16',
        '100.128.0.0/16',
        '10.0.0.0/7',
        '2001::/64',
        '2.2.6.1-2.2.6.9/24',
      ].map((range) => [range, ranged(range), [`ip/public-range:"${range}"`]] as const),
      [
        'of host-local',
        ofConf({ ...HEAD, ipam: { type: 'host-local', ranges: [[{ subnet: '12.10.0.0/16' }]] } }),
        ['ip/public-range:"12.10.0.0/16"'],
      ],
      [
        'a static one',
        ofConf({ ...HEAD, ipam: { type: 'static', addresses: [{ address: '12.10.0.1/16' }] } }),
        ['ip/public-range:"12.10.0.1/16"'],
      ],
      [
        'of OVN-Kubernetes',
        ofConf({ ...HEAD, type: 'ovn-k8s-cni-overlay', subnets: '10.0.0.0/16/24, 202.10.130.112/28' }),
        ['ip/public-range:"10.0.0.0/16/24, 202.10.130.112/28"'],
      ],
      ['of another project', ofConf({ ...HEAD, ipam: { type: 'nv-ipam', range: '12.10.0.0/16' } }), []],
    ],
  );
});

describe('repairs of routes', () => {
  const fixed = fixer('route');

  test.each<[string, unknown[], unknown[]]>([
    ['a space', [{ dst: ` ${NET} `, gw: GW }], [{ dst: NET, gw: GW }]],
    ['host bits', [{ dst: '2001:DB8::7/64', gw: 'fe80::1' }], [{ dst: '2001:db8::/64', gw: 'fe80::1' }]],
    ['a space and host bits', [{ dst: '198.51.100.7/24 ', gw: GW }], [{ dst: NET, gw: GW }]],
    [
      'the same twice',
      [
        { dst: NET, gw: GW },
        { dst: NET, gw: GW },
        { dst: NET, gw: GW },
      ],
      [{ dst: NET, gw: GW }],
    ],
    ['what is for a person', [{ dst: 'x ', gw: '192.0.2.1/24' }], [{ dst: 'x ', gw: '192.0.2.1/24' }]],
  ])('%s', async (_, bad, good) => {
    const once = await fixed(routed(bad));
    expect(once).toBe(routed(good));
    expect(await fixed(once)).toBe(once);
  });
});
