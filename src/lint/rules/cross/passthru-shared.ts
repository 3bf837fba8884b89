import { mainOf, named, networksOf, pathOf } from '../../cross-facts.js';
import { groupBy } from '../../group-by.js';
import { textOf } from '../../go-fields.js';
import { defineRule, type NetworkSubject } from '../../model.js';
import { macvlanOn, nads, pool } from './examples.js';

const PASSTHRU = '"type": "macvlan",\n  "master": "eth1",\n  "mode": "passthru"';

export const passthruShared = defineRule({
  id: 'cross/passthru-shared',
  severity: 'error',
  title: 'an interface in passthru that another NAD uses too',
  why: 'In mode passthru one pod has the interface for itself. On a node where it runs, a pod of another macvlan on the same master does not start, and the other way round.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'use mode bridge in both, or another interface' },
  bad: nads(
    { name: 'tenant-a', plugin: PASSTHRU, ipam: pool('192.0.2') },
    { name: 'tenant-b', plugin: macvlanOn('eth1'), ipam: pool('198.51.100') },
  ),
  also: ['macvlan/passthru-shared'],
  good: nads(
    { name: 'tenant-a', plugin: macvlanOn('eth1'), ipam: pool('192.0.2') },
    { name: 'tenant-b', plugin: macvlanOn('eth1'), ipam: pool('198.51.100') },
  ),
  source: 'Linux drivers/net/macvlan.c (macvlan_common_newlink)',
  *check({ subject }) {
    const macvlans = networksOf(subject).filter(({ mainType }) => mainType === 'macvlan');
    for (const [master, group] of groupBy(macvlans, masterOf)) {
      const exclusive = group.find(isPassthru);
      if (exclusive === undefined) continue;
      // The later of the two is spoken of.
      for (const network of group.slice(1)) {
        const other = network === exclusive ? group[0] : exclusive;
        const main = mainOf(network);
        if (main === undefined || other === undefined) continue;
        yield {
          on: network,
          at: { path: pathOf(main, 'master') },
          message: `${named(other, network)} has ${master} too, and one of them for itself (passthru)`,
          upstream: 'device or resource busy',
        };
      }
    }
  },
});

function masterOf(network: NetworkSubject): string | undefined {
  const main = mainOf(network);
  return main === undefined ? undefined : textOf(main.conf, 'master');
}

function isPassthru(network: NetworkSubject): boolean {
  return textOf(mainOf(network)?.conf ?? {}, 'mode') === 'passthru';
}
