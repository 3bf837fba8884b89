import {
  CLUSTER_OPERATORS,
  CONFIG_MAPS,
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  DEPLOYMENTS,
  EVENTS,
  IP_POOLS,
  LEASES,
  MIGRATIONS,
  NADS,
  NAMESPACES,
  NODES,
  NODE_SLICE_POOLS,
  PODS,
  RELEASE_EVENTS,
  RESERVATIONS,
  STATEFUL_SETS,
  VIRTUAL_MACHINE_INSTANCES,
  resourceName,
  type Resource,
  NETWORK_CONFIGS,
  OPERATOR_NETWORKS,
  NODE_NETWORK_STATES,
  NODE_NETWORK_POLICIES,
  VIRTUAL_MACHINES,
} from './resources.js';

/** What a role is for. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** A rule of a ClusterRole (Kubernetes rbac.authorization.k8s.io/v1 PolicyRule). */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface ClusterRole {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'ClusterRole';
  readonly metadata: { readonly name: string };
  readonly rules: readonly PolicyRule[];
}

/** Each right that reading uses: take one away, and something cannot be answered. */
const VIEWER: readonly (readonly [Resource, ...string[]])[] = [
  [IP_POOLS, 'get', 'list', 'watch'],
  [RESERVATIONS, 'get', 'list', 'watch'],
  [NODE_SLICE_POOLS, 'list', 'watch'],
  [NADS, 'list', 'watch'],
  [PODS, 'get', 'list', 'watch'],
  [NODES, 'list'],
  [EVENTS, 'list'],
  [STATEFUL_SETS, 'get', 'list'],
  [MIGRATIONS, 'list'],
  [VIRTUAL_MACHINE_INSTANCES, 'get'],
  // What a cluster has to say to a NAD: `nad lint`.
  [NETWORK_CONFIGS, 'list'],
  [OPERATOR_NETWORKS, 'get', 'list'],
  [NODE_NETWORK_STATES, 'list'],
  [NODE_NETWORK_POLICIES, 'list'],
  [VIRTUAL_MACHINES, 'list'],
  [DAEMON_SETS, 'list'],
  [DEPLOYMENTS, 'list'],
  [CONFIG_MAPS, 'get'],
  // Which namespace the plugin uses, where several have its objects: `audit`. The rest is what a snapshot holds besides.
  [LEASES, 'get', 'list'],
  [NAMESPACES, 'list'],
  [CUSTOM_RESOURCE_DEFINITIONS, 'get'],
  // How the operator of a shim is: `shim status`.
  [CLUSTER_OPERATORS, 'get'],
];

/** What releasing uses besides. */
const OPERATOR: readonly (readonly [Pick<Resource, 'group' | 'plural'>, ...string[]])[] = [
  // Deleted: empty ones that nobody draws from, by `audit --fix`.
  [IP_POOLS, 'patch', 'delete'],
  [RESERVATIONS, 'create', 'delete'],
  [LEASES, 'create', 'update'],
  [RELEASE_EVENTS, 'create'],
  // Whether whereabouts' own reconciler runs: its log, besides what a viewer reads.
  [{ group: '', plural: 'pods/log' }, 'get'],
];

/** What changing networks uses besides; server-side apply of what is not there yet is a create too. */
const ADMIN: readonly (readonly [Resource, ...string[]])[] = [
  [NADS, 'create', 'patch'],
  // Shims, and networks as entries of the operator.
  [OPERATOR_NETWORKS, 'patch'],
  // The reconciler's schedule, and pods that a change of it did not reach.
  [CONFIG_MAPS, 'create', 'patch'],
  [PODS, 'delete'],
];

/** Who needs a right: who only reads, unless nothing that reads asks for it. `resource` is `plural.group`. */
export function leastRole(verb: string, resource: string): Role {
  const needs = (rights: readonly (readonly [Pick<Resource, 'group' | 'plural'>, ...string[]])[]): boolean =>
    rights.some(([of, ...verbs]) => resourceName(of) === resource && verbs.includes(verb));
  if (needs(ADMIN)) return 'admin';
  if (!['get', 'list', 'watch'].includes(verb)) return 'operator';
  return needs(OPERATOR) && !needs(VIEWER) ? 'operator' : 'viewer';
}

/** The least ClusterRole for what the tool does in that role. */
export function clusterRole(role: Role): ClusterRole {
  const besides = { viewer: [], operator: OPERATOR, admin: [...OPERATOR, ...ADMIN] };
  const rights = [...VIEWER, ...besides[role]];
  const verbsOf = new Map<string, { readonly of: Pick<Resource, 'group' | 'plural'>; readonly verbs: Set<string> }>();
  for (const [of, ...verbs] of rights) {
    const key = `${of.group}/${of.plural}`;
    const known = verbsOf.get(key) ?? { of, verbs: new Set<string>() };
    for (const verb of verbs) known.verbs.add(verb);
    verbsOf.set(key, known);
  }
  const rules = [...verbsOf.values()].map(({ of: { group, plural }, verbs }) => ({
    apiGroups: [group],
    resources: [plural],
    verbs: [...verbs],
  }));
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: `ipamctl-${role}` },
    // The uid of kube-system stands for the cluster in every plan and report.
    rules: [
      ...rules,
      { apiGroups: [''], resources: [NAMESPACES.plural], resourceNames: ['kube-system'], verbs: ['get'] },
    ],
  };
}
