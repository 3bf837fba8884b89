import { fieldOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { pluginField, pluginsOfType, typePath } from '../../plugin-facts.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const idZero = defineRule({
  id: 'vlan/id-zero',
  severity: 'warning',
  title: 'a vlan whose vlanId is 0',
  why: 'VLAN 0 is none: the frames carry a priority and no number, and switches take them as untagged. A vlanId that is not written is 0.',
  over: 'network',
  about: ['vlan'],
  needs: ['values'],
  fix: null,
  bad: plugin('vlan', `"master": "eth1",\n${IPAM}`),
  good: plugin('vlan', `"master": "eth1",\n"vlanId": 100,\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/vlan/vlan.go (NetConf); IEEE 802.1Q',
  *check({ subject }) {
    for (const vlan of pluginsOfType(subject, 'vlan')) {
      const id = pluginField(vlan, 'vlanId');
      // A key `vlan` is the reason then, and vlan/key-name says so.
      if ((id === undefined && fieldOf(vlan.conf, 'vlan') !== undefined) || (id !== undefined && id.value !== 0))
        continue;
      yield {
        at: { path: id?.path ?? typePath(vlan) },
        message: id === undefined ? 'no vlanId, which is 0: no VLAN' : 'vlanId 0 is no VLAN',
      };
    }
  },
});
