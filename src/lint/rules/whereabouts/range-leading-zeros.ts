import { Address } from '../../../net/address.js';
import { Prefix } from '../../../net/prefix.js';
import { defineRule } from '../../model.js';
import { rangesOf, type RangeFacts, type Written } from '../../whereabouts-facts.js';
import { whereabouts } from '../ipam-examples.js';

/** A zero before another digit, at the start of a number. */
const ZEROS = /(?<![0-9a-f])0[0-9a-f]/i;

export const rangeLeadingZeros = defineRule({
  id: 'whereabouts/range-leading-zeros',
  severity: 'warning',
  title: 'a range written with leading zeros',
  why: 'whereabouts reads such numbers as decimal. Other programs read them as octal or not at all, exclude among them: a range that is copied there fails every pod.',
  over: 'network',
  about: ['whereabouts'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'leave the zeros out' },
  bad: whereabouts('"range": "192.168.001.0/24",\n"exclude": ["192.168.1.0/29"]'),
  good: whereabouts('"range": "192.168.1.0/24",\n"exclude": ["192.168.1.0/29"]'),
  source: 'whereabouts v0.9.4 pkg/config/config.go (ParseCIDRSloppy), pkg/allocate/allocate.go (parseExcludedRange)',
  *check({ subject }) {
    for (const facts of rangesOf(subject)) {
      for (const { text, path } of lenientTexts(facts)) {
        if (!ZEROS.test(text)) continue;
        const clean = text.split('-').map(withoutZeros);
        if (clean.includes(undefined) || clean.every((part, i) => part === text.split('-')[i])) continue;
        const value = clean.join('-');
        yield {
          at: { path },
          message: `"${text}" has leading zeros; it is read as ${value}`,
          edits: [{ kind: 'set', path, value }],
        };
      }
    }
  },
});

/** What is read with its zeros: the bounds only at the top level. */
function lenientTexts({ index, range, start, end }: RangeFacts): Written[] {
  return [range, ...(index === undefined ? [start, end] : [])].filter((written) => written !== undefined);
}

/** The text without the zeros that Go does not take elsewhere; undefined where it cannot be read. */
function withoutZeros(text: string): string | undefined {
  if (text.includes('/')) return Prefix.parse(text) === undefined ? Prefix.parseSloppy(text)?.toString() : text;
  return Address.parse(text) === undefined ? Address.parseSloppy(text)?.toString() : text;
}
