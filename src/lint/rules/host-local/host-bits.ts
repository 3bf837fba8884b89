import { hostLocalRangesOf } from '../../host-local-facts.js';
import { defineRule } from '../../model.js';
import { hostLocal } from '../ipam-examples.js';

export const hostBits = defineRule({
  id: 'host-local/host-bits',
  severity: 'error',
  title: 'a subnet that names an address in it',
  why: 'host-local takes the address of the network alone, and refuses any other: no pod of this network starts. To begin at an address there is rangeStart.',
  over: 'network',
  about: ['host-local'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'write the address of the network' },
  bad: hostLocal('"subnet": "192.0.2.10/24"'),
  good: hostLocal('"subnet": "192.0.2.0/24",\n"rangeStart": "192.0.2.10"'),
  source: 'containernetworking/plugins 3d27709 plugins/ipam/host-local/backend/allocator/range.go (Canonicalize)',
  *check({ subject }) {
    for (const { subnet, prefix } of hostLocalRangesOf(subject)) {
      if (subnet === undefined || prefix === undefined || prefix.isMasked || prefix.bits - prefix.length < 2) continue;
      const { path, text } = subnet;
      yield {
        at: { path },
        message: `${text} is in ${prefix.masked().toString()}, and not the address of that network`,
        upstream: `Network has host bits set. For a subnet mask of length ${prefix.length} the network address is ${prefix.network.toString()}`,
        edits: [{ kind: 'set', path, value: prefix.masked().toString() }],
      };
    }
  },
});
