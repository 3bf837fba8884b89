import { mainOf, named, networksOf, pathOf } from '../../cross-facts.js';
import { groupBy } from '../../group-by.js';
import { textOf } from '../../go-fields.js';
import { defineRule, type NetworkSubject } from '../../model.js';
import { macvlanOn, nads, pool } from './examples.js';

export const macvlanIpvlanMaster = defineRule({
  id: 'cross/macvlan-ipvlan-master',
  severity: 'error',
  title: 'macvlan and ipvlan on one interface',
  why: 'The kernel lets an interface carry the one or the other. On a node where a pod of the one runs, a pod of the other does not start.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'use one of the two for both, or another interface' },
  bad: nads(
    { name: 'tenant-a', plugin: macvlanOn('eth1'), ipam: pool('192.0.2') },
    { name: 'tenant-b', plugin: '"type": "ipvlan",\n  "master": "eth1",\n  "mode": "l2"', ipam: pool('198.51.100') },
  ),
  good: nads(
    { name: 'tenant-a', plugin: macvlanOn('eth1'), ipam: pool('192.0.2') },
    { name: 'tenant-b', plugin: '"type": "ipvlan",\n  "master": "eth2",\n  "mode": "l2"', ipam: pool('198.51.100') },
  ),
  source: 'Linux drivers/net/macvlan.c, drivers/net/ipvlan/ipvlan_main.c (one rx_handler for each device)',
  *check({ subject }) {
    const slaves = networksOf(subject).filter(({ mainType }) => mainType === 'macvlan' || mainType === 'ipvlan');
    for (const [master, [first, ...others]] of groupBy(slaves, masterOf)) {
      for (const network of others) {
        const main = mainOf(network);
        if (first === undefined || main === undefined || network.mainType === first.mainType) continue;
        yield {
          on: network,
          at: { path: pathOf(main, 'master') },
          message: `${named(first, network)} has ${first.mainType ?? ''} on ${master}`,
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
