import { describe, expect, test } from '@jest/globals';
import { findingsOf, fixed } from '../support.js';
import { found, ipamText, rulesOf } from './ipam-support.js';

const repaired = (text: string): Promise<string> => fixed(text, rulesOf('static'));

const ips = (members: string): string =>
  ipamText(
    `"type":"static"${members && `,${members}`}`,
    '"type":"macvlan","master":"eth1","capabilities":{"ips":true}',
  );
const bare = (members: string): string => ipamText(`"type":"static"${members && `,${members}`}`);
const addresses = (...texts: string[]): string =>
  `"addresses":[${texts.map((text) => `{"address":"${text}"}`).join(',')}]`;
const SINGLE = 'info single-address: "addresses"';

test.each<[string, string[]]>([
  [addresses('192.0.2.9/24'), [SINGLE]],
  [addresses('10.10.0.1'), [SINGLE, 'error not-cidr: "10.10.0.1"']],
  [addresses('10.10.0.01/24'), [SINGLE, 'error not-cidr: "10.10.0.01/24"']],
  ['"addresses":[{"gateway":"192.0.2.1"}]', [SINGLE, 'error not-cidr: {', 'info gateway-unused: "192.0.2.1"']],
  [addresses('192.0.2.9/24', '192.0.2.9/32'), [SINGLE, 'error duplicate: "192.0.2.9/32"']],
  [addresses('2001:db8::9/64', '2001:db8:0::9/64'), [SINGLE, 'error duplicate: "2001:db8:0::9/64"']],
  [addresses('192.0.2.9/24', '2001:db8::9/64'), [SINGLE]],
  [addresses('192.0.2.0/24'), [SINGLE, 'error network-or-broadcast: "192.0.2.0/24"']],
  [addresses('192.0.2.255/24'), [SINGLE, 'error network-or-broadcast: "192.0.2.255/24"']],
  [addresses('192.0.2.0/31', '192.0.2.2/32'), [SINGLE]],
  [addresses('2001:db8::/64'), [SINGLE, 'error network-or-broadcast: "2001:db8::/64"']],
  [addresses('2001:db8::ffff:ffff:ffff:ffff/64'), [SINGLE]],
  [
    '"addresses":[{"address":"192.0.2.9/28","gateway":"192.0.2.17"}],"routes":[{"dst":"10.0.0.0/8"}]',
    [SINGLE, 'warning gateway-outside: "192.0.2.17"'],
  ],
  [
    '"addresses":[{"address":"192.0.2.9/28","gateway":"192.0.2.1"}],"routes":[{"dst":"10.0.0.0/8","gw":"192.0.2.2"}]',
    [SINGLE, 'info gateway-unused: "192.0.2.1"'],
  ],
  [
    `${addresses('192.0.2.9/24')},"ranges":[],"subnet":"192.0.2.0/24","gateway":"192.0.2.1"`,
    [SINGLE, 'warning unknown-key: "ranges"', 'warning unknown-key: "subnet"', 'warning unknown-key: "gateway"'],
  ],
  ['', []],
])('%s', async (members, findings) => {
  expect(await found(ips(members), 'static')).toEqual(findings);
});

describe('addresses of the pod', () => {
  test.each<[string, string[]]>([
    [bare(''), ['warning no-addresses: "static"']],
    [bare('"addresses":[]'), ['warning no-addresses: "addresses"']],
    [ips(''), []],
    [ips('').replace('true', 'false'), ['warning no-addresses: "static"']],
    ['{"ipam":{"type":"static"}}', []],
    [bare(addresses('192.0.2.9/24')), ['info ips-cap-missing: "addresses"', SINGLE]],
  ])('%s', async (text, findings) => {
    const file = text.startsWith('{') ? 'x.json' : 'nad.yaml';
    expect(await found(text, 'static', { file })).toEqual(findings);
  });

  test.each([
    ['{ "ips": true }', []],
    ['{ "mac": true }', ['warning no-addresses: "static"']],
    ['nothing', ['warning no-addresses: "static"']],
  ])('what the SR-IOV operator renders, with %s', async (capabilities, findings) => {
    const text = `apiVersion: sriovnetwork.openshift.io/v1
kind: SriovNetwork
metadata: {name: tenant-a, namespace: openshift-sriov-network-operator}
spec:
  ipam: '{"type":"static"}'
  capabilities: '${capabilities}'
`;
    expect(await found(text, 'static')).toEqual(findings);
  });

  const pod = (networks: string): string => `---
apiVersion: v1
kind: Pod
metadata:
  name: app
  namespace: default
  annotations:
    k8s.v1.cni.cncf.io/networks: '${networks}'
spec: {}
`;

  test.each<[string, string[]]>([
    ['[{"name":"tenant-a","ips":["192.0.2.20/24"]}]', ['warning ips-cap-missing: "addresses"', SINGLE]],
    ['[{"name":"tenant-a","namespace":"default","ips":[]}]', [SINGLE]],
    ['tenant-a@eth1', [SINGLE]],
    ['[{"name":"tenant-a"', ['info ips-cap-missing: "addresses"', SINGLE]],
  ])('asked for by %s', async (networks, findings) => {
    expect(await found(bare(addresses('192.0.2.9/24')) + pod(networks), 'static')).toEqual(findings);
  });

  test.each([
    ['"type":"macvlan","master":"eth1"', '"type":"macvlan","master":"eth1"', ', "capabilities": {"ips":true}'],
    ['"type":"macvlan","capabilities":{}', '"type":"macvlan","capabilities":{ "ips": true }', ''],
    ['"type":"macvlan","capabilities":{"ips":false}', '"type":"macvlan","capabilities":{"ips":true}', ''],
  ])('the capability is added to %s', async (plugin, better, added) => {
    const asking = pod('[{"name":"tenant-a","ips":["192.0.2.20/24"]}]');
    const ipam = `"type":"static",${addresses('192.0.2.9/24')}`;
    const good = ipamText(ipam, better).replace("]}}'", `]}${added}}'`);
    expect(await repaired(ipamText(ipam, plugin) + asking)).toBe(good + asking);
  });
});

describe('a workload of several pods', () => {
  const workload = (kind: string, spec: string): string => `---
apiVersion: apps/v1
kind: ${kind}
metadata: {name: app, namespace: default}
spec:
  ${spec}
  template:
    metadata:
      annotations:
        k8s.v1.cni.cncf.io/networks: default/tenant-a
`;

  test.each<[string, string, string]>([
    ['Deployment', 'replicas: 2', 'warning'],
    ['Deployment', 'replicas: 1', 'info'],
    ['Deployment', 'paused: true', 'info'],
    ['DaemonSet', 'minReadySeconds: 1', 'warning'],
  ])('%s with %s', async (kind, spec, severity) => {
    const text = ips(addresses('192.0.2.9/24')) + workload(kind, spec);
    expect(await found(text, 'static')).toEqual([`${severity} single-address: "addresses"`]);
  });
});

test('whereabouts gives static addresses too, with the leading zeros that it takes', async () => {
  const text = ipamText(`"type":"whereabouts",${addresses('192.0.2.9', '192.0.02.9/24')}`);
  expect(await found(text, 'static')).toEqual(['error not-cidr: "192.0.2.9"']);
  const [finding] = (await findingsOf(text)).filter(({ rule }) => rule === 'static/not-cidr');
  expect(finding?.upstream).toBe('invalid CIDR in addresses 192.0.2.9: invalid CIDR address: 192.0.2.9');
});

test('the second of two equal addresses is taken out', async () => {
  expect(await repaired(ips(addresses('192.0.2.9/24', '192.0.2.8/24', '192.0.2.9/24')))).toBe(
    ips(addresses('192.0.2.9/24', '192.0.2.8/24')),
  );
});
