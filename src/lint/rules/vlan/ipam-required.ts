import { defineRule } from '../../model.js';
import { withoutIpam } from '../ipam-required.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const ipamRequired = defineRule({
  id: 'vlan/ipam-required',
  severity: 'error',
  title: 'a vlan without an ipam',
  why: 'The vlan plugin always calls an IPAM plugin. Without an ipam no pod that attaches starts.',
  over: 'network',
  about: ['vlan'],
  needs: ['values'],
  fix: null,
  bad: plugin('vlan', '"master": "eth1",\n"vlanId": 7'),
  good: plugin('vlan', `"master": "eth1",\n"vlanId": 7,\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/vlan/vlan.go (cmdAdd)',
  check({ subject }) {
    return withoutIpam(subject, 'vlan', 'no plugin name provided');
  },
});
