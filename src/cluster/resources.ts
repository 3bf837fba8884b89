/** The kinds that ipamctl reads, as an API server names them. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** About what one of them weighs as JSON, for the size of a list's first page; nothing depends on its being right. */
  readonly typicalBytes: number;
}

const whereabouts = { group: 'whereabouts.cni.cncf.io', version: 'v1alpha1', namespaced: true };
const core = { group: '', version: 'v1' };

export const IP_POOLS: Resource = { ...whereabouts, plural: 'ippools', kind: 'IPPool', typicalBytes: 80_000 };
export const RESERVATIONS: Resource = {
  ...whereabouts,
  plural: 'overlappingrangeipreservations',
  kind: 'OverlappingRangeIPReservation',
  typicalBytes: 1000,
};
export const NODE_SLICE_POOLS: Resource = {
  ...whereabouts,
  plural: 'nodeslicepools',
  kind: 'NodeSlicePool',
  typicalBytes: 80_000,
};
export const NADS: Resource = {
  group: 'k8s.cni.cncf.io',
  version: 'v1',
  plural: 'network-attachment-definitions',
  kind: 'NetworkAttachmentDefinition',
  namespaced: true,
  typicalBytes: 2000,
};
export const PODS: Resource = { ...core, plural: 'pods', kind: 'Pod', namespaced: true, typicalBytes: 16_000 };
export const NODES: Resource = { ...core, plural: 'nodes', kind: 'Node', namespaced: false, typicalBytes: 16_000 };
export const NAMESPACES: Resource = {
  ...core,
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
  typicalBytes: 1000,
};
export const EVENTS: Resource = { ...core, plural: 'events', kind: 'Event', namespaced: true, typicalBytes: 2000 };
/** What a release leaves with a pool; the same events as `EVENTS`, by their newer API. */
export const RELEASE_EVENTS: Resource = {
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
  typicalBytes: 2000,
};
export const STATEFUL_SETS: Resource = {
  group: 'apps',
  version: 'v1',
  plural: 'statefulsets',
  kind: 'StatefulSet',
  namespaced: true,
  typicalBytes: 8000,
};
export const MIGRATIONS: Resource = {
  group: 'kubevirt.io',
  version: 'v1',
  plural: 'virtualmachineinstancemigrations',
  kind: 'VirtualMachineInstanceMigration',
  namespaced: true,
  typicalBytes: 4000,
};
export const VIRTUAL_MACHINE_INSTANCES: Resource = {
  group: 'kubevirt.io',
  version: 'v1',
  plural: 'virtualmachineinstances',
  kind: 'VirtualMachineInstance',
  namespaced: true,
  typicalBytes: 16_000,
};
/** What runs whereabouts: its plugin, its reconciler, its controllers. */
export const DAEMON_SETS: Resource = {
  group: 'apps',
  version: 'v1',
  plural: 'daemonsets',
  kind: 'DaemonSet',
  namespaced: true,
  typicalBytes: 12_000,
};
export const DEPLOYMENTS: Resource = {
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  kind: 'Deployment',
  namespaced: true,
  typicalBytes: 10_000,
};
/** Holds the reconciler's schedule; on a cluster read one by one, by names that are known. */
export const CONFIG_MAPS: Resource = {
  ...core,
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
  typicalBytes: 4000,
};
/** What the plugin's leader election is kept in. */
export const LEASES: Resource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
  typicalBytes: 1000,
};
/** What the API server serves of the kinds that whereabouts and multus define. */
export const CUSTOM_RESOURCE_DEFINITIONS: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
  typicalBytes: 40_000,
};
/** How OpenShift's operators say that they are. */
export const CLUSTER_OPERATORS: Resource = {
  group: 'config.openshift.io',
  version: 'v1',
  plural: 'clusteroperators',
  kind: 'ClusterOperator',
  namespaced: false,
  typicalBytes: 8000,
};

/** The network's own settings: one of each, named `cluster`. */
export const NETWORK_CONFIGS: Resource = {
  group: 'config.openshift.io',
  version: 'v1',
  plural: 'networks',
  kind: 'Network',
  namespaced: false,
  typicalBytes: 2000,
};
export const OPERATOR_NETWORKS: Resource = { ...NETWORK_CONFIGS, group: 'operator.openshift.io', typicalBytes: 20_000 };
const nmstate = { group: 'nmstate.io', namespaced: false };
export const NODE_NETWORK_STATES: Resource = {
  ...nmstate,
  version: 'v1beta1',
  plural: 'nodenetworkstates',
  kind: 'NodeNetworkState',
  typicalBytes: 60_000,
};
export const NODE_NETWORK_POLICIES: Resource = {
  ...nmstate,
  version: 'v1',
  plural: 'nodenetworkconfigurationpolicies',
  kind: 'NodeNetworkConfigurationPolicy',
  typicalBytes: 4000,
};
export const VIRTUAL_MACHINES: Resource = {
  group: 'kubevirt.io',
  version: 'v1',
  plural: 'virtualmachines',
  kind: 'VirtualMachine',
  namespaced: true,
  typicalBytes: 8000,
};

/** What `nad lint` reads besides, where there is such a thing. */
export const SETTINGS: readonly Resource[] = [
  NETWORK_CONFIGS,
  OPERATOR_NETWORKS,
  NODE_NETWORK_STATES,
  NODE_NETWORK_POLICIES,
  VIRTUAL_MACHINES,
];

/** Every kind that a snapshot may hold and a command may ask for. */
export const ALL_RESOURCES: readonly Resource[] = [
  IP_POOLS,
  RESERVATIONS,
  NODE_SLICE_POOLS,
  NADS,
  PODS,
  NODES,
  NAMESPACES,
  EVENTS,
  STATEFUL_SETS,
  MIGRATIONS,
  VIRTUAL_MACHINE_INSTANCES,
  DAEMON_SETS,
  DEPLOYMENTS,
  CONFIG_MAPS,
  LEASES,
  CUSTOM_RESOURCE_DEFINITIONS,
  CLUSTER_OPERATORS,
  ...SETTINGS,
];

/** `plural.group`, as kubectl and RBAC messages spell it (`ippools.whereabouts.cni.cncf.io`, `pods`). */
export function resourceName(resource: Pick<Resource, 'group' | 'plural'>): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}
