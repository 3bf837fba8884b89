import { textOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { staticOf } from '../../static-facts.js';
import { elementsOf } from '../../whereabouts-facts.js';
import { usesGateway } from '../host-gateway.js';
import { ipamNad } from '../ipam-examples.js';

const ADDRESSES = '"addresses": [{"address": "192.0.2.10/24", "gateway": "192.0.2.1"}]';

export const gatewayUnused = defineRule({
  id: 'static/gateway-unused',
  severity: 'info',
  title: 'a gateway without a route over it',
  why: 'A gateway alone makes no route: the pod reaches only the network of its address. A route with a gw of its own does not use it either.',
  over: 'network',
  about: ['static'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'add routes, or take the gateway out' },
  bad: ipamNad('static', ADDRESSES),
  good: ipamNad('static', `${ADDRESSES},\n"routes": [{"dst": "198.51.100.0/24"}]`),
  source: 'containernetworking/plugins 3d27709 pkg/ipam/ipam_linux.go (ConfigureIface)',
  *check({ subject }) {
    for (const { ipam, addresses } of staticOf(subject)) {
      const routes = elementsOf(ipam.conf, ipam.path, 'routes');
      if (usesGateway(ipam.plugin) || routes.some(({ element }) => textOf(element, 'gw') === undefined)) continue;
      for (const { gateway } of addresses) {
        if (gateway !== undefined) yield { at: { path: gateway.path }, message: 'no route goes over this gateway' };
      }
    }
  },
});
