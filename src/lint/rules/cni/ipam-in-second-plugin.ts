import { defineRule } from '../../model.js';
import { nad } from '../examples.js';

export const ipamInSecondPlugin = defineRule({
  id: 'cni/ipam-in-second-plugin',
  severity: 'warning',
  title: 'an ipam that is not in the first plugin',
  why: 'The controllers of whereabouts look at the first plugin only: they do not clean up after the pods of this network and make no node slices for it. The Cluster Network Operator starts the DHCP daemon and the reconciler by the first ipam.',
  over: 'network',
  about: ['plugins'],
  needs: [],
  fix: null,
  bad: nad(`{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  "plugins": [
    { "type": "route-override" },
    { "type": "macvlan", "master": "eth1", "ipam": { "type": "dhcp" } }
  ]
}`),
  good: nad(`{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  "plugins": [
    { "type": "macvlan", "master": "eth1", "ipam": { "type": "dhcp" } },
    { "type": "route-override" }
  ]
}`),
  source: 'whereabouts v0.9.4 pkg/config/config.go (LoadIPAMConfiguration); cluster-network-operator 2a6a57f',
  *check({ subject: { ipams } }) {
    for (const { type, path, plugin } of ipams) {
      if (plugin === undefined || plugin.index === 0 || (type !== 'whereabouts' && type !== 'dhcp')) continue;
      yield {
        at: { path: [...path, 'type'] },
        message: `${type} in plugin ${plugin.index + 1}: what looks after it sees the first plugin only`,
        upstream: type === 'whereabouts' ? "IPAM config missing 'ipam' key" : null,
      };
    }
  },
});
