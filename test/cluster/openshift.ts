import type { KubeObject } from './client.js';
import type { TestCluster } from './cluster.js';
import { installCrds } from './crds.js';
import { createNad, createPod, ensureNamespace } from './objects.js';

/** Where the Cluster Network Operator deploys. */
export const OPERATOR_NAMESPACE = 'openshift-multus';
/** The release that everything here is of, unless a test says otherwise. */
export const RELEASE = '4.20.3';

const NETWORKS = '/apis/operator.openshift.io/v1/networks';
export const OPERATOR_NETWORK_PATH = `${NETWORKS}/cluster`;
const CLUSTER_OPERATORS = '/apis/config.openshift.io/v1/clusteroperators';

/** The operator's namespace and its Network object, as an installer makes them; `spec` adds to it. */
export async function createOperatorNetwork(
  cluster: TestCluster,
  spec: Record<string, unknown> = {},
  status: Record<string, unknown> = { version: RELEASE },
): Promise<KubeObject> {
  await ensureNamespace(cluster, OPERATOR_NAMESPACE);
  await cluster.request('DELETE', OPERATOR_NETWORK_PATH);
  await cluster.ok('POST', NETWORKS, {
    apiVersion: 'operator.openshift.io/v1',
    kind: 'Network',
    metadata: { name: 'cluster' },
    spec: {
      managementState: 'Managed',
      logLevel: 'Normal',
      clusterNetwork: [{ cidr: '10.128.0.0/14', hostPrefix: 23 }],
      serviceNetwork: ['172.30.0.0/16'],
      defaultNetwork: { type: 'OVNKubernetes', ovnKubernetesConfig: { mtu: 1400, genevePort: 6081 } },
      disableNetworkDiagnostics: false,
      ...spec,
    },
  });
  return cluster.ok('PATCH', `${OPERATOR_NETWORK_PATH}/status`, { status });
}

/** As it is stored now. */
export async function operatorSpec(cluster: TestCluster): Promise<Record<string, unknown>> {
  return (await cluster.ok('GET', OPERATOR_NETWORK_PATH))['spec'] as Record<string, unknown>;
}

/** A workload as the operator deploys it. */
export interface OperandOptions {
  readonly kind: 'DaemonSet' | 'Deployment';
  readonly name: string;
  readonly namespace?: string;
  readonly release?: string;
  readonly containers?: readonly object[];
  readonly volumes?: readonly object[];
  readonly nodeSelector?: Record<string, string>;
  readonly status?: Record<string, unknown>;
}

/** All pods of so many are there and ready. */
export const READY = (kind: OperandOptions['kind'], count: number): Record<string, unknown> =>
  kind === 'DaemonSet'
    ? {
        observedGeneration: 1,
        desiredNumberScheduled: count,
        currentNumberScheduled: count,
        updatedNumberScheduled: count,
        numberAvailable: count,
        numberReady: count,
        numberMisscheduled: 0,
      }
    : {
        observedGeneration: 1,
        replicas: count,
        updatedReplicas: count,
        readyReplicas: count,
        availableReplicas: count,
      };

const path = (kind: OperandOptions['kind'], namespace: string): string =>
  `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s`;

/** Makes a workload, and writes the status that its controller would. Source: cluster-network-operator bindata/network/multus. */
export async function createOperand(cluster: TestCluster, options: OperandOptions): Promise<KubeObject> {
  const { kind, name, namespace = OPERATOR_NAMESPACE, release = RELEASE } = options;
  await ensureNamespace(cluster, namespace);
  const labels = { app: name };
  const created = await cluster.ok('POST', path(kind, namespace), {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace, annotations: { 'release.openshift.io/version': release } },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          nodeSelector: options.nodeSelector ?? { 'kubernetes.io/os': 'linux' },
          containers: options.containers ?? [
            { name: 'whereabouts', image: 'quay.example.com/openshift/whereabouts@sha256:0123' },
          ],
          ...(options.volumes === undefined ? {} : { volumes: options.volumes }),
        },
      },
    },
  });
  const { status } = options;
  return status === undefined ? created : setOperandStatus(cluster, { kind, name, namespace }, status);
}

/** Changes the status of a workload. */
export function setOperandStatus(
  cluster: TestCluster,
  { kind, name, namespace = OPERATOR_NAMESPACE }: Pick<OperandOptions, 'kind' | 'name' | 'namespace'>,
  status: Record<string, unknown>,
): Promise<KubeObject> {
  return cluster.ok('PATCH', `${path(kind, namespace)}/${name}/status`, { status });
}

/** What the operator deploys for whereabouts, all of it ready on so many nodes, with the NAD of its shim. */
export async function deployWhereabouts(cluster: TestCluster, nodes = 3): Promise<void> {
  await createNad(cluster, 'default', 'whereabouts-shim', {
    cniVersion: '0.3.1',
    name: 'whereabouts-shim',
    type: 'bridge',
    ipam: { type: 'whereabouts' },
  });
  const status = READY('DaemonSet', nodes);
  await createOperand(cluster, { kind: 'DaemonSet', name: 'whereabouts-reconciler', status });
  await createOperand(cluster, {
    kind: 'Deployment',
    name: 'whereabouts-controller',
    status: READY('Deployment', 1),
  });
}

/** Takes away what `deployWhereabouts`, `createOperand` and `createStuckPod` made. */
export async function removeOperands(cluster: TestCluster): Promise<void> {
  for (const namespace of [OPERATOR_NAMESPACE, 'kube-system']) {
    for (const kind of ['DaemonSet', 'Deployment'] as const) await cluster.request('DELETE', path(kind, namespace));
    await cluster.request('DELETE', `/api/v1/namespaces/${namespace}/pods?gracePeriodSeconds=0`);
  }
  const nads = await cluster.ok<{ items: KubeObject[] }>('GET', NADS);
  for (const { metadata } of nads.items) {
    await cluster.request(
      'DELETE',
      `/apis/k8s.cni.cncf.io/v1/namespaces/${metadata?.namespace}/network-attachment-definitions/${metadata?.name}`,
    );
  }
}

const NADS = '/apis/k8s.cni.cncf.io/v1/network-attachment-definitions';

/** A pod of a workload whose container waits for a reason, as the kubelet says it. */
export async function createStuckPod(
  cluster: TestCluster,
  options: {
    readonly workload: string;
    readonly name: string;
    readonly node: string | null;
    readonly waiting?: { readonly reason: string; readonly message?: string };
    readonly lastExitCode?: number;
    readonly unschedulable?: string;
  },
): Promise<void> {
  const { waiting, lastExitCode, unschedulable } = options;
  const lastState = lastExitCode === undefined ? {} : { lastState: { terminated: { exitCode: lastExitCode } } };
  const containerStatus = {
    name: 'app',
    image: 'x',
    imageID: '',
    ready: false,
    restartCount: lastExitCode === undefined ? 0 : 4,
    ...(waiting === undefined ? {} : { state: { waiting } }),
    ...lastState,
  };
  await createPod(cluster, {
    namespace: OPERATOR_NAMESPACE,
    name: options.name,
    node: options.node,
    phase: 'Pending',
    labels: { app: options.workload },
    status:
      unschedulable === undefined
        ? { containerStatuses: [containerStatus] }
        : { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: unschedulable }] },
  });
}

/** Defines ClusterOperators, as far as they are looked at, and makes the one of the network. */
export async function createClusterOperator(
  cluster: TestCluster,
  conditions: readonly { type: string; status: string; reason?: string; message?: string }[],
): Promise<void> {
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  await installCrds(cluster.client, [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {
        name: 'clusteroperators.config.openshift.io',
        annotations: { 'api-approved.kubernetes.io': 'https://github.com/openshift/api/pull/497' },
      },
      spec: {
        group: 'config.openshift.io',
        scope: 'Cluster',
        names: { plural: 'clusteroperators', singular: 'clusteroperator', kind: 'ClusterOperator' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: anything, status: anything } } },
          },
        ],
      },
    },
  ]);
  await cluster.request('DELETE', `${CLUSTER_OPERATORS}/network`);
  await cluster.ok('POST', CLUSTER_OPERATORS, {
    apiVersion: 'config.openshift.io/v1',
    kind: 'ClusterOperator',
    metadata: { name: 'network' },
    spec: {},
  });
  const status = { conditions, versions: [{ name: 'operator', version: RELEASE }] };
  await cluster.ok('PATCH', `${CLUSTER_OPERATORS}/network/status`, { status });
}
