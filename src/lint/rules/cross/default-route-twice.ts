import { mainOf, podNetworks } from '../../cross-facts.js';
import { fieldOf, textOf } from '../../go-fields.js';
import { defineRule, type NetworkSubject } from '../../model.js';
import { elementsOf } from '../../whereabouts-facts.js';
import { nads, withPod } from './examples.js';

const ipam = (network: string): string =>
  `"type": "whereabouts", "range": "${network}.0/24", "exclude": ["${network}.0/29"], "gateway": "${network}.1", "routes": [{"dst": "0.0.0.0/0"}]`;
const quiet = (network: string): string =>
  `"type": "whereabouts", "range": "${network}.0/24", "exclude": ["${network}.0/29"], "gateway": "${network}.1", "routes": [{"dst": "10.9.0.0/16"}]`;

export const defaultRouteTwice = defineRule({
  id: 'cross/default-route-twice',
  severity: 'warning',
  title: 'a pod with default routes of two networks',
  why: 'A pod sends what has no other way by one default route. Of several the order in which the interfaces were made decides, and the answers come back by another way than the requests. See multus#1328.',
  over: 'set',
  needs: ['values', 'workloads'],
  fix: { kind: 'suggested', text: "take the routes out of the NADs, and name one in the pod's default-route" },
  bad: withPod(
    nads({ name: 'tenant-a', ipam: ipam('192.0.2') }, { name: 'tenant-b', ipam: ipam('198.51.100') }),
    'tenant-a, tenant-b',
  ),
  also: ['route/default-on-secondary'],
  good: withPod(
    nads({ name: 'tenant-a', ipam: quiet('192.0.2') }, { name: 'tenant-b', ipam: quiet('198.51.100') }),
    'tenant-a, tenant-b',
  ),
  source: 'multus-cni pkg/multus/multus.go (cmdAdd, default-route); multus issue 1328',
  *check({ subject }) {
    for (const { attachment, networks } of podNetworks(subject)) {
      const routed = [...new Set(networks)].filter((network) => familiesOf(network).size > 0);
      const twice = routed.find((network, i) =>
        routed.slice(0, i).some((other) => [...familiesOf(network)].some((family) => familiesOf(other).has(family))),
      );
      if (twice === undefined) continue;
      const names = routed.map(({ name }) => name ?? '').join(' and ');
      yield { on: attachment, at: { path: attachment.path }, message: `${names} both bring a default route` };
    }
  },
});

/** Families of which a network brings a default route. */
function familiesOf(network: NetworkSubject): ReadonlySet<4 | 6> {
  const families = new Set<4 | 6>();
  for (const part of network.ipams) {
    for (const { element } of elementsOf(part.conf, part.path, 'routes')) {
      const dst = textOf(element, 'dst')?.trim() ?? '';
      if (dst === '0.0.0.0/0') families.add(4);
      if (dst === '::/0') families.add(6);
    }
  }
  const main = mainOf(network);
  const isDefault = main?.type === 'bridge' && fieldOf(main.conf, 'isDefaultGateway')?.value === true;
  return isDefault ? families.add(4).add(6) : families;
}
