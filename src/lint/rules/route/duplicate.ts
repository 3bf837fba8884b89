import { defineRule } from '../../model.js';
import { fieldOf } from '../../go-fields.js';
import { withRoutes } from './example.js';
import { dstPath, type RoutePart, routesOf } from './routes.js';

export const duplicate = defineRule({
  id: 'route/duplicate',
  severity: 'info',
  title: 'one route twice',
  why: 'The second one does nothing. Routes to one destination by different gateways are another matter: traffic is shared among them.',
  over: 'network',
  about: ['routes'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'remove the second one' },
  bad: withRoutes(
    '{ "dst": "198.51.100.0/24", "gw": "192.0.2.1" },\n      { "dst": "198.51.100.0/24", "gw": "192.0.2.1" }',
  ),
  good: withRoutes(
    '{ "dst": "198.51.100.0/24", "gw": "192.0.2.1" },\n      { "dst": "198.51.100.0/24", "gw": "192.0.2.2" }',
  ),
  source: 'containernetworking/plugins v1.9.0 pkg/ipam/ipam_linux.go (RouteAddEcmp), plugins/ipam/static',
  *check({ subject }) {
    const seen = new Set<string>();
    for (const route of routesOf(subject)) {
      const key = identityOf(route);
      if (key === undefined) continue;
      if (seen.has(key)) {
        yield {
          at: { path: dstPath(route) },
          message: 'this route is there already',
          edits: [{ kind: 'remove', path: route.path }],
        };
      }
      seen.add(key);
    }
  },
});

/** What makes a route another one; undefined for one that is wrong. */
function identityOf({ conf, prefix, gw, via }: RoutePart): string | undefined {
  if (prefix === undefined || (gw !== undefined && via === undefined)) return undefined;
  const rest = ['mtu', 'advmss', 'priority', 'table', 'scope'].map((name) => fieldOf(conf, name)?.value ?? null);
  return JSON.stringify([prefix.toString(), via?.toString() ?? null, ...rest]);
}
