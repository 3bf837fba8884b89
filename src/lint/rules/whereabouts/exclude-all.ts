import { defineRule } from '../../model.js';
import { wholeRangesOf } from '../../whereabouts-facts.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

export const excludeAll = defineRule({
  id: 'whereabouts/exclude-all',
  severity: 'error',
  title: 'exclusions that leave no address',
  why: 'Between the start and the end of the range everything is excluded: no pod of this network gets an address.',
  over: 'network',
  about: ['whereabouts'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'exclude less, or take a larger range' },
  bad: whereabouts('"range": "192.0.2.0/28",\n"exclude": ["192.0.2.0/28"]'),
  good: whereabouts(RANGE),
  source: 'whereabouts v0.9.4 pkg/allocate/allocate.go (IterateForAssignment)',
  *check({ subject }) {
    for (const { holder, excludes, excludePath, reading } of wholeRangesOf(subject)) {
      const { window, addresses, problem, range } = reading;
      if (window === undefined || problem !== undefined || !addresses.isEmpty) continue;
      const [first, last] = [window.first.toString(), window.last.toString()];
      const texts = excludes.map(({ text }) => text).join(' ');
      yield {
        at: { path: excludePath ?? holder },
        message: `nothing is left from ${first} to ${last}`,
        upstream: `Could not allocate IP in range: ip: ${first} / - ${last} / range: ${range.toString()} / excludeRanges: [${texts}]`,
      };
    }
  },
});
