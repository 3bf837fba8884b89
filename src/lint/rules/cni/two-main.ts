import { defineRule } from '../../model.js';
import { nad } from '../examples.js';
import { MAIN_PLUGINS, OVN } from './kinds.js';

export const twoMain = defineRule({
  id: 'cni/two-main',
  severity: 'warning',
  title: 'two plugins of a list that make an interface',
  why: 'Both are told to make an interface of the same name in the pod. The second one fails, or takes the place of the first.',
  over: 'network',
  about: ['plugins'],
  needs: [],
  fix: null,
  bad: nad(`{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  "plugins": [
    { "type": "bridge", "bridge": "br1" },
    { "type": "macvlan", "master": "eth1" }
  ]
}`),
  good: nad(`{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  "plugins": [
    { "type": "bridge", "bridge": "br1" },
    { "type": "tuning", "mtu": 9000 }
  ]
}`),
  source: 'containernetworking/cni 3f51e88 SPEC.md (CNI_IFNAME)',
  *check({ subject: { plugins } }) {
    const mains = plugins.filter(({ type }) => type !== undefined && MAIN_PLUGINS.has(type));
    const [first, ...others] = mains;
    // With OVN-Kubernetes first nothing may follow at all: ovn/chained.
    if (first === undefined || plugins[0]?.type === OVN) return;
    for (const { type, path } of others) {
      yield {
        at: { path: [...path, 'type'] },
        message: `${type ?? ''} makes an interface, and ${first.type ?? ''} before it has made that already`,
      };
    }
  },
});
