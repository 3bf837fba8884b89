import { fieldOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { fieldsOf } from '../../plugin-facts.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const keyName = defineRule({
  id: 'vlan/key-name',
  severity: 'error',
  title: 'vlan instead of vlanId',
  why: 'The key of the vlan plugin is vlanId; "vlan" belongs to bridge and sriov, and is passed over. The pods get VLAN 0, whose traffic is not in the network that was meant.',
  over: 'network',
  about: ['vlan'],
  needs: [],
  fix: { kind: 'safe', text: 'write vlanId' },
  bad: plugin('vlan', `"master": "eth1",\n"vlan": 100,\n${IPAM}`),
  good: plugin('vlan', `"master": "eth1",\n"vlanId": 100,\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/vlan/vlan.go (NetConf)',
  supersedes: ['cni/unknown-key'],
  *check({ subject }) {
    for (const { path, plugin: vlan } of fieldsOf(subject, 'vlan', 'vlan')) {
      if (fieldOf(vlan.conf, 'vlanId') !== undefined) continue;
      yield {
        at: { path, part: 'key' },
        message: 'vlan is not read: the key is vlanId',
        edits: [{ kind: 'rename', path, key: 'vlanId' }],
      };
    }
  },
});
