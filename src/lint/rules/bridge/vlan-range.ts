import { defineRule } from '../../model.js';
import { IPAM, plugin } from '../plugin-examples.js';
import { outOfRange } from '../vlan-range.js';

export const vlanRange = defineRule({
  id: 'bridge/vlan-range',
  severity: 'error',
  title: 'a VLAN of a bridge that is none',
  why: 'The bridge plugin refuses a VLAN below 0 or above 4094, and no pod that attaches starts.',
  over: 'network',
  about: ['bridge'],
  needs: ['values'],
  fix: null,
  bad: plugin('bridge', `"bridge": "br1",\n"vlan": 5000,\n${IPAM}`),
  good: plugin('bridge', `"bridge": "br1",\n"vlan": 100,\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/bridge/bridge.go (loadNetConf)',
  check({ subject }) {
    return outOfRange(subject, 'bridge', 'vlan', (id) => `invalid VLAN ID ${id} (must be between 0 and 4094)`);
  },
});
