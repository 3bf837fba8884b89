import { Address } from '../../../net/address.js';
import { Prefix } from '../../../net/prefix.js';
import { defineRule } from '../../model.js';
import { wholeRangesOf } from '../../whereabouts-facts.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

export const excludeInvalid = defineRule({
  id: 'whereabouts/exclude-invalid',
  severity: 'error',
  title: 'an exclude that is neither a prefix nor an address',
  why: 'whereabouts reads exclude only when it allocates: the configuration is taken, and then every pod that needs a new address fails. Leading zeros, which range may have, are refused here.',
  over: 'network',
  about: ['exclude', 'ipRanges'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'write it as 192.0.2.8/29 or 192.0.2.1; zeros and blanks are taken away' },
  bad: whereabouts('"range": "192.0.2.0/24",\n"exclude": ["192.0.2.0/29", "192.0.002.20"]'),
  good: whereabouts(RANGE),
  source: 'whereabouts v0.9.4 pkg/allocate/allocate.go (parseExcludedRange)',
  *check({ subject }) {
    for (const { excludes } of wholeRangesOf(subject)) {
      for (const { text, path, prefix } of excludes) {
        if (prefix !== undefined) continue;
        const value = cleaned(text.trim());
        yield {
          at: { path },
          message: `"${text}" is neither a prefix nor an address`,
          upstream: `could not parse exclude range, err: "invalid CIDR address: ${text}"`,
          edits: value === undefined ? [] : [{ kind: 'set', path, value }],
        };
      }
    }
  },
});

/** The same without blanks and leading zeros; undefined where that is not what is wrong. */
function cleaned(text: string): string | undefined {
  return (text.includes('/') ? Prefix.parseSloppy(text) : Address.parseSloppy(text))?.toString();
}
