import { defineRule } from '../../model.js';
import { lacksIpam, pluginsOfType, typePath } from '../../plugin-facts.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const ipamRequired = defineRule({
  id: 'ipvlan/ipam-required',
  severity: 'error',
  title: 'an ipvlan without an ipam',
  why: 'ipvlan tells pods apart by their addresses, and calls its IPAM plugin always; only after another plugin that assigned addresses it goes by those. No pod that attaches starts.',
  over: 'network',
  about: ['ipvlan'],
  needs: ['values'],
  fix: null,
  bad: plugin('ipvlan', '"master": "eth1"'),
  good: plugin('ipvlan', `"master": "eth1",\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/ipvlan/ipvlan.go (cmdAdd)',
  *check({ subject }) {
    for (const ipvlan of pluginsOfType(subject, 'ipvlan')) {
      if (ipvlan.index > 0 || !lacksIpam(ipvlan)) continue;
      yield {
        at: { path: typePath(ipvlan) },
        message: 'ipvlan does not work without an ipam',
        upstream: 'no plugin name provided',
      };
    }
  },
});
