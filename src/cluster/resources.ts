/** The kinds that ipamctl reads, as an API server names them. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const whereabouts = { group: 'whereabouts.cni.cncf.io', version: 'v1alpha1', namespaced: true };
const core = { group: '', version: 'v1' };

export const IP_POOLS: Resource = { ...whereabouts, plural: 'ippools', kind: 'IPPool' };
export const RESERVATIONS: Resource = {
  ...whereabouts,
  plural: 'overlappingrangeipreservations',
  kind: 'OverlappingRangeIPReservation',
};
export const NODE_SLICE_POOLS: Resource = { ...whereabouts, plural: 'nodeslicepools', kind: 'NodeSlicePool' };
export const NADS: Resource = {
  group: 'k8s.cni.cncf.io',
  version: 'v1',
  plural: 'network-attachment-definitions',
  kind: 'NetworkAttachmentDefinition',
  namespaced: true,
};
export const PODS: Resource = { ...core, plural: 'pods', kind: 'Pod', namespaced: true };
export const NODES: Resource = { ...core, plural: 'nodes', kind: 'Node', namespaced: false };
export const NAMESPACES: Resource = { ...core, plural: 'namespaces', kind: 'Namespace', namespaced: false };
export const EVENTS: Resource = { ...core, plural: 'events', kind: 'Event', namespaced: true };
export const STATEFUL_SETS: Resource = {
  group: 'apps',
  version: 'v1',
  plural: 'statefulsets',
  kind: 'StatefulSet',
  namespaced: true,
};
export const MIGRATIONS: Resource = {
  group: 'kubevirt.io',
  version: 'v1',
  plural: 'virtualmachineinstancemigrations',
  kind: 'VirtualMachineInstanceMigration',
  namespaced: true,
};
export const VIRTUAL_MACHINE_INSTANCES: Resource = {
  group: 'kubevirt.io',
  version: 'v1',
  plural: 'virtualmachineinstances',
  kind: 'VirtualMachineInstance',
  namespaced: true,
};

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
];

/** `plural.group`, as kubectl and RBAC messages spell it (`ippools.whereabouts.cni.cncf.io`, `pods`). */
export function resourceName(resource: Resource): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}
