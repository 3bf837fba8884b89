import { numberOf, pathOf } from '../../cross-facts.js';
import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { nodeNetwork, within } from './clusters.js';
import { deviceOn } from './indexes.js';
import { neededDevice } from './masters.js';

const JUMBO = nadWith('"mode": "bridge",', '"mode": "bridge",\n  "mtu": 9000,');

export const mtuOverMaster = defineRule({
  id: 'cluster/mtu-over-master',
  severity: 'error',
  title: 'an MTU that the interface of the node does not have',
  why: 'The kernel gives no interface on top of another a larger MTU than that one has. The pod does not start on such a node.',
  over: 'network',
  needs: ['values', 'cluster'],
  reads: ['nodeNetworks'],
  fix: { kind: 'suggested', text: 'leave mtu away, or raise that of the interface on the nodes' },
  bad: within(JUMBO, 'a cluster whose eth1 has an MTU of 1500', {
    nodeNetworks: [nodeNetwork('worker-0', { eth1: 1500 })],
  }),
  good: within(JUMBO, 'a cluster whose eth1 has an MTU of 9000', {
    nodeNetworks: [nodeNetwork('worker-0', { eth1: 9000 })],
  }),
  source: 'containernetworking/plugins plugins/main/macvlan/macvlan.go (validateMTU); nmstate.io NodeNetworkState',
  *check({ subject, cluster }) {
    const needed = neededDevice(subject);
    const mtu = needed === undefined ? undefined : numberOf(needed.main.conf, 'mtu');
    if (needed === undefined || mtu === undefined) return;
    const { smallest } = deviceOn(cluster.nodeNetworks, needed.device);
    if (smallest === undefined || smallest.mtu >= mtu) return;
    yield {
      at: { path: pathOf(needed.main, 'mtu') },
      message: `${needed.device} of node ${smallest.node} has an MTU of ${smallest.mtu}`,
      upstream: `invalid MTU ${mtu}, must be [0, master MTU(${smallest.mtu})]`,
    };
  },
});
