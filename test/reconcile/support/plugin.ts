import type { KubeObject } from '../../../src/cluster/port.js';
import { EVENTS, IP_POOLS, NADS, PODS, RESERVATIONS } from '../../../src/cluster/resources.js';
import type { Address } from '../../../src/net/address.js';
import { Prefix } from '../../../src/net/prefix.js';
import { poolName, reservationName } from '../../../src/whereabouts/names.js';
import { usable } from '../../../src/whereabouts/window.js';
import { objectsAt, type World } from './world.js';

/** Where this plugin keeps pools and reservations. */
export const POOL_NAMESPACE = 'kube-system';

/** A network as a NAD configures it. */
export interface Net {
  readonly nad: string;
  readonly networkName: string | null;
  readonly ranges: readonly string[];
}

/** One attachment of one container. */
export interface Attachment {
  readonly podref: string;
  readonly containerId: string;
  readonly ifName: string;
  readonly net: Net;
}

/** Each `yield` is a point at which others may act; between two of them is one request to the API server. */
export type Steps<T = void> = Generator<undefined, T>;

type Entries = Readonly<Record<string, { readonly id: string; readonly podref: string; readonly ifname?: string }>>;

export function entriesOf(pool: KubeObject): Entries {
  return (pool['spec'] as { allocations: Entries }).allocations;
}

/** Writes the NAD of a network, in namespace default. */
export function putNad(world: World, { nad, networkName, ranges }: Net): void {
  const ipam = {
    type: 'whereabouts',
    ipRanges: ranges.map((range) => ({ range })),
    ...(networkName === null ? {} : { network_name: networkName }),
  };
  const config = JSON.stringify({ cniVersion: '0.3.1', name: nad, type: 'macvlan', ipam });
  world.put(NADS, 'default', nad, { spec: { config } });
}

/** Pool of a range, made where it is missing (ADD and DEL both do that). */
function poolOf(world: World, networkName: string | null, range: string): KubeObject {
  const name = poolName({ range, networkName });
  return (
    world.get(IP_POOLS, POOL_NAMESPACE, name) ??
    world.put(IP_POOLS, POOL_NAMESPACE, name, { spec: { range, allocations: {} } })
  );
}

function* takeLease(world: World, holder: string): Steps {
  while (world.lease !== null) yield;
  world.lease = holder;
}

/**
 * ADD of whereabouts: under the Lease, for each range, its own entry of the same podref and interface or the lowest
 * free address that no other podref reserved; the key, then the reservation.
 * Source: whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (IPManagementKubernetesUpdate).
 * @returns the addresses, or null where a range is full
 */
export function* add(world: World, attachment: Attachment): Steps<Address[] | null> {
  const { podref, containerId, ifName, net } = attachment;
  yield* takeLease(world, containerId);
  const addresses: Address[] = [];
  // Declared outside of the loop there too: the first range's answer counts for all that follow.
  let skipReservation = false;
  for (const range of net.ranges) {
    const base = Prefix.parse(range)?.address;
    const window = usable(Prefix.parse(range) as Prefix);
    if (base === undefined || window === undefined) throw new Error(`range ${range}`);
    let address: Address | undefined;
    for (;;) {
      const pool = poolOf(world, net.networkName, range);
      yield;
      const entries = entriesOf(pool);
      const own = Object.entries(entries).find(([, entry]) => entry.podref === podref && entry.ifname === ifName);
      const taken = new Set(Object.keys(entries));
      address = own === undefined ? undefined : base.plus(BigInt(own[0]));
      for (let next: Address | undefined = window.first; address === undefined; next = next.plus(1n)) {
        if (next === undefined || next.compare(window.last) > 0) break;
        if (taken.has(next.minus(base).toString())) continue;
        const reservation = world.get(RESERVATIONS, POOL_NAMESPACE, reservationName(next, net.networkName));
        if (reservation === undefined || podrefOf(reservation) === podref) address = next;
      }
      if (address === undefined) {
        world.lease = null;
        return null;
      }
      const reserved = world.get(RESERVATIONS, POOL_NAMESPACE, reservationName(address, net.networkName));
      if (reserved !== undefined) skipReservation = true;
      yield;
      const key = address.minus(base).toString();
      const allocations = { ...entries, [key]: { id: containerId, podref, ifname: ifName } };
      if (world.replace(IP_POOLS, pool, { spec: { range, allocations } })) break;
    }
    yield;
    const name = reservationName(address, net.networkName);
    if (!skipReservation && world.get(RESERVATIONS, POOL_NAMESPACE, name) === undefined) {
      world.put(RESERVATIONS, POOL_NAMESPACE, name, { spec: { podref, ifname: ifName } });
      yield;
    }
    addresses.push(address);
  }
  world.lease = null;
  return addresses;
}

/** DEL: the entry by container and interface, then the reservation by name; what is not there ends it. */
export function* del(world: World, { containerId, ifName, net }: Omit<Attachment, 'podref'>): Steps {
  yield* takeLease(world, containerId);
  try {
    for (const range of net.ranges) {
      const base = Prefix.parse(range)?.address;
      let key: string | undefined;
      for (;;) {
        const pool = poolOf(world, net.networkName, range);
        yield;
        const entries = entriesOf(pool);
        key = Object.keys(entries).find((each) => entries[each]?.id === containerId && entries[each].ifname === ifName);
        if (key === undefined) return;
        const { [key]: _freed, ...allocations } = entries;
        if (world.replace(IP_POOLS, pool, { spec: { range, allocations } })) break;
      }
      yield;
      const address = base?.plus(BigInt(key));
      if (address === undefined) throw new Error(`key ${key}`);
      if (!world.remove(RESERVATIONS, POOL_NAMESPACE, reservationName(address, net.networkName))) return;
      yield;
    }
  } finally {
    world.lease = null;
  }
}

export function podrefOf(reservation: KubeObject): string {
  return (reservation['spec'] as { podref: string }).podref;
}

/** How a pod ends. */
export const FATES = [
  'stays',
  'deleted',
  'forced',
  'leaks',
  'finishes',
  'finishes-clean',
  'new-sandbox',
  'stuck',
] as const;
export type Fate = (typeof FATES)[number];

export interface Life {
  readonly name: string;
  readonly nets: readonly Net[];
  readonly fate: Fate;
  /** Whether the kubelet's `Killing` event is there to be read. */
  readonly tells: boolean;
}

export const NODE = 'node-a';

/** A pod from its creation to its end, as scheduler, multus, plugin and kubelet make it. */
export function* live(world: World, { name, nets, fate, tells }: Life): Steps {
  const namespace = 'default';
  const podref = `${namespace}/${name}`;
  const networks = nets.map(({ nad }) => nad).join(',');
  const pod = world.put(PODS, namespace, name, {
    metadata: { annotations: { 'k8s.v1.cni.cncf.io/networks': networks } },
    spec: { nodeName: NODE },
    status: { phase: 'Pending' },
  });
  yield;
  let sandbox = 0;
  const sandboxId = (): string => `${pod.metadata.uid ?? ''}-${sandbox.toString()}`;
  const attachments = (): Attachment[] =>
    nets.map((net, index) => ({
      podref,
      containerId: sandboxId(),
      ifName: `net${(index + 1).toString()}`,
      net,
    }));
  const condition = (ready: boolean): unknown => ({
    phase: 'Running',
    conditions: [
      { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: new Date(world.nowMs).toISOString() },
    ],
  });
  function* start(): Steps<boolean> {
    world.patch(PODS, namespace, name, { sandbox: sandboxId() });
    const entries: unknown[] = [{ name: 'cluster', interface: 'eth0', ips: ['10.128.0.9'], default: true }];
    for (const attachment of attachments()) {
      const addresses = yield* add(world, attachment);
      if (addresses === null) return false;
      yield;
      const { ifName, net } = attachment;
      entries.push({ name: `${namespace}/${net.nad}`, interface: ifName, ips: addresses.map(String) });
    }
    const annotations = {
      'k8s.v1.cni.cncf.io/networks': networks,
      'k8s.v1.cni.cncf.io/network-status': JSON.stringify(entries),
    };
    world.patch(PODS, namespace, name, { metadata: { annotations } });
    yield;
    world.patch(PODS, namespace, name, { status: condition(true) });
    yield;
    return true;
  }
  function* tearDown(): Steps {
    for (const attachment of attachments()) yield* del(world, attachment);
  }
  function* kill(): Steps {
    const deletionTimestamp = new Date(world.nowMs).toISOString();
    world.patch(PODS, namespace, name, { metadata: { deletionTimestamp } });
    yield;
    if (tells) {
      world.put(EVENTS, namespace, `${pod.metadata.uid ?? ''}.killing`, {
        involvedObject: { kind: 'Pod', namespace, name },
        reason: 'Killing',
        lastTimestamp: new Date(world.nowMs).toISOString(),
      });
      yield;
    }
  }

  if (!(yield* start())) {
    world.remove(PODS, namespace, name);
    return;
  }
  switch (fate) {
    case 'stays':
      return;
    case 'deleted':
      yield* kill();
      yield* tearDown();
      world.remove(PODS, namespace, name);
      return;
    case 'forced':
      yield* kill();
      world.remove(PODS, namespace, name);
      yield;
      yield* tearDown();
      return;
    case 'leaks':
      yield* kill();
      world.remove(PODS, namespace, name);
      return;
    case 'stuck':
      yield* kill();
      return;
    case 'finishes':
      world.patch(PODS, namespace, name, { status: { phase: 'Succeeded' } });
      return;
    case 'finishes-clean':
      world.patch(PODS, namespace, name, { status: { phase: 'Failed' } });
      yield;
      yield* tearDown();
      return;
    case 'new-sandbox':
      world.patch(PODS, namespace, name, { status: condition(false) });
      yield;
      sandbox++;
      yield* start();
      return;
  }
}

/**
 * A reconciler's run: takes the keys of pods that are gone, then every reservation of the named network, whoever lives
 * by it. Source: whereabouts v0.9.4 pkg/reconciler/iploop.go (whose names of such reservations never match an address).
 */
export function* sweep(world: World, networkName: string): Steps {
  for (const pool of objectsAt(world.moment(), IP_POOLS)) {
    yield;
    const { range, allocations } = pool['spec'] as { range: string; allocations: Entries };
    const kept = Object.entries(allocations).filter(
      ([, { podref }]) => world.get(PODS, 'default', podref.slice('default/'.length)) !== undefined,
    );
    yield;
    world.replace(IP_POOLS, pool, { spec: { range, allocations: Object.fromEntries(kept) } });
  }
  for (const { metadata } of objectsAt(world.moment(), RESERVATIONS)) {
    if (metadata.name?.startsWith(`${networkName}-`) !== true) continue;
    yield;
    world.remove(RESERVATIONS, POOL_NAMESPACE, metadata.name);
  }
}

/** Lives of one name, one after the other: what a life leaves of its pod is deleted before the next begins. */
export function* lives(world: World, all: readonly Life[]): Steps {
  for (const life of all) {
    if (world.remove(PODS, 'default', life.name)) yield;
    yield* live(world, life);
    yield;
  }
}
