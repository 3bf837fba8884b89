import { isJsonObject } from '../../../cni/go-json.js';
import { Prefix } from '../../../net/prefix.js';
import { type CnoSubject, defineRule, type Draft, type NetworkSubject } from '../../model.js';
import type { Path } from '../../path.js';
import { valueAt } from '../../source/document.js';
import { withRoutes } from './example.js';
import { dstPath, isDefault, routesOf } from './routes.js';

export const defaultOnSecondary = defineRule({
  id: 'route/default-on-secondary',
  severity: 'warning',
  title: 'a default route on a secondary network',
  why: 'Every pod that attaches gets a second default route beside that of the cluster network, or the only one that counts: services, DNS and everything outside may then be reached over this network, or not at all. Where one pod wants it, its annotation says so (default-route).',
  // Of networks, and of those that the Cluster Network Operator renders of its own fields.
  over: 'set',
  needs: ['values'],
  fix: {
    kind: 'suggested',
    text: 'leave the route out, and give default-route in the annotation of the pods that want it',
  },
  bad: withRoutes('{ "dst": "0.0.0.0/0", "gw": "192.0.2.1" }'),
  good: withRoutes('{ "dst": "198.51.100.0/24", "gw": "192.0.2.1" }'),
  source: 'k8snetworkplumbingwg/multus-cni 95a0932 issues 847, 1328, 1507',
  *check({ subject: { networks, cnos } }) {
    for (const network of networks) yield* inNetwork(network);
    for (const cno of cnos) yield* inSimpleMacvlan(cno);
  },
});

function* inNetwork(network: NetworkSubject): Iterable<Draft> {
  for (const route of routesOf(network)) {
    if (isDefault(route)) yield { on: network, ...draftOf(dstPath(route), route.prefix) };
  }
}

function* inSimpleMacvlan(cno: CnoSubject): Iterable<Draft> {
  const at = ['simpleMacvlanConfig', 'ipamConfig', 'staticIPAMConfig', 'routes'];
  for (const { conf, path } of cno.entries) {
    const routes = valueAt(conf, at);
    if (!Array.isArray(routes)) continue;
    for (const [i, route] of routes.entries()) {
      const destination = isJsonObject(route) ? valueAt(route, ['destination']) : undefined;
      const prefix = typeof destination === 'string' ? Prefix.parse(destination) : undefined;
      if (prefix?.length === 0) yield { on: cno, ...draftOf([...path, ...at, i, 'destination'], prefix) };
    }
  }
}

function draftOf(path: Path, prefix: Prefix | undefined): Draft {
  return {
    at: { path },
    message: `${prefix?.toString() ?? ''} on a secondary network competes with the default route of the pod`,
  };
}
