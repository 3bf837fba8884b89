import { defineRule } from '../../model.js';
import { readRanges, whereaboutsOf } from '../../whereabouts-facts.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

export const gatewayOutsideRange = defineRule({
  id: 'whereabouts/gateway-outside-range',
  severity: 'warning',
  title: 'a gateway in none of the ranges',
  why: 'The address of a pod carries the prefix length of its range, so that a gateway outside is not reached over this interface: the kernel refuses routes over it (network is unreachable). whereabouts does not check that.',
  over: 'network',
  about: ['gateway'],
  needs: ['values'],
  fix: {
    kind: 'suggested',
    text: 'take a range that has the gateway in it, and limit it with range_start and range_end',
  },
  bad: whereabouts('"range": "192.0.2.128/25",\n"exclude": ["192.0.2.128/29"],\n"gateway": "192.0.2.1"'),
  good: whereabouts(`${RANGE},\n"gateway": "192.0.2.1"`),
  source: 'whereabouts v0.9.4 pkg/config/config.go (LoadIPAMConfig); whereabouts issue 139',
  *check({ subject }) {
    for (const facts of whereaboutsOf(subject)) {
      const { gateway, gatewayAddress, ranges } = facts;
      const read = readRanges(facts);
      if (gateway === undefined || gatewayAddress === undefined || read.length === 0 || read.length < ranges.length) {
        continue;
      }
      if (read.some(({ reading }) => reading.range.contains(gatewayAddress))) continue;
      const texts = read.map(({ reading }) => reading.range.toString()).join(', ');
      yield { at: { path: gateway.path }, message: `${gatewayAddress.toString()} is not in ${texts}` };
    }
  },
});
