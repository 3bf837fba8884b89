import { Prefix } from '../../../net/prefix.js';
import { usable } from '../../../whereabouts/window.js';
import { defineRule } from '../../model.js';
import { rangesOf, type RangeFacts } from '../../whereabouts-facts.js';
import { whereabouts } from '../ipam-examples.js';

export const rangeHostBits = defineRule({
  id: 'whereabouts/range-host-bits',
  severity: 'warning',
  title: 'a range that names an address in it, which whereabouts masks away',
  why: 'Of 192.168.2.225/24 whereabouts keeps 192.168.2.0/24 and hands out 192.168.2.1 first. Who meant to begin at the address that is written gets addresses that others may have. Where it is the first usable one anyway, this is only worth saying.',
  over: 'network',
  about: ['whereabouts'],
  needs: ['values'],
  fix: {
    kind: 'safe',
    text: 'write the masked range, which is what whereabouts does; begin elsewhere with range_start',
  },
  bad: whereabouts('"range": "192.168.2.225/24",\n"exclude": ["192.168.2.0/29"]'),
  good: whereabouts('"range": "192.168.2.0/24",\n"range_start": "192.168.2.225"'),
  source: 'whereabouts v0.9.4 pkg/config/config.go (LoadIPAMConfig)',
  *check({ subject }) {
    for (const facts of rangesOf(subject)) {
      const written = prefixOf(facts);
      if (written === undefined || written.isMasked) continue;
      const masked = written.masked();
      const first = [usable(masked)?.first, facts.reading?.window?.first];
      const isFirst = first.some((address) => address?.equals(written.address) === true);
      const { path } = facts.range;
      yield {
        at: { path },
        message: isFirst
          ? `the range is ${masked.toString()}: ${written.address.toString()} is its first address anyway`
          : `the range is ${masked.toString()}, from ${first[1]?.toString() ?? masked.network.toString()} on`,
        ...(isFirst ? { severity: 'info' } : {}),
        edits: [{ kind: 'set', path, value: masked.toString() }],
      };
    }
  },
});

/** The range as it is written, where it is a prefix other than what is made of it. */
function prefixOf({ isDash, range, reading }: RangeFacts): Prefix | undefined {
  return isDash || range.text === reading?.range.toString() ? undefined : Prefix.parseSloppy(range.text);
}
