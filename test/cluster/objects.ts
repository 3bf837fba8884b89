import type { TestCluster } from './cluster.js';
import { POOL_NAMESPACE } from './cluster.js';
import type { KubeMeta, KubeObject } from './client.js';
import { installCrds } from './crds.js';

/** Where multus writes what a pod got. */
export const NETWORK_STATUS = 'k8s.v1.cni.cncf.io/network-status';
/** Where a pod asks for networks. */
export const NETWORKS = 'k8s.v1.cni.cncf.io/networks';
/** The finalizer that {@link terminatePod} uses to keep a pod terminating. */
export const HOLD_FINALIZER = 'ipamctl.test/hold';

/** An entry of the network-status annotation. */
export interface NetworkStatusEntry {
  name: string;
  interface?: string;
  ips?: string[];
  mac?: string;
  default?: boolean;
  dns?: object;
  [field: string]: unknown;
}

/** How a pod is to look. */
export interface PodOptions {
  /** `default` by default. */
  namespace?: string;
  name: string;
  /** `node-a` by default; null: not scheduled. */
  node?: string | null;
  /** `Running` by default. */
  phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  /** The Ready condition; true by default where the phase is Running. */
  ready?: boolean;
  /** Since when the Ready condition is as it is; an hour ago by default. */
  readySince?: Date;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /** The value of the networks annotation. */
  networks?: string;
  /** The network-status annotation: entries, or text as it is. */
  networkStatus?: NetworkStatusEntry[] | string;
  ownerReferences?: KubeMeta['ownerReferences'];
  finalizers?: string[];
  podIP?: string;
  /** More fields of the spec, or in place of those made here. */
  spec?: Record<string, unknown>;
  /** More fields of the status, or in place of those made here. */
  status?: Record<string, unknown>;
}

/** A pod as an object, its status included (which the API server ignores on creation; see {@link createPod}). */
export function pod(options: PodOptions): KubeObject {
  const { phase = 'Running', node = 'node-a' } = options;
  const ready = options.ready ?? phase === 'Running';
  const since = stamp(options.readySince ?? new Date(Date.now() - 3_600_000));
  const annotations = { ...options.annotations };
  if (options.networks !== undefined) annotations[NETWORKS] = options.networks;
  if (options.networkStatus !== undefined) annotations[NETWORK_STATUS] = networkStatusText(options.networkStatus);
  const conditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
    (type) => {
      const always = type === 'PodScheduled' || (type === 'Initialized' && phase !== 'Pending');
      return { type, status: always || ready ? 'True' : 'False', lastProbeTime: null, lastTransitionTime: since };
    },
  );
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: options.name,
      namespace: options.namespace ?? 'default',
      ...(options.labels === undefined ? {} : { labels: options.labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...(options.ownerReferences === undefined ? {} : { ownerReferences: options.ownerReferences }),
      ...(options.finalizers === undefined ? {} : { finalizers: options.finalizers }),
    },
    spec: {
      ...(node === null ? {} : { nodeName: node }),
      terminationGracePeriodSeconds: 30,
      containers: [{ name: 'app', image: 'registry.example.com/app:1.4.2' }],
      ...options.spec,
    },
    status: {
      phase,
      ...(node === null ? {} : { conditions }),
      ...(options.podIP === undefined ? {} : { podIP: options.podIP, podIPs: [{ ip: options.podIP }] }),
      ...options.status,
    },
  };
}

/** Creates a pod (and its namespace where it is missing) and writes its status, as scheduler and kubelet would. */
export async function createPod(cluster: TestCluster, options: PodOptions): Promise<KubeObject> {
  const object = pod(options);
  await ensureNamespace(cluster, object.metadata?.namespace ?? 'default');
  const created = await cluster.ok('POST', podsPath(object), object);
  const status = object['status'] as { phase?: string; conditions?: unknown };
  if (status.phase === 'Pending' && status.conditions === undefined) return created;
  return cluster.ok('PATCH', `${podPath(object)}/status`, { status });
}

/** Changes a pod's status. */
export function setPodStatus(
  cluster: TestCluster,
  namespace: string,
  name: string,
  status: Record<string, unknown>,
): Promise<KubeObject> {
  return cluster.ok('PATCH', `/api/v1/namespaces/${namespace}/pods/${name}/status`, { status });
}

/** Writes the network-status annotation, the way multus does: through the status subresource. */
export function setNetworkStatus(
  cluster: TestCluster,
  namespace: string,
  name: string,
  entries: NetworkStatusEntry[] | string,
): Promise<KubeObject> {
  const metadata = { annotations: { [NETWORK_STATUS]: networkStatusText(entries) } };
  return cluster.ok('PATCH', `/api/v1/namespaces/${namespace}/pods/${name}/status`, { metadata });
}

/** The text that multus writes: each entry indented by four spaces, the entries joined by a comma alone. */
export function networkStatusText(entries: NetworkStatusEntry[] | string): string {
  if (typeof entries === 'string') return entries;
  return `[${entries.map((entry) => JSON.stringify(entry, null, 4)).join(',')}]`;
}

/** Deletes a pod at once, with grace period 0: no kubelet, and so no DEL of the plugin. Its finalizers are taken off. */
export async function deletePod(cluster: TestCluster, namespace: string, name: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const answer = await cluster.request('DELETE', path, { gracePeriodSeconds: 0 });
  if (answer.status === 404) return;
  if (answer.status >= 400) throw new Error(`DELETE ${path}: ${answer.text}`);
  if ((answer.json.metadata?.finalizers ?? []).length > 0)
    await cluster.request('PATCH', path, { metadata: { finalizers: null } });
}

/**
 * Deletes a pod so that it stays, with a deletionTimestamp: a finalizer holds it. (A pod on a node needs no finalizer for
 * that, as no kubelet confirms; the finalizer also holds pods of grace period 0.)
 */
export async function terminatePod(
  cluster: TestCluster,
  namespace: string,
  name: string,
  gracePeriodSeconds = 30,
): Promise<KubeObject> {
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  await cluster.ok('PATCH', path, { metadata: { finalizers: [HOLD_FINALIZER] } });
  return cluster.ok('DELETE', path, { gracePeriodSeconds });
}

/** Creates a namespace unless it is there. */
export async function ensureNamespace(cluster: TestCluster, name: string): Promise<void> {
  let known = namespaces.get(cluster);
  if (known === undefined) namespaces.set(cluster, (known = new Set(['default', 'kube-system', POOL_NAMESPACE])));
  if (known.has(name)) return;
  await create(
    cluster,
    '/api/v1/namespaces',
    { metadata: { name, labels: { 'kubernetes.io/metadata.name': name } } },
    true,
  );
  known.add(name);
}

const namespaces = new WeakMap<TestCluster, Set<string>>();

/** Creates a node whose Ready condition is `ready` (`Unknown`: unreachable, as the node controller says it). */
export async function createNode(
  cluster: TestCluster,
  name: string,
  ready: 'True' | 'False' | 'Unknown' = 'True',
  since = new Date(),
): Promise<KubeObject> {
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } },
    ...(ready === 'True' ? {} : { spec: { taints: [unreachable('NoSchedule'), unreachable('NoExecute')] } }),
  };
  await create(cluster, '/api/v1/nodes', object, true);
  return setNodeReady(cluster, name, ready, since);
}

/** Changes the Ready condition of a node. */
export function setNodeReady(
  cluster: TestCluster,
  name: string,
  ready: 'True' | 'False' | 'Unknown',
  since = new Date(),
): Promise<KubeObject> {
  const [reason, message] =
    ready === 'True'
      ? ['KubeletReady', 'kubelet is posting ready status']
      : ['NodeStatusUnknown', 'Kubelet stopped posting node status.'];
  const condition = {
    type: 'Ready',
    status: ready,
    reason,
    message,
    lastHeartbeatTime: stamp(since),
    lastTransitionTime: stamp(since),
  };
  return cluster.ok('PATCH', `/api/v1/nodes/${name}/status`, { status: { conditions: [condition] } });
}

function unreachable(effect: string): object {
  return { key: 'node.kubernetes.io/unreachable', effect };
}

/** Creates a NetworkAttachmentDefinition; the config is text or an object. */
export async function createNad(
  cluster: TestCluster,
  namespace: string,
  name: string,
  config: string | object,
): Promise<KubeObject> {
  await ensureNamespace(cluster, namespace);
  return cluster.ok('POST', `/apis/k8s.cni.cncf.io/v1/namespaces/${namespace}/network-attachment-definitions`, {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name, namespace },
    spec: { config: typeof config === 'string' ? config : JSON.stringify(config) },
  });
}

/** An allocation as an IPPool holds it. */
export interface Allocation {
  id: string;
  podref: string;
  ifname?: string;
}

/** Creates an IPPool by hand. */
export function createPool(
  cluster: TestCluster,
  name: string,
  range: string,
  allocations: Record<string, Allocation> = {},
  namespace = POOL_NAMESPACE,
): Promise<KubeObject> {
  return cluster.ok('POST', whereabouts(namespace, 'ippools'), {
    apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
    kind: 'IPPool',
    metadata: { name, namespace },
    spec: { range, allocations },
  });
}

/** Adds, replaces or (null) removes allocations of a pool by hand. */
export function patchAllocations(
  cluster: TestCluster,
  name: string,
  allocations: Record<string, Allocation | null>,
  namespace = POOL_NAMESPACE,
): Promise<KubeObject> {
  return cluster.ok('PATCH', whereabouts(namespace, 'ippools', name), { spec: { allocations } });
}

/** The allocations of a pool; none where there is no such pool. */
export async function allocationsOf(
  cluster: TestCluster,
  name: string,
  namespace = POOL_NAMESPACE,
): Promise<Record<string, Allocation>> {
  const answer = await cluster.request('GET', whereabouts(namespace, 'ippools', name));
  if (answer.status === 404) return {};
  return ((answer.json['spec'] ?? {}) as { allocations?: Record<string, Allocation> }).allocations ?? {};
}

/** Creates an OverlappingRangeIPReservation by hand. */
export function createReservation(
  cluster: TestCluster,
  name: string,
  spec: { podref: string; containerid?: string; ifname?: string },
  namespace = POOL_NAMESPACE,
): Promise<KubeObject> {
  return cluster.ok('POST', whereabouts(namespace, 'overlappingrangeipreservations'), {
    apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
    kind: 'OverlappingRangeIPReservation',
    metadata: { name, namespace },
    spec: { containerid: '', ...spec },
  });
}

/** Creates a StatefulSet that wants the given number of pods, from ordinal `start` on. */
export async function createStatefulSet(
  cluster: TestCluster,
  namespace: string,
  name: string,
  replicas: number,
  start?: number,
): Promise<KubeObject> {
  await ensureNamespace(cluster, namespace);
  const labels = { app: name };
  return cluster.ok('POST', `/apis/apps/v1/namespaces/${namespace}/statefulsets`, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace },
    spec: {
      replicas,
      serviceName: name,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'app', image: 'registry.example.com/app:1.4.2' }] },
      },
      ...(start === undefined ? {} : { ordinals: { start } }),
    },
  });
}

/** Creates an Event on a pod, as the kubelet does (`reason: 'Killing'` …). */
export async function createPodEvent(
  cluster: TestCluster,
  event: { namespace: string; pod: string; reason: string; message?: string; node?: string; at?: Date; uid?: string },
): Promise<KubeObject> {
  const at = stamp(event.at ?? new Date());
  return cluster.ok('POST', `/api/v1/namespaces/${event.namespace}/events`, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { generateName: `${event.pod}.`, namespace: event.namespace },
    involvedObject: {
      apiVersion: 'v1',
      kind: 'Pod',
      namespace: event.namespace,
      name: event.pod,
      ...(event.uid === undefined ? {} : { uid: event.uid }),
    },
    reason: event.reason,
    message: event.message ?? `Stopping container app`,
    type: 'Normal',
    count: 1,
    firstTimestamp: at,
    lastTimestamp: at,
    source: { component: 'kubelet', ...(event.node === undefined ? {} : { host: event.node }) },
    ...(event.node === undefined ? {} : { reportingInstance: event.node, reportingComponent: 'kubelet' }),
  });
}

/** Defines KubeVirt's migrations, as small as tests need them. */
export function installMigrationCrd(cluster: TestCluster): Promise<void> {
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return installCrds(cluster.client, [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'virtualmachineinstancemigrations.kubevirt.io' },
      spec: {
        group: 'kubevirt.io',
        scope: 'Namespaced',
        names: {
          plural: 'virtualmachineinstancemigrations',
          singular: 'virtualmachineinstancemigration',
          kind: 'VirtualMachineInstanceMigration',
          listKind: 'VirtualMachineInstanceMigrationList',
          shortNames: ['vmim', 'vmims'],
        },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: anything, status: anything } } },
          },
        ],
      },
    },
  ]);
}

/** Creates a migration with a status; define them first with {@link installMigrationCrd}. */
export async function createMigration(
  cluster: TestCluster,
  namespace: string,
  name: string,
  fields: { vmi: string; phase: string; migrationState?: Record<string, unknown> },
): Promise<KubeObject> {
  await ensureNamespace(cluster, namespace);
  return cluster.ok('POST', `/apis/kubevirt.io/v1/namespaces/${namespace}/virtualmachineinstancemigrations`, {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstanceMigration',
    metadata: { name, namespace },
    spec: { vmiName: fields.vmi },
    status: {
      phase: fields.phase,
      ...(fields.migrationState === undefined ? {} : { migrationState: fields.migrationState }),
    },
  });
}

/** Creates an object unless, where `mayExist`, it is there. */
async function create(cluster: TestCluster, path: string, object: KubeObject, mayExist = false): Promise<void> {
  const answer = await cluster.request('POST', path, object);
  if (answer.status >= 400 && !(mayExist && answer.status === 409)) throw new Error(`POST ${path}: ${answer.text}`);
}

function whereabouts(namespace: string, plural: string, name?: string): string {
  const path = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${namespace}/${plural}`;
  return name === undefined ? path : `${path}/${name}`;
}

function podsPath(object: KubeObject): string {
  return `/api/v1/namespaces/${object.metadata?.namespace}/pods`;
}

function podPath(object: KubeObject): string {
  return `${podsPath(object)}/${object.metadata?.name}`;
}

/** A time as Kubernetes writes it: whole seconds. */
function stamp(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z');
}
