import { defineRule } from '../../model.js';
import { ipamNad } from '../ipam-examples.js';
import { operator, within } from './clusters.js';
import { withoutShim } from './shim-entries.js';

const DHCP = ipamNad('dhcp', '"request": [{"skipDefault": true, "option": "routers"}]');

export const dhcpShimMissing = defineRule({
  id: 'cluster/dhcp-shim-missing',
  severity: 'error',
  title: 'dhcp without an entry that the operator sees',
  why: 'The plugin asks a daemon on the node for its lease, and the Cluster Network Operator starts that daemon only for an entry of additionalNetworks with dhcp. Without it no pod of this network starts.',
  over: 'network',
  about: ['dhcp'],
  needs: ['values', 'cluster'],
  reads: ['operatorNetworks'],
  fix: { kind: 'suggested', text: 'add a shim: ipamctl shim generate dhcp' },
  bad: within(DHCP, 'an OpenShift cluster without additionalNetworks', {
    operatorNetworks: [operator({ ipamTypes: [] })],
  }),
  good: within(DHCP, 'an OpenShift cluster with a dhcp-shim', {
    operatorNetworks: [operator({ ipamTypes: ['dhcp'] })],
  }),
  source: 'cluster-network-operator pkg/network/multus_ipam.go; containernetworking/plugins plugins/ipam/dhcp/main.go',
  *check({ subject, cluster }) {
    if (cluster.operatorNetworks.length === 0) return;
    yield* withoutShim(subject, 'dhcp', cluster.operatorNetworks, (path) => ({
      at: { path },
      message: 'no entry of additionalNetworks has dhcp, so no daemon runs that could get a lease',
      upstream: 'error dialing DHCP daemon',
    }));
  },
});
