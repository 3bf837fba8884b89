import type { WorkloadFacts } from '../../cluster/facts.js';
import { defineRule } from '../../model.js';
import { isShim } from '../../whereabouts-facts.js';
import { ipamNad, SKIP_ROUTERS } from '../ipam-examples.js';

const DAEMON: WorkloadFacts = {
  kind: 'DaemonSet',
  namespace: 'openshift-multus',
  name: 'dhcp-daemon',
  isReady: true,
  images: [],
  args: [],
  env: new Map(),
};

export const daemonRequired = defineRule({
  id: 'dhcp/daemon-required',
  severity: 'error',
  title: 'IPAM dhcp without its daemon on the nodes',
  why: 'The plugin only asks a daemon of its node, which talks to the DHCP server for as long as the pod lives. Where none runs, no pod of this network starts. OpenShift starts it when an entry of additionalNetworks, a shim, has IPAM dhcp.',
  over: 'network',
  about: ['dhcp'],
  needs: ['cluster'],
  reads: ['daemonSets'],
  fix: { kind: 'suggested', text: 'run the daemon on every node; on OpenShift, add a dhcp-shim to additionalNetworks' },
  bad: {
    ...ipamNad('dhcp', SKIP_ROUTERS),
    cluster: { said: 'No DaemonSet runs the DHCP daemon.', facts: { daemonSets: [] } },
  },
  good: {
    ...ipamNad('dhcp', SKIP_ROUTERS),
    cluster: { said: 'The DaemonSet dhcp-daemon runs.', facts: { daemonSets: [DAEMON] } },
  },
  source:
    'containernetworking/plugins 3d27709 plugins/ipam/dhcp/main.go (rpcCall); cluster-network-operator 2a6a57f pkg/network/multus_ipam.go',
  *check({ subject, cluster }) {
    // An entry of the operator has it start the daemon.
    if (isShim(subject) || subject.origin === 'additional-network' || cluster.daemonSets.some(isDaemon)) return;
    for (const { type, path } of subject.ipams) {
      if (type !== 'dhcp') continue;
      yield {
        at: { path: [...path, 'type'] },
        message: 'no DHCP daemon runs on the nodes of the cluster',
        upstream: 'error dialing DHCP daemon',
      };
    }
  },
});

function isDaemon({ name, args }: WorkloadFacts): boolean {
  return [name, ...args].some((text) => text.includes('dhcp'));
}
