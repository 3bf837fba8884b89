import { defineRule } from '../../model.js';
import { rangesOf } from '../../whereabouts-facts.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

export const rangeInvalid = defineRule({
  id: 'whereabouts/range-invalid',
  severity: 'error',
  title: 'a range that is neither a prefix nor start-end/length',
  why: 'whereabouts reads the range for every pod and refuses the whole configuration when it cannot: no pod of this network starts.',
  over: 'network',
  about: ['whereabouts'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write it as 192.0.2.0/24, or as 192.0.2.10-192.0.2.99/24' },
  bad: whereabouts('"range": "1192.168.0.0/18"'),
  good: whereabouts(RANGE),
  source: 'whereabouts v0.9.4 pkg/config/config.go (LoadIPAMConfig)',
  *check({ subject }) {
    for (const { range, error } of rangesOf(subject)) {
      if (error === undefined) continue;
      const message =
        range.text === ''
          ? 'an element of ipRanges has no range'
          : `"${range.text}" is no range that whereabouts can read`;
      yield { at: { path: range.path }, message, upstream: error };
    }
  },
});
