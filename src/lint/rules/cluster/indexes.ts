import type { Address } from '../../../net/address.js';
import type { IntervalSet } from '../../../net/interval.js';
import type { Prefix } from '../../../net/prefix.js';
import type { Pool } from '../../../whereabouts/objects.js';
import type { NodeFacts, NodeNetworkFacts, PodFacts } from '../../cluster/facts.js';
import { rememberEach } from '../../remember.js';

/*
 * What rules look up in the lists of a cluster, made once for all networks: there may be many of both.
 */

/** The IPPools by name. */
export const poolsByName = rememberEach(
  (pools: readonly Pool[]): ReadonlyMap<string, Pool> => new Map(pools.map((pool) => [pool.name, pool])),
);

interface Named {
  readonly namespace: string | null;
  readonly name: string | null;
}

/** Those of the pods, or virtual machines, that ask for a network; each as often as it does. */
export function askersOf(pods: readonly PodFacts[], network: Named): readonly PodFacts[] {
  return askersByNetwork(pods).get(keyOf(network)) ?? [];
}

const askersByNetwork = rememberEach((pods: readonly PodFacts[]) => {
  const byNetwork = new Map<string, PodFacts[]>();
  for (const pod of pods) {
    for (const network of pod.networks) {
      const key = keyOf(network);
      const own = byNetwork.get(key);
      if (own === undefined) byNetwork.set(key, [pod]);
      else own.push(pod);
    }
  }
  return byNetwork;
});

function keyOf({ namespace, name }: Named): string {
  return `${namespace ?? 'default'}/${name ?? ''}`;
}

/** The networks of the nodes, each once. */
export const subnetsOfNodes = rememberEach((nodes: readonly NodeFacts[]): readonly Prefix[] => [
  ...new Map(nodes.flatMap(({ subnets }) => subnets).map((subnet) => [subnet.toString(), subnet])).values(),
]);

/** An address of a node. */
interface NodeAddress {
  readonly address: Address;
  readonly node: string;
}

/** The lowest address of a node that is in a set. */
export function nodeAddressIn(nodes: readonly NodeFacts[], { intervals }: IntervalSet): NodeAddress | undefined {
  const sorted = sortedAddresses(nodes);
  for (const { first, last } of intervals) {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle]?.address.compare(first) ?? 0) < 0) low = middle + 1;
      else high = middle;
    }
    const found = sorted[low];
    if (found !== undefined && found.address.compare(last) <= 0) return found;
  }
  return undefined;
}

const sortedAddresses = rememberEach((nodes: readonly NodeFacts[]): readonly NodeAddress[] =>
  nodes
    .flatMap(({ name, addresses }) => addresses.map((address) => ({ address, node: name })))
    .sort((a, b) => a.address.compare(b.address)),
);

/** The nodes that have no such interface. */
export function nodesWithout(nodes: readonly NodeNetworkFacts[], device: string): readonly NodeNetworkFacts[] {
  const { known } = lackingByDevice(nodes);
  let lacking = known.get(device);
  if (lacking === undefined) {
    lacking = nodes.filter(({ interfaces }) => !interfaces.has(device));
    known.set(device, lacking);
  }
  return lacking;
}

/** Of devices that were asked about. */
const lackingByDevice = rememberEach((nodes: readonly NodeNetworkFacts[]) => ({
  nodes,
  known: new Map<string, readonly NodeNetworkFacts[]>(),
}));
