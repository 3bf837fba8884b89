import { defineRule } from '../../model.js';
import { ipamOf, isOn, pluginsOfType } from '../../plugin-facts.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const ipamWithoutInterface = defineRule({
  id: 'bridge/ipam-without-interface',
  severity: 'error',
  title: 'addresses for an interface that stays down',
  why: 'disableContainerInterface leaves the interface of the pod down, for virtual machines that take it over. The bridge plugin refuses an ipam beside it, and no pod that attaches starts.',
  over: 'network',
  about: ['bridge'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'leave out the ipam, or disableContainerInterface' },
  bad: plugin('bridge', `"bridge": "br1",\n"disableContainerInterface": true,\n${IPAM}`),
  good: plugin('bridge', '"bridge": "br1",\n"disableContainerInterface": true'),
  source: 'containernetworking/plugins v1.9.0 plugins/main/bridge/bridge.go (cmdAdd)',
  *check({ subject }) {
    for (const bridge of pluginsOfType(subject, 'bridge')) {
      const ipam = ipamOf(subject, bridge);
      if (ipam?.type === undefined || !isOn(bridge, 'disableContainerInterface')) continue;
      yield {
        at: { path: ipam.path, part: 'key' },
        message: 'the interface stays down, and cannot have an address',
        upstream: 'cannot use IPAM when DisableContainerInterface flag is set',
      };
    }
  },
});
