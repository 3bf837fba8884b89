import { defineRule } from '../../model.js';
import { whereaboutsOf } from '../../whereabouts-facts.js';
import { usesGateway } from '../host-gateway.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

export const gatewayNoRoute = defineRule({
  id: 'whereabouts/gateway-no-route',
  severity: 'info',
  title: 'a gateway without a route over it',
  why: 'A gateway alone makes no route: pods reach only what is in the range. See whereabouts#107.',
  over: 'network',
  about: ['gateway'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'add routes, or take the gateway out' },
  bad: whereabouts(`${RANGE},\n"gateway": "192.0.2.1"`),
  good: whereabouts(`${RANGE},\n"gateway": "192.0.2.1",\n"routes": [{"dst": "198.51.100.0/24"}]`),
  source: 'whereabouts v0.9.4 cmd/whereabouts.go (cmdAdd); whereabouts issue 107',
  *check({ subject }) {
    for (const { gateway, gatewayAddress, routes, plugin } of whereaboutsOf(subject)) {
      if (gateway === undefined || gatewayAddress === undefined || routes.length > 0 || usesGateway(plugin)) continue;
      yield { at: { path: gateway.path }, message: 'no route goes over this gateway, so that it does nothing' };
    }
  },
});
