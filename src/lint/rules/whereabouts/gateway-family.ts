import { Prefix } from '../../../net/prefix.js';
import { textOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { readRanges, whereaboutsOf, writtenOf } from '../../whereabouts-facts.js';
import { whereabouts } from '../ipam-examples.js';

const BOTH =
  '"ipRanges": [\n  {"range": "192.0.2.0/24", "exclude": ["192.0.2.0/29"]},\n  {"range": "2001:db8::/112"}\n]';

export const gatewayFamily = defineRule({
  id: 'whereabouts/gateway-family',
  severity: 'error',
  title: 'a route of the family that the gateway is not of',
  why: 'whereabouts has one gateway for all ranges. A route without a gw of its own gets that one, also when it is of the other family, and the kernel refuses it: no pod of this network starts.',
  over: 'network',
  about: ['gateway'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'give each route a gw of its family' },
  bad: whereabouts(`${BOTH},\n"gateway": "192.0.2.1",\n"routes": [{"dst": "2001:db8:1::/64"}]`),
  good: whereabouts(`${BOTH},\n"routes": [{"dst": "2001:db8:1::/64", "gw": "2001:db8::1"}]`),
  source: 'whereabouts v0.9.4 pkg/types/types.go (IPAMConfig), cmd/whereabouts.go (cmdAdd)',
  *check({ subject }) {
    for (const facts of whereaboutsOf(subject)) {
      const family = facts.gatewayAddress?.family;
      const families = new Set(readRanges(facts).map(({ reading }) => reading.range.family));
      if (family === undefined || families.size < 2) continue;
      for (const { route, path } of facts.routes) {
        const dst = writtenOf(route, path, 'dst');
        const prefix = dst === undefined ? undefined : Prefix.parse(dst.text);
        if (dst === undefined || prefix === undefined || prefix.family === family) continue;
        if (textOf(route, 'gw') !== undefined) continue;
        const gateway = facts.gatewayAddress?.toString() ?? '';
        yield { at: { path: dst.path }, message: `${dst.text} would go over ${gateway}, which is not of its family` };
      }
    }
  },
});
