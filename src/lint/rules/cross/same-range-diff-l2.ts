import { named, networksOf, poolRangesOf, segmentOf } from '../../cross-facts.js';
import { groupBy } from '../../group-by.js';
import { defineRule } from '../../model.js';
import { macvlanOn, nads, pool } from './examples.js';

export const sameRangeDiffL2 = defineRule({
  id: 'cross/same-range-diff-l2',
  severity: 'warning',
  title: 'one pool for two networks that have nothing to do with each other',
  why: 'whereabouts keeps a pool for each range, not for each network. Networks on different interfaces with one range and no network_name share its addresses, so that each of them has only what the other leaves.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'give each of them a network_name' },
  bad: nads(
    { name: 'tenant-a', plugin: macvlanOn('eth1'), ipam: pool('192.0.2') },
    { name: 'tenant-b', plugin: macvlanOn('eth2'), ipam: pool('192.0.2') },
  ),
  good: nads(
    { name: 'tenant-a', plugin: macvlanOn('eth1'), ipam: pool('192.0.2') },
    { name: 'tenant-b', plugin: macvlanOn('eth2'), ipam: pool('192.0.2', ', "network_name": "tenant-b"') },
  ),
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (IPPoolName), doc/proposals/named-networks.md',
  *check({ subject }) {
    const unnamed = networksOf(subject)
      .flatMap(poolRangesOf)
      .filter(({ networkName }) => networkName === '');
    for (const [text, [first, ...others]] of groupBy(unnamed, ({ text: range }) => range)) {
      const own = first === undefined ? undefined : segmentOf(first.network);
      if (first === undefined || own === undefined) continue;
      for (const { network, path } of others) {
        const its = segmentOf(network);
        if (its === undefined || its.key === own.key) continue;
        yield {
          on: network,
          at: { path },
          message: `${named(first.network, network)} on ${own.text} has the pool of ${text} too; this is on ${its.text}`,
        };
      }
    }
  },
});
