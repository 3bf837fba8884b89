import { defineRule } from '../../model.js';
import { type ForeignKeys, foreignKeys } from '../foreign-keys.js';
import { IPAM, plugin } from '../plugin-examples.js';

const UPLINK = 'the uplink is a port of the bridge on the node, and not made here';
const VLAN = 'the VLAN is "vlan"';
const FOREIGN: ForeignKeys = {
  master: UPLINK,
  parent: UPLINK,
  uplink: UPLINK,
  device: UPLINK,
  interface: UPLINK,
  nic: UPLINK,
  vlanId: VLAN,
  vlanID: VLAN,
  trunk: 'several VLANs are "vlanTrunk"',
  mode: 'a bridge has no modes',
  macspoofcheck: 'it is written "macspoofchk"',
  linkInContainer: 'the bridge is on the node',
};

export const unknownKey = defineRule({
  id: 'bridge/unknown-key',
  severity: 'warning',
  title: 'a key of another plugin in a bridge',
  why: 'A bridge passes over keys that it does not know, without a word. With a master, above all, it has no uplink by that: the traffic of the pods never leaves the node.',
  over: 'network',
  about: ['bridge'],
  judges: 'shape',
  needs: [],
  fix: null,
  bad: plugin('bridge', `"bridge": "br1",\n"master": "eth1",\n${IPAM}`),
  good: plugin('bridge', `"bridge": "br1",\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/bridge/bridge.go (NetConf)',
  supersedes: ['cni/unknown-key'],
  check({ subject }) {
    return foreignKeys(subject, 'bridge', FOREIGN);
  },
});
