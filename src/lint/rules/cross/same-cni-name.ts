import { named, networksOf, segmentOf } from '../../cross-facts.js';
import { groupBy } from '../../group-by.js';
import { textOf } from '../../go-fields.js';
import { defineRule, type NetworkSubject } from '../../model.js';
import { subnetsOf } from '../../subnets.js';
import { slicedOf } from '../../whereabouts-facts.js';
import { OVN } from '../cni/kinds.js';
import { nads, pool } from './examples.js';

export const sameCniName = defineRule({
  id: 'cross/same-cni-name',
  severity: 'warning',
  title: 'different networks with one CNI name',
  why: 'What a node keeps of a network it keeps by the CNI name: the addresses that host-local handed out, the cache that DEL works from; the NodeSlicePool of whereabouts is called so too. Two networks with one name get in the way of each other.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'give each network a name of its own, such as that of its NAD' },
  bad: nads(
    { name: 'tenant-a', ipam: pool('192.0.2') },
    { name: 'tenant-b', cniName: 'tenant-a', ipam: pool('198.51.100') },
  ),
  good: nads({ name: 'tenant-a', ipam: pool('192.0.2') }, { name: 'tenant-b', ipam: pool('198.51.100') }),
  source:
    'containernetworking/plugins plugins/ipam/host-local/backend/disk; cni libcni/api.go (cacheAdd); bond-cni README',
  *check({ subject }) {
    for (const [name, [first, ...others]] of groupBy(networksOf(subject), nameOf)) {
      if (first === undefined || others.length === 0) continue;
      const own = signatureOf(first);
      for (const network of others) {
        if (signatureOf(network) === own) continue;
        yield {
          on: network,
          at: { path: [...network.path, 'name'] },
          message: `${named(first, network)} is another network with the name ${name}`,
        };
      }
    }
  },
});

/** The name as it is written; OVN-Kubernetes means the same network by the same name, and fragments have none. */
function nameOf({ conf, form, mainType }: NetworkSubject): string | undefined {
  return form === 'ipam' || mainType === OVN ? undefined : textOf(conf, 'name');
}

/** What makes it the network that it is: the main plugin, where it is, and its addresses. */
function signatureOf(network: NetworkSubject): string {
  const subnets = subnetsOf(network).map(({ prefix }) => prefix?.toString() ?? '');
  const sizes = slicedOf(network).map(({ slice }) => slice.text);
  return [network.mainType, segmentOf(network)?.key, ...subnets.sort(), ...sizes].join('|');
}
