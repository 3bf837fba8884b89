/** One cluster's worth of addresses for each older version of whereabouts: by its real plugin, or as that plugin left it. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { atLeast, parseVersion } from '../../../src/lint/version.js';
import { attach, detach, type Attached } from '../../cluster/attach.js';
import {
  ensureOlderManifests,
  ensureOlderWhereabouts,
  type OlderWhereabouts,
  type Binaries,
} from '../../cluster/binaries.js';
import type { KubeObject } from '../../cluster/client.js';
import { POOL_NAMESPACE, TestCluster } from '../../cluster/cluster.js';
import { makeNodeSlicePool } from '../../cluster/controllers.js';
import {
  createNad,
  createNode,
  createPod,
  deletePod,
  setNetworkStatus,
  type NetworkStatusEntry,
} from '../../cluster/objects.js';
import { add } from '../../cluster/plugin.js';

/** An address that the plugin gave to a pod. */
export interface Given {
  readonly pod: string;
  readonly nad: string;
  readonly ifname: string;
  readonly address: string;
  /** What has become of it. */
  readonly fate: 'lives' | 'pod-gone' | 'other-address';
}

/** What is known of such a cluster, apart from what ipamctl says of it. */
export interface OlderScene {
  readonly cluster: TestCluster;
  readonly version: OlderWhereabouts;
  /** false: no program of that version is there, its objects are those that it left when they were saved. */
  readonly isReal: boolean;
  readonly given: readonly Given[];
  /** The DaemonSet that this version ships, as a file. */
  readonly daemonSet: string;
}

interface Saved {
  readonly made: string;
  readonly given: readonly Given[];
  readonly pods: readonly { readonly name: string; readonly networks: string; readonly status: NetworkStatusEntry[] }[];
  /** IPPools, reservations and NodeSlicePools, without what only one cluster's API server knows. */
  readonly objects: readonly KubeObject[];
}

const NAMESPACE = 'default';
const GROUP = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}`;

/** Whether a version writes the interface of an entry; from then on a second ADD of a pod finds its entry again. */
export function writesInterface(version: OlderWhereabouts): boolean {
  return isAtLeast(version, [0, 8, 0]);
}

/** Whether a version knows `network_name`: whereabouts v0.7.0 pkg/types/types.go, and not v0.6.1. */
export function knowsNetworks(version: OlderWhereabouts): boolean {
  return isAtLeast(version, [0, 7, 0]);
}

export function knowsSlices(version: OlderWhereabouts): boolean {
  return isAtLeast(version, [0, 9, 0]);
}

function isAtLeast(version: OlderWhereabouts, least: readonly [number, number, number]): boolean {
  return atLeast(parseVersion(version) ?? [0, 0, 0], least);
}

/** The networks that pods ask for, by the name of their NAD. */
export function networksOf(version: OlderWhereabouts): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  return {
    plain: { range: '10.11.0.0/24', exclude: ['10.11.0.0/30', '10.11.0.128/25'] },
    // Ranges that overlap: reservations keep them apart.
    wide: { range: '10.12.0.0/16' },
    narrow: { range: '10.12.0.0/24' },
    'red-wide': { range: '10.13.0.0/16', network_name: 'red' },
    'red-narrow': { range: '10.13.0.0/24', network_name: 'red' },
    blue: { range: '10.13.0.0/24', network_name: 'blue' },
    dual: { ipRanges: [{ range: '10.14.0.0/24' }, { range: 'fd00:14::/64' }] },
    six: { range: 'fd00:15::/120', network_name: 'six' },
    alone: { range: '10.16.0.0/24', enable_overlapping_ranges: false },
    // Before 0.7 a range that only has an end began with its network's own address.
    ended: { range: '10.17.0.0/28', range_end: '10.17.0.6' },
    ...(knowsSlices(version)
      ? { sliced: { range: '10.18.0.0/22', node_slice_size: '/24', network_name: 'slices' } }
      : {}),
  };
}

/**
 * A cluster with the definitions of an older version and the addresses that its plugin gave: one pod that stays, one whose
 * kubelet was never asked to free anything, one that ended well, one with two interfaces in a network, and one whose
 * sandbox was made anew.
 */
export async function openOlderScene(version: OlderWhereabouts, isReal: boolean): Promise<OlderScene> {
  const { crds, daemonSet } = await ensureOlderManifests(version);
  const programs: Partial<Binaries> = isReal ? await ensureOlderWhereabouts(version) : {};
  const usual = await TestCluster.definitions();
  const others = usual.filter((file) => !file.includes('whereabouts.cni.cncf.io_'));
  const cluster = await TestCluster.start({
    binaries: { ...programs, crds: [...others, ...crds] },
    // Its DaemonSet writes to the node.
    apiServerArgs: ['--allow-privileged=true'],
  });
  await createNode(cluster, 'node-a');
  for (const [name, ipam] of Object.entries(networksOf(version))) {
    await createNad(cluster, NAMESPACE, name, {
      cniVersion: '0.3.1',
      name,
      type: 'macvlan',
      ipam: { type: 'whereabouts', ...ipam },
    });
  }
  const given = isReal ? await allocate(cluster, version) : await load(cluster, version);
  return { cluster, version, isReal, given, daemonSet };
}

/** The same each time, so that what is saved only changes when the plugin does. */
export function containerOf(pod: string): string {
  return createHash('sha256').update(pod).digest('hex');
}

async function allocate(cluster: TestCluster, version: OlderWhereabouts): Promise<Given[]> {
  const all = Object.keys(networksOf(version)).map((name) => `${NAMESPACE}/${name}`);
  if (knowsSlices(version)) await makeNodeSlicePool(cluster, 'slices', ['node-a']);
  const run = (name: string, nets: string[]): Promise<Attached> =>
    attach(cluster, { name, nets, containerId: containerOf(name) });
  const given = (attached: Attached, fate: Given['fate']): Given[] =>
    attached.networks.flatMap(({ nad, ifname, ips }) =>
      ips.map((address) => ({ pod: attached.name, nad: nad.split('/')[1] ?? '', ifname, address, fate })),
    );
  const ended = await run('ended', all);
  const leaves = await run('leaves', all);
  await detach(cluster, ended);
  await deletePod(cluster, NAMESPACE, 'ended');
  const stays = await run('stays', all);
  const twice = await run('twice', [`${NAMESPACE}/plain`, `${NAMESPACE}/plain`]);
  const restarted = await run('restarted', [`${NAMESPACE}/plain`]);
  const again = await add({
    cluster,
    namespace: NAMESPACE,
    pod: 'restarted',
    containerId: containerOf('restarted again'),
    netConf: {
      cniVersion: '0.3.1',
      name: 'plain',
      type: 'macvlan',
      ipam: { type: 'whereabouts', ...networksOf(version)['plain'] },
    },
  });
  const entries = restarted.entries.map((entry) => (entry.default === true ? entry : { ...entry, ips: again.ips }));
  await setNetworkStatus(cluster, NAMESPACE, 'restarted', entries);
  await deletePod(cluster, NAMESPACE, 'leaves');
  const first = restarted.networks.flatMap(({ ips }) => ips);
  return [
    ...given(leaves, 'pod-gone'),
    ...given(stays, 'lives'),
    ...given(twice, 'lives'),
    ...given(restarted, 'other-address').filter(({ address }) => !again.ips.includes(address)),
    ...again.ips.map((address): Given => ({ pod: 'restarted', nad: 'plain', ifname: 'net1', address, fate: 'lives' })),
  ].filter((each, at, list) => first.length > 0 && list.findIndex((other) => sameAddress(each, other)) === at);
}

function sameAddress(a: Given, b: Given): boolean {
  return a.nad === b.nad && a.address === b.address && a.pod === b.pod;
}

function savedFile(version: OlderWhereabouts): string {
  return fileURLToPath(new URL(`../saved/whereabouts-${version}.json`, import.meta.url));
}

/** Leaves what the plugin made for the runs that do not build it. */
export async function saveScene({ cluster, version, given }: OlderScene): Promise<void> {
  const kinds = ['ippools', 'overlappingrangeipreservations', ...(knowsSlices(version) ? ['nodeslicepools'] : [])];
  const objects: KubeObject[] = [];
  for (const plural of kinds) {
    const { items } = await cluster.ok<{ items: KubeObject[] }>('GET', `${GROUP}/${plural}`);
    for (const { metadata, ...rest } of items) objects.push({ ...rest, metadata: { name: metadata?.name ?? '' } });
  }
  const { items } = await cluster.ok<{ items: KubeObject[] }>('GET', `/api/v1/namespaces/${NAMESPACE}/pods`);
  const pods = items.map(({ metadata }) => {
    const { annotations = {}, name = '' } = metadata ?? {};
    const status = JSON.parse(annotations['k8s.v1.cni.cncf.io/network-status'] ?? '[]') as NetworkStatusEntry[];
    return {
      name,
      networks: annotations['k8s.v1.cni.cncf.io/networks'] ?? '',
      status: status.map(({ mac: _, ...entry }) => entry),
    };
  });
  const made = `whereabouts v${version} (its real plugin) on Kubernetes ${cluster.binaries.versions.kubernetes}: npm run matrix:save`;
  const saved: Saved = { made, given, pods, objects };
  writeFileSync(savedFile(version), `${JSON.stringify(saved, null, 2)}\n`);
}

async function load(cluster: TestCluster, version: OlderWhereabouts): Promise<readonly Given[]> {
  if (!existsSync(savedFile(version))) throw new Error(`nothing is saved of ${version}: npm run matrix:save`);
  const { given, pods, objects } = JSON.parse(readFileSync(savedFile(version), 'utf8')) as Saved;
  for (const object of objects)
    await cluster.ok('POST', `${GROUP}/${(object['kind'] as string).toLowerCase()}s`, object);
  for (const { name, networks, status } of pods) {
    await createPod(cluster, { name, networks, networkStatus: status, podIP: '10.128.0.7' });
  }
  return given;
}
