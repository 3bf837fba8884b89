import { named, segmentsOf } from '../../cross-facts.js';
import { groupBy } from '../../group-by.js';
import { defineRule } from '../../model.js';
import { nads } from './examples.js';
import { literalsOf } from './statics.js';

export const staticDuplicate = defineRule({
  id: 'cross/static-duplicate',
  severity: 'warning',
  title: 'one literal address in two NADs of one segment',
  why: 'Nothing tracks literal addresses. A pod of the one NAD and a pod of the other have the same address on the same segment, and neither can be reached for sure.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'give one of them another address' },
  bad: nads(
    { name: 'tenant-a', ipam: '"type": "static", "addresses": [{"address": "192.0.2.3/24"}]' },
    { name: 'tenant-b', ipam: '"type": "static", "addresses": [{"address": "192.0.2.3/24"}]' },
  ),
  good: nads(
    { name: 'tenant-a', ipam: '"type": "static", "addresses": [{"address": "192.0.2.3/24"}]' },
    { name: 'tenant-b', ipam: '"type": "static", "addresses": [{"address": "192.0.2.4/24"}]' },
  ),
  source: 'containernetworking/plugins plugins/ipam/static/main.go',
  *check({ subject }) {
    for (const group of segmentsOf(subject)) {
      const statics = group.flatMap(literalsOf);
      for (const [text, [first, ...others]] of groupBy(statics, ({ address }) => address.toString())) {
        for (const { network, path } of others) {
          // Twice in one NAD is another rule's.
          if (first === undefined || network === first.network) continue;
          yield { on: network, at: { path }, message: `${named(first.network, network)} has ${text} too` };
        }
      }
    }
  },
});
