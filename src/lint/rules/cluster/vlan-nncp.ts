import { pathOf } from '../../cross-facts.js';
import { textOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { OVN } from '../cni/kinds.js';
import { nad } from '../examples.js';
import { within } from './clusters.js';

const LOCALNET = nad(`{
  "cniVersion": "1.0.0",
  "name": "tenant-a",
  "type": "ovn-k8s-cni-overlay",
  "topology": "localnet",
  "physicalNetworkName": "datacenter",
  "vlanID": 100,
  "netAttachDefName": "default/tenant-a"
}`);

export const vlanNncp = defineRule({
  id: 'cluster/vlan-nncp',
  severity: 'warning',
  title: 'a localnet that no node maps to a bridge',
  why: 'OVN-Kubernetes finds the way out of a localnet by a bridge mapping of that name on the node. Without one the pod starts and reaches nobody outside.',
  over: 'network',
  about: [OVN],
  needs: ['values', 'cluster'],
  reads: ['bridgeMappings'],
  fix: { kind: 'suggested', text: 'add a bridge mapping by a NodeNetworkConfigurationPolicy' },
  bad: within(LOCALNET, 'a cluster without bridge mappings', { bridgeMappings: [] }),
  good: within(LOCALNET, 'a cluster that maps datacenter to a bridge', { bridgeMappings: ['datacenter'] }),
  source: 'ovn-kubernetes docs/features/multiple-networks/multi-homing.md; nmstate ovn.bridge-mappings',
  *check({ subject, cluster }) {
    for (const plugin of subject.plugins) {
      if (plugin.type !== OVN || textOf(plugin.conf, 'topology') !== 'localnet') continue;
      const physical = textOf(plugin.conf, 'physicalNetworkName') ?? textOf(subject.conf, 'name');
      // That one is OVN-Kubernetes' own.
      if (physical === undefined || physical === 'physnet' || cluster.bridgeMappings.includes(physical)) continue;
      yield { at: { path: pathOf(plugin, 'physicalNetworkName') }, message: `no policy maps ${physical} to a bridge` };
    }
  },
});
