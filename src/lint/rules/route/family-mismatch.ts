import { defineRule } from '../../model.js';
import { withRoutes } from './example.js';
import { gwPath, routesOf } from './routes.js';

export const familyMismatch = defineRule({
  id: 'route/family-mismatch',
  severity: 'error',
  title: 'a route of one IP family with a gateway of the other',
  why: 'The library that sets the routes takes a destination and a gateway of one family only. Pods that attach fail to start.',
  over: 'network',
  about: ['routes'],
  needs: ['values'],
  fix: null,
  bad: withRoutes('{ "dst": "2001:db8:1::/64", "gw": "192.0.2.1" }'),
  good: withRoutes('{ "dst": "198.51.100.0/24", "gw": "192.0.2.1" }'),
  source: 'vishvananda/netlink route_linux.go; containernetworking/plugins v1.9.0 pkg/ipam/ipam_linux.go',
  *check({ subject }) {
    for (const route of routesOf(subject)) {
      const { prefix, via } = route;
      if (prefix === undefined || via === undefined || prefix.family === via.family) continue;
      yield {
        at: { path: gwPath(route) },
        message: `the destination is IPv${prefix.family}, and the gateway IPv${via.family}`,
        upstream: 'gateway, source, and destination ip are not the same IP family',
      };
    }
  },
});
