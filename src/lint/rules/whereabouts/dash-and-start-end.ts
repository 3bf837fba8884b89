import { defineRule } from '../../model.js';
import { rangesOf } from '../../whereabouts-facts.js';
import { whereabouts } from '../ipam-examples.js';

export const dashAndStartEnd = defineRule({
  id: 'whereabouts/dash-and-start-end',
  severity: 'warning',
  title: 'range_start or range_end beside a range that has both',
  why: 'A range of the form start-end/length wins: range_start and range_end beside it do nothing, and who changes them changes nothing.',
  over: 'network',
  about: ['range_start', 'range_end', 'ipRanges'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'remove the ones that do nothing' },
  bad: whereabouts('"range": "192.0.2.100-192.0.2.199/24",\n"range_start": "192.0.2.150"'),
  good: whereabouts('"range": "192.0.2.100-192.0.2.199/24"'),
  source: 'whereabouts v0.9.4 pkg/config/config.go (LoadIPAMConfig)',
  *check({ subject }) {
    for (const { isDash, range, start, end } of rangesOf(subject)) {
      if (!isDash) continue;
      for (const bound of [start, end]) {
        if (bound === undefined) continue;
        const { path } = bound;
        yield {
          at: { path, part: 'key' },
          message: `${String(path.at(-1))} does nothing beside "${range.text}"`,
          edits: [{ kind: 'remove', path }],
        };
      }
    }
  },
});
