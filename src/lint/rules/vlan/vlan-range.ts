import { defineRule } from '../../model.js';
import { IPAM, plugin } from '../plugin-examples.js';
import { outOfRange } from '../vlan-range.js';

export const vlanRange = defineRule({
  id: 'vlan/vlan-range',
  severity: 'error',
  title: 'a vlanId that is no VLAN',
  why: 'The vlan plugin refuses a vlanId below 0 or above 4094 (its message says 4095), and no pod that attaches starts.',
  over: 'network',
  about: ['vlan'],
  needs: ['values'],
  fix: null,
  bad: plugin('vlan', `"master": "eth1",\n"vlanId": 4095,\n${IPAM}`),
  good: plugin('vlan', `"master": "eth1",\n"vlanId": 4094,\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/vlan/vlan.go (loadConf)',
  check({ subject }) {
    const says = (id: number): string => `invalid VLAN ID ${id} (must be between 0 and 4095 inclusive)`;
    return outOfRange(subject, 'vlan', 'vlanId', says);
  },
});
