import type { ClusterReader, KubeObject } from '../../cluster/port.js';
import {
  CONFIG_MAPS,
  DAEMON_SETS,
  DEPLOYMENTS,
  IP_POOLS,
  NADS,
  NAMESPACES,
  NETWORK_CONFIGS,
  NODE_NETWORK_POLICIES,
  NODE_NETWORK_STATES,
  NODE_SLICE_POOLS,
  NODES,
  OPERATOR_NETWORKS,
  PODS,
  resourceName,
  SETTINGS,
  type Resource,
  VIRTUAL_MACHINES,
} from '../../cluster/resources.js';
import { ClusterFailure } from '../../errors.js';
import { parseNodeSlicePool, parsePool } from '../../whereabouts/objects.js';
import type { AnyRule } from '../model.js';
import {
  type ClusterFacts,
  type ClusterList,
  type ClusterReading,
  type MissingList,
  type NamedFacts,
  NO_CLUSTER,
} from './facts.js';
import {
  allowlistLines,
  bridgeMappings,
  machineFacts,
  networkConfigFacts,
  nodeFacts,
  nodeNetworkFacts,
  operatorNetworkFacts,
  podFacts,
  workloadFacts,
} from './project.js';

type Lists = { readonly [L in ClusterList]: (reader: ClusterReader) => Promise<ClusterFacts[L]> };

/** Where the networks' own daemons run, on OpenShift and elsewhere. */
const DAEMON_NAMESPACES = ['openshift-multus', 'kube-system'] as const;
/** Where the operator keeps what tuning may set; the first is the administrator's, the second the operator's own. */
const ALLOWLISTS = ['cni-sysctl-allowlist', 'default-cni-sysctl-allowlist'] as const;

const READERS: Lists = {
  nads: (reader) => reader.collect(NADS, {}, nameOf),
  namespaces: (reader) => reader.collect(NAMESPACES, {}, ({ metadata }) => metadata.name),
  pods: (reader) => reader.collect(PODS, {}, podFacts),
  virtualMachines: (reader) => reader.collect(VIRTUAL_MACHINES, {}, machineFacts),
  nodes: (reader) => reader.collect(NODES, {}, nodeFacts),
  pools: (reader) => reader.collect(IP_POOLS, {}, withoutAllocations),
  nodeSlicePools: (reader) => reader.collect(NODE_SLICE_POOLS, {}, parseNodeSlicePool),
  networkConfigs: (reader) => reader.collect(NETWORK_CONFIGS, {}, networkConfigFacts),
  operatorNetworks: (reader) => reader.collect(OPERATOR_NETWORKS, {}, operatorNetworkFacts),
  nodeNetworks: (reader) => reader.collect(NODE_NETWORK_STATES, {}, nodeNetworkFacts),
  bridgeMappings: async (reader) => (await reader.collect(NODE_NETWORK_POLICIES, {}, bridgeMappings)).flat(),
  daemonSets: (reader) => workloads(reader, DAEMON_SETS, 'DaemonSet'),
  deployments: (reader) => workloads(reader, DEPLOYMENTS, 'Deployment'),
  sysctlAllowlist: readAllowlist,
  mayCreateNads: async (reader) => {
    const may = await reader.can?.('create', NADS, reader.contextNamespace);
    return may === undefined ? [] : [may];
  },
};

function nameOf({ metadata: { namespace = '', name } }: KubeObject): NamedFacts | undefined {
  return name === undefined ? undefined : { namespace, name };
}

/** Allocations are many, and no rule looks at them. */
function withoutAllocations(object: KubeObject): ReturnType<typeof parsePool> {
  const spec = object['spec'] as { range?: unknown } | undefined;
  return parsePool({ ...object, spec: { range: spec?.range } });
}

async function workloads(
  reader: ClusterReader,
  resource: Resource,
  kind: 'DaemonSet' | 'Deployment',
): Promise<ReturnType<typeof workloadFacts>[]> {
  const lists = await Promise.all(
    DAEMON_NAMESPACES.map((namespace) =>
      reader.collect(resource, { namespace }, (object) => workloadFacts(kind, object)),
    ),
  );
  for (const namespace of DAEMON_NAMESPACES) {
    if (reader.isComplete(resource, namespace) || (await isNowhere(reader, namespace))) continue;
    // What is not in a snapshot of other namespaces may run all the same.
    const request = { verb: 'list', resource: resourceName(resource), namespace };
    throw new ClusterFailure('not-collected', `the snapshot does not hold all ${resource.plural}`, request);
  }
  return lists.flat();
}

/** Whether a namespace is known not to exist. */
async function isNowhere(reader: ClusterReader, namespace: string): Promise<boolean> {
  return reader.isComplete(NAMESPACES) && (await reader.get(NAMESPACES, '', namespace)) === undefined;
}

async function readAllowlist(reader: ClusterReader): Promise<string[]> {
  for (const name of ALLOWLISTS) {
    const found = await reader.get(CONFIG_MAPS, 'openshift-multus', name);
    if (found !== undefined) return allowlistLines(found);
  }
  return [];
}

/** Reads what the rules ask for, each list once and side by side. */
export async function readCluster(reader: ClusterReader, rules: readonly AnyRule[]): Promise<ClusterReading> {
  const asked = new Set(rules.flatMap(({ reads = [] }) => reads));
  const missing = new Map<ClusterList, MissingList>();
  const entries = await Promise.all(
    [...asked].map(async (list): Promise<[ClusterList, unknown]> => {
      try {
        return [list, await READERS[list](reader)];
      } catch (failure) {
        missing.set(list, missingList(failure));
        return [list, NO_CLUSTER[list]];
      }
    }),
  );
  return { facts: { ...NO_CLUSTER, ...(Object.fromEntries(entries) as Partial<ClusterFacts>) }, missing };
}

/** A list that was not to be had; what is no answer about that list at all is thrown on. */
export function missingList(failure: unknown): MissingList {
  if (!(failure instanceof ClusterFailure)) throw failure;
  const { verb = 'list', resource = '' } = failure.request;
  switch (failure.reason) {
    case 'forbidden':
      return { why: `needs the right to ${verb} ${resource}`, gap: true };
    case 'not-defined':
      return { why: `does not apply here: there is no ${resource}`, gap: false };
    case 'not-collected':
      return { why: `needs ${resource}${where(failure)}, which the snapshot does not hold`, gap: !isSetting(resource) };
    default:
      throw failure;
  }
}

function where({ request: { namespace } }: ClusterFailure): string {
  return namespace === undefined ? '' : ` of namespace ${namespace}`;
}

/** What most clusters do not have is not missed in a snapshot. */
function isSetting(resource: string): boolean {
  return [...SETTINGS, CONFIG_MAPS].some((setting) => resourceName(setting) === resource);
}
