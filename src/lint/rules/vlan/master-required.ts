import { textOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { pluginsOfType, typePath } from '../../plugin-facts.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const masterRequired = defineRule({
  id: 'vlan/master-required',
  severity: 'error',
  title: 'a vlan without a master',
  why: 'The vlan plugin does not look for an interface by itself, as macvlan does, though the documentation of OpenShift calls the master optional. No pod that attaches starts.',
  over: 'network',
  about: ['vlan'],
  needs: ['values'],
  fix: null,
  bad: plugin('vlan', `"vlanId": 100,\n${IPAM}`),
  good: plugin('vlan', `"master": "eth1",\n"vlanId": 100,\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/vlan/vlan.go (loadConf)',
  *check({ subject }) {
    for (const vlan of pluginsOfType(subject, 'vlan')) {
      if (textOf(vlan.conf, 'master') !== undefined) continue;
      yield {
        at: { path: typePath(vlan) },
        message: 'vlan needs a master: an interface of the node',
        upstream: '"master" field is required. It specifies the host interface name to create the VLAN for',
      };
    }
  },
});
