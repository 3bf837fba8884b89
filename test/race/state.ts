/** What the API server has of addresses, read for the judge of a race: by whom each is held, and by whom it is shown. */
import { Address } from '../../src/net/address.js';
import { reservationName } from '../../src/whereabouts/names.js';
import { parsePool, parseReservation } from '../../src/whereabouts/objects.js';
import type { KubeObject as SourceObject } from '../../src/cluster/port.js';
import { POOL_NAMESPACE, type TestCluster } from '../cluster/cluster.js';
import { NAMESPACE, networkNameOf } from './networks.js';

/** An entry of a pool. */
export interface Key {
  readonly pool: string;
  /** As the pool has it. */
  readonly key: string;
  readonly networkName: string | null;
  readonly address: string;
  readonly podref: string;
  readonly ifName: string | null;
  readonly containerId: string;
}

/** All that is held at one moment. */
export interface State {
  readonly keys: readonly Key[];
  /** podref by name. */
  readonly reservations: ReadonlyMap<string, string>;
}

interface List {
  readonly items: readonly SourceObject[];
}

const WHEREABOUTS = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}`;

/** Reads all pools and reservations, in the order in which a DEL gives them up. */
export async function readState(cluster: TestCluster): Promise<State> {
  const pools = await cluster.ok<List>('GET', `${WHEREABOUTS}/ippools`);
  const reservations = await cluster.ok<List>('GET', `${WHEREABOUTS}/overlappingrangeipreservations`);
  const keys = pools.items
    .map((item) => parsePool(item))
    .flatMap(({ name, allocations }) =>
      allocations.map(({ key, reading, podref, ifName, id }): Key => {
        const address = reading.ok ? reading.address.toString() : '';
        return { pool: name, key, networkName: networkNameOf(name), address, podref, ifName, containerId: id };
      }),
    );
  const named = reservations.items
    .map((item) => parseReservation(item))
    .map(({ name, podref }) => [name, podref] as const);
  return { keys, reservations: new Map(named) };
}

/** `namespace/name` of each pod of the race that exists. */
export async function readPodrefs(cluster: TestCluster): Promise<Set<string>> {
  const { items } = await cluster.ok<List>('GET', `/api/v1/namespaces/${NAMESPACE}/pods`);
  return new Set(items.map(({ metadata }) => `${NAMESPACE}/${metadata.name ?? ''}`));
}

/** The name of the reservation that an address of a network has. */
export function nameOfReservation(address: string, networkName: string | null): string {
  const parsed = Address.parse(address);
  if (parsed === undefined) throw new Error(`${address} is no address`);
  return reservationName(parsed, networkName);
}

/**
 * Keys and reservations of pods that do not exist. A key may stay whose address another pod shows, which got it through
 * an overlapping pool: the plugin was killed before it made the reservation (verdict `shown-by-other-pod`).
 */
export function staleOf(state: State, podrefs: ReadonlySet<string>): string[] {
  const live = new Set(state.keys.filter(({ podref }) => podrefs.has(podref)).map(placeOf));
  return [
    ...state.keys
      .filter((key) => !podrefs.has(key.podref) && !live.has(placeOf(key)))
      .map((key) => `key of ${placeOf(key)} in ${key.pool} of ${key.podref}`),
    ...[...state.reservations]
      .filter(([, podref]) => !podrefs.has(podref))
      .map(([name, podref]) => `reservation ${name} of ${podref}`),
  ];
}

/** Addresses of a network that two keys hold, each of a pod that exists. */
export function heldTwice({ keys }: State, podrefs: ReadonlySet<string>): string[] {
  const holders = new Map<string, Key[]>();
  for (const key of keys) {
    if (podrefs.has(key.podref)) holders.set(placeOf(key), [...(holders.get(placeOf(key)) ?? []), key]);
  }
  return [...holders]
    .filter(([, of]) => of.length > 1)
    .map(([place, of]) => `${place}: ${of.map(({ pool, podref }) => `${podref} in ${pool}`).join(', ')}`);
}

function placeOf({ address, networkName }: Key): string {
  return `${address} of ${networkName ?? 'the unnamed network'}`;
}
