/** Objects that examples are made of: as small as the API server would take them. */
import type { KubeObject } from '../cluster/port.js';
import { ALL_RESOURCES, type Resource } from '../cluster/resources.js';
import { NETWORK_STATUS_ANNOTATION, NETWORKS_ANNOTATION } from '../nad/network-status.js';
import type { Example } from './model.js';

const WHEREABOUTS = 'whereabouts.cni.cncf.io/v1alpha1';
const NAMESPACE = 'kube-system';

/** An entry of a pool, as whereabouts 0.9 writes it. */
export function entry(podref: string, ifname: string | null = 'net1', id = '7c3f0e9a'): Record<string, string> {
  return { id, podref, ...(ifname === null ? {} : { ifname }) };
}

/** An IPPool; its name is the range's, unless another is given. */
export function ipPool(
  range: string,
  allocations: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
  { name = range.replaceAll(/[:/]/g, '-'), namespace = NAMESPACE }: { name?: string; namespace?: string } = {},
): KubeObject {
  return {
    apiVersion: WHEREABOUTS,
    kind: 'IPPool',
    metadata: { name, namespace, uid: `pool-${namespace}-${name}`, resourceVersion: '1' },
    spec: { range, allocations },
  };
}

/** An OverlappingRangeIPReservation. */
export function ipReservation(name: string, podref: string, ifname = 'net1', namespace = NAMESPACE): KubeObject {
  return {
    apiVersion: WHEREABOUTS,
    kind: 'OverlappingRangeIPReservation',
    metadata: { name, namespace, uid: `reservation-${name}`, resourceVersion: '1' },
    spec: { podref, ifname },
  };
}

/** A NAD with a macvlan network, whose addresses whereabouts gives. */
export function whereaboutsNad(
  name: string,
  ipam: Readonly<Record<string, unknown>>,
  plugin: Readonly<Record<string, unknown>> = {},
): KubeObject {
  const config = {
    cniVersion: '0.3.1',
    name,
    type: 'macvlan',
    master: 'eth1',
    ...plugin,
    ipam: { type: 'whereabouts', ...ipam },
  };
  return {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name, namespace: 'default', uid: `nad-${name}` },
    spec: { config: JSON.stringify(config) },
  };
}

/** What is different about a pod. */
export interface PodExample {
  /** Name of the NAD, address, and interface (`net1`) of each entry of its network-status; absent: it has none. */
  readonly shows?: readonly (readonly [nad: string, address: string, ifName?: string])[];
  /** The networks that it asks for; those that it shows, when absent. */
  readonly asks?: string;
  readonly phase?: string;
  readonly node?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A pod of the namespace `default`. */
export function attachedPod(
  name: string,
  { shows, asks, phase = 'Running', node = 'node-a', deletionTimestamp, labels }: PodExample = {},
): KubeObject {
  const status = shows?.map(([nad, address, ifName = 'net1']) => ({
    name: `default/${nad}`,
    interface: ifName,
    ips: [address],
  }));
  const asked = asks ?? shows?.map(([nad, , ifName = 'net1']) => `${nad}@${ifName}`).join(',');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: `pod-${name}`,
      ...(labels === undefined ? {} : { labels }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      annotations: {
        ...(asked === undefined ? {} : { [NETWORKS_ANNOTATION]: asked }),
        ...(status === undefined ? {} : { [NETWORK_STATUS_ANNOTATION]: JSON.stringify(status) }),
      },
    },
    spec: { nodeName: node },
    status: {
      phase,
      conditions: [
        {
          type: 'Ready',
          status: phase === 'Running' ? 'True' : 'False',
          lastTransitionTime: '2026-03-01T10:00:00Z',
        },
      ],
    },
  };
}

/** A node. */
export function node(name: string, ready: 'True' | 'False' | 'Unknown' = 'True'): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: `node-${name}` },
    status: { conditions: [{ type: 'Ready', status: ready, lastTransitionTime: '2026-03-01T09:00:00Z' }] },
  };
}

/** A Lease of the plugin. */
export function lease(name: string, namespace = NAMESPACE): KubeObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace, uid: `lease-${name}` },
    spec: {
      holderIdentity: '',
      leaseDurationSeconds: 1,
      renewTime: '2026-03-01T11:59:00.000000Z',
      leaseTransitions: 7,
    },
  };
}

/** The DaemonSet that puts whereabouts on the nodes, of an image with that tag. */
export function whereaboutsDaemonSet(tag: string): KubeObject {
  const labels = { app: 'whereabouts' };
  const container = {
    name: 'whereabouts',
    image: `registry.example.com/whereabouts:${tag}`,
    command: ['/bin/sh'],
    args: ['-c', '/install-cni.sh && /ip-control-loop -log-level debug'],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'whereabouts', namespace: NAMESPACE, uid: 'daemonset-whereabouts', labels },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
  };
}

/** A pod that has its address as it should: the entry 5 of `10.0.0.0/24`, its reservation, and the NAD `tenant`. */
export const HEALTHY: readonly KubeObject[] = [
  whereaboutsNad('tenant', { range: '10.0.0.0/24' }),
  ipPool('10.0.0.0/24', { 5: entry('default/web') }),
  ipReservation('10.0.0.5', 'default/web'),
  attachedPod('web', { shows: [['tenant', '10.0.0.5']] }),
  node('node-a'),
];

const RECONCILER = 'whereabouts-reconciler';

/** A workload of whereabouts; upstream's reconciler, unless said otherwise. */
export function reconcilerWorkload(
  kind: 'DaemonSet' | 'Deployment',
  {
    name = RECONCILER,
    image = 'ghcr.io/k8snetworkplumbingwg/whereabouts:v0.9.4',
    command = ['/ip-reconciler'],
  }: { name?: string; image?: string; command?: readonly string[] } = {},
): KubeObject {
  const isReconciler = name === RECONCILER;
  const mount = { name: 'cron', mountPath: '/cron-schedule' };
  const configMap = { name: 'whereabouts-config', items: [{ key: 'cron-expression', path: 'config' }] };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: NAMESPACE, uid: `workload-${name}` },
    spec: {
      replicas: 1,
      selector: { matchLabels: { name } },
      template: {
        spec: {
          containers: [{ name, image, command, volumeMounts: isReconciler ? [mount] : [] }],
          volumes: isReconciler ? [{ name: 'cron', configMap }] : [],
        },
      },
    },
    status: { desiredNumberScheduled: 1, numberReady: 1, readyReplicas: 1 },
  };
}

/** A reconciler with its pod, which started two days before and logged that schedule and those runs of the day. */
export function reconcilerExample(
  objects: readonly KubeObject[],
  configured: string,
  inForce: string,
  runs: readonly string[],
): Pick<Example, 'objects'> & Required<Pick<Example, 'logs'>> {
  const startedAt = '2026-02-27T00:00:00Z';
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${RECONCILER}-x`, namespace: NAMESPACE, uid: 'pod-reconciler', labels: { name: RECONCILER } },
    spec: { nodeName: 'node-a', containers: [{ name: RECONCILER }] },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: RECONCILER, ready: true, restartCount: 0, state: { running: { startedAt } } }],
    },
  };
  const configMap: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'whereabouts-config',
      namespace: NAMESPACE,
      uid: 'map-schedule',
      creationTimestamp: '2026-02-01T00:00:00Z',
    },
    data: { 'cron-expression': configured },
  };
  const lines = [
    `${startedAt} [verbose] using expression: ${inForce}`,
    ...runs.flatMap((time) => [
      `2026-03-01T${time}:00Z [verbose] starting reconciler run`,
      `2026-03-01T${time}:01Z [verbose] reconciler success`,
    ]),
  ];
  return {
    objects: [...objects, reconcilerWorkload('Deployment'), pod, configMap],
    logs: { [`${NAMESPACE}/${RECONCILER}-x/${RECONCILER}`]: `${lines.join('\n')}\n` },
  };
}

/**
 * The example as files of a snapshot, which holds every kind: what the example does not have is an empty list. Where it
 * has no workload, a reconciler is there: without one nothing else of a cluster is in order either.
 */
export function exampleFiles({ objects: own, logs = {} }: Pick<Example, 'objects' | 'logs'>): Map<string, string> {
  const hasWorkload = own.some(({ kind }) => kind === 'DaemonSet' || kind === 'Deployment');
  const objects = hasWorkload ? own : [...own, reconcilerWorkload('Deployment')];
  const files = new Map<string, string>();
  for (const resource of ALL_RESOURCES) {
    const items = objects.filter((object) => isOf(object, resource));
    const apiVersion = versionOf(resource);
    const list = { apiVersion, kind: `${resource.kind}List`, metadata: { resourceVersion: '1' }, items };
    const folder = resource.namespaced ? 'namespaces/all' : 'cluster-scoped-resources';
    files.set(`${folder}/${resource.group || 'core'}/${resource.plural}.json`, JSON.stringify(list));
  }
  for (const [path, text] of Object.entries(logs)) {
    const [namespace = '', pod = '', container = ''] = path.split('/');
    files.set(`namespaces/${namespace}/pods/${pod}/${container}/${container}/logs/current.log`, text);
  }
  return files;
}

function isOf({ apiVersion, kind }: KubeObject, resource: Resource): boolean {
  return kind === resource.kind && apiVersion === versionOf(resource);
}

function versionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}
