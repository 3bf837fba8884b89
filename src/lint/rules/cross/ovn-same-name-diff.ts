import type { JsonObject } from '../../../cni/go-json.js';
import { mainOf, named, networksOf } from '../../cross-facts.js';
import { groupBy } from '../../group-by.js';
import { fieldOf, textOf } from '../../go-fields.js';
import { defineRule, type NetworkSubject } from '../../model.js';
import { OVN } from '../cni/kinds.js';
import { nads } from './examples.js';

/** What all NADs of one network have to agree on. */
const KEYS = ['topology', 'subnets', 'excludeSubnets', 'mtu', 'vlanID', 'physicalNetworkName', 'role', 'joinSubnet'];

export const ovnSameNameDiff = defineRule({
  id: 'cross/ovn-same-name-diff',
  severity: 'error',
  title: 'one OVN-Kubernetes network that two NADs describe differently',
  why: 'For OVN-Kubernetes NADs with one name are one network, whatever their namespaces. It makes that network of the NAD that it sees first and refuses or ignores the others, so that pods there do not start or have settings that nobody wrote.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write the same into all of them, or give one another name' },
  bad: nads(
    {
      name: 'tenant-a',
      cniName: 'shared',
      plugin:
        '"type": "ovn-k8s-cni-overlay",\n  "topology": "layer2",\n  "subnets": "10.200.0.0/16",\n  "netAttachDefName": "default/tenant-a"',
    },
    {
      name: 'tenant-b',
      cniName: 'shared',
      plugin:
        '"type": "ovn-k8s-cni-overlay",\n  "topology": "layer2",\n  "subnets": "10.201.0.0/16",\n  "netAttachDefName": "default/tenant-b"',
    },
  ),
  good: nads(
    {
      name: 'tenant-a',
      cniName: 'shared',
      plugin:
        '"type": "ovn-k8s-cni-overlay",\n  "topology": "layer2",\n  "subnets": "10.200.0.0/16",\n  "netAttachDefName": "default/tenant-a"',
    },
    {
      name: 'tenant-b',
      cniName: 'shared',
      plugin:
        '"type": "ovn-k8s-cni-overlay",\n  "topology": "layer2",\n  "subnets": "10.200.0.0/16",\n  "netAttachDefName": "default/tenant-b"',
    },
  ),
  source: 'ovn-kubernetes go-controller/pkg/util/multi_network.go; ovn-kubernetes issue 3428',
  *check({ subject }) {
    for (const [name, [first, ...others]] of groupBy(networksOf(subject), nameOf)) {
      const own = first === undefined ? undefined : mainOf(first)?.conf;
      if (first === undefined || own === undefined) continue;
      for (const network of others) {
        const main = mainOf(network);
        const key = KEYS.find((each) => main !== undefined && valueOf(main.conf, each) !== valueOf(own, each));
        if (main === undefined || key === undefined) continue;
        const written = fieldOf(main.conf, key);
        yield {
          on: network,
          at: { path: written === undefined ? main.path : [...main.path, written.key] },
          message: `${named(first, network)} says something else of the network ${name}: ${key}`,
        };
      }
    }
  },
});

function nameOf(network: NetworkSubject): string | undefined {
  const main = mainOf(network);
  // A NAD without a topology is of the default network.
  if (main?.type !== OVN || textOf(main.conf, 'topology') === undefined) return undefined;
  return textOf(network.conf, 'name');
}

/** Lists with commas are the same whatever the spaces; a missing number is 0. */
function valueOf(conf: JsonObject, key: string): string {
  const value = fieldOf(conf, key)?.value ?? '';
  return (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(/\s/g, '').replace(/^0$/, '');
}
