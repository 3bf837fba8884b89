import { defineRule } from '../../model.js';
import { fieldsOf, isOn } from '../../plugin-facts.js';
import { nodeNetwork, within } from '../cluster/clusters.js';
import { deviceOn } from '../cluster/indexes.js';
import { IPAM, plugin } from '../plugin-examples.js';

const ON_ETH1 = plugin('macvlan', `"master": "eth1",\n${IPAM}`);
const FREE = nodeNetwork('worker-0', { eth1: 1500 });
const PORT = {
  node: 'worker-0',
  interfaces: new Map([['eth1', { type: 'ethernet', mtu: 1500, controller: 'br-ex' }]]),
};

export const masterEnslaved = defineRule({
  id: 'macvlan/master-enslaved',
  severity: 'error',
  title: 'a master that is a port of a bridge or bond',
  why: 'An interface that belongs to a bridge or a bond gives all its traffic to that, and the kernel puts no macvlan on top. Pods on such a node that attach do not start. The bridge or bond itself can be the master, and so can a free interface.',
  over: 'network',
  about: ['macvlan'],
  needs: ['values', 'cluster'],
  reads: ['nodeNetworks'],
  fix: null,
  bad: within(ON_ETH1, 'a cluster where eth1 of worker-0 is a port of br-ex', { nodeNetworks: [PORT] }),
  good: within(ON_ETH1, 'a cluster where eth1 of worker-0 is free', { nodeNetworks: [FREE] }),
  source: 'Linux kernel net/core/dev.c (netdev_rx_handler_register); nmstate.io NodeNetworkState',
  *check({ subject, cluster }) {
    for (const { value: master, path, plugin: macvlan } of fieldsOf(subject, 'macvlan', 'master')) {
      // A master in the pod is none of the node.
      if (typeof master !== 'string' || isOn(macvlan, 'linkInContainer')) continue;
      const { owned } = deviceOn(cluster.nodeNetworks, master);
      if (owned === undefined) continue;
      const controller = owned.interfaces.get(master)?.controller ?? '';
      const message = `${master} belongs to ${controller} on ${owned.node}: take ${controller} itself, or a free interface`;
      yield { at: { path }, message, upstream: 'device or resource busy' };
    }
  },
});
