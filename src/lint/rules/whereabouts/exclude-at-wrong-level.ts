import { fieldOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { whereaboutsOf } from '../../whereabouts-facts.js';
import { whereabouts } from '../ipam-examples.js';

export const excludeAtWrongLevel = defineRule({
  id: 'whereabouts/exclude-at-wrong-level',
  severity: 'warning',
  title: 'exclude, range_start or range_end beside ipRanges alone',
  why: 'At the top of the ipam these belong to "range". Where there are only ipRanges they do nothing: what was to be excluded is handed out.',
  over: 'network',
  about: ['ipRanges'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'move it into the element of ipRanges that it is meant for' },
  bad: whereabouts('"ipRanges": [{"range": "192.0.2.0/24"}],\n"exclude": ["192.0.2.0/29"]'),
  good: whereabouts('"ipRanges": [{"range": "192.0.2.0/24", "exclude": ["192.0.2.0/29"]}]'),
  source: 'whereabouts v0.9.4 pkg/config/config.go (LoadIPAMConfig)',
  *check({ subject }) {
    for (const { conf, path, ranges } of whereaboutsOf(subject)) {
      if (ranges.length === 0 || ranges[0]?.index === undefined) continue;
      for (const name of ['exclude', 'range_start', 'range_end']) {
        const field = fieldOf(conf, name);
        if (field === undefined || isEmpty(field.value)) continue;
        yield {
          at: { path: [...path, field.key], part: 'key' },
          message: `${field.key} does nothing here: it belongs into an element of ipRanges`,
        };
      }
    }
  },
});

function isEmpty(value: unknown): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0);
}
