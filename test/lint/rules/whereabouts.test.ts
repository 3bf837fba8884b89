import { describe, expect, test } from '@jest/globals';
import { findingsOf, fixed, nadText, rulesNamed } from '../support.js';
import { found, ipamText, rulesOf } from './ipam-support.js';

const repaired = (text: string): Promise<string> => fixed(text, rulesOf('whereabouts'));

const ipam = (members: string, plugin?: string): string =>
  ipamText(`"type":"whereabouts"${members && `,${members}`}`, plugin);

/** Members of the ipam, and what is found; nothing else of the family may be. */
const CASES: Readonly<Record<string, readonly [members: string, findings: string[]][]>> = {
  'no range': [
    ['', ['error no-range: "whereabouts"']],
    ['"range":"","ipRanges":[]', ['error no-range: "whereabouts"']],
    ['"addresses":[{"address":"192.0.2.9/24"}]', []],
    ['"ipRanges":[{"range":"192.0.2.0/24"}]', []],
  ],
  'ranges that are none': [
    ['"range":"1192.168.0.0/18"', ['error range-invalid: "1192.168.0.0/18"']],
    ['"range":"10.xx.xxx.xxx/20"', ['error range-invalid: "10.xx.xxx.xxx/20"']],
    ['"range":"192.0.2.0"', ['error range-invalid: "192.0.2.0"']],
    ['"range":"192.0.2.0/33"', ['error range-invalid: "192.0.2.0/33"']],
    ['"range":" 192.0.2.0/24"', ['error range-invalid: " 192.0.2.0/24"']],
    ['"range":"192.168.1.5-192.168.2.25/28"', ['error range-invalid: "192.168.1.5-192.168.2.25/28"']],
    ['"range":"x-192.168.2.25/28"', ['error range-invalid: "x-192.168.2.25/28"']],
    ['"range":"192.168.1.5-192.168.1.25"', ['error range-invalid: "192.168.1.5-192.168.1.25"']],
    ['"ipRanges":[{"range":"192.0.2.0/24"},{"exclude":[]}]', ['error range-invalid: {']],
    ['"range":"192.168.1.5-192.168.1.25/24"', []],
    ['"range":"caa5::0/112"', []],
  ],
  'ranges that are too small': [
    ['"range":"192.0.2.0/31"', ['error range-too-small: "192.0.2.0/31"']],
    ['"range":"192.0.2.1/32"', ['error range-too-small: "192.0.2.1/32"']],
    ['"range":"2001:db8::/127"', ['error range-too-small: "2001:db8::/127"']],
    ['"range":"2001:db8::1/128"', ['error range-too-small: "2001:db8::1/128"']],
    ['"range":"192.0.2.0/30"', []],
    ['"range":"2001:db8::/126"', []],
  ],
  'host bits of a range': [
    ['"range":"192.168.2.225/24"', ['warning range-host-bits: "192.168.2.225/24"']],
    ['"range":"192.168.2.225/28"', ['info range-host-bits: "192.168.2.225/28"']],
    ['"range":"192.168.2.10/24","range_start":"192.168.2.10"', ['info range-host-bits: "192.168.2.10/24"']],
    ['"range":"2001:db8::5/112"', ['warning range-host-bits: "2001:db8::5/112"']],
    ['"range":"192.168.2.224/28"', []],
  ],
  'leading zeros': [
    ['"range":"192.168.001.0/24"', ['warning range-leading-zeros: "192.168.001.0/24"']],
    [
      '"range":"00192.00168.1.5-000000192.168.1.25/24"',
      ['warning range-leading-zeros: "00192.00168.1.5-000000192.168.1.25/24"'],
    ],
    [
      '"range":"00192.00168.1.0/24","range_start":"192.168.01.5","range_end":"192.168.1.025"',
      [
        'warning range-leading-zeros: "00192.00168.1.0/24"',
        'warning range-leading-zeros: "192.168.01.5"',
        'warning range-leading-zeros: "192.168.1.025"',
      ],
    ],
    ['"range":"2001:db8::/112","range_end":"2001:db8::0010"', []],
  ],
  'start and end': [
    ['"range":"192.0.2.0/24","range_start":"192.0.3.9"', ['warning start-end-outside: "192.0.3.9"']],
    ['"range":"192.0.2.0/24","range_end":"192.0.1.9"', ['warning start-end-outside: "192.0.1.9"']],
    ['"range":"192.0.2.0/24","range_start":"2001:db8::9"', ['warning start-end-outside: "2001:db8::9"']],
    ['"range":"192.0.2.0/24","range_start":"192.0.2.255"', ['warning start-end-outside: "192.0.2.255"']],
    ['"range":"192.0.2.0/24","range_end":"192.0.2.0"', ['warning start-end-outside: "192.0.2.0"']],
    ['"ipRanges":[{"range":"192.0.2.0/24","range_end":"192.0.3.9"}]', ['warning start-end-outside: "192.0.3.9"']],
    [
      '"range":"192.0.2.0/24","range_start":"192.0.2.99","range_end":"192.0.2.98"',
      ['warning range-end-before-start: "192.0.2.98"'],
    ],
    ['"range":"192.0.2.99-192.0.2.98/24"', ['warning range-end-before-start: "192.0.2.99-192.0.2.98/24"']],
    // The address of the network and that of all its hosts are passed over too, with no other outcome.
    ['"range":"192.0.2.0/24","range_start":"192.0.2.0","range_end":"192.0.2.255"', []],
    ['"range":"192.0.2.0-192.0.2.255/24"', []],
    ['"range":"192.0.2.0/24","range_start":"192.0.2.99","range_end":"192.0.2.99"', []],
    ['"range":"caa5::0/112","range_start":"caa5::0:5","range_end":"caa5::10"', []],
    ['"range":"192.0.2.0/24","range_start":"192.0.2.9/24"', ['warning start-end-unparseable: "192.0.2.9/24"']],
    ['"range":"192.0.2.0/24","range_end":"x"', ['warning start-end-unparseable: "x"']],
    ['"ipRanges":[{"range":"192.0.2.0/24","range_start":"x"}]', ['error start-end-unparseable: "x"']],
    ['"ipRanges":[{"range":"192.0.2.0/24","range_start":"192.0.2.09"}]', ['error start-end-unparseable: "192.0.2.09"']],
    ['"range":"192.0.2.0/24","range_start":""', []],
    [
      '"range":"192.0.2.5-192.0.2.9/24","range_start":"192.0.2.7","range_end":"x"',
      ['warning dash-and-start-end: "range_start"', 'warning dash-and-start-end: "range_end"'],
    ],
  ],
  exclusions: [
    [
      '"range":"192.168.2.225/28","exclude":["192.168.2.229/30","192.168.2.236/32"]',
      ['info range-host-bits: "192.168.2.225/28"', 'info exclude-host-bits: "192.168.2.229/30"'],
    ],
    ['"range":"192.168.0.0/24","exclude":["192.168.0.1"]', []],
    ['"range":"192.168.0.0/24","exclude":["192.168.0.1/123"]', ['error exclude-invalid: "192.168.0.1/123"']],
    ['"range":"100::/112","exclude":["100::2::1"]', ['error exclude-invalid: "100::2::1"']],
    ['"range":"192.168.0.0/24","exclude":["192.168.000.1"]', ['error exclude-invalid: "192.168.000.1"']],
    ['"range":"192.168.0.0/24","exclude":[""]', ['error exclude-invalid: ""']],
    ['"range":"192.168.0.0/24","exclude":["192.168.1.0/28"]', ['warning exclude-outside: "192.168.1.0/28"']],
    ['"range":"192.168.0.0/24","exclude":["2001:db8::1"]', ['warning exclude-outside: "2001:db8::1"']],
    ['"range":"192.168.0.0/24","exclude":["192.168.0.0/16"]', ['error exclude-all: "exclude"']],
    [
      '"range":"192.168.0.0/24","range_start":"192.168.0.8","range_end":"192.168.0.15","exclude":["192.168.0.8/29"]',
      ['error exclude-all: "exclude"'],
    ],
    // All but one: the exclusion begins after it.
    ['"range":"192.168.0.0/30","exclude":["192.168.0.2"]', []],
    ['"range":"192.168.0.0/24","range_end":"192.168.0.99","exclude":["192.168.0.200"]', []],
    [
      '"ipRanges":[{"range":"192.0.2.0/24"}],"exclude":["192.0.2.1"],"range_end":"192.0.2.9"',
      ['warning exclude-at-wrong-level: "exclude"', 'warning exclude-at-wrong-level: "range_end"'],
    ],
    ['"ipRanges":[{"range":"192.0.2.0/24"}],"exclude":[]', []],
    ['"range":"198.51.100.0/24","ipRanges":[{"range":"2001:db8::/112"}],"exclude":["198.51.100.1"]', []],
  ],
  gateways: [
    ['"range":"192.0.2.0/24","gateway":"192.0.2.1/24"', ['error gateway-invalid: "192.0.2.1/24"']],
    ['"range":"192.0.2.0/24","gateway":"router"', ['error gateway-invalid: "router"']],
    [
      '"range":"192.0.2.0/24","gateway":"192.0.2.1","routes":[{"dst":"10.0.0.0/8"}]',
      ['warning gateway-in-pool: "192.0.2.1"'],
    ],
    [
      '"ipRanges":[{"range":"2001:db8::/112"},{"range":"192.0.2.0/24"}],"gateway":"192.0.2.9","routes":[{"dst":"10.0.0.0/8"}]',
      ['warning gateway-in-pool: "192.0.2.9"'],
    ],
    [
      '"range":"192.0.2.0/24","gateway":"192.0.2.1","node_slice_size":"/27"',
      ['warning gateway-in-pool: "192.0.2.1"', 'info gateway-no-route: "192.0.2.1"', 'error slice-namespace: "/27"'],
    ],
    ['"range":"192.0.2.9-192.0.2.99/24","gateway":"192.0.2.1","routes":[{"dst":"10.0.0.0/8"}]', []],
    ['"range":"192.0.2.0/24","range_start":"192.0.2.9","gateway":"192.0.2.1"', ['info gateway-no-route: "192.0.2.1"']],
    [
      '"range":"10.20.2.128/25","exclude":["10.20.2.129"],"gateway":"10.20.2.1"',
      ['info gateway-no-route: "10.20.2.1"', 'warning gateway-outside-range: "10.20.2.1"'],
    ],
    [
      '"range":"2001::/116","exclude":["2001::1"],"gateway":"2001::f:1","routes":[{"dst":"2002::/16"}]',
      ['warning gateway-outside-range: "2001::f:1"'],
    ],
    // Where a range cannot be read it is not known where the gateway is.
    ['"range":"x","gateway":"10.20.2.1","routes":[{"dst":"10.0.0.0/8"}]', ['error range-invalid: "x"']],
    [
      '"ipRanges":[{"range":"192.0.2.8/29","exclude":["192.0.2.9"]},{"range":"2001:db8::/112"}],"gateway":"192.0.2.9","routes":[{"dst":"2002::/16"},{"dst":"2003::/16","gw":"2001:db8::1"},{"dst":"10.0.0.0/8"}]',
      ['info range-no-exclude: "2001:db8::/112"', 'error gateway-family: "2002::/16"'],
    ],
  ],
  'several ranges': [
    [
      '"range":"192.0.2.0/24","ipRanges":[{"range":"198.51.100.0/24"},{"range":"203.0.113.0/24"}]',
      ['info multi-range-same-family: "198.51.100.0/24"'],
    ],
    ['"range":"192.0.2.0/24","ipRanges":[{"range":"2001:db8::/112"}]', []],
    [
      '"range":"192.0.2.0/24","ipRanges":[{"range":"192.0.2.128/25"}]',
      ['info multi-range-same-family: "192.0.2.128/25"', 'error range-overlap-self: "192.0.2.128/25"'],
    ],
    [
      // One pool, so that the address of the first is found again, whatever the windows.
      '"ipRanges":[{"range":"192.0.2.1-192.0.2.9/24"},{"range":"192.0.2.20-192.0.2.29/24"}]',
      [
        'info multi-range-same-family: "192.0.2.20-192.0.2.29/24"',
        'error range-overlap-self: "192.0.2.20-192.0.2.29/24"',
      ],
    ],
    [
      '"ipRanges":[{"range":"192.0.2.0/24","range_end":"192.0.2.127"},{"range":"192.0.2.128/25"}]',
      ['info multi-range-same-family: "192.0.2.128/25"'],
    ],
  ],
  'checks and names': [
    ['"range":"192.0.2.0/24","enable_overlapping_ranges":false', ['warning no-overlap-check: false']],
    ['"range":"192.0.2.0/24","network_name":"My_Net"', ['error network-name-invalid: "My_Net"']],
    ['"range":"192.0.2.0/24","network_name":"net-"', ['error network-name-invalid: "net-"']],
    ['"range":"192.0.2.0/24","network_name":"a.b-1"', []],
    ['"range":"::/112"', ['error v6-leading-colons: "::/112"']],
    ['"range":"0::1:0/112"', ['error v6-leading-colons: "0::1:0/112"']],
    ['"range":"::1:0/112","network_name":"net"', []],
  ],
  'ranges of very many addresses': [
    ['"range":"2001:db8::/64"', ['info v6-huge: "2001:db8::/64"']],
    ['"range":"2001:db8::/65"', []],
    ['"range":"2001:db8::/64","range_end":"2001:db8::ffff"', []],
    // Inside the range, and beyond what can be counted.
    [
      '"range":"caa5::0/64","range_start":"caa5:0:0:0:caa5::0","range_end":"caa5:0:0:0:caa5::10"',
      ['info v6-huge: "caa5::0/64"'],
    ],
  ],
  'routed networks': [
    [
      '"range":"192.0.2.0/24","routes":[{"dst":"10.0.0.0/8","gw":"192.0.2.1"}]',
      ['info range-no-exclude: "192.0.2.0/24"'],
    ],
    ['"range":"192.0.2.0/24","range_start":"192.0.2.2","routes":[{"dst":"10.0.0.0/8","gw":"192.0.2.1"}]', []],
    ['"range":"192.0.2.0/24"', []],
  ],
  keys: [
    ['"range":"192.0.2.0/24","range_v6":"2001:db8::/64"', ['warning unknown-key: "range_v6"']],
    ['"range":"192.0.2.0/24","fast_ipam":true', ['warning unknown-key: "fast_ipam"']],
    ['"range":"192.0.2.0/24","rangeStart":"192.0.2.9"', ['warning unknown-key: "rangeStart"']],
    ['"range":"192.0.2.0/24","range-end":"192.0.2.9"', ['warning unknown-key: "range-end"']],
    ['"subnet":"192.0.2.0/24"', ['error no-range: "whereabouts"', 'warning unknown-key: "subnet"']],
    ['"range":"192.0.2.0/24","excludes":["192.0.2.9"]', ['warning unknown-key: "excludes"']],
    ['"range":"192.0.2.0/24","ranges":[[]]', ['warning unknown-key: "ranges"']],
    // Go takes any case: `json/key-case` says it.
    ['"Range":"192.0.2.0/24","Exclude":["192.0.2.9"]', []],
    [
      '"range":"192.0.2.0/24","etcd_host":"x","datastore":"etcd"',
      ['info obsolete-etcd: "etcd_host"', 'info obsolete-etcd: "datastore"'],
    ],
  ],
  leases: [
    ['"range":"192.0.2.0/24","leader_lease_duration":1000', ['error lease-order: 1000']],
    ['"range":"192.0.2.0/24","leader_lease_duration":1001', []],
    ['"range":"192.0.2.0/24","leader_renew_deadline":600', ['error lease-order: 600']],
    ['"range":"192.0.2.0/24","leader_renew_deadline":601', []],
    ['"range":"192.0.2.0/24","leader_retry_period":900', ['error lease-order: 900']],
    ['"range":"192.0.2.0/24","leader_lease_duration":0', []],
  ],
  'log levels': [
    ['"range":"192.0.2.0/24","log_level":"debug"', ['info log-level: "debug"']],
    ['"range":"192.0.2.0/24","log_level":"Warning"', ['info log-level: "Warning"']],
    ['"range":"192.0.2.0/24","log_level":"ERROR"', []],
    ['"range":"192.0.2.0/24","log_level":""', []],
  ],
};

describe.each(Object.entries(CASES))('%s', (_, cases) => {
  test.each(cases)('%s', async (members, findings) => {
    expect(await found(ipam(members), 'whereabouts')).toEqual(findings);
  });
});

describe('node slices', () => {
  const inPlace = (members: string): string =>
    ipam(`"range":"192.0.2.0/24",${members}`).replace('namespace: default', 'namespace: openshift-multus');

  test.each<[string, string[]]>([
    ['"node_slice_size":"/27"', []],
    ['"node_slice_size":"27"', []],
    ['"node_slice_size":"many"', ['error slice-non-numeric: "many"']],
    ['"node_slice_size":"/ 27"', ['error slice-non-numeric: "/ 27"']],
    ['"node_slice_size":"/22"', ['error slice-smaller-than-range: "/22"']],
    ['"node_slice_size":"/24"', ['info fast-ipam-few-slices: "/24"']],
    ['"node_slice_size":"/26"', ['info fast-ipam-few-slices: "/26"']],
    ['"node_slice_size":"/30"', []],
    ['"node_slice_size":"/31"', ['error slice-unusable: "/31"']],
    ['"node_slice_size":"/32"', ['error slice-unusable: "/32"']],
    ['"node_slice_size":"/33"', ['error slice-over-32: "/33"']],
    ['"node_slice_size":"/64"', ['error slice-over-32: "/64"']],
    ['"node_slice_size":"/27","exclude":["192.0.2.1"]', ['error slice-drops-keys: "exclude"']],
    // What is dropped is not read either.
    [
      '"node_slice_size":"/27","exclude":["x"],"range_end":"10.0.0.1"',
      ['error slice-drops-keys: "exclude"', 'error slice-drops-keys: "range_end"'],
    ],
    ['"node_slice_size":"/27","ipRanges":[{"range":"2001:db8::/112"}]', ['error slice-drops-keys: "2001:db8::/112"']],
    ['"node_slice_size":"/27","network_name":"shared"', ['info slice-pool-name: "shared"']],
    ['"node_slice_size":"/27","network_name":"tenant-a"', []],
    ['"node_slice_size":"/27","configuration_path":"/etc/x"', ['warning slice-config-path: "configuration_path"']],
    ['"configuration_path":"/etc/x"', []],
  ])('%s', async (members, findings) => {
    expect(await found(inPlace(members), 'whereabouts')).toEqual(findings);
  });

  test.each<[string, string, string[]]>([
    ['fd00::/48', '/64', ['error slice-v6: "/64"']],
    ['fd00::/48', 'many', ['info v6-huge: "fd00::/48"', 'error slice-non-numeric: "many"']],
    ['10.0.0.0/8', '/20', []],
    ['10.0.0.0/8', '/21', ['warning slice-count-huge: "/21"']],
    ['10.0.0.0/8', '/22', ['warning slice-count-huge: "/22"']],
    ['192.0.2.9-192.0.2.99/24', '/27', ['error slice-drops-keys: "192.0.2.9-192.0.2.99/24"']],
    ['x', '/27', ['error range-invalid: "x"']],
  ])('%s by %s', async (range, size, findings) => {
    const text = inPlace(`"node_slice_size":"${size}"`).replace('192.0.2.0/24', range);
    expect((await found(text, 'whereabouts')).filter((each) => !each.startsWith('info v6'))).toEqual(
      findings.filter((each) => !each.startsWith('info v6')),
    );
  });

  const SLICED = '"ipam":{"type":"whereabouts","range":"192.0.2.0/24","node_slice_size":"/27"}';

  test.each<[string, string, string[]]>([
    ['a configuration without a name', `{"type":"macvlan",${SLICED}}`, ['error slice-name: "/27"']],
    [
      'a list, the name of which is not read',
      `{"name":"tenant-a","plugins":[{"type":"macvlan",${SLICED}}]}`,
      ['error slice-name: "/27"'],
    ],
    ['a fragment, which may have one', `{${SLICED}}`, []],
    [
      'a name that no object can have',
      `{"name":"Tenant","type":"macvlan",${SLICED}}`,
      ['error network-name-invalid: "Tenant"'],
    ],
  ])('%s', async (_, text, findings) => {
    expect(await found(text, 'whereabouts', { file: 'x.conf' })).toEqual(findings);
  });

  test('belong into openshift-multus, on OpenShift', async () => {
    const text = ipam('"range":"192.0.2.0/24","node_slice_size":"/27"');
    expect(await found(text, 'whereabouts')).toEqual(['error slice-namespace: "/27"']);
    expect(await found(text, 'whereabouts', { profile: 'upstream' })).toEqual([]);
    // `nad/namespace-missing` says it.
    expect(await found(text.replace('  namespace: default\n', ''), 'whereabouts')).toEqual([]);
  });

  test('of an entry of the operator go to default unless it says another namespace', async () => {
    const network = (namespace: string): string => `apiVersion: operator.openshift.io/v1
kind: Network
metadata:
  name: cluster
spec:
  additionalNetworks:
    - name: tenant-a${namespace}
      type: Raw
      rawCNIConfig: '{"name":"tenant-a","type":"macvlan",${SLICED}}'
`;
    expect(await found(network(''), 'whereabouts')).toEqual(['error slice-namespace: "/27"']);
    expect(await found(network('\n      namespace: openshift-multus'), 'whereabouts')).toEqual([]);
  });
});

describe('what stands around', () => {
  test('a shim is one by its name, and what the operator has is its own matter', async () => {
    const shim = ipam('').replaceAll('tenant-a', 'whereabouts-shim');
    expect(await found(shim, 'whereabouts')).toEqual(['info no-range: "whereabouts"']);
    const entry = `apiVersion: operator.openshift.io/v1
kind: Network
metadata: {name: cluster}
spec:
  additionalNetworks:
    - {name: whereabouts-shim, type: Raw, rawCNIConfig: '{"name":"whereabouts-shim","type":"bridge","ipam":{"type":"whereabouts"}}'}
`;
    expect(await found(entry, 'whereabouts')).toEqual([]);
  });

  test('the gateway that the bridge of the node has is said of by the rules of bridges', async () => {
    const members = '"range":"192.0.2.0/24","gateway":"192.0.2.1"';
    expect(await found(ipam(members, '"type":"bridge","bridge":"br1","isGateway":true'), 'whereabouts')).toEqual([]);
    expect(await found(ipam(members, '"type":"bridge","bridge":"br1"'), 'whereabouts')).toEqual([
      'warning gateway-in-pool: "192.0.2.1"',
      'info gateway-no-route: "192.0.2.1"',
    ]);
  });

  test('what an operator renders is read too', async () => {
    const text = `apiVersion: sriovnetwork.openshift.io/v1
kind: SriovNetwork
metadata:
  name: tenant-a
spec:
  ipam: '{"type":"whereabouts","range":"192.0.2.0/24","gateway":"192.0.2.1","node_slice_size":"/27"}'
`;
    expect(await found(text, 'whereabouts')).toEqual([
      'warning gateway-in-pool: "192.0.2.1"',
      'info gateway-no-route: "192.0.2.1"',
    ]);
  });

  test('values of templates are not judged', async () => {
    const text = ipam('"range":"{{ .Values.range }}","gateway":"x","rangeEnd":"y"');
    expect(await found(text, 'whereabouts')).toEqual(['warning unknown-key: "rangeEnd"']);
  });
});

describe('repairs', () => {
  test.each<[string, string, string]>([
    ['a range is masked', '"range":"192.168.2.225/28"', '"range":"192.168.2.224/28"'],
    [
      'leading zeros and host bits',
      '"range":"192.168.02.225/24","range_end":"192.168.2.099"',
      '"range":"192.168.2.0/24","range_end":"192.168.2.99"',
    ],
    [
      'a start that does nothing',
      '"range":"192.0.2.1-192.0.2.9/24","range_start":"x"',
      '"range":"192.0.2.1-192.0.2.9/24"',
    ],
    [
      'exclusions',
      '"range":"192.168.2.0/24","exclude":["192.168.002.1"," 192.168.2.9","192.168.2.229/30","x"]',
      '"range":"192.168.2.0/24","exclude":["192.168.2.1","192.168.2.9","192.168.2.228/30","x"]',
    ],
    [
      'a gateway with a length, which is then excluded',
      '"range":"192.0.2.0/24","gateway":" 192.0.2.1/24"',
      '"range":"192.0.2.0/24","gateway":"192.0.2.1", "exclude": ["192.0.2.1/32"]',
    ],
    [
      'a gateway beside other exclusions',
      '"range":"192.0.2.0/24","exclude":["192.0.2.9"],"gateway":"192.0.2.1"',
      '"range":"192.0.2.0/24","exclude":["192.0.2.9", "192.0.2.1/32"],"gateway":"192.0.2.1"',
    ],
    [
      'a gateway beside a list without any',
      '"gateway":"2001:db8::1","ipRanges":[{"range":"192.0.2.0/24"},{"exclude":[],"range":"2001:db8::/112"}]',
      '"gateway":"2001:db8::1","ipRanges":[{"range":"192.0.2.0/24"},{"exclude":["2001:db8::1/128"],"range":"2001:db8::/112"}]',
    ],
    [
      'keys',
      '"subnet":"192.0.2.0/24","rangeEnd":"192.0.2.99","etcd_host":"x","datastore":"y"',
      '"range":"192.0.2.0/24","range_end":"192.0.2.99"',
    ],
    [
      'a key that is there',
      '"range":"192.0.2.0/24","subnet":"192.0.2.0/24"',
      '"range":"192.0.2.0/24","subnet":"192.0.2.0/24"',
    ],
  ])('%s', async (_, members, good) => {
    expect(await repaired(ipam(members))).toBe(ipam(good));
    expect(await repaired(ipam(good))).toBe(ipam(good));
  });

  test('an exclusion has a line of its own where the others have', async () => {
    const text = (more: string): string =>
      nadText(`|-
    {
      "type": "macvlan",
      "ipam": {
        "type": "whereabouts",
        "range": "192.0.2.0/24",
        "exclude": [
          "192.0.2.8/29"${more}
        ],
        "gateway": "192.0.2.1"
      }
    }`);
    expect(await fixed(text(''), rulesNamed('whereabouts/gateway-in-pool'))).toBe(text(',\n          "192.0.2.1/32"'));
  });

  test('a network with node slices gets a name', async () => {
    const conf = (more: string): string =>
      nadText(`'{"plugins":[{"ipam":{"type":"whereabouts","range":"192.0.2.0/24","node_slice_size":"/27"${more}}}]}'`);
    expect(await fixed(conf(''), rulesNamed('whereabouts/slice-name'))).toBe(conf(', "network_name": "tenant-a"'));
    const nameless = conf('').replace('  name: tenant-a\n', '');
    expect(await fixed(nameless, rulesNamed('whereabouts/slice-name'))).toBe(nameless);
  });
});

test.each([
  ['"range":"192.168.1.5-192.168.2.25/28"', 'invalid range start for CIDR 192.168.2.16/28: 192.168.1.5'],
  ['"range":"1192.168.0.0/18"', 'invalid CIDR 1192.168.0.0/18: invalid CIDR address: 1192.168.0.0/18'],
  ['"range":"192.0.2.0/32"', 'net mask is too short, subnet 192.0.2.0/32 has no usable IP addresses, it is too small'],
  ['"range":"192.0.2.0/24","exclude":["x"]', 'could not parse exclude range, err: "invalid CIDR address: x"'],
  [
    '"range":"192.0.2.0/24","exclude":["192.0.2.0/25","192.0.2.128/25"]',
    'Could not allocate IP in range: ip: 192.0.2.1 / - 192.0.2.254 / range: 192.0.2.0/24 / excludeRanges: [192.0.2.0/25 192.0.2.128/25]',
  ],
  ['"range":"192.0.2.0/24","gateway":"x"', "couldn't parse gateway IP: x"],
  ['"range":"192.0.2.0/24","leader_retry_period":900', 'renewDeadline must be greater than retryPeriod*JitterFactor'],
  ['', 'IPAM plugin returned missing IP config'],
])('in the words of whereabouts: %s', async (members, upstream) => {
  const findings = await findingsOf(ipam(members));
  const serious = findings.filter(({ rule, severity }) => rule.startsWith('whereabouts/') && severity === 'error');
  expect(serious.map((each) => each.upstream)).toEqual([upstream]);
});
