import type { Address } from '../../../net/address.js';
import type { IntervalSet } from '../../../net/interval.js';
import type { Prefix } from '../../../net/prefix.js';
import type { Pool } from '../../../whereabouts/objects.js';
import type { NodeFacts, NodeNetworkFacts, PodFacts } from '../../cluster/facts.js';
import { groupBy } from '../../group-by.js';
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
  return (requests(pods).get(keyOf(network)) ?? []).map(({ pod }) => pod);
}

const requests = rememberEach((pods: readonly PodFacts[]) =>
  groupBy(
    pods.flatMap((pod) => pod.networks.map((network) => ({ pod, network: keyOf(network) }))),
    ({ network }) => network,
  ),
);

function keyOf({ namespace, name }: Named): string {
  return `${namespace ?? 'default'}/${name ?? ''}`;
}

/** The networks of the nodes, each once. */
export const subnetsOfNodes = rememberEach((nodes: readonly NodeFacts[]): readonly Prefix[] =>
  unique(nodes.flatMap(({ subnets }) => subnets)),
);

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

/** What the nodes say of an interface of that name. */
interface Device {
  /** The nodes that have none. */
  readonly lacking: readonly NodeNetworkFacts[];
  readonly lackingByName: ReadonlyMap<string, NodeNetworkFacts>;
  /** The first node on which it belongs to another interface. */
  readonly owned: NodeNetworkFacts | undefined;
  /** The node on which its MTU is the smallest. */
  readonly smallest: { readonly node: string; readonly mtu: number } | undefined;
}

/** What the nodes say of an interface of that name; looked for once, however many networks need it. */
export function deviceOn(nodes: readonly NodeNetworkFacts[], name: string): Device {
  const known = devices(nodes);
  let device = known.get(name);
  if (device === undefined) {
    device = readDevice(nodes, name);
    known.set(name, device);
  }
  return device;
}

/** Of interfaces that were asked about. */
const devices = rememberEach(() => new Map<string, Device>());

function readDevice(nodes: readonly NodeNetworkFacts[], name: string): Device {
  const lacking: NodeNetworkFacts[] = [];
  let owned: NodeNetworkFacts | undefined;
  let smallest: Device['smallest'];
  for (const facts of nodes) {
    const found = facts.interfaces.get(name);
    if (found === undefined) lacking.push(facts);
    else if (found.controller !== null) owned ??= facts;
    const mtu = found?.mtu ?? null;
    if (mtu !== null && mtu < (smallest?.mtu ?? Infinity)) smallest = { node: facts.node, mtu };
  }
  const lackingByName = new Map(lacking.map((facts) => [facts.node, facts]));
  return { lacking, lackingByName, owned, smallest };
}

/** The parts of the cluster network that nodes have, each once. */
export const podCidrsOfNodes = rememberEach((nodes: readonly NodeFacts[]): readonly Prefix[] =>
  unique(nodes.flatMap(({ podCidrs }) => podCidrs)),
);

function unique(prefixes: readonly Prefix[]): readonly Prefix[] {
  return [...new Map(prefixes.map((prefix) => [prefix.toString(), prefix])).values()];
}
