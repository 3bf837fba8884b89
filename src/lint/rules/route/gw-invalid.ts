import { jsonTypeOf } from '../../../cni/go-json.js';
import { Prefix } from '../../../net/prefix.js';
import { defineRule, type Draft } from '../../model.js';
import { withRoutes } from './example.js';
import { gwPath, type RoutePart, routesOf } from './routes.js';

export const gwInvalid = defineRule({
  id: 'route/gw-invalid',
  severity: 'error',
  title: 'a route whose gateway is no address',
  why: 'The gateway of a route is a single address, without a length. The IPAM plugin refuses the whole configuration, and pods that attach fail to start.',
  over: 'network',
  about: ['routes'],
  needs: ['values'],
  fix: null,
  bad: withRoutes('{ "dst": "198.51.100.0/24", "gw": "192.0.2.1/24" }'),
  good: withRoutes('{ "dst": "198.51.100.0/24", "gw": "192.0.2.1" }'),
  source: 'containernetworking/cni 3f51e88 pkg/types/types.go (Route); Go net.IP.UnmarshalText',
  *check({ subject }) {
    for (const route of routesOf(subject)) if (route.gw !== undefined && route.via === undefined) yield invalid(route);
  },
});

function invalid(route: RoutePart): Draft {
  const at = { path: gwPath(route) };
  const value = route.gw?.value;
  if (typeof value !== 'string') {
    const is = jsonTypeOf(value);
    return {
      at,
      message: `gw is a ${is}, and must be a string`,
      upstream: `json: cannot unmarshal ${is} into Go struct field route.gw of type net.IP`,
    };
  }
  const hint = Prefix.parse(value) === undefined ? '' : ': it has a length';
  return { at, message: `"${value}" is no address${hint}`, upstream: `invalid IP address: ${value}` };
}
