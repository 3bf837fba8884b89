import { defineRule } from '../../model.js';
import { wholeRangesOf } from '../../whereabouts-facts.js';
import { whereabouts } from '../ipam-examples.js';
import { ignoredBounds } from './bounds.js';

export const rangeEndBeforeStart = defineRule({
  id: 'whereabouts/range-end-before-start',
  severity: 'warning',
  title: 'a range_end before the range_start',
  why: 'whereabouts passes over an end that comes before the start and says nothing: it hands out everything from the start to the end of the range.',
  over: 'network',
  about: ['whereabouts'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'swap the two' },
  bad: whereabouts('"range": "192.0.2.0/24",\n"range_start": "192.0.2.199",\n"range_end": "192.0.2.100"'),
  good: whereabouts('"range": "192.0.2.0/24",\n"range_start": "192.0.2.100",\n"range_end": "192.0.2.199"'),
  source: 'whereabouts v0.9.4 pkg/iphelpers/iphelpers.go (GetIPRange)',
  *check({ subject }) {
    for (const facts of wholeRangesOf(subject)) {
      for (const { path, address, why } of ignoredBounds(facts)) {
        if (why !== 'end-before-start') continue;
        const start = facts.reading.start?.toString() ?? '';
        const last = facts.reading.window?.last.toString() ?? '';
        yield {
          at: { path },
          message: `${address.toString()} comes before ${start}, and is passed over: the range goes up to ${last}`,
        };
      }
    }
  },
});
