import type { Prefix } from '../../../net/prefix.js';
import { defineRule, type NetworkSubject } from '../../model.js';
import { subnetsOf } from '../../subnets.js';
import { withRoutes } from './example.js';
import { gwPath, hasIpamGateway, ipamsWithRoutes, type RoutePart, routesOf } from './routes.js';

export const gwUnreachable = defineRule({
  id: 'route/gw-unreachable',
  severity: 'warning',
  title: 'a route whose gateway is in no network of the attachment',
  why: 'The kernel takes a gateway only where it can reach it on the interface. Otherwise it refuses the route, and pods that attach fail to start.',
  over: 'network',
  about: ['routes'],
  needs: ['values'],
  fix: null,
  bad: withRoutes('{ "dst": "198.51.100.0/24", "gw": "192.0.3.1" }'),
  good: withRoutes('{ "dst": "198.51.100.0/24", "gw": "192.0.2.1" }'),
  source: 'containernetworking/plugins v1.9.0 pkg/ipam/ipam_linux.go; Linux net/ipv4/fib_semantics.c',
  *check({ subject }) {
    const routes = routesOf(subject);
    if (!routes.some(({ via }) => via !== undefined)) return;
    const reachable = reachableIn(subject);
    if (reachable === undefined) return;
    for (const route of routes) {
      const { via, prefix } = route;
      if (via === undefined || isFamilyMixed(route) || isLinkLocal(route)) continue;
      if (reachable.some((network) => network.contains(via))) continue;
      yield {
        at: { path: gwPath(route) },
        message: `the gateway ${via.toString()} to ${prefix?.toString() ?? 'its destination'} is in no network of the pod's interface`,
        upstream: 'network is unreachable',
      };
    }
  },
});

/** What the pod reaches without a gateway; undefined where not everything of it is known. */
function reachableIn(network: NetworkSubject): Prefix[] | undefined {
  if (network.ipams.length > ipamsWithRoutes(network).length) return undefined;
  const subnets = subnetsOf(network).map(({ prefix }) => prefix);
  if (subnets.length === 0 || !subnets.every((prefix) => prefix !== undefined)) return undefined;
  const onLink = routesOf(network).filter((route) => route.gw === undefined && !hasIpamGateway(network, route));
  return [...subnets, ...onLink.flatMap(({ prefix }) => (prefix === undefined || prefix.length === 0 ? [] : [prefix]))];
}

/** That is route/family-mismatch. */
function isFamilyMixed({ via, prefix }: RoutePart): boolean {
  return via !== undefined && prefix !== undefined && via.family !== prefix.family;
}

/** Every IPv6 interface has the network fe80::/10. */
function isLinkLocal({ via }: RoutePart): boolean {
  return via?.family === 6 && via.value >> 118n === 0x3fan;
}
