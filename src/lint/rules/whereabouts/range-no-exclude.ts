import { defineRule } from '../../model.js';
import { whereaboutsOf, type WhereaboutsFacts, readRanges } from '../../whereabouts-facts.js';
import type { Family } from '../../../net/address.js';
import { Prefix } from '../../../net/prefix.js';
import { textOf } from '../../go-fields.js';
import { usable } from '../../../whereabouts/window.js';
import { hostIsGateway } from '../host-gateway.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

export const rangeNoExclude = defineRule({
  id: 'whereabouts/range-no-exclude',
  severity: 'info',
  title: 'a routed network that hands out its first addresses',
  why: 'The first one to three addresses of a routed network usually are those of its routers and their virtual address. whereabouts hands them out first.',
  over: 'network',
  about: ['gateway', 'routes'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'exclude them, or begin after them with range_start' },
  bad: whereabouts(
    '"range": "192.0.2.0/24",\n"exclude": ["192.0.2.254"],\n"gateway": "192.0.2.254",\n"routes": [{"dst": "198.51.100.0/24"}]',
  ),
  good: whereabouts(`${RANGE},\n"gateway": "192.0.2.1",\n"routes": [{"dst": "198.51.100.0/24"}]`),
  source: 'whereabouts v0.9.4 pkg/allocate/allocate.go (IterateForAssignment)',
  *check({ subject }) {
    for (const facts of whereaboutsOf(subject)) {
      if (facts.slice !== undefined || hostIsGateway(facts.plugin)) continue;
      const routed = routedFamilies(facts);
      for (const { reading, range } of readRanges(facts)) {
        const first = usable(reading.range)?.first;
        if (first === undefined || !routed.has(first.family) || !reading.addresses.contains(first)) continue;
        // The gateway itself is said of by `whereabouts/gateway-in-pool`.
        if (facts.gatewayAddress !== undefined && reading.addresses.contains(facts.gatewayAddress)) continue;
        yield { at: { path: range.path }, message: `${first.toString()} is handed out first` };
      }
    }
  },
});

/** The families that have a router, as far as it can be told. */
function routedFamilies({ gatewayAddress, routes }: WhereaboutsFacts): Set<Family | undefined> {
  const destinations = routes.map(({ route }) => Prefix.parse(textOf(route, 'dst') ?? '')?.family);
  return new Set([gatewayAddress?.family, ...destinations]);
}
