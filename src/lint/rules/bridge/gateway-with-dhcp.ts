import { defineRule } from '../../model.js';
import { ipamOf, pluginField, pluginsOfType } from '../../plugin-facts.js';
import { plugin } from '../plugin-examples.js';

const DHCP = '"ipam": { "type": "dhcp" }';

export const gatewayWithDhcp = defineRule({
  id: 'bridge/gateway-with-dhcp',
  severity: 'warning',
  title: 'a bridge that takes the address of the DHCP router',
  why: 'With isGateway the bridge of the node gets the address of the gateway, and with dhcp that is the router which the server names. The node and the real router then answer for one address, and everything behind that router breaks.',
  over: 'network',
  about: ['bridge'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'leave out isGateway and isDefaultGateway' },
  bad: plugin('bridge', `"bridge": "br1",\n"isGateway": true,\n${DHCP}`, { name: 'dhcp-shim' }),
  good: plugin('bridge', `"bridge": "br1",\n${DHCP}`, { name: 'dhcp-shim' }),
  source: 'containernetworking/plugins v1.9.0 plugins/main/bridge/bridge.go (calcGateways)',
  *check({ subject }) {
    for (const bridge of pluginsOfType(subject, 'bridge')) {
      if (ipamOf(subject, bridge)?.type !== 'dhcp') continue;
      const gateway = ['isGateway', 'isDefaultGateway']
        .map((name) => pluginField(bridge, name))
        .find((field) => field?.value === true);
      if (gateway === undefined) continue;
      yield { at: { path: gateway.path }, message: 'the bridge of the node takes the address of the router' };
    }
  },
});
