import { jsonTypeOf } from '../../../cni/go-json.js';
import { fieldOf } from '../../go-fields.js';
import { hostLocalOf, type HostLocalFacts } from '../../host-local-facts.js';
import { defineRule, type Draft } from '../../model.js';
import { hasCapability } from '../capabilities.js';
import { hostLocal } from '../ipam-examples.js';

export const noRanges = defineRule({
  id: 'host-local/no-ranges',
  severity: 'error',
  title: 'host-local without a range that can be read',
  why: 'host-local refuses the configuration: no pod of this network starts.',
  over: 'network',
  about: ['host-local'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'give it a subnet, or ranges as [[{"subnet": "192.0.2.0/24"}]]' },
  bad: hostLocal('"routes": [{"dst": "198.51.100.0/24", "gw": "192.0.2.1"}]'),
  good: hostLocal('"ranges": [[{"subnet": "192.0.2.0/24"}]]'),
  source: 'containernetworking/plugins 3d27709 plugins/ipam/host-local/backend/allocator/config.go (LoadIPAMConfig)',
  *check({ subject }) {
    for (const facts of hostLocalOf(subject)) {
      yield* unreadable(facts);
      const { ipam, sets, noLists } = facts;
      // Without its plugin it is not known what the runtime may add.
      if (sets.length + noLists.length > 0 || hasCapability(subject, ipam, 'ipRanges') !== false) continue;
      yield {
        at: { path: [...ipam.path, fieldOf(ipam.conf, 'ranges')?.key ?? 'type'] },
        message: 'neither a subnet nor ranges',
        upstream: 'no IP ranges specified',
      };
    }
  },
});

function* unreadable({ sets, noLists }: HostLocalFacts): Iterable<Draft> {
  for (const { value, path } of noLists) {
    const type = jsonTypeOf(value);
    yield {
      at: { path },
      message: 'each element of ranges is a list of ranges',
      upstream: `json: cannot unmarshal ${type} into Go struct field IPAMConfig.ipam.ranges of type allocator.RangeSet`,
    };
  }
  for (const { subnet, prefix, path } of sets.flatMap(({ ranges }) => ranges)) {
    if (prefix !== undefined) continue;
    yield subnet === undefined
      ? { at: { path }, message: 'a range without a subnet', upstream: 'IP <nil> not v4 nor v6' }
      : {
          at: { path: subnet.path },
          message: `"${subnet.text}" is no prefix`,
          upstream: `invalid CIDR address: ${subnet.text}`,
        };
  }
}
