import { Address } from '../../../net/address.js';
import { defineRule, type Draft } from '../../model.js';
import { rangesOf, type RangeFacts } from '../../whereabouts-facts.js';
import { whereabouts } from '../ipam-examples.js';

export const startEndUnparseable = defineRule({
  id: 'whereabouts/start-end-unparseable',
  severity: 'warning',
  title: 'a range_start or range_end that is no address',
  why: 'At the top of the ipam whereabouts passes over it without a word and hands out the whole range, addresses of others among them. In ipRanges it refuses the configuration, and no pod starts.',
  over: 'network',
  about: ['range_start', 'range_end', 'ipRanges'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write an address alone, without a prefix length' },
  bad: whereabouts('"range": "192.0.2.0/24",\n"range_start": "192.0.2.100/24",\n"exclude": ["192.0.2.0/29"]'),
  good: whereabouts('"range": "192.0.2.0/24",\n"range_start": "192.0.2.100"'),
  source: 'whereabouts v0.9.4 pkg/types/types.go (UnmarshalJSON, backwardsCompatibleIPAddress)',
  *check({ subject }) {
    for (const range of rangesOf(subject)) yield* unread(range);
  },
});

function* unread({ index, isDash, start, end }: RangeFacts): Iterable<Draft> {
  for (const bound of [start, end]) {
    if (bound === undefined) continue;
    const { text, path } = bound;
    if (index !== undefined && Address.parse(text) === undefined) {
      const upstream = `LoadIPAMConfig - JSON Parsing Error: invalid IP address: ${text}`;
      yield { at: { path }, severity: 'error', message: `"${text}" is no address`, upstream };
    } else if (index === undefined && !isDash && Address.parseSloppy(text) === undefined) {
      yield { at: { path }, message: `"${text}" is no address, and is passed over` };
    }
  }
}
