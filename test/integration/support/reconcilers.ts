import type { KubeObject } from '../../cluster/client.js';
import type { TestCluster } from '../../cluster/cluster.js';
import type { FakeKubelet } from '../../cluster/kubelet.js';
import { createPod, ensureNamespace } from '../../cluster/objects.js';

/** A workload that reconciles, as OpenShift's operator or upstream's manifests make it. */
export interface Reconcilers {
  readonly kind: 'DaemonSet' | 'Deployment';
  readonly namespace: string;
  readonly container: string;
  readonly labels: Record<string, string>;
  readonly image: string;
  readonly command: string[];
  readonly key: string;
  readonly optional: boolean;
}

/** cluster-network-operator bindata/network/multus/multus.yaml */
export const OPERATORS: Reconcilers = {
  kind: 'DaemonSet',
  namespace: 'openshift-multus',
  container: 'whereabouts',
  labels: { app: 'whereabouts-reconciler', name: 'whereabouts-reconciler' },
  image: 'quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:0000',
  command: ['/bin/sh', '-c', '/usr/src/whereabouts/bin/entrypoint.sh -log-level debug'],
  key: 'reconciler_cron_expression',
  optional: true,
};

/** whereabouts v0.9.4 doc/crds/reconciler-deployment.yaml */
export const UPSTREAMS: Reconcilers = {
  kind: 'Deployment',
  namespace: 'kube-system',
  container: 'whereabouts-reconciler',
  labels: { app: 'whereabouts-reconciler', name: 'whereabouts-reconciler' },
  image: 'ghcr.io/k8snetworkplumbingwg/whereabouts:v0.9.4',
  command: ['/ip-reconciler'],
  key: 'cron-expression',
  optional: false,
};

const NAME = 'whereabouts-reconciler';

/** Makes the workload, with the status that its controller would write. */
export async function deploy(cluster: TestCluster, which: Reconcilers, desired: number): Promise<string> {
  const { kind, namespace, labels } = which;
  await ensureNamespace(cluster, namespace);
  const configMap = {
    name: 'whereabouts-config',
    optional: which.optional,
    items: [{ key: which.key, path: 'config' }],
  };
  const template = {
    metadata: { labels },
    spec: {
      containers: [
        {
          name: which.container,
          image: which.image,
          command: which.command,
          volumeMounts: [{ name: 'cron-scheduler-configmap', mountPath: '/cron-schedule' }],
        },
      ],
      volumes: [{ name: 'cron-scheduler-configmap', configMap }],
    },
  };
  const path = `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s`;
  const spec = {
    selector: { matchLabels: { name: NAME } },
    template,
    ...(kind === 'Deployment' ? { replicas: desired } : {}),
  };
  const made = await cluster.ok('POST', path, { metadata: { name: NAME }, spec });
  await setReady(cluster, which, desired, desired);
  return made.metadata?.uid ?? '';
}

export async function setReady(
  cluster: TestCluster,
  which: Reconcilers,
  desired: number,
  ready: number,
): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${which.namespace}/${which.kind.toLowerCase()}s/${NAME}/status`;
  const status =
    which.kind === 'DaemonSet'
      ? {
          currentNumberScheduled: ready,
          numberMisscheduled: 0,
          desiredNumberScheduled: desired,
          numberReady: ready,
          observedGeneration: 1,
          updatedNumberScheduled: desired,
          numberAvailable: ready,
        }
      : {
          observedGeneration: 1,
          replicas: ready,
          readyReplicas: ready,
          updatedReplicas: ready,
          availableReplicas: ready,
        };
  await cluster.ok('PATCH', path, { status }, { headers: { 'content-type': 'application/merge-patch+json' } });
}

/** A pod of the workload, and what its container wrote; null: the kubelet has no log of it. */
export async function addPod(
  cluster: TestCluster,
  kubelet: FakeKubelet,
  which: Reconcilers,
  pod: {
    readonly name: string;
    readonly node: string;
    readonly owner: string;
    readonly log: string | null;
    readonly startedAt: string;
    readonly container?: Record<string, unknown>;
  },
): Promise<KubeObject> {
  const { namespace, labels, kind, container, image, command } = which;
  const owner = {
    apiVersion: 'apps/v1',
    kind: kind === 'Deployment' ? 'ReplicaSet' : kind,
    name: NAME,
    uid: pod.owner,
    controller: true,
  };
  const made = await createPod(cluster, {
    namespace,
    name: pod.name,
    node: pod.node,
    labels,
    ownerReferences: [owner],
    spec: { containers: [{ name: container, image, command }] },
    status: {
      containerStatuses: [
        {
          name: container,
          image,
          imageID: image,
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: pod.startedAt } },
          ...pod.container,
        },
      ],
    },
  });
  kubelet.setLog(namespace, pod.name, container, pod.log);
  return made;
}

/** Lines as a reconciler of up to v0.9.3 and OpenShift writes them. */
export function oldLog(
  at: string,
  expression: string,
  runs: readonly (readonly [at: string, error?: string])[],
): string {
  const line = (time: string, level: string, text: string): string => `${time} [${level}] ${text}\n`;
  return [
    line(at, 'verbose', 'Starting informer factories ...'),
    line(at, 'verbose', `using expression: ${expression}`),
    ...runs.map(([time, error]) =>
      [
        line(time, 'verbose', 'starting reconciler run'),
        line(time, 'debug', 'NewReconcileLooper - inferred connection data'),
        line(time, 'debug', 'listing IP pools'),
        error === undefined
          ? line(time, 'debug', 'no IP addresses to cleanup') + line(time, 'verbose', 'reconciler success')
          : line(time, 'error', `failed to clean up IP for allocations: ${error}`) +
            line(time, 'verbose', `reconciler failure: ${error}`),
      ].join(''),
    ),
  ].join('');
}

/** The lines of a change that reached the pod. */
export function reloaded(at: string, expression: string): string {
  return [
    `${at} [verbose] using expression: ${expression}`,
    `${at} [verbose] configuration updated to file "/cron-schedule/..data". New cron expression: ${expression}`,
    `${at} [verbose] successfully updated CRON configuration id "00c2d1c9-631d-403f-bb86-73ad104a6817" - new cron expression: ${expression}\n`,
  ].join('\n');
}
