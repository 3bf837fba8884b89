import { named } from '../../cross-facts.js';
import { groupBy } from '../../group-by.js';
import { defineRule } from '../../model.js';
import { nads } from './examples.js';
import { comparedNetworks } from './slices.js';

export const sliceMixed = defineRule({
  id: 'cross/slice-mixed',
  severity: 'error',
  title: 'one network name with node slices and without',
  why: 'The NAD with node_slice_size takes addresses from the pools of the slices, the other from one pool of the whole range. Both hold the same addresses, and both hand them out.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write node_slice_size into both or into none, or give one another network_name' },
  bad: nads(
    {
      name: 'tenant-a',
      namespace: 'openshift-multus',
      ipam: '"type": "whereabouts", "range": "10.20.0.0/16", "node_slice_size": "/24", "network_name": "shared"',
    },
    {
      name: 'tenant-b',
      namespace: 'openshift-multus',
      ipam: '"type": "whereabouts", "range": "10.20.0.0/16", "network_name": "shared"',
    },
  ),
  good: nads(
    {
      name: 'tenant-a',
      namespace: 'openshift-multus',
      ipam: '"type": "whereabouts", "range": "10.20.0.0/16", "node_slice_size": "/24", "network_name": "tenant-a"',
    },
    {
      name: 'tenant-b',
      namespace: 'openshift-multus',
      plugin: '"type": "macvlan",\n  "master": "eth2",\n  "mode": "bridge"',
      ipam: '"type": "whereabouts", "range": "10.20.0.0/16", "network_name": "tenant-b"',
    },
  ),
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (IPManagementKubernetesUpdate, IPPoolName)',
  *check({ subject }) {
    for (const [name, [first, ...others]] of groupBy(comparedNetworks(subject), ({ networkName }) => networkName)) {
      if (name === '' || first === undefined) continue;
      for (const { network, facts, size } of others) {
        if ((size === '') === (first.size === '')) continue;
        const own = size === '' ? 'has none' : 'has node slices';
        yield {
          on: network,
          at: { path: facts.slice?.path ?? facts.networkName?.path ?? facts.path },
          message: `${named(first.network, network)} ${first.size === '' ? 'has no' : 'has'} node slices for the network ${name}, this ${own}`,
        };
      }
    }
  },
});
