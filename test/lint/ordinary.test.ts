import { expect, test } from '@jest/globals';
import { findingsOf } from './support.js';

/** A NetworkAttachmentDefinition as people write it. */
function nad(conf: object, { annotations = '', namespace = 'default', owner = '' } = {}): string {
  return `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata:
  name: tenant-a
  namespace: ${namespace}${annotations}${owner}
spec:
  config: |-
    ${JSON.stringify({ cniVersion: '0.3.1', name: 'tenant-a', ...conf }, null, 2).replaceAll('\n', '\n    ')}
`;
}

const WHEREABOUTS = {
  type: 'whereabouts',
  range: '192.168.10.0/24',
  exclude: ['192.168.10.1/32'],
  gateway: '192.168.10.1',
  routes: [{ dst: '172.16.0.0/16' }],
};
const MACVLAN = { type: 'macvlan', master: 'eth1', mode: 'bridge', ipam: WHEREABOUTS };
const LOCALNET = {
  cniVersion: '1.0.0',
  type: 'ovn-k8s-cni-overlay',
  topology: 'localnet',
  physicalNetworkName: 'physnet',
  netAttachDefName: 'default/tenant-a',
};
const SHIM = (type: string): string => `    - name: ${type}-shim
      namespace: default
      type: Raw
      rawCNIConfig: |-
        {
          "name": "${type}-shim",
          "cniVersion": "0.3.1",
          "type": "bridge",
          "ipam": {
            "type": "${type}"
          }
        }
`;

test.each<[string, string]>([
  ['macvlan with whereabouts, the gateway excluded', nad(MACVLAN)],
  ['the same with jumbo frames', nad({ ...MACVLAN, mtu: 9000 })],
  [
    'bridge with whereabouts, the host as the gateway, excluded',
    nad({ type: 'bridge', bridge: 'br1', isGateway: true, ipam: WHEREABOUTS }),
  ],
  [
    'SR-IOV with static addresses, made by its operator',
    nad(
      {
        cniVersion: '1.0.0',
        type: 'sriov',
        vlan: 0,
        ipam: { type: 'static', addresses: [{ address: '192.168.1.9/24' }] },
      },
      { annotations: '\n  annotations:\n    k8s.v1.cni.cncf.io/resourceName: openshift.io/nic' },
    ),
  ],
  [
    'the object that the operator makes it of',
    `apiVersion: sriovnetwork.openshift.io/v1
kind: SriovNetwork
metadata:
  name: tenant-a
  namespace: openshift-sriov-network-operator
spec:
  resourceName: nic
  networkNamespace: default
  capabilities: '{ "ips": true }'
  ipam: '{ "type": "static" }'
`,
  ],
  ['ipvlan in l3 with whereabouts', nad({ type: 'ipvlan', master: 'eth1', mode: 'l3', ipam: WHEREABOUTS })],
  [
    'vlan with host-local on one node',
    `${nad({ type: 'vlan', master: 'eth1', vlanId: 100, ipam: { type: 'host-local', subnet: '192.168.10.0/24' } })}---
apiVersion: v1
kind: Pod
metadata:
  name: app
  namespace: default
  annotations:
    k8s.v1.cni.cncf.io/networks: tenant-a
spec:
  nodeName: node-1
  containers: [{ name: app, image: app }]
`,
  ],
  ['OVN-Kubernetes localnet without subnets', nad(LOCALNET)],
  [
    'OVN-Kubernetes localnet with subnets',
    nad({ ...LOCALNET, subnets: '192.168.10.0/24', excludeSubnets: '192.168.10.0/29' }),
  ],
  [
    'rendered by a UserDefinedNetwork',
    nad(
      {
        cniVersion: '1.1.0',
        name: 'default_tenant-a',
        type: 'ovn-k8s-cni-overlay',
        topology: 'layer2',
        role: 'primary',
        subnets: '192.168.10.0/24',
        netAttachDefName: 'default/tenant-a',
      },
      {
        owner: `
  ownerReferences:
    - apiVersion: k8s.ovn.org/v1
      kind: UserDefinedNetwork
      name: tenant-a
      uid: 1a2b3c4d-0000-4000-8000-000000000000
      controller: true`,
      },
    ),
  ],
  [
    'tuning after macvlan',
    nad({ plugins: [MACVLAN, { type: 'tuning', sysctl: { 'net.ipv4.conf.IFNAME.arp_notify': '1' } }] }),
  ],
  ['a bridge for virtual machines, without addresses', nad({ type: 'bridge', bridge: 'br1' })],
  [
    'both shims',
    `apiVersion: operator.openshift.io/v1
kind: Network
metadata:
  name: cluster
spec:
  additionalNetworks:
${SHIM('dhcp')}${SHIM('whereabouts')}`,
  ],
])('an ordinary network has nothing at warning or above: %s', async (_, text) => {
  const serious = (await findingsOf(text)).filter(({ severity }) => severity !== 'info');
  expect(serious.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
});
