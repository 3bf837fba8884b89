import type { JsonObject } from '../../../cni/go-json.js';
import type { Prefix } from '../../../net/prefix.js';
import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { operator, within } from './clusters.js';
import { isOvnNetwork, overlapping } from './overlaps.js';

/** A subnet that OVN-Kubernetes keeps for itself. */
interface OwnSubnet {
  readonly id: string;
  /** What it is called. */
  readonly name: string;
  /** What it is where the operator says nothing, IPv4. */
  readonly standard: string;
  /** What it is, by `spec.defaultNetwork.ovnKubernetesConfig` of the operator's Network. */
  readonly subnets: (ovn: JsonObject) => readonly Prefix[];
}

const FROM = '"192.0.2.0/24",\n    "exclude": ["192.0.2.0/29"]';

/** The rule that a network assigns no addresses of such a subnet. */
export function ownSubnetOverlap({ id, name, standard, subnets }: OwnSubnet) {
  const address = standard.replace(/\/.*/, '');
  return defineRule({
    id,
    severity: 'warning',
    title: `addresses of OVN-Kubernetes' own ${name} subnet`,
    why: `OVN-Kubernetes uses ${standard} (or what the operator was told) inside the node and between nodes. A network of its own with such addresses it refuses; of another one the pods do not reach what lies behind those addresses.`,
    over: 'network',
    needs: ['values', 'cluster'],
    reads: ['operatorNetworks'],
    fix: { kind: 'suggested', text: 'take another range' },
    bad: within(nadWith(FROM, `"${address}/24",\n    "exclude": ["${address}/29"]`), 'a cluster with OVN-Kubernetes', {
      operatorNetworks: [operator()],
    }),
    good: within(nadWith(), 'a cluster with OVN-Kubernetes', { operatorNetworks: [operator()] }),
    source:
      'ovn-kubernetes go-controller/pkg/config/config.go, pkg/util/multi_network.go; operator.openshift.io/v1 Network',
    *check({ subject, cluster }) {
      for (const { isOvn, ovn } of cluster.operatorNetworks) {
        for (const draft of overlapping(
          subject,
          isOvn ? subnets(ovn) : [],
          (range, other) => `${range.toString()} has addresses in common with the ${name} subnet ${other.toString()}`,
        )) {
          yield isOvnNetwork(subject) ? { ...draft, severity: 'error' } : draft;
        }
      }
    },
  });
}
