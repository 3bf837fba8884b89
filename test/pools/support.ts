import { readNad, type Nad } from '../../src/nad/nad.js';
import { Address } from '../../src/net/address.js';
import { ObjectIndex, PoolAtlas, type Belonging } from '../../src/pools/belonging.js';
import {
  parseNodeSlicePool,
  parsePool,
  parseReservation,
  type NodeSlicePool,
  type Pool,
  type Reservation,
} from '../../src/whereabouts/objects.js';
import { poolName, reservationName } from '../../src/whereabouts/names.js';

export const NAMESPACE = 'kube-system';

export function address(text: string): Address {
  const parsed = Address.parse(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

/** A pool; its entries are keys, or keys with podrefs. */
export function pool(
  name: string,
  range: string,
  entries: readonly string[] | Readonly<Record<string, string>> = [],
  namespace = NAMESPACE,
): Pool {
  const podrefs = Array.isArray(entries)
    ? Object.fromEntries(entries.map((key: string) => [key, `default/p${key}`]))
    : (entries as Readonly<Record<string, string>>);
  const allocations = Object.fromEntries(
    Object.entries(podrefs).map(([key, podref]) => [key, { id: 'c', podref, ifname: 'net1' }]),
  );
  return parsePool({ metadata: { namespace, name, uid: `uid-${namespace}-${name}` }, spec: { range, allocations } });
}

/** The pool that whereabouts makes of a range. */
export function poolOf(range: string, entries?: Parameters<typeof pool>[2], networkName: string | null = null): Pool {
  return pool(poolName({ range, networkName }), range, entries);
}

export function nad(name: string, ipam: Readonly<Record<string, unknown>>): Nad {
  const config = JSON.stringify({ cniVersion: '0.3.1', type: 'macvlan', ipam: { type: 'whereabouts', ...ipam } });
  return readNad({ metadata: { namespace: 'default', name }, spec: { config } });
}

export function reservation(text: string, podref = 'default/other', networkName: string | null = null): Reservation {
  const name = reservationName(address(text), networkName);
  return parseReservation({ metadata: { namespace: NAMESPACE, name, uid: `uid-${name}` }, spec: { podref } });
}

export function slicePool(name: string, slices: Readonly<Record<string, string>>): NodeSlicePool {
  const allocations = Object.entries(slices).map(([sliceRange, nodeName]) => ({ sliceRange, nodeName }));
  return parseNodeSlicePool({ metadata: { namespace: NAMESPACE, name }, spec: {}, status: { allocations } });
}

export interface Around {
  readonly nads?: readonly Nad[] | null;
  readonly slices?: readonly NodeSlicePool[] | null;
  readonly nodes?: readonly string[] | null;
  readonly reservations?: readonly Reservation[];
}

export function atlas({ nads = [], slices = [], nodes = [], reservations = [] }: Around): PoolAtlas {
  const nodeNames = nodes === null ? null : new Set(nodes);
  return new PoolAtlas({ nads, nodeSlicePools: slices, nodeNames }, new ObjectIndex(reservations));
}

export function belonging(of: Pool, around: Around = {}): Belonging {
  return atlas(around).belongingOf(of);
}
