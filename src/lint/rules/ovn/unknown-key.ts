import { defineRule } from '../../model.js';
import { type ForeignKeys, foreignKeys } from '../foreign-keys.js';
import { LOCALNET, OVN, ovn } from './networks.js';

const UPLINK = 'a localnet goes by the bridge mapping that physicalNetworkName names';
const VLAN = 'it is written "vlanID"';
const PERSISTENT = 'it is written "allowPersistentIPs"';
const FOREIGN: ForeignKeys = {
  master: UPLINK,
  bridge: UPLINK,
  device: UPLINK,
  physicalNetwork: 'it is written "physicalNetworkName"',
  localnet: UPLINK,
  vlan: VLAN,
  vlanTag: VLAN,
  joinSubnets: 'it is written "joinSubnet"',
  transitSubnets: 'it is written "transitSubnet"',
  subnet: 'it is written "subnets"',
  excludeSubnet: 'it is written "excludeSubnets"',
  exclude: 'it is written "excludeSubnets"',
  persistentIPs: PERSISTENT,
  persistentIps: PERSISTENT,
  allowPersistentIP: PERSISTENT,
  range: 'addresses come from "subnets"',
  mode: 'it has a topology, and no modes',
};

export const unknownKey = defineRule({
  id: 'ovn/unknown-key',
  severity: 'warning',
  title: 'a key of another plugin, or misspelt, in a network of OVN-Kubernetes',
  why: 'OVN-Kubernetes passes over keys that it does not know, without a word: there is no VLAN, addresses change with every start, nothing is excluded.',
  over: 'network',
  about: [OVN],
  judges: 'shape',
  needs: [],
  fix: { kind: 'suggested', text: 'write the key that OVN-Kubernetes knows' },
  bad: ovn(`${LOCALNET},\n"persistentIPs": true`),
  good: ovn(`${LOCALNET},\n"allowPersistentIPs": true`),
  source: 'ovn-kubernetes 8871cd9 go-controller/pkg/cni/types/types.go (NetConf)',
  supersedes: ['cni/unknown-key'],
  check({ subject }) {
    return foreignKeys(subject, OVN, FOREIGN);
  },
});
