import { fieldOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { elementsOf, isShim } from '../../whereabouts-facts.js';
import { ipamNad } from '../ipam-examples.js';

/** The routers option, by its name and its number. */
const ROUTERS: ReadonlySet<unknown> = new Set(['routers', '3']);

export const defaultRoute = defineRule({
  id: 'dhcp/default-route',
  severity: 'info',
  title: 'a router of the DHCP server becomes the default route',
  why: 'The plugin asks for routers unless it is told not to, and makes a default route of the answer: the pod then has two, or leaves the cluster by the wrong one. See plugins#698.',
  over: 'network',
  about: ['dhcp'],
  needs: ['values'],
  fix: {
    kind: 'suggested',
    text: 'add "request": [{"skipDefault": true, "option": "routers"}] where the pod is to keep its own',
  },
  bad: ipamNad('dhcp', ''),
  good: ipamNad('dhcp', '"request": [{"skipDefault": true, "option": "routers"}]'),
  source: 'containernetworking/plugins 3d27709 plugins/ipam/dhcp/daemon.go, lease.go; plugins issue 698',
  *check({ subject }) {
    if (isShim(subject)) return;
    for (const { type, conf, path } of subject.ipams) {
      if (type !== 'dhcp') continue;
      const isSkipped = elementsOf(conf, path, 'request').some(
        ({ element }) =>
          fieldOf(element, 'skipDefault')?.value === true && ROUTERS.has(fieldOf(element, 'option')?.value),
      );
      if (!isSkipped)
        yield { at: { path: [...path, 'type'] }, message: 'a router of the server becomes a default route' };
    }
  },
});
