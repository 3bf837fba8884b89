import { defineRule } from '../../model.js';
import { wholeRangesOf } from '../../whereabouts-facts.js';
import { whereabouts } from '../ipam-examples.js';
import { ignoredBounds } from './bounds.js';

export const startEndOutside = defineRule({
  id: 'whereabouts/start-end-outside',
  severity: 'warning',
  title: 'a range_start or range_end outside the range',
  why: 'whereabouts passes over a start or an end that is no usable address of the range and says nothing: the whole range is handed out, addresses of routers and other hosts among them.',
  over: 'network',
  about: ['whereabouts'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take an address of the range, or another range' },
  bad: whereabouts('"range": "192.0.2.0/24",\n"range_start": "192.0.3.100",\n"exclude": ["192.0.2.0/29"]'),
  good: whereabouts('"range": "192.0.2.0/24",\n"range_start": "192.0.2.100",\n"range_end": "192.0.2.199"'),
  source: 'whereabouts v0.9.4 pkg/iphelpers/iphelpers.go (GetIPRange)',
  *check({ subject }) {
    for (const facts of wholeRangesOf(subject)) {
      for (const { path, address, why } of ignoredBounds(facts)) {
        if (why !== 'outside') continue;
        const range = facts.reading.range.toString();
        yield { at: { path }, message: `${address.toString()} is no usable address of ${range}, and is passed over` };
      }
    }
  },
});
