/**
 * A small cluster as files of `kubectl get … -o json`, with one allocation for each verdict that a snapshot can show.
 * Everything is fixed, the clock too: the newest moment that an object tells is the moment of the snapshot.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The moment of the sample. */
export const SAMPLE_NOW = '2026-03-01T12:00:00Z';

/** An object as a file holds it; hostile tests put anything in. */
export type Kube = Record<string, unknown>;

export interface PoolSpec {
  readonly namespace?: string;
  readonly name: string;
  readonly range: unknown;
  readonly allocations?: unknown;
  readonly labels?: Record<string, string>;
}

/** An entry of `spec.allocations` as whereabouts 0.9 writes it. */
export function allocation(podref: unknown, ifname: unknown = 'net1', id: unknown = 'c0ffee'.repeat(8)): Kube {
  return { id, podref, ifname };
}

export function ipPool({ namespace = 'kube-system', name, range, allocations = {}, labels }: PoolSpec): Kube {
  return {
    apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
    kind: 'IPPool',
    metadata: {
      name,
      namespace,
      uid: `uid-${namespace}-${name}`,
      resourceVersion: '100',
      creationTimestamp: '2026-01-01T08:00:00Z',
      ...(labels === undefined ? {} : { labels }),
    },
    spec: { range, allocations },
  };
}

export function reservation(name: string, podref: unknown, ifname: unknown = 'net1', namespace = 'kube-system'): Kube {
  return {
    apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
    kind: 'OverlappingRangeIPReservation',
    metadata: { name, namespace, uid: `uid-reservation-${name}`, resourceVersion: '101' },
    spec: { podref, ifname, containerid: 'c0ffee'.repeat(8) },
  };
}

/** `config` as an object becomes JSON text; as anything else it stays what it is. */
export function nad(namespace: string, name: string, config: unknown): Kube {
  return {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name, namespace, uid: `uid-nad-${namespace}-${name}` },
    spec: { config },
  };
}

export function macvlan(name: string, ipam: Kube): string {
  return JSON.stringify({
    cniVersion: '0.3.1',
    name,
    type: 'macvlan',
    master: 'eth1',
    ipam: { type: 'whereabouts', ...ipam },
  });
}

export interface PodSpec {
  readonly namespace?: string;
  readonly name: string;
  readonly node?: string;
  readonly phase?: string;
  /** `[NAD, interface, address…]` of each entry of network-status; absent: no annotation. */
  readonly shows?: readonly (readonly [nad: string, ifName: string, ...addresses: string[]])[];
  readonly annotations?: Record<string, unknown>;
  readonly metadata?: Kube;
  readonly status?: Kube;
}

export function pod({ namespace = 'default', name, node = 'node-a', phase = 'Running', ...more }: PodSpec): Kube {
  const { shows, annotations = {}, metadata = {}, status = {} } = more;
  const entries = shows?.map(([network, ifName, ...ips]) => ({ name: network, interface: ifName, ips }));
  const told = entries === undefined ? {} : { 'k8s.v1.cni.cncf.io/network-status': JSON.stringify(entries) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: `uid-pod-${namespace}-${name}`,
      resourceVersion: '102',
      annotations: { ...told, ...annotations },
      ...metadata,
    },
    spec: { nodeName: node },
    status: {
      phase,
      conditions: [
        { type: 'Ready', status: phase === 'Running' ? 'True' : 'False', lastTransitionTime: '2026-03-01T10:00:00Z' },
      ],
      ...status,
    },
  };
}

function node(name: string, ready: 'True' | 'False' | 'Unknown'): Kube {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: `uid-node-${name}` },
    status: { conditions: [{ type: 'Ready', status: ready, lastTransitionTime: '2026-03-01T11:00:00Z' }] },
  };
}

const PODS: readonly Kube[] = [
  pod({ name: 'web-0', shows: [['default/tenant-a', 'net1', '192.0.2.197']] }),
  pod({
    name: 'api-5c',
    annotations: { 'k8s.v1.cni.cncf.io/networks': 'default/tenant-a' },
    shows: [['default/tenant-a', 'net1', '192.0.2.206']],
  }),
  pod({
    name: 'etl-x',
    phase: 'Succeeded',
    shows: [['default/tenant-a', 'net1', '192.0.2.208']],
    status: { containerStatuses: [{ state: { terminated: { finishedAt: '2026-03-01T09:00:00Z' } } }] },
  }),
  pod({ name: 'slow', phase: 'Pending' }),
  pod({ name: 'mute' }),
  pod({
    name: 'dying',
    node: 'node-c',
    shows: [['default/tenant-a', 'net1', '192.0.2.212']],
    metadata: { deletionTimestamp: '2026-03-01T11:30:00Z', deletionGracePeriodSeconds: 30 },
  }),
  pod({ namespace: 'storage', name: 'osd-1', shows: [['storage/big', 'net1', '10.20.0.1']] }),
  pod({ namespace: 'storage', name: 'osd-2', shows: [['storage/big', 'net1', '10.20.0.2']] }),
  pod({ namespace: 'telco', name: 'upf', shows: [['telco/v6', 'net2', 'fd00:10::1']] }),
];

const POOLS: readonly Kube[] = [
  ipPool({
    name: '192.0.2.192-27',
    range: '192.0.2.192/27',
    labels: { tier: 'gold' },
    allocations: {
      '5': allocation('default/web-0'),
      '12': allocation('default/job-77'),
      '13': allocation('default/api-5c'),
      '14': allocation('default/api-5c'),
      '16': allocation('default/etl-x'),
      '17': allocation('default/db-1'),
      '18': allocation('default/slow'),
      '19': allocation('default/mute'),
      '20': allocation('default/dying'),
      '21': allocation('nonsense'),
      abc: allocation('default/web-0'),
    },
  }),
  ipPool({
    name: 'storage-10.20.0.0-16',
    range: '10.20.0.0/16',
    allocations: { '1': allocation('storage/osd-1'), '2': allocation('storage/osd-2') },
  }),
  ipPool({ name: 'fd00-10---64', range: 'fd00:10::/64', allocations: { '1': allocation('telco/upf', 'net2') } }),
  ipPool({ namespace: 'openshift-multus', name: '10.9.0.0-24', range: '10.9.0.0/24' }),
];

/** The files of the sample, by name. */
export const SAMPLE: Readonly<Record<string, string>> = {
  'pools.json': list(...POOLS),
  'reservations.json': list(
    reservation('192.0.2.197', 'default/web-0'),
    reservation('192.0.2.204', 'default/job-77'),
    reservation('storage-10.20.0.1', 'storage/osd-1'),
    reservation('storage-10.20.9.9', 'storage/long-gone'),
  ),
  'nads.json': list(
    nad('default', 'tenant-a', macvlan('tenant-a', { range: '192.0.2.192/27', exclude: ['192.0.2.192/30'] })),
    nad(
      'default',
      'tenant-b',
      macvlan('tenant-b', { range: '192.0.2.192/27', range_start: '192.0.2.200', range_end: '192.0.2.215' }),
    ),
    nad('storage', 'big', macvlan('big', { range: '10.20.0.0/16', network_name: 'storage' })),
    nad('telco', 'v6', macvlan('v6', { range: 'fd00:10::/64' })),
  ),
  'nodeslicepools.json': JSON.stringify({
    apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
    kind: 'NodeSlicePoolList',
    metadata: { resourceVersion: '99' },
    items: [],
  }),
  'pods.json': list(...PODS),
  'nodes.json': list(node('node-a', 'True'), node('node-c', 'Unknown')),
  'namespaces.json': list(
    ...['kube-system', 'default', 'storage', 'telco'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, uid: `uid-namespace-${name}` },
    })),
  ),
  'statefulsets.json': list(
    ...['default', 'storage'].map((namespace) => ({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db', namespace, uid: `uid-set-${namespace}` },
      spec: { replicas: 3 },
    })),
  ),
  'events.json': list(
    ...['default', 'storage'].map((namespace) => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'pulled', namespace, uid: `uid-event-${namespace}` },
      reason: 'Pulled',
      lastTimestamp: SAMPLE_NOW,
      involvedObject: { kind: 'Pod', namespace, name: 'any' },
    })),
  ),
};

/** The sample with all that a report looks at: nothing is skipped, and nothing is open. */
export const COMPLETE_SAMPLE: Readonly<Record<string, string>> = {
  ...SAMPLE,
  // One home of whereabouts: of two, none would be known to be the one in force.
  'pools.json': list(...POOLS.filter(({ metadata }) => (metadata as Kube)['namespace'] === 'kube-system')),
  'daemonsets.json': inHomes('apps/v1', 'DaemonSet'),
  'deployments.json': inHomes('apps/v1', 'Deployment'),
  'configmaps.json': inHomes('v1', 'ConfigMap'),
  'definitions.json': list(
    definition('ippools', 'whereabouts.cni.cncf.io', 'v1alpha1'),
    definition('overlappingrangeipreservations', 'whereabouts.cni.cncf.io', 'v1alpha1'),
    definition('nodeslicepools', 'whereabouts.cni.cncf.io', 'v1alpha1'),
    definition('network-attachment-definitions', 'k8s.cni.cncf.io', 'v1'),
  ),
  'leases.json': noneOf('coordination.k8s.io/v1', 'Lease'),
  'networks-operator.json': noneOf('operator.openshift.io/v1', 'Network'),
  'networks-config.json': noneOf('config.openshift.io/v1', 'Network'),
  'nns.json': noneOf('nmstate.io/v1beta1', 'NodeNetworkState'),
  'nncp.json': noneOf('nmstate.io/v1', 'NodeNetworkConfigurationPolicy'),
};

/** A definition that keeps every field. */
function definition(plural: string, group: string, version: string): Kube {
  const name = `${plural}.${group}`;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name, uid: `uid-${name}` },
    spec: { group, names: { plural }, versions: [{ name: version, served: true, storage: true, schema }] },
  };
}

function noneOf(apiVersion: string, kind: string): string {
  return JSON.stringify({ apiVersion, kind: `${kind}List`, metadata: { resourceVersion: '99' }, items: [] });
}

/** An object of no meaning in each namespace that is looked at, so that these count as held. */
function inHomes(apiVersion: string, kind: string): string {
  const homes = ['kube-system', 'openshift-multus'];
  return list(
    ...homes.map((namespace) => ({
      apiVersion,
      kind,
      metadata: { name: 'any', namespace, uid: `uid-${kind}-${namespace}` },
    })),
  );
}

/** What `kubectl get … -A -o json` writes. */
export function list(...items: readonly unknown[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items });
}

/** A folder of this test file's own, removed by `removeFolders`. */
export function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const path = mkdtempSync(join(tmpdir(), 'ipamctl-test-'));
  folders.push(path);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

/** For `afterAll`. */
export function removeFolders(): void {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
}

const folders: string[] = [];
