import { jsonTypeOf } from '../../../cni/go-json.js';
import { Prefix } from '../../../net/prefix.js';
import { fieldOf } from '../../go-fields.js';
import { defineRule, type Draft, type Edit } from '../../model.js';
import { withRoutes } from './example.js';
import { dstPath, ipamsWithRoutes, type RoutePart, routesOf } from './routes.js';

export const dstInvalid = defineRule({
  id: 'route/dst-invalid',
  severity: 'error',
  title: 'a route whose destination is no CIDR',
  why: 'The destination is an address and a length, without a space before or after it; a single address needs /32 or /128. The IPAM plugin refuses the whole configuration, and pods that attach fail to start.',
  over: 'network',
  about: ['routes'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'take the space away' },
  bad: withRoutes('{ "dst": "198.51.100.0/24 ", "gw": "192.0.2.1" }'),
  good: withRoutes('{ "dst": "198.51.100.0/24", "gw": "192.0.2.1" }'),
  source: 'containernetworking/cni 3f51e88 pkg/types/types.go (Route); Go net.ParseCIDR',
  *check({ subject }) {
    for (const ipam of ipamsWithRoutes(subject)) {
      const list = fieldOf(ipam.conf, 'routes');
      if (!Array.isArray(list?.value)) continue;
      for (const [i, route] of list.value.entries()) {
        if (typeof route !== 'object') yield notAnObject([...ipam.path, list.key, i], route);
      }
    }
    for (const route of routesOf(subject)) if (route.prefix === undefined) yield invalid(route);
  },
});

function notAnObject(path: RoutePart['path'], route: unknown): Draft {
  return {
    at: { path },
    message: `a route is an object with dst and gw, and not a ${jsonTypeOf(route)}`,
    upstream: `json: cannot unmarshal ${jsonTypeOf(route)} into Go value of type types.route`,
  };
}

function invalid(route: RoutePart): Draft {
  const { dst } = route;
  const at = { path: dstPath(route) };
  if (dst === undefined) return { at, message: 'a route without dst', upstream: 'invalid CIDR address: ' };
  if (typeof dst.value !== 'string') {
    const is = jsonTypeOf(dst.value);
    return {
      at,
      message: `dst is a ${is}, and must be a string`,
      upstream: `json: cannot unmarshal ${is} into Go value of type string`,
    };
  }
  const trimmed = dst.value.trim();
  const edits: Edit[] = Prefix.parse(trimmed) === undefined ? [] : [{ kind: 'set', path: at.path, value: trimmed }];
  const hint = edits.length > 0 ? ': there is a space in it' : '';
  return { at, message: `"${dst.value}" is no CIDR${hint}`, upstream: `invalid CIDR address: ${dst.value}`, edits };
}
