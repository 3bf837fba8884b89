import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { nodeNetwork, pod, within } from './clusters.js';
import { deviceOn } from './indexes.js';
import { neededDevice, nodeNames, nodesOf } from './masters.js';

const PODS = [pod('client', 'worker-0', 'tenant-a')];

export const masterMissing = defineRule({
  id: 'cluster/master-missing',
  severity: 'error',
  title: 'an interface that a node does not have',
  why: 'The plugin looks the interface up on the node where the pod runs. Where it is not there the pod does not start.',
  over: 'network',
  needs: ['values', 'cluster'],
  reads: ['nodeNetworks', 'pods'],
  fix: { kind: 'suggested', text: 'name an interface that all nodes have, or keep the pods to nodes that have it' },
  bad: within(nadWith(), 'a cluster whose worker-0 runs a pod of this network and has no eth1', {
    nodeNetworks: [nodeNetwork('worker-0', { ens3: 1500 })],
    pods: PODS,
  }),
  good: within(nadWith(), 'a cluster whose worker-0 runs a pod of this network and has eth1', {
    nodeNetworks: [nodeNetwork('worker-0', { eth1: 1500 })],
    pods: PODS,
  }),
  source: 'containernetworking/plugins plugins/main/macvlan/macvlan.go; nmstate.io NodeNetworkState',
  *check({ subject, cluster }) {
    const needed = neededDevice(subject);
    if (needed === undefined) return;
    const { lacking, lackingByName } = deviceOn(cluster.nodeNetworks, needed.device);
    if (lacking.length === 0) return;
    const hurt = [...nodesOf(subject, cluster)].flatMap((node) => lackingByName.get(node) ?? []);
    yield {
      at: { path: needed.path },
      message: `there is no ${needed.device} on ${nodeNames(hurt.length > 0 ? hurt : lacking)}`,
      upstream: hurt.length > 0 ? 'Link not found' : undefined,
      severity: hurt.length > 0 ? 'error' : 'info',
    };
  },
});
