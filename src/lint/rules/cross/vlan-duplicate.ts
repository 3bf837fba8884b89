import { mainOf, named, pathOf, podNetworks, segmentOf } from '../../cross-facts.js';
import { groupBy } from '../../group-by.js';
import { defineRule } from '../../model.js';
import { nads, pool, vlanOn, withPod } from './examples.js';

export const vlanDuplicate = defineRule({
  id: 'cross/vlan-duplicate',
  severity: 'warning',
  title: 'a pod with one VLAN twice',
  why: 'The kernel makes a VLAN of an interface once. The second NAD of type vlan with the same master and vlanId fails, and with it the pod.',
  over: 'set',
  needs: ['values', 'workloads'],
  fix: { kind: 'suggested', text: 'take one of the two out of the pod, or use macvlan on the VLAN interface' },
  bad: withPod(
    nads(
      { name: 'tenant-a', plugin: vlanOn('eth1', 100), ipam: pool('192.0.2') },
      { name: 'tenant-b', plugin: vlanOn('eth1', 100), ipam: pool('198.51.100') },
    ),
    'tenant-a, tenant-b',
  ),
  good: withPod(
    nads(
      { name: 'tenant-a', plugin: vlanOn('eth1', 100), ipam: pool('192.0.2') },
      { name: 'tenant-b', plugin: vlanOn('eth1', 200), ipam: pool('198.51.100') },
    ),
    'tenant-a, tenant-b',
  ),
  source: 'containernetworking/plugins plugins/main/vlan/vlan.go (createVlan); Linux net/8021q',
  *check({ subject }) {
    const told = new Set<unknown>();
    for (const { attachment, networks } of podNetworks(subject)) {
      const vlans = networks.filter(({ mainType }) => mainType === 'vlan');
      for (const [, [first, ...others]] of groupBy(vlans, (network) => segmentOf(network)?.key)) {
        for (const network of others) {
          const main = mainOf(network);
          if (first === undefined || main === undefined || told.has(network)) continue;
          told.add(network);
          yield {
            on: network,
            at: { path: pathOf(main, 'vlanId') },
            message: `${attachment.objectKind} ${attachment.name ?? ''} has this VLAN from ${named(first, network)} too`,
            upstream: 'file exists',
          };
        }
      }
    }
  },
});
