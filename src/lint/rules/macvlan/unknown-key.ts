import { defineRule } from '../../model.js';
import { type ForeignKeys, foreignKeys } from '../foreign-keys.js';
import { IPAM, plugin } from '../plugin-examples.js';

const VLAN = 'write the type vlan, or a VLAN interface of the node as the master, such as "eth1.100"';
const MASTER = 'the interface of the node is "master"';
const FOREIGN: ForeignKeys = {
  vlan: VLAN,
  vlanId: VLAN,
  vlanID: VLAN,
  vlanTrunk: VLAN,
  trunk: VLAN,
  bridge: MASTER,
  parent: MASTER,
  device: MASTER,
  interface: MASTER,
};

export const unknownKey = defineRule({
  id: 'macvlan/unknown-key',
  severity: 'warning',
  title: 'a key of another plugin in a macvlan',
  why: 'macvlan passes over keys that it does not know, without a word. With a vlan, above all, the traffic of the pods stays untagged and lands in the network of the master.',
  over: 'network',
  about: ['macvlan'],
  judges: 'shape',
  needs: [],
  fix: { kind: 'suggested', text: 'take the type vlan, or a sub-interface of the node as the master' },
  bad: plugin('macvlan', `"master": "eth1",\n"vlan": 100,\n${IPAM}`),
  good: plugin('macvlan', `"master": "eth1.100",\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/macvlan/macvlan.go (NetConf)',
  supersedes: ['cni/unknown-key'],
  check({ subject }) {
    return foreignKeys(subject, 'macvlan', FOREIGN);
  },
});
