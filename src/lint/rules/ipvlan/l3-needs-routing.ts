import { defineRule } from '../../model.js';
import { fieldsOf } from '../../plugin-facts.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const l3NeedsRouting = defineRule({
  id: 'ipvlan/l3-needs-routing',
  severity: 'info',
  title: 'an ipvlan that needs routes back to its pods',
  why: 'In the modes l3 and l3s nobody asks for the addresses of the pods on the wire: routers, and hosts beside them, need a route to the range by each node.',
  over: 'network',
  about: ['ipvlan'],
  needs: ['values'],
  fix: null,
  bad: plugin('ipvlan', `"master": "eth1",\n"mode": "l3",\n${IPAM}`),
  good: plugin('ipvlan', `"master": "eth1",\n"mode": "l2",\n${IPAM}`),
  source: 'Linux kernel Documentation/networking/ipvlan.rst',
  *check({ subject }) {
    for (const { value, path } of fieldsOf(subject, 'ipvlan', 'mode')) {
      if (value !== 'l3' && value !== 'l3s') continue;
      yield { at: { path }, message: `the mode ${value} needs routes back to the pods` };
    }
  },
});
