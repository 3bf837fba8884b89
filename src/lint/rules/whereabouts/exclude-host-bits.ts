import { defineRule } from '../../model.js';
import { wholeRangesOf } from '../../whereabouts-facts.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

export const excludeHostBits = defineRule({
  id: 'whereabouts/exclude-host-bits',
  severity: 'info',
  title: 'an exclude that names an address in it, which is masked away',
  why: 'whereabouts excludes the whole prefix, addresses before the one that is written among them: of 192.168.2.229/30 those from 192.168.2.228 to 192.168.2.231.',
  over: 'network',
  about: ['exclude', 'ipRanges'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'write the masked prefix, which is what whereabouts does' },
  bad: whereabouts('"range": "192.0.2.0/24",\n"exclude": ["192.0.2.0/29", "192.0.2.229/30"]'),
  good: whereabouts(RANGE),
  source: 'whereabouts v0.9.4 pkg/allocate/allocate.go (parseExcludedRange)',
  *check({ subject }) {
    for (const { excludes } of wholeRangesOf(subject)) {
      for (const { prefix, text, path } of excludes) {
        if (prefix === undefined || prefix.isMasked) continue;
        const value = prefix.masked().toString();
        yield {
          at: { path },
          message: `${text} excludes ${prefix.network.toString()} to ${prefix.broadcast.toString()}`,
          edits: [{ kind: 'set', path, value }],
        };
      }
    }
  },
});
