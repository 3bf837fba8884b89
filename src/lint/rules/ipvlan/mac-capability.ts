import { defineRule } from '../../model.js';
import { capabilityPath, pluginsOfType } from '../../plugin-facts.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const macCapability = defineRule({
  id: 'ipvlan/mac-capability',
  severity: 'warning',
  title: 'a MAC address of its own for an ipvlan',
  why: 'All interfaces of an ipvlan have the MAC address of their master. What a pod asks for with mac is passed over.',
  over: 'network',
  about: ['ipvlan'],
  needs: [],
  fix: null,
  bad: plugin('ipvlan', `"master": "eth1",\n"capabilities": { "mac": true },\n${IPAM}`),
  good: plugin('ipvlan', `"master": "eth1",\n${IPAM}`),
  source: 'Linux kernel Documentation/networking/ipvlan.rst; containernetworking/plugins v1.9.0 plugins/main/ipvlan',
  supersedes: ['cni/capabilities-unused'],
  *check({ subject }) {
    for (const ipvlan of pluginsOfType(subject, 'ipvlan')) {
      const path = capabilityPath(ipvlan, 'mac');
      if (path !== undefined)
        yield { at: { path, part: 'key' }, message: 'an ipvlan has the MAC address of its master, and no other' };
    }
  },
});
