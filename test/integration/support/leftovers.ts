import { randomBytes } from 'node:crypto';
import { POOL_NAMESPACE, type TestCluster } from '../../cluster/cluster.js';
import {
  allocationsOf,
  createNad,
  createPod,
  createPool,
  createReservation,
  patchAllocations,
  type Allocation,
  type PodOptions,
} from '../../cluster/objects.js';

/** A network of these tests: its NAD in namespace `default`, and what the plugin calls its objects. */
interface Network {
  readonly ipam: Readonly<Record<string, unknown>>;
  readonly ranges: readonly { readonly pool: string; readonly range: string; readonly prefix: string }[];
  /** What stands before the address in a reservation's name. */
  readonly reservationPrefix: string;
}

const ALL = {
  red: {
    ipam: { range: '10.30.0.0/24', network_name: 'red' },
    ranges: [{ pool: 'red-10.30.0.0-24', range: '10.30.0.0/24', prefix: '10.30.0.' }],
    reservationPrefix: 'red-',
  },
  plain: {
    ipam: { range: '10.31.0.0/24' },
    ranges: [{ pool: '10.31.0.0-24', range: '10.31.0.0/24', prefix: '10.31.0.' }],
    reservationPrefix: '',
  },
  dual: {
    ipam: { ipRanges: [{ range: '10.32.0.0/24' }, { range: 'fd00:32::/64' }], network_name: 'dual' },
    ranges: [
      { pool: 'dual-10.32.0.0-24', range: '10.32.0.0/24', prefix: '10.32.0.' },
      { pool: 'dual-fd00-32---64', range: 'fd00:32::/64', prefix: 'fd00:32::' },
    ],
    reservationPrefix: 'dual-',
  },
} as const;

export type NetworkName = keyof typeof ALL;

export const NETWORKS: Readonly<Record<NetworkName, Network>> = ALL;

/** What one pod holds in one network, as the plugin's ADD leaves it. */
export interface Held {
  readonly podref: string;
  readonly containerId: string;
  /** One for each range of the network. */
  readonly entries: readonly {
    readonly pool: string;
    readonly key: string;
    readonly address: string;
    readonly entry: Allocation;
    readonly reservation: string;
  }[];
}

/** Makes the NADs and the pools of the networks, empty. */
export async function makeNetworks(cluster: TestCluster, names: readonly NetworkName[]): Promise<void> {
  for (const name of names) {
    const { ipam, ranges } = NETWORKS[name];
    const config = {
      cniVersion: '0.3.1',
      name,
      type: 'macvlan',
      master: 'eth1',
      ipam: { type: 'whereabouts', ...ipam },
    };
    await createNad(cluster, 'default', name, config);
    for (const { pool, range } of ranges) await createPool(cluster, pool, range);
  }
}

/** What a pod would hold; `offset` is its key in each pool, 1 to 99. */
export function holding(network: NetworkName, podref: string, offset: number): Held {
  const containerId = randomBytes(32).toString('hex');
  const { ranges, reservationPrefix } = NETWORKS[network];
  return {
    podref,
    containerId,
    entries: ranges.map(({ pool, prefix }) => {
      const key = offset.toString();
      const address = `${prefix}${prefix.includes(':') ? offset.toString(16) : key}`;
      const reservation = `${reservationPrefix}${address.replaceAll(':', '-')}`;
      return { pool, key, address, entry: { id: containerId, podref, ifname: 'net1' }, reservation };
    }),
  };
}

/** Writes entries and reservations as the plugin does, many at once. */
export async function plant(cluster: TestCluster, held: readonly Held[]): Promise<void> {
  const byPool = new Map<string, Record<string, Allocation>>();
  for (const { pool, key, entry } of held.flatMap(({ entries }) => entries)) {
    byPool.set(pool, { ...byPool.get(pool), [key]: entry });
  }
  for (const [pool, allocations] of byPool) await patchAllocations(cluster, pool, allocations);
  await Promise.all(
    held.flatMap(({ podref, containerId, entries }) =>
      entries.map(({ reservation }) =>
        createReservation(cluster, reservation, { podref, containerid: containerId, ifname: 'net1' }),
      ),
    ),
  );
}

/** Plants what a pod holds, and makes the pod: a live one unless `more` says otherwise. */
export async function plantWithPod(
  cluster: TestCluster,
  network: NetworkName,
  held: Held,
  more: Partial<PodOptions> = {},
): Promise<void> {
  const [namespace = '', name = ''] = held.podref.split('/');
  const ips = held.entries.map(({ address }) => address);
  await createPod(cluster, {
    namespace,
    name,
    networkStatus: [
      { name: 'ovn-kubernetes', interface: 'eth0', ips: ['10.128.0.7'], default: true, dns: {} },
      { name: `default/${network}`, interface: 'net1', ips, dns: {} },
    ],
    ...more,
  });
  await plant(cluster, [held]);
}

/** What is in the cluster that a release might touch. */
export interface Stock {
  readonly pools: number;
  /** `POOL/KEY` and the container id there. */
  readonly keys: ReadonlyMap<string, string>;
  /** Name and podref. */
  readonly reservations: ReadonlyMap<string, string>;
  /** uids of the reservations. */
  readonly uids: ReadonlySet<string>;
  /** `KIND NAME@RESOURCEVERSION` of all pools, reservations and Leases: equal only where nothing was written. */
  readonly versions: readonly string[];
}

export async function stockOf(cluster: TestCluster, namespace = POOL_NAMESPACE): Promise<Stock> {
  const whereabouts = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${namespace}`;
  const pools = await listOf(cluster, `${whereabouts}/ippools`);
  const reservations = await listOf(cluster, `${whereabouts}/overlappingrangeipreservations`);
  const leases = await listOf(cluster, `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`);
  const versions = (kind: string, objects: readonly Listed[]): string[] =>
    objects.map(({ metadata: { name, resourceVersion } }) => `${kind} ${name}@${resourceVersion}`);
  return {
    pools: pools.length,
    keys: new Map(
      pools.flatMap(({ metadata, spec }) =>
        Object.entries(spec?.allocations ?? {}).map(([key, { id }]) => [`${metadata.name}/${key}`, id] as const),
      ),
    ),
    reservations: new Map(reservations.map(({ metadata, spec }) => [metadata.name, spec?.podref ?? ''])),
    uids: new Set(reservations.map(({ metadata }) => metadata.uid)),
    versions: [
      ...versions('IPPool', pools),
      ...versions('Reservation', reservations),
      ...versions('Lease', leases),
    ].sort(),
  };
}

interface Listed {
  metadata: { name: string; namespace: string; uid: string; resourceVersion: string };
  spec?: { allocations?: Record<string, Allocation>; podref?: string };
}

async function listOf(cluster: TestCluster, path: string): Promise<Listed[]> {
  return ((await cluster.ok('GET', path))['items'] ?? []) as Listed[];
}

/** Takes every entry and reservation out of the networks' pools. */
export async function clear(cluster: TestCluster, names: readonly NetworkName[]): Promise<void> {
  for (const { pool } of names.flatMap((name) => NETWORKS[name].ranges)) {
    const keys = Object.keys(await allocationsOf(cluster, pool));
    if (keys.length > 0) await patchAllocations(cluster, pool, Object.fromEntries(keys.map((key) => [key, null])));
  }
  const path = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}/overlappingrangeipreservations`;
  await cluster.ok('DELETE', path);
}
