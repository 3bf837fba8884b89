import type { JsonObject } from '../../cni/go-json.js';
import type { Address } from '../../net/address.js';
import type { Prefix } from '../../net/prefix.js';
import type { NodeSlicePool, Pool } from '../../whereabouts/objects.js';

/** A pod that asks for networks. */
export interface PodFacts {
  readonly namespace: string;
  readonly name: string;
  /** Null where it was not placed yet. */
  readonly nodeName: string | null;
  /** What its annotation asks for, as multus reads it; empty where that cannot be read. */
  readonly networks: readonly { readonly namespace: string; readonly name: string }[];
  /** Its interfaces are gone: Succeeded or Failed. */
  readonly finished: boolean;
}

export interface NodeFacts {
  readonly name: string;
  /** Its own addresses, those that it tells (`InternalIP`, `ExternalIP`). */
  readonly addresses: readonly Address[];
  /** The networks that its own addresses are in, where OVN-Kubernetes tells them. */
  readonly subnets: readonly Prefix[];
  /** Of the cluster network, where the node has a part of its own. */
  readonly podCidrs: readonly Prefix[];
  readonly allocatable: ReadonlySet<string>;
}

/** `config.openshift.io/v1 Network cluster`. */
export interface NetworkConfigFacts {
  readonly pods: readonly Prefix[];
  readonly services: readonly Prefix[];
}

/** `operator.openshift.io/v1 Network cluster`. */
export interface OperatorNetworkFacts {
  readonly disableMultiNetwork: boolean;
  readonly isOvn: boolean;
  /** `ovnKubernetesConfig`; values that are not given have OVN-Kubernetes' own. */
  readonly ovn: JsonObject;
  /** `ipam.type` of each entry that the operator understands, the first of its plugins that has one. */
  readonly ipamTypes: readonly string[];
}

/** The interfaces of a node, as nmstate reports them. */
export interface NodeNetworkFacts {
  readonly node: string;
  readonly interfaces: ReadonlyMap<string, InterfaceFacts>;
}

export interface InterfaceFacts {
  readonly type: string;
  readonly mtu: number | null;
  /** The bridge or bond that it is a port of. */
  readonly controller: string | null;
}

/** A DaemonSet or Deployment. */
export interface WorkloadFacts {
  readonly kind: 'DaemonSet' | 'Deployment';
  readonly namespace: string;
  readonly name: string;
  readonly isReady: boolean;
  readonly images: readonly string[];
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
}

/** An object of which only the name counts. */
export interface NamedFacts {
  readonly namespace: string;
  readonly name: string;
}

/** What a list of the cluster holds, by its name. */
export interface ClusterFacts {
  /** NetworkAttachmentDefinitions. */
  readonly nads: readonly NamedFacts[];
  readonly namespaces: readonly string[];
  readonly pods: readonly PodFacts[];
  readonly virtualMachines: readonly PodFacts[];
  readonly nodes: readonly NodeFacts[];
  readonly pools: readonly Pool[];
  readonly nodeSlicePools: readonly NodeSlicePool[];
  readonly networkConfigs: readonly NetworkConfigFacts[];
  readonly operatorNetworks: readonly OperatorNetworkFacts[];
  readonly nodeNetworks: readonly NodeNetworkFacts[];
  /** Names of localnet networks that a policy maps to a bridge. */
  readonly bridgeMappings: readonly string[];
  readonly daemonSets: readonly WorkloadFacts[];
  readonly deployments: readonly WorkloadFacts[];
  /** Lines of the operator's allow-list for sysctls: regular expressions. */
  readonly sysctlAllowlist: readonly string[];
  /** Whether who asks may create NetworkAttachmentDefinitions, where that was asked. */
  readonly mayCreateNads: readonly boolean[];
}

/** The name of a list. */
export type ClusterList = keyof ClusterFacts;

/** Nothing of anything. */
export const NO_CLUSTER: ClusterFacts = {
  nads: [],
  namespaces: [],
  pods: [],
  virtualMachines: [],
  nodes: [],
  pools: [],
  nodeSlicePools: [],
  networkConfigs: [],
  operatorNetworks: [],
  nodeNetworks: [],
  bridgeMappings: [],
  daemonSets: [],
  deployments: [],
  sysctlAllowlist: [],
  mayCreateNads: [],
};

export const CLUSTER_LISTS = Object.keys(NO_CLUSTER) as ClusterList[];

/** A list that is not there. */
export interface MissingList {
  /** For `skipped`: with verb and resource where a right was lacking. */
  readonly why: string;
  /** Whether an answer was owed: what this cluster does not have at all is no gap. */
  readonly gap: boolean;
}

/** What was read of a cluster, and what was not. */
export interface ClusterReading {
  readonly facts: ClusterFacts;
  readonly missing: ReadonlyMap<ClusterList, MissingList>;
}

/** A reading of an example: what it does not say was not read. */
export function readingOf(facts: Partial<ClusterFacts>): ClusterReading {
  const missing = CLUSTER_LISTS.filter((list) => facts[list] === undefined);
  return {
    facts: { ...NO_CLUSTER, ...facts },
    missing: new Map(missing.map((list) => [list, { why: `the example has no ${list}`, gap: false }])),
  };
}
