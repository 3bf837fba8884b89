import { defineRule } from '../../model.js';
import { hostIsGateway } from '../host-gateway.js';
import { withRoutes } from './example.js';
import { dstPath, hasIpamGateway, isDefault, routesOf } from './routes.js';

export const missingGw = defineRule({
  id: 'route/missing-gw',
  severity: 'info',
  title: 'a route without a gateway',
  why: 'Neither the route nor the IPAM has a gateway of its family: the destination counts as being on the network itself. For a network next to the pod that is right; what lies behind a router is not reached so, a default route least of all.',
  over: 'network',
  about: ['routes'],
  needs: ['values'],
  fix: null,
  bad: withRoutes('{ "dst": "198.51.100.0/24" }'),
  good: withRoutes('{ "dst": "198.51.100.0/24", "gw": "192.0.2.1" }'),
  source: 'containernetworking/plugins v1.9.0 pkg/ipam/ipam_linux.go',
  *check({ subject }) {
    for (const route of routesOf(subject)) {
      const { prefix, gw, ipam } = route;
      if (prefix === undefined || gw !== undefined || hasIpamGateway(subject, route) || hostIsGateway(ipam.plugin))
        continue;
      yield {
        at: { path: dstPath(route) },
        severity: isDefault(route) ? 'warning' : 'info',
        message: `the route to ${prefix.toString()} has no gateway: the pod looks for it on the network itself`,
      };
    }
  },
});
