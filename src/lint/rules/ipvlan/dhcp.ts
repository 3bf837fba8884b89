import { textOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { ipamOf, pluginsOfType } from '../../plugin-facts.js';
import { plugin } from '../plugin-examples.js';

export const dhcp = defineRule({
  id: 'ipvlan/dhcp',
  severity: 'error',
  title: 'DHCP over an ipvlan',
  why: 'In the modes l3 and l3s an ipvlan carries no broadcasts, and no request for an address ever leaves the pod. In the mode l2 all pods of a node have the MAC address of the master, and the server gives all of them one address, if it does not go by the client identifier.',
  over: 'network',
  about: ['ipvlan'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take another IPAM plugin, or macvlan' },
  bad: plugin('ipvlan', '"master": "eth1",\n"mode": "l3",\n"ipam": { "type": "dhcp" }'),
  good: plugin(
    'ipvlan',
    '"master": "eth1",\n"mode": "l3",\n"ipam": { "type": "whereabouts", "range": "192.0.2.0/24", "exclude": ["192.0.2.0/29"] }',
  ),
  source: 'Linux kernel Documentation/networking/ipvlan.rst; containernetworking/plugins v1.9.0 plugins/ipam/dhcp',
  *check({ subject }) {
    for (const ipvlan of pluginsOfType(subject, 'ipvlan')) {
      const ipam = ipamOf(subject, ipvlan);
      if (ipam?.type !== 'dhcp') continue;
      const mode = textOf(ipvlan.conf, 'mode') ?? 'l2';
      const isRouted = mode.toLowerCase().startsWith('l3');
      yield {
        at: { path: [...ipam.path, 'type'] },
        severity: isRouted ? 'error' : 'warning',
        message: isRouted
          ? `the mode ${mode} carries no broadcasts, and DHCP needs them`
          : 'all pods of a node share one MAC address: the server must go by the client identifier',
      };
    }
  },
});
