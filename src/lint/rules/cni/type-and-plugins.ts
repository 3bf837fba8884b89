import { defineRule } from '../../model.js';
import { nad } from '../examples.js';
import { OVN } from './kinds.js';

const BOTH = `{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  "type": "macvlan",
  "master": "eth1",
  "plugins": [
    { "type": "tuning", "mtu": 9000 }
  ]
}`;

export const typeAndPlugins = defineRule({
  id: 'cni/type-and-plugins',
  severity: 'error',
  title: 'type and plugins side by side',
  why: 'A type at the top makes it the configuration of one plugin: multus drops the list without a word, and what its plugins should do is not done. OVN-Kubernetes refuses the two together.',
  over: 'network',
  about: ['plugins'],
  needs: [],
  fix: { kind: 'suggested', text: 'move everything into plugins, or leave plugins away' },
  bad: nad(BOTH),
  good: nad(`{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  "plugins": [
    { "type": "macvlan", "master": "eth1" },
    { "type": "tuning", "mtu": 9000 }
  ]
}`),
  source: 'multus-cni 95a0932 pkg/types/conf.go; ovn-kubernetes 8871cd9 go-controller/pkg/config/cni.go',
  supersedes: ['cni/unknown-key'],
  *check({ subject: { form, conf, path, mainType } }) {
    if (form !== 'conf' || mainType === undefined || !Object.hasOwn(conf, 'plugins')) return;
    yield {
      at: { path: [...path, 'plugins'], part: 'key' },
      message: `plugins is not read: "type": "${mainType}" beside it makes this the configuration of one plugin`,
      upstream: mainType === OVN ? 'CNI config cannot have both a plugin list and a single config' : null,
    };
  },
});
