import { defineRule } from '../../model.js';
import { withRoutes } from './example.js';
import { dstPath, routesOf } from './routes.js';

export const dstHostBits = defineRule({
  id: 'route/dst-host-bits',
  severity: 'error',
  title: 'a route whose destination has host bits',
  why: 'The plugin hands the destination to the kernel as it is written, and the kernel refuses an address that is not the first of its network. Pods that attach fail to start.',
  over: 'network',
  about: ['routes'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'write the address of the network' },
  bad: withRoutes('{ "dst": "198.51.100.7/24", "gw": "192.0.2.1" }'),
  good: withRoutes('{ "dst": "198.51.100.7/32", "gw": "192.0.2.1" }'),
  source: 'containernetworking/plugins v1.9.0 pkg/ipam/ipam_linux.go; Linux net/ipv4/fib_trie.c',
  *check({ subject }) {
    for (const route of routesOf(subject)) {
      if (route.prefix === undefined || route.prefix.isMasked) continue;
      const path = dstPath(route);
      const network = route.prefix.masked().toString();
      yield {
        at: { path },
        message: `${route.prefix.toString()} has host bits: the network is ${network}`,
        upstream: 'invalid argument',
        edits: [{ kind: 'set', path, value: network }],
      };
    }
  },
});
