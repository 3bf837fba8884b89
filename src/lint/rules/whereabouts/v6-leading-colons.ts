import { poolName } from '../../../whereabouts/names.js';
import { defineRule } from '../../model.js';
import { readRanges, whereaboutsOf } from '../../whereabouts-facts.js';
import { whereabouts } from '../ipam-examples.js';

export const v6LeadingColons = defineRule({
  id: 'whereabouts/v6-leading-colons',
  severity: 'error',
  title: 'an IPv6 range that begins with "::"',
  why: 'The name of the pool is made of the range, colons as hyphens. No Kubernetes object may have a name that begins with a hyphen: the API server refuses the pool, and no pod gets an address. A network_name stands before the range, and helps.',
  over: 'network',
  about: ['whereabouts'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take a range that does not begin with zeros, or set a network_name' },
  bad: whereabouts('"range": "::1:0/112"'),
  good: whereabouts('"range": "2001:db8::/112"'),
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (normalizeRange)',
  *check({ subject }) {
    for (const facts of whereaboutsOf(subject)) {
      for (const { reading, range } of readRanges(facts)) {
        if (reading.range.family === 4) continue;
        const name = poolName({ range: reading.range.toString(), networkName: facts.networkName?.text });
        if (!name.startsWith('-')) continue;
        yield {
          at: { path: range.path },
          message: `its pool would be called "${name}", which no object can be`,
          upstream: `metadata.name: Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
        };
      }
    }
  },
});
