import { defineRule, type IpamPart, type NetworkSubject, type SetSubject } from '../../model.js';
import { nodeOf, selectionsOf } from '../../selections.js';
import { hostLocalOf } from '../../host-local-facts.js';
import { ipamNad, RANGE, whereabouts } from '../ipam-examples.js';

/** Plugins whose pods share a network with those of other nodes. */
const SHARED: ReadonlySet<string> = new Set([
  'macvlan',
  'ipvlan',
  'vlan',
  'sriov',
  'ib-sriov',
  'host-device',
  'bond',
  'ovs',
]);

export const sharedL2 = defineRule({
  id: 'host-local/shared-l2',
  severity: 'warning',
  title: 'host-local on a network that several nodes share',
  why: 'host-local keeps its addresses in a file on each node and knows of no other: the second node hands out the addresses that pods of the first one have. It is right for a bridge without a way out, and for a network whose pods are all bound to one node.',
  over: 'set',
  needs: [],
  fix: { kind: 'suggested', text: 'take whereabouts, which keeps addresses for the whole cluster' },
  bad: ipamNad('host-local', '"subnet": "192.0.2.0/24"'),
  good: whereabouts(RANGE),
  source: 'containernetworking/plugins 3d27709 plugins/ipam/host-local/README.md, backend/disk',
  *check({ subject: set }) {
    for (const network of set.networks) {
      for (const { ipam } of hostLocalOf(network)) {
        const type = mainTypeOf(network, ipam);
        if (type === undefined || !SHARED.has(type) || isOnOneNode(set, network)) continue;
        yield {
          on: network,
          at: { path: [...ipam.path, 'type'] },
          message: `host-local counts on each node by itself, and ${type} connects the nodes`,
        };
      }
    }
  },
});

function mainTypeOf({ mainType }: NetworkSubject, { plugin }: IpamPart): string | undefined {
  return plugin?.type ?? mainType;
}

/** Whether all who ask for it are bound to one node. */
function isOnOneNode(set: SetSubject, network: NetworkSubject): boolean {
  const nodes = selectionsOf(set, network).map(nodeOf);
  return nodes.length > 0 && nodes[0] !== undefined && nodes.every((node) => node === nodes[0]);
}
