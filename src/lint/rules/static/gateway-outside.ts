import { Address } from '../../../net/address.js';
import { defineRule } from '../../model.js';
import { staticOf } from '../../static-facts.js';
import { ipamNad } from '../ipam-examples.js';

const ROUTES = '"routes": [{"dst": "198.51.100.0/24"}]';

export const gatewayOutside = defineRule({
  id: 'static/gateway-outside',
  severity: 'warning',
  title: 'a gateway outside the network of its address',
  why: 'The pod does not reach it over this interface, and the kernel refuses routes over it (network is unreachable). The plugin does not check that.',
  over: 'network',
  about: ['static'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'correct the gateway, or the prefix length of the address' },
  bad: ipamNad('static', '"addresses": [{"address": "192.0.2.10/28", "gateway": "192.0.2.17"}]'),
  good: ipamNad('static', `"addresses": [{"address": "192.0.2.10/24", "gateway": "192.0.2.17"}],\n${ROUTES}`),
  source: 'containernetworking/plugins 3d27709 plugins/ipam/static/main.go (LoadIPAMConfig)',
  *check({ subject }) {
    for (const { addresses } of staticOf(subject)) {
      for (const { prefix, gateway } of addresses) {
        const address = gateway === undefined ? undefined : Address.parse(gateway.text);
        if (gateway === undefined || address === undefined || prefix?.contains(address) !== false) continue;
        yield { at: { path: gateway.path }, message: `${gateway.text} is not in ${prefix.masked().toString()}` };
      }
    }
  },
});
