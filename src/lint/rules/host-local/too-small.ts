import { hostLocalRangesOf } from '../../host-local-facts.js';
import { defineRule } from '../../model.js';
import { hostLocal } from '../ipam-examples.js';

export const tooSmall = defineRule({
  id: 'host-local/too-small',
  severity: 'error',
  title: 'a subnet without an address to give',
  why: 'host-local refuses subnets of one or two addresses: no pod of this network starts.',
  over: 'network',
  about: ['host-local'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take a subnet of /30 at least, or IPAM static for a single address' },
  bad: hostLocal('"subnet": "192.0.2.0/31"'),
  good: hostLocal('"subnet": "192.0.2.0/30"'),
  source: 'containernetworking/plugins 3d27709 plugins/ipam/host-local/backend/allocator/range.go (Canonicalize)',
  *check({ subject }) {
    for (const { subnet, prefix } of hostLocalRangesOf(subject)) {
      if (subnet === undefined || prefix === undefined || prefix.bits - prefix.length >= 2) continue;
      const upstream = `Network ${prefix.toString()} too small to allocate from`;
      yield { at: { path: subnet.path }, message: `/${prefix.length} has no address to give`, upstream };
    }
  },
});
