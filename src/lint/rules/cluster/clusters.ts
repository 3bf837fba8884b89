import { Address } from '../../../net/address.js';
import { Prefix } from '../../../net/prefix.js';
import type {
  ClusterFacts,
  NodeFacts,
  NodeNetworkFacts,
  OperatorNetworkFacts,
  PodFacts,
  WorkloadFacts,
} from '../../cluster/facts.js';
import type { Example } from '../../model.js';

/** An example in a cluster that has this. */
export function within({ text }: Example, said: string, facts: Partial<ClusterFacts>): Example {
  return { text, cluster: { said, facts } };
}

export function prefixes(...texts: readonly string[]): Prefix[] {
  return texts.flatMap((text) => Prefix.parse(text) ?? []);
}

export function node(name: string, more: Partial<NodeFacts> = {}): NodeFacts {
  return { name, addresses: [], subnets: [], podCidrs: [], allocatable: new Set(), ...more };
}

export function addresses(...texts: readonly string[]): Address[] {
  return texts.flatMap((text) => Address.parse(text) ?? []);
}

/** A pod of `default` that asks for networks there. */
export function pod(name: string, nodeName: string | null, ...networks: readonly string[]): PodFacts {
  const asked = networks.map((network) => ({ namespace: 'default', name: network }));
  return { namespace: 'default', name, nodeName, networks: asked, finished: false };
}

/** The operator with a shim for whereabouts, unless it is said otherwise. */
export function operator(more: Partial<OperatorNetworkFacts> = {}): OperatorNetworkFacts {
  return { disableMultiNetwork: false, isOvn: true, ovn: {}, ipamTypes: ['whereabouts'], ...more };
}

export function workload(kind: WorkloadFacts['kind'], name: string, more: Partial<WorkloadFacts> = {}): WorkloadFacts {
  const where = { kind, namespace: 'openshift-multus', name };
  return { ...where, isReady: true, images: [], args: [], env: new Map(), ...more };
}

/** A node with interfaces and their MTUs. */
export function nodeNetwork(name: string, mtus: Readonly<Record<string, number>>): NodeNetworkFacts {
  const entries = Object.entries(mtus).map(
    ([device, mtu]) => [device, { type: 'ethernet', mtu, controller: null }] as const,
  );
  return { node: name, interfaces: new Map(entries) };
}
