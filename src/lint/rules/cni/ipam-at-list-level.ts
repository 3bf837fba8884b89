import { defineRule } from '../../model.js';
import { nad } from '../examples.js';

const MISPLACED = ['ipam', 'master', 'mode'] as const;

export const ipamAtListLevel = defineRule({
  id: 'cni/ipam-at-list-level',
  severity: 'error',
  title: 'a key of a plugin beside plugins',
  why: 'Beside plugins libcni reads only what concerns the list. The plugins do not see the key: the pod gets no address, or an interface on another master. The Cluster Network Operator does read such an ipam, and starts what it needs for nothing.',
  over: 'network',
  about: ['plugins'],
  needs: [],
  fix: { kind: 'suggested', text: 'move it into the first element of plugins' },
  bad: nad(`{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  "plugins": [{ "type": "macvlan", "master": "eth1" }],
  "ipam": { "type": "dhcp" }
}`),
  good: nad(`{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  "plugins": [{ "type": "macvlan", "master": "eth1", "ipam": { "type": "dhcp" } }]
}`),
  source: 'containernetworking/cni 3f51e88 libcni/conf.go; cluster-network-operator 2a6a57f pkg/network/multus_ipam.go',
  supersedes: ['cni/unknown-key'],
  *check({ subject: { form, conf, path } }) {
    if (form !== 'list') return;
    for (const key of MISPLACED) {
      if (!Object.hasOwn(conf, key)) continue;
      yield {
        at: { path: [...path, key], part: 'key' },
        message: `${key} beside plugins is read by no plugin: it belongs into an element of plugins`,
      };
    }
  },
});
