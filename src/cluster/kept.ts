import type { KubeObject } from './port.js';
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
  NETWORK_CONFIGS,
  NODE_NETWORK_POLICIES,
  NODE_NETWORK_STATES,
  NODE_SLICE_POOLS,
  NODES,
  OPERATOR_NETWORKS,
  PODS,
  RESERVATIONS,
  type Resource,
  resourceName,
  STATEFUL_SETS,
  VIRTUAL_MACHINE_INSTANCES,
  VIRTUAL_MACHINES,
} from './resources.js';

/*
 * What of each kind ipamctl reads. `snapshot save` writes this and nothing else, and what is read of a snapshot is cut
 * down to it as well: so what may be a secret (environments, arguments, user data, termination messages) never gets
 * into a snapshot, a must-gather fits into memory, and both give the answers that the cluster gave. Whoever reads a
 * further field of a kind adds it here.
 */

type Fields = Readonly<Record<string, unknown>>;

/** Which part of a value is kept: all of it, these fields (of each entry of an array), or what a function makes of it. */
type Shape = true | { readonly [field: string]: Shape } | ((value: unknown) => unknown);

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function part(value: unknown, shape: Shape): unknown {
  if (shape === true) return value;
  if (typeof shape === 'function') return shape(value);
  if (Array.isArray(value)) return value.map((entry: unknown) => part(entry, shape));
  // Readers take what is no object where one is expected for none.
  if (!isFields(value)) return undefined;
  const kept: Record<string, unknown> = {};
  for (const field in shape) {
    if (!Object.hasOwn(value, field)) continue;
    const own = part(value[field], shape[field] ?? true);
    if (own !== undefined) kept[field] = own;
  }
  return kept;
}

/** What kubectl notes of the whole object: as much as the object itself, secrets included. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Annotations of multus, of SR-IOV's operator and our own. */
const OF_NETWORKS = /^(?:[a-z0-9.-]+\.)?(?:cni\.cncf\.io|multus-cni\.io|sriovnetwork\.openshift\.io|ipamctl\.io)\//;

function annotations(keeps: (key: string) => boolean): Shape {
  return (value) => {
    if (!isFields(value)) return undefined;
    const kept = Object.entries(value).filter(([key]) => keeps(key));
    // fromEntries defines keys, so `__proto__` stays one.
    return kept.length === 0 ? undefined : Object.fromEntries(kept);
  };
}

function metadata(keeps: (key: string) => boolean = (key) => OF_NETWORKS.test(key)): Shape {
  return {
    name: true,
    namespace: true,
    uid: true,
    resourceVersion: true,
    generation: true,
    creationTimestamp: true,
    deletionTimestamp: true,
    deletionGracePeriodSeconds: true,
    labels: true,
    annotations: annotations(keeps),
    ownerReferences: true,
    finalizers: true,
  };
}

const METADATA = metadata();

const CONDITIONS: Shape = {
  type: true,
  status: true,
  reason: true,
  lastTransitionTime: true,
  lastHeartbeatTime: true,
  lastUpdateTime: true,
};

const CONTAINER_STATE: Shape = {
  waiting: { reason: true },
  running: true,
  // Its message is whatever the program wrote last.
  terminated: { exitCode: true, signal: true, reason: true, startedAt: true, finishedAt: true },
};

const CONTAINER_STATUS: Shape = {
  name: true,
  image: true,
  ready: true,
  started: true,
  restartCount: true,
  state: CONTAINER_STATE,
  lastState: CONTAINER_STATE,
};

const POD: Shape = {
  metadata: METADATA,
  spec: {
    nodeName: true,
    hostNetwork: true,
    restartPolicy: true,
    schedulerName: true,
    serviceAccountName: true,
    containers: { name: true, image: true },
  },
  status: {
    phase: true,
    reason: true,
    podIP: true,
    podIPs: true,
    hostIP: true,
    startTime: true,
    nominatedNodeName: true,
    conditions: CONDITIONS,
    initContainerStatuses: CONTAINER_STATUS,
    containerStatuses: CONTAINER_STATUS,
  },
};

/** Environment variables whose values are read; of the others the names are kept. */
const READ_VARIABLES: ReadonlySet<string> = new Set(['WHEREABOUTS_NAMESPACE']);

function environment(value: unknown): unknown {
  if (!Array.isArray(value)) return undefined;
  return value.filter(isFields).map(({ name, value: text }) => ({
    name,
    ...(typeof name === 'string' && READ_VARIABLES.has(name) && text !== undefined ? { value: text } : {}),
  }));
}

/** Workloads of networks, whose arguments are read: they tell what a container does. */
const OF_INTEREST = /whereabouts|multus|admission-controller|dhcp|ip-reconciler|ip-control-loop|node-slice-controller/;

const SECRET = /token|password|passwd|secret|credential|(?:api|private|access)[-_]?key|auth/i;

/**
 * Arguments without the values of flags and assignments that are called a secret; an argument may be a whole script, so
 * each word of each counts.
 */
function words(value: unknown): unknown {
  if (!Array.isArray(value)) return undefined;
  let hides = false;
  return value.map((argument: unknown) => {
    if (typeof argument !== 'string') return argument;
    const shown = argument.split(/(\s+)/).map((word) => {
      if (word.trim() === '') return word;
      if (hides) {
        hides = false;
        return '***';
      }
      const equals = word.indexOf('=');
      if (!SECRET.test(equals < 0 ? word : word.slice(0, equals))) return word;
      hides = equals < 0 && word.startsWith('-');
      return equals < 0 ? word : `${word.slice(0, equals)}=***`;
    });
    return shown.join('');
  });
}

const ANY_CONTAINER: Shape = {
  name: true,
  image: true,
  volumeMounts: { name: true, mountPath: true },
  env: environment,
};
const CONTAINER: Shape = { ...ANY_CONTAINER, command: words, args: words };

function workloadTemplate(value: unknown): unknown {
  const isOfInterest = OF_INTEREST.test(JSON.stringify(part(value, PROGRAMS) ?? null));
  const container = isOfInterest ? CONTAINER : ANY_CONTAINER;
  return part(value, {
    metadata: { labels: true },
    spec: {
      hostNetwork: true,
      nodeSelector: true,
      tolerations: true,
      serviceAccountName: true,
      initContainers: container,
      containers: container,
      volumes: { name: true, configMap: true, hostPath: true },
    },
  });
}

const PROGRAM: Shape = { name: true, image: true, command: true, args: true, volumeMounts: { mountPath: true } };
const PROGRAMS: Shape = { metadata: { labels: true }, spec: { initContainers: PROGRAM, containers: PROGRAM } };

/** Counts: every number of a status, and its conditions. */
function counts(value: unknown): unknown {
  if (!isFields(value)) return undefined;
  const numbers = Object.entries(value).filter(([, own]) => typeof own === 'number');
  const conditions = part(value['conditions'], CONDITIONS);
  return { ...Object.fromEntries(numbers), ...(conditions === undefined ? {} : { conditions }) };
}

const WORKLOAD: Shape = {
  metadata: METADATA,
  spec: { replicas: true, selector: true, updateStrategy: true, strategy: true, template: workloadTemplate },
  status: counts,
};

/** The longest value of a ConfigMap that is kept: a schedule is a line, files are something else. */
const MAX_VALUE_CHARACTERS = 4096;

/** The allow-lists of sysctls are long. */
const LONG_CONFIG_MAPS = 'sysctl-allowlist';

function configMap(value: unknown): unknown {
  const name = isFields(value) && isFields(value['metadata']) ? value['metadata']['name'] : undefined;
  const isLong = typeof name === 'string' && name.endsWith(LONG_CONFIG_MAPS);
  return part(value, {
    metadata: METADATA,
    data: (data) => {
      if (!isFields(data)) return undefined;
      const kept = Object.entries(data).filter(
        ([, text]) => isLong || (typeof text === 'string' && text.length <= MAX_VALUE_CHARACTERS),
      );
      return Object.fromEntries(kept);
    },
  });
}

/** Events whose message says something about networks, nodes or places; those of probes and hooks quote programs. */
const TOLD_EVENTS =
  /^(?:Scheduled|FailedScheduling|Killing|FailedCreatePodSandBox|FailedKillPod|AddedInterface|NoNetworkFound|TaintManagerEviction|NodeNotReady|NodeReady|RemovingNode|DeletingNode|Preempted|Evicted|IPAddress\w*|IPPool\w*|Released\w*|Restored\w*|FailedCreate|SuccessfulCreate|SuccessfulDelete)$/;

const EVENT: Readonly<Record<string, Shape>> = {
  metadata: METADATA,
  involvedObject: true,
  related: true,
  reason: true,
  action: true,
  type: true,
  count: true,
  series: true,
  source: true,
  firstTimestamp: true,
  lastTimestamp: true,
  eventTime: true,
  reportingComponent: true,
  reportingInstance: true,
};

function event(value: unknown): unknown {
  const reason = isFields(value) ? value['reason'] : undefined;
  const isTold = typeof reason === 'string' && TOLD_EVENTS.test(reason);
  return part(value, isTold ? { ...EVENT, message: true } : EVENT);
}

/** Definitions whose schema is read. */
const OF_NETWORKS_GROUP = '.cni.cncf.io';

function definition(value: unknown): unknown {
  const name = isFields(value) && isFields(value['metadata']) ? value['metadata']['name'] : undefined;
  const isOurs = typeof name === 'string' && name.endsWith(OF_NETWORKS_GROUP);
  const version: Shape = {
    name: true,
    served: true,
    storage: true,
    ...(isOurs ? { schema: true, subresources: true } : {}),
  };
  return part(value, {
    metadata: METADATA,
    spec: { group: true, scope: true, names: true, versions: version },
    status: { conditions: CONDITIONS, storedVersions: true },
  });
}

const MIGRATION_STATE: Shape = {
  sourceNode: true,
  targetNode: true,
  sourcePod: true,
  targetPod: true,
  completed: true,
  failed: true,
  migrationUid: true,
};

const INTERFACES: Shape = { name: true, macAddress: true, bridge: true, masquerade: true, sriov: true, binding: true };

const MACHINE: Shape = { networks: true, domain: { devices: { interfaces: INTERFACES } } };

const WHOLE: Shape = { metadata: METADATA, spec: true, status: true };

const SHAPES: ReadonlyMap<string, Shape> = new Map(
  (
    [
      [IP_POOLS, WHOLE],
      [RESERVATIONS, WHOLE],
      [NODE_SLICE_POOLS, WHOLE],
      [NADS, { metadata: metadata((key) => key !== LAST_APPLIED), spec: true }],
      [PODS, POD],
      [
        NODES,
        {
          metadata: metadata((key) => key === 'k8s.ovn.org/node-primary-ifaddr'),
          spec: { podCIDR: true, podCIDRs: true, taints: true, unschedulable: true },
          status: {
            addresses: true,
            capacity: true,
            allocatable: true,
            conditions: CONDITIONS,
            nodeInfo: { kubeletVersion: true, operatingSystem: true, architecture: true },
          },
        },
      ],
      [NAMESPACES, { metadata: METADATA, status: { phase: true } }],
      [EVENTS, event],
      [
        STATEFUL_SETS,
        {
          metadata: METADATA,
          spec: { replicas: true, ordinals: true, selector: true, serviceName: true },
          status: counts,
        },
      ],
      [
        MIGRATIONS,
        { metadata: METADATA, spec: { vmiName: true }, status: { phase: true, migrationState: MIGRATION_STATE } },
      ],
      [
        VIRTUAL_MACHINE_INSTANCES,
        {
          metadata: METADATA,
          spec: MACHINE,
          status: { phase: true, nodeName: true, activePods: true, migrationState: MIGRATION_STATE },
        },
      ],
      [
        VIRTUAL_MACHINES,
        {
          metadata: METADATA,
          spec: { running: true, runStrategy: true, template: { metadata: METADATA, spec: MACHINE } },
        },
      ],
      [DAEMON_SETS, WORKLOAD],
      [DEPLOYMENTS, WORKLOAD],
      [CONFIG_MAPS, configMap],
      [LEASES, { metadata: METADATA, spec: true }],
      [CUSTOM_RESOURCE_DEFINITIONS, definition],
      [
        CLUSTER_OPERATORS,
        {
          metadata: METADATA,
          status: { versions: true, relatedObjects: true, conditions: { ...CONDITIONS, message: true } },
        },
      ],
      [NETWORK_CONFIGS, WHOLE],
      [OPERATOR_NETWORKS, WHOLE],
      [
        NODE_NETWORK_STATES,
        {
          metadata: METADATA,
          status: {
            currentState: {
              interfaces: { name: true, type: true, state: true, mtu: true, controller: true, vlan: true },
              ovn: true,
            },
          },
        },
      ],
      // Interfaces may carry keys of IPsec and passwords of 802.1X.
      [NODE_NETWORK_POLICIES, { metadata: METADATA, spec: { nodeSelector: true, desiredState: { ovn: true } } }],
    ] satisfies [Resource, Shape][]
  ).map(([resource, shape]) => [resourceName(resource), shape]),
);

/** What ipamctl reads of an object of this kind; the object itself stays as it is. */
export function keptOf(resource: Resource, object: KubeObject): KubeObject {
  const shape = SHAPES.get(resourceName(resource)) ?? WHOLE;
  const { apiVersion, kind } = object;
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(kind === undefined ? {} : { kind }),
    ...(part(object, shape) as KubeObject),
  };
}
