import { intervalOf, IntervalSet } from '../../../net/interval.js';
import { Prefix } from '../../../net/prefix.js';
import { textOf, fieldOf } from '../../go-fields.js';
import { defineRule, type NetworkSubject } from '../../model.js';
import { subnetsOf, type WrittenSubnet } from '../../subnets.js';
import { OVN } from '../cni/kinds.js';
import { nadWith } from '../examples.js';

/** Private, shared, link-local and documentation space: RFC 1918, 6598, 3927, 5737, 4193, 4291, 3849, 9637. */
const NOT_PUBLIC = IntervalSet.from(
  [
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    '169.254.0.0/16',
    '192.0.2.0/24',
    '198.51.100.0/24',
    '203.0.113.0/24',
    'fc00::/7',
    'fe80::/10',
    '2001:db8::/32',
    '3fff::/20',
  ]
    .flatMap((text) => Prefix.parse(text) ?? [])
    .map(intervalOf),
);

export const publicRange = defineRule({
  id: 'ip/public-range',
  severity: 'info',
  title: 'addresses that are not private',
  why: 'Whoever has these addresses on the Internet cannot be reached from the pods any more, and the pods not from there. Most often it is a typing mistake, such as 172.15.0.0 for 172.16.0.0.',
  over: 'network',
  needs: ['values'],
  fix: null,
  bad: nadWith(
    '"192.0.2.0/24",\n    "exclude": ["192.0.2.0/29"]',
    '"172.15.2.0/24",\n    "exclude": ["172.15.2.0/29"]',
  ),
  good: nadWith(),
  source: 'RFC 1918, 6598, 4193, 3927, 5737, 3849',
  *check({ subject }) {
    for (const { prefix, path } of [...subnetsOf(subject), ...ovnSubnets(subject)]) {
      if (prefix === undefined || isPrivate(prefix)) continue;
      yield {
        at: { path },
        message: `${prefix.masked().toString()} is not private: a typing mistake, or somebody's addresses`,
      };
    }
  },
});

/** No prefix has its ends in two of those spaces. */
function isPrivate({ network, broadcast }: Prefix): boolean {
  return NOT_PUBLIC.contains(network) && NOT_PUBLIC.contains(broadcast);
}

/** A list with commas, of CIDR or CIDR/HOSTPREFIX. */
function ovnSubnets({ plugins }: NetworkSubject): WrittenSubnet[] {
  return plugins.flatMap(({ conf, path, type }) => {
    const key = fieldOf(conf, 'subnets')?.key;
    if (type !== OVN || key === undefined) return [];
    return (textOf(conf, 'subnets') ?? '').split(',').flatMap((text) => {
      const [address = '', length = ''] = text.trim().split('/');
      const prefix = Prefix.parse(`${address}/${length}`);
      return prefix === undefined ? [] : [{ prefix, path: [...path, key] }];
    });
  });
}
