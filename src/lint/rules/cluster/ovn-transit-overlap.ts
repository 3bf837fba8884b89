import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { operator, within } from './clusters.js';
import { isOvnNetwork, overlapping, ovnInternal } from './overlaps.js';

const FROM = '"192.0.2.0/24",\n    "exclude": ["192.0.2.0/29"]';

export const ovnTransitOverlap = defineRule({
  id: 'cluster/ovn-transit-overlap',
  severity: 'warning',
  title: "addresses of OVN-Kubernetes' own transit switch subnet",
  why: 'OVN-Kubernetes uses 100.88.0.0/16 (or what the operator was told) inside the node and between nodes. A network of its own with such addresses it refuses; of another one the pods do not reach what lies behind those addresses.',
  over: 'network',
  needs: ['values', 'cluster'],
  reads: ['operatorNetworks'],
  fix: { kind: 'suggested', text: 'take another range' },
  bad: within(nadWith(FROM, '"100.88.0.0/24",\n    "exclude": ["100.88.0.0/29"]'), 'a cluster with OVN-Kubernetes', {
    operatorNetworks: [operator()],
  }),
  good: within(nadWith(), 'a cluster with OVN-Kubernetes', { operatorNetworks: [operator()] }),
  source:
    'ovn-kubernetes go-controller/pkg/config/config.go, pkg/util/multi_network.go; operator.openshift.io/v1 Network',
  *check({ subject, cluster }) {
    for (const { isOvn, ovn } of cluster.operatorNetworks) {
      const taken = isOvn
        ? ovnInternal(
            ovn,
            { keys: ['ipv4', 'internalTransitSwitchSubnet'], standard: '100.88.0.0/16' },
            { keys: ['ipv6', 'internalTransitSwitchSubnet'], standard: 'fd97::/64' },
          )
        : [];
      for (const draft of overlapping(
        subject,
        taken,
        (range, other) =>
          `${range.toString()} has addresses in common with the transit switch subnet ${other.toString()}`,
      )) {
        yield isOvnNetwork(subject) ? { ...draft, severity: 'error' } : draft;
      }
    }
  },
});
