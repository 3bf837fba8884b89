import type { ClusterReader, KubeObject, ListOptions } from '../cluster/port.js';
import {
  IP_POOLS,
  NADS,
  NODES,
  NODE_SLICE_POOLS,
  RESERVATIONS,
  resourceName,
  type Resource,
} from '../cluster/resources.js';
import { ClusterFailure } from '../errors.js';
import { readNad, type Nad } from '../nad/nad.js';
import {
  parseNodeSlicePool,
  parsePool,
  parseReservation,
  type NodeSlicePool,
  type Pool,
  type Reservation,
} from '../whereabouts/objects.js';
import { Words } from './words.js';
import { ObjectIndex, networkIsKnown, PoolAtlas, type Belonging } from './belonging.js';

/** Where whereabouts keeps its pools when nobody says otherwise: OpenShift's place first, then upstream's. */
export const USUAL_NAMESPACES = ['openshift-multus', 'kube-system'] as const;

export interface InventoryOptions {
  /** Where pools are looked for; absent: everywhere. */
  readonly ipamNamespace?: string;
  /**
   * Reads pools and reservations side by side: quicker, and good enough where nothing is judged. Verdicts need the
   * pools first.
   */
  readonly sideBySide?: boolean;
}

/** Pools, what guards them, and what draws from them. */
export interface Inventory {
  readonly pools: readonly Pool[];
  /** null: could not be read. */
  readonly reservations: readonly Reservation[] | null;
  /** Empty where they could not be read. */
  readonly reservationsByName: ObjectIndex<Reservation>;
  /** null: could not be read. */
  readonly nads: readonly Nad[] | null;
  readonly nodeSlicePools: readonly NodeSlicePool[] | null;
  /** Why the node slice pools could not be read; undefined where they could. Not being defined, there are none. */
  readonly slicesFailure: ClusterFailure | undefined;
  readonly atlas: PoolAtlas;
  readonly belongings: ReadonlyMap<Pool, Belonging>;
  /** Namespaces that were looked at; null: all. */
  readonly namespaces: readonly string[] | null;
  readonly warnings: readonly string[];
  /** A right or an answer was lacking, so that a number or a verdict may be wrong. */
  readonly incomplete: boolean;
}

/** Collects what people should be told, and whether the result lacks something. */
export class Gaps {
  readonly warnings: string[] = [];
  incomplete = false;

  /** Notes a list that could not be read; rethrows what is no answer about that list at all. */
  note(failure: unknown, consequence: string): void {
    if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
    this.warn(`${failure.message}: ${consequence}`);
    if (failure.reason !== 'not-defined') this.incomplete = true;
  }

  warn(message: string): void {
    if (!this.warnings.includes(message)) this.warnings.push(message);
  }
}

/** A lacking right, definition or collection concerns one list; a dead server concerns everything. */
export function isAboutOneList(failure: ClusterFailure): boolean {
  return failure.reason === 'forbidden' || failure.reason === 'not-defined' || failure.reason === 'not-collected';
}

/**
 * Reads pools, then reservations (the order that verdicts rest on), and beside them what tells whose they are.
 * @throws ClusterFailure where the pools themselves cannot be read
 */
export async function readInventory(reader: ClusterReader, options: InventoryOptions = {}): Promise<Inventory> {
  const gaps = new Gaps();
  const readingNads = optional(
    reader,
    NADS,
    readNad,
    gaps,
    'capacities count whole ranges, and networks are told by names alone',
  );
  const guards = (namespaces: readonly string[] | null): Promise<[Reservation[] | null, Slices]> =>
    Promise.all([readReservations(reader, namespaces, gaps), readSlices(reader, namespaces)]);
  const asked = options.ipamNamespace === undefined ? null : [options.ipamNamespace];
  const early = options.sideBySide === true ? guards(asked) : undefined;
  // What fails here is thrown when it is awaited; until then it must not count as unhandled.
  for (const reading of [readingNads, early]) reading?.catch(() => undefined);
  const { pools, namespaces } = await readPools(reader, options, gaps);
  const nads = await readingNads;
  // Whoever may not look everywhere looks again where the pools were found.
  const isEnough = early !== undefined && (namespaces === null) === (asked === null);
  const [reservations, slices] = await (isEnough ? early : guards(namespaces));
  const slicesFailure = slices instanceof ClusterFailure ? slices : undefined;
  // Nothing of a kind that is not defined can exist: an answer, not a gap.
  const isGap = slicesFailure !== undefined && slicesFailure.reason !== 'not-defined';
  const nodeSlicePools = slices instanceof ClusterFailure ? (isGap ? null : []) : slices;

  const reservationsByName = new ObjectIndex(reservations ?? []);
  let atlas = new PoolAtlas({ nads, nodeSlicePools, nodeNames: null }, reservationsByName);
  let belongings = belongingsOf(pools, atlas);
  if (pools.some((pool) => isToldByNodeNames(pool, belongings.get(pool)))) {
    const names = await optional(
      reader,
      NODES,
      ({ metadata }) => metadata.name,
      gaps,
      'some pools cannot be told apart',
      { metadataOnly: true },
    );
    atlas = new PoolAtlas({ nads, nodeSlicePools, nodeNames: new Set(names ?? []) }, reservationsByName);
    belongings = belongingsOf(pools, atlas);
  }
  if (isGap && (nads === null || nads.some(usesSlices) || [...belongings].some(isGuess))) {
    gaps.note(slicesFailure, 'pools of node slices are told by names alone');
  }
  const { warnings, incomplete } = gaps;
  const read = { pools, reservations, reservationsByName, nads, nodeSlicePools, slicesFailure };
  return { ...read, atlas, belongings, namespaces, warnings, incomplete };
}

/** The inventory with pools and reservations as they were read later; what tells whose they are is as it was. */
export function inventoryWith(
  inventory: Inventory,
  pools: readonly Pool[],
  reservations: readonly Reservation[] | null,
): Inventory {
  const { atlas, belongings } = inventory;
  return {
    ...inventory,
    pools,
    reservations,
    reservationsByName: new ObjectIndex(reservations ?? []),
    belongings: new Map(pools.map((pool) => [pool, belongings.get(pool) ?? atlas.belongingOf(pool)])),
  };
}

async function readPools(
  reader: ClusterReader,
  options: InventoryOptions,
  gaps: Gaps,
): Promise<{ pools: Pool[]; namespaces: string[] | null }> {
  const namespace = options.ipamNamespace;
  if (namespace !== undefined) {
    return { pools: await reader.collect(IP_POOLS, { namespace }, parsePool), namespaces: [namespace] };
  }
  try {
    return { pools: await reader.collect(IP_POOLS, {}, parsePool), namespaces: null };
  } catch (failure) {
    if (!(failure instanceof ClusterFailure) || failure.reason !== 'forbidden') throw failure;
    return readPoolsWhereAllowed(reader, failure, gaps);
  }
}

/** Whoever may not look everywhere may often look where whereabouts lives. */
async function readPoolsWhereAllowed(
  reader: ClusterReader,
  forbidden: ClusterFailure,
  gaps: Gaps,
): Promise<{ pools: Pool[]; namespaces: string[] }> {
  const pools: Pool[] = [];
  const namespaces: string[] = [];
  for (const namespace of new Set([...USUAL_NAMESPACES, reader.contextNamespace])) {
    try {
      pools.push(...(await reader.collect(IP_POOLS, { namespace }, parsePool)));
      namespaces.push(namespace);
    } catch (failure) {
      if (!(failure instanceof ClusterFailure) || failure.reason !== 'forbidden') throw failure;
    }
  }
  if (namespaces.length === 0) throw forbidden;
  gaps.note(forbidden, `looked only in ${namespaces.join(', ')}`);
  return { pools, namespaces };
}

async function readReservations(
  reader: ClusterReader,
  namespaces: readonly string[] | null,
  gaps: Gaps,
): Promise<Reservation[] | null> {
  const reservations: Reservation[] = [];
  const words = new Words();
  const parse = (object: KubeObject): Reservation => parseReservation(object, (word) => words.shared(word));
  for (const namespace of namespaces ?? [undefined]) {
    try {
      const options = namespace === undefined ? {} : { namespace };
      reservations.push(...(await reader.collect(RESERVATIONS, options, parse)));
    } catch (failure) {
      gaps.note(failure, 'what other ranges of a network hold is not known');
      return failure instanceof ClusterFailure && failure.reason === 'not-defined' ? [] : null;
    }
  }
  return reservations;
}

/** Slices, or why they could not be read. */
type Slices = NodeSlicePool[] | ClusterFailure;

/** The plugin looks for slices where it keeps its pools (whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go). */
async function readSlices(reader: ClusterReader, namespaces: readonly string[] | null): Promise<Slices> {
  const slicePools: NodeSlicePool[] = [];
  try {
    for (const namespace of namespaces ?? [undefined]) {
      const options = namespace === undefined ? {} : { namespace };
      slicePools.push(...(await reader.collect(NODE_SLICE_POOLS, options, parseNodeSlicePool)));
    }
    return slicePools;
  } catch (failure) {
    if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
    return failure;
  }
}

/** Without such a NAD, and without a pool that nothing else explains, nobody misses the slices. */
function usesSlices({ whereabouts }: Nad): boolean {
  return whereabouts?.ok === true && whereabouts.nodeSliceSize !== null;
}

function isGuess([{ range }, { source }]: readonly [Pool, Belonging]): boolean {
  if (range === undefined) return false;
  return source === 'node-name' || source === 'reservation' || source === 'unknown';
}

/** Reads a list whose absence lessens the answer but does not prevent it; null where it could not be read. */
async function optional<T>(
  reader: ClusterReader,
  resource: Resource,
  project: (object: KubeObject) => T | undefined,
  gaps: Gaps,
  consequence: string,
  options: ListOptions = {},
): Promise<T[] | null> {
  try {
    return await reader.collect(resource, options, project);
  } catch (failure) {
    if (failure instanceof ClusterFailure && failure.reason === 'not-defined') {
      // Nothing of that kind can exist: an answer, not a gap.
      if (resource === NADS) gaps.warn(`${resourceName(resource)} is not defined in this cluster`);
      return [];
    }
    gaps.note(failure, consequence);
    return null;
  }
}

function belongingsOf(pools: readonly Pool[], atlas: PoolAtlas): Map<Pool, Belonging> {
  return new Map(pools.map((pool) => [pool, atlas.belongingOf(pool)]));
}

function isToldByNodeNames(pool: Pool, belonging: Belonging | undefined): boolean {
  if (belonging === undefined || pool.range === undefined) return false;
  return belonging.source === 'reservation' || !networkIsKnown(belonging);
}
