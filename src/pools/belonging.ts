import type { Nad } from '../nad/nad.js';
import type { Address } from '../net/address.js';
import type { Interval, IntervalSet } from '../net/interval.js';
import { nodeSlicePoolName, parsePoolName, poolName, reservationName, splitPoolPrefix } from '../whereabouts/names.js';
import type { NodeSlicePool, ObjectRef, Pool, Reservation } from '../whereabouts/objects.js';
import { usable, windowAddresses } from '../whereabouts/window.js';
import { append } from './multimap.js';

/** What one NAD draws from one pool. */
export interface Draw {
  readonly nad: Nad;
  /** From the first to the last address that it may hand out; undefined where the range has no usable address. */
  readonly window: Interval | undefined;
  readonly exclude: readonly string[];
  /** The addresses of the window less the NAD's own exclusions. */
  readonly addresses: IntervalSet;
  /** Whether allocations are also guarded by reservations (`enable_overlapping_ranges`). */
  readonly overlapping: boolean;
  readonly problem: string | undefined;
}

/** How a pool's network became known; `unknown`: nothing tells whether `NAME-R` is a network or a node. */
export type BelongingSource = 'node-slice-pool' | 'nad' | 'name' | 'node-name' | 'reservation' | 'unknown';

/** The network and the node that a pool belongs to, and the NADs that draw from it. */
export interface Belonging {
  readonly source: BelongingSource;
  /** null: unnamed, or (source `unknown`) not known. */
  readonly networkName: string | null;
  readonly nodeName: string | null;
  readonly draws: readonly Draw[];
}

/** What is known of the cluster besides the pools; a list that could not be read is null. */
export interface Surroundings {
  readonly nads: readonly Nad[] | null;
  readonly nodeSlicePools: readonly NodeSlicePool[] | null;
  readonly nodeNames: ReadonlySet<string> | null;
}

interface Candidate {
  readonly networkName: string | null;
  readonly nodeName: string | null;
  readonly source: 'node-slice-pool' | 'nad';
}

/**
 * Tells for any pool to which network and node it belongs: by its slice pool, then by the NADs, then by node names,
 * then by the reservations that match its entries. Built once, asked for each pool.
 */
export class PoolAtlas {
  readonly #candidates = new Map<string, Candidate[]>();
  readonly #draws = new Map<string, { readonly candidate: Candidate; readonly draw: Draw }[]>();
  readonly #networks = new Set<string>();
  readonly #nodeNames: ReadonlySet<string>;
  readonly #reservations: ObjectIndex<Reservation>;

  constructor(surroundings: Surroundings, reservations: ObjectIndex<Reservation>) {
    this.#nodeNames = surroundings.nodeNames ?? new Set();
    this.#reservations = reservations;
    const slicePools = new Map<string, NodeSlicePool[]>();
    for (const slicePool of surroundings.nodeSlicePools ?? []) {
      append(slicePools, slicePool.name, slicePool);
      this.#addSlices(slicePool);
    }
    for (const nad of surroundings.nads ?? []) this.#addNad(nad, slicePools);
  }

  /** The network names that NADs use. */
  get networkNames(): ReadonlySet<string> {
    return this.#networks;
  }

  belongingOf(pool: Pool): Belonging {
    const known = this.#candidates.get(pool.name) ?? [];
    // Slice pools are entered first, so they come before what the NADs say.
    const [best] = known;
    if (best !== undefined) {
      const draws = (this.#draws.get(pool.name) ?? [])
        .filter(({ candidate }) => candidate.networkName === best.networkName)
        .map(({ draw }) => draw);
      return { ...best, draws };
    }
    return { ...this.#byName(pool), draws: [] };
  }

  /** A slice's pool is named after the node; whether the slice pool's name is a network name, its NAD tells. */
  #addSlices(slicePool: NodeSlicePool): void {
    for (const { nodeName, slice } of slicePool.allocations) {
      if (nodeName === '' || slice === undefined) continue;
      const range = slice.masked().toString();
      const named: Candidate = { networkName: slicePool.name, nodeName, source: 'node-slice-pool' };
      append(this.#candidates, poolName({ range, networkName: slicePool.name, nodeName }), named);
      append(this.#candidates, poolName({ range, nodeName }), {
        networkName: null,
        nodeName,
        source: 'node-slice-pool',
      });
    }
  }

  #addNad(nad: Nad, slicePools: ReadonlyMap<string, readonly NodeSlicePool[]>): void {
    const ipam = nad.whereabouts;
    if (!ipam?.ok) return;
    const { networkName, overlapping } = ipam;
    if (networkName !== null) this.#networks.add(networkName);
    if (ipam.nodeSliceSize === null) {
      for (const range of ipam.ranges) {
        this.#addDraw(poolName({ range: range.range.toString(), networkName }), networkName, null, {
          nad,
          window: range.window,
          exclude: range.excludeText,
          addresses: range.addresses,
          overlapping,
          problem: range.problem,
        });
      }
      return;
    }
    const name = nodeSlicePoolName({ networkName, cniName: ipam.cniName });
    if (name === undefined) return;
    for (const slicePool of slicePools.get(name) ?? []) {
      for (const { nodeName, slice } of slicePool.allocations) {
        if (nodeName === '' || slice === undefined) continue;
        const range = slice.masked();
        const window = usable(range);
        // whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go builds the slice's range anew, without the exclusions.
        this.#addDraw(poolName({ range: range.toString(), networkName, nodeName }), networkName, nodeName, {
          nad,
          window,
          exclude: [],
          addresses: windowAddresses(window, []),
          overlapping,
          problem: undefined,
        });
      }
    }
  }

  #addDraw(pool: string, networkName: string | null, nodeName: string | null, draw: Draw): void {
    const candidate: Candidate = { networkName, nodeName, source: 'nad' };
    const known = this.#candidates.get(pool);
    if (known?.some((other) => other.networkName === networkName && other.nodeName === nodeName) !== true) {
      append(this.#candidates, pool, candidate);
    }
    append(this.#draws, pool, { candidate, draw });
  }

  #byName(pool: Pool): Omit<Belonging, 'draws'> {
    const parsed = pool.range === undefined ? undefined : parsePoolName(pool.name, pool.range);
    if (parsed?.prefix === null) return { source: 'name', networkName: null, nodeName: null };
    const prefix = parsed?.prefix;
    if (prefix !== undefined) {
      const [reading, ...others] = splitPoolPrefix(prefix, this.#networks, this.#nodeNames).filter(
        (candidate) => candidate.nodeName !== null && this.#nodeNames.has(candidate.nodeName),
      );
      if (reading !== undefined && others.length === 0) return { source: 'node-name', ...reading };
    }
    return this.#byReservations(pool, prefix) ?? { source: 'unknown', networkName: null, nodeName: null };
  }

  /** A reservation of an entry's address by the same owner names the network: `ADDRESS` or `NETWORK-ADDRESS`. */
  #byReservations(pool: Pool, prefix: string | undefined): Omit<Belonging, 'draws'> | undefined {
    const networks = [null, ...(prefix === undefined ? this.#networks : leadingParts(prefix))];
    for (const { reading, podref } of pool.allocations) {
      if (!reading.ok || podref === '') continue;
      for (const networkName of networks) {
        if (this.#reservationOf(pool.namespace, reading.address, networkName)?.podref !== podref) continue;
        const rest = networkName === null ? prefix : prefix?.slice(networkName.length + 1);
        return { source: 'reservation', networkName, nodeName: rest === undefined || rest === '' ? null : rest };
      }
    }
    return undefined;
  }

  #reservationOf(namespace: string, address: Address, networkName: string | null): Reservation | undefined {
    return this.#reservations.get(namespace, reservationName(address, networkName));
  }
}

/** Whether the pool's network is known, be it named or unnamed. */
export function networkIsKnown(belonging: Belonging): boolean {
  return belonging.source !== 'unknown';
}

/** `namespace/name`, the key of every index over namespaced objects. */
export function objectKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** The `objectKey` of an object. */
export function refKey({ namespace, name }: ObjectRef): string {
  return objectKey(namespace, name);
}

/** Objects by namespace and name, without a text of both for each of them. */
export class ObjectIndex<T extends ObjectRef> {
  readonly #byNamespace = new Map<string, Map<string, T>>();

  constructor(objects: Iterable<T>) {
    for (const object of objects) {
      let named = this.#byNamespace.get(object.namespace);
      if (named === undefined) this.#byNamespace.set(object.namespace, (named = new Map<string, T>()));
      named.set(object.name, object);
    }
  }

  get(namespace: string, name: string): T | undefined {
    return this.#byNamespace.get(namespace)?.get(name);
  }
}

/** `a-b-c` may be the network `a-b-c`, or one of `a`, `a-b` with the rest for a node. */
function leadingParts(prefix: string): string[] {
  const parts = [prefix];
  for (let at = prefix.lastIndexOf('-'); at > 0; at = prefix.lastIndexOf('-', at - 1)) parts.push(prefix.slice(0, at));
  return parts;
}
