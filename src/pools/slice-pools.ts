import type { OfCluster } from '../cluster/port.js';
import type { Nad } from '../nad/nad.js';
import { nodeSlicePoolName, parsePoolName, poolName } from '../whereabouts/names.js';
import type { NodeSlicePool, ObjectRef, Pool } from '../whereabouts/objects.js';
import { usable, windowAddresses } from '../whereabouts/window.js';
import { networkIsKnown, objectKey, ObjectIndex } from './belonging.js';
import { describePools, type PoolDocument } from './documents.js';
import type { Inventory } from './inventory.js';
import { append, groupedBy } from './multimap.js';
import { slicePoolProblems, type SlicePoolProblem } from './slice-problems.js';

/** What a node has of a slice pool (`nodes[]`). Counts of addresses are exact decimal text. */
export interface NodeSliceDocument {
  readonly nodeName: string;
  /** null: the node has no slice. */
  readonly sliceRange: string | null;
  /** The IPPool in the same namespace; null until the first pod of the node gets an address. */
  readonly pool: string | null;
  readonly networkName: string | null;
  /** '0' without a slice. */
  readonly capacity: string;
  /** All readable keys. */
  readonly used: number;
  readonly free: string;
  /** null at capacity 0. */
  readonly usedPercent: number | null;
  /** Whether the cluster has such a node; null: could not be read. */
  readonly exists: boolean | null;
  /** Of a node with several slices, whether whereabouts takes this one: the first. */
  readonly inForce: boolean;
}

/** An IPPool of a node slice that its node does not have any more. */
export interface LeftoverPoolDocument extends ObjectRef, OfCluster {
  readonly range: string;
  /** The node that had the slice. */
  readonly nodeName: string;
  /** The node that has it now; null: none, or there is no such slice any more. */
  readonly sliceNodeName: string | null;
  /** Keys that it still holds: nothing looks for them here any more. */
  readonly used: number;
}

/** A network with node slices (`NodeSlicePoolList.items[]`). */
export interface NodeSlicePoolDocument extends ObjectRef, OfCluster {
  readonly range: string;
  /** Prefix length of a slice; null where it cannot be read: whereabouts then makes no slices. */
  readonly sliceSize: number | null;
  readonly slices: number;
  /** Slices that have a node. */
  readonly assigned: number;
  readonly free: number;
  /** Addresses of all slices that have a node, decimal. */
  readonly capacity: string;
  /** Addresses in use in them. */
  readonly used: number;
  /** Of the fullest node, one decimal; null without any. */
  readonly usedPercent: number | null;
  /** Nodes of the cluster that have no slice; null: could not be read. */
  readonly nodesWithoutSlice: readonly string[] | null;
  /** Nodes that have a slice and are not in the cluster any more; null: could not be read. */
  readonly nodesGone: readonly string[] | null;
  readonly leftoverPools: readonly LeftoverPoolDocument[];
  readonly nads: readonly ObjectRef[];
  readonly problems: readonly SlicePoolProblem[];
}

/** A slice pool with everything that was found out about it. */
export interface SlicePoolView {
  readonly slicePool: NodeSlicePool;
  /** The NADs that take slices of it. */
  readonly nads: readonly Nad[];
  readonly nodes: readonly NodeSliceDocument[];
  readonly document: NodeSlicePoolDocument;
}

/** Slice pools, and what is left of such that are gone. */
export interface SlicePoolViews {
  readonly views: readonly SlicePoolView[];
  /** Leftover pools of a network whose slice pool is not there, or not to be told. */
  readonly strays: readonly LeftoverPoolDocument[];
}

/** The NADs with node slices, by the name of the slice pool that whereabouts takes for them. */
export function nadsBySlicePool(nads: readonly Nad[]): Map<string, Nad[]> {
  const byName = new Map<string, Nad[]>();
  for (const nad of nads) {
    const { whereabouts } = nad;
    if (whereabouts?.ok !== true || whereabouts.nodeSliceSize === null) continue;
    const name = nodeSlicePoolName(whereabouts);
    if (name !== undefined) append(byName, name, nad);
  }
  return byName;
}

/**
 * Describes the slice pools of an inventory: what each node has, and what does not fit together.
 * Costs slices, pools and nodes; never the size of a range.
 * @param nodeNames null: could not be read
 */
export function describeSlicePools(inventory: Inventory, nodeNames: ReadonlySet<string> | null): SlicePoolViews {
  const slicePools = inventory.nodeSlicePools ?? [];
  const users = nadsBySlicePool(inventory.nads ?? []);
  const pools = new ObjectIndex(inventory.pools);
  const usage = usageByPool(inventory);
  const expected = new Set<string>();
  const laid = slicePools.map((slicePool) => {
    const nads = users.get(slicePool.name) ?? [];
    const nodes = rowsOf(slicePool, nads, { pools, usage, nodeNames });
    for (const { pool } of nodes) if (pool !== null) expected.add(objectKey(slicePool.namespace, pool));
    return { slicePool, nads, nodes };
  });
  const { byOwner, strays } = leftoversOf(inventory, nodeNames, expected, usage);
  const views = laid.map(({ slicePool, nads, nodes }) => {
    const rows = [...nodes, ...nodesWithout(slicePool, nodeNames)];
    const leftoverPools = byOwner.get(slicePool) ?? [];
    return { slicePool, nads, nodes: rows, document: documentOf({ slicePool, nads, nodes, leftoverPools, nodeNames }) };
  });
  return { views, strays };
}

interface Surroundings {
  readonly pools: ObjectIndex<Pool>;
  readonly usage: ReadonlyMap<Pool, PoolDocument>;
  readonly nodeNames: ReadonlySet<string> | null;
}

function usageByPool(inventory: Inventory): Map<Pool, PoolDocument> {
  return new Map(describePools(inventory, inventory.pools).map(({ pool, document }) => [pool, document]));
}

/** A line for each slice that has a node, and for each network that takes from it. */
function rowsOf(slicePool: NodeSlicePool, nads: readonly Nad[], around: Surroundings): NodeSliceDocument[] {
  const networks = networksOf(nads);
  const seen = new Set<string>();
  return slicePool.allocations.flatMap(({ nodeName, sliceText, slice }) => {
    if (nodeName === '') return [];
    // whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (GetNodeSlicePoolRange) takes the first.
    const inForce = !seen.has(nodeName);
    seen.add(nodeName);
    const range = slice?.masked();
    const capacity = windowAddresses(range === undefined ? undefined : usable(range), []).size;
    const row = { nodeName, sliceRange: sliceText, capacity: capacity.toString(), exists: existsIn(around, nodeName) };
    const found = (networks ?? [slicePool.name, null]).map((networkName) => {
      const name = poolName({ range: (range ?? sliceText).toString(), networkName, nodeName });
      return { networkName, pool: around.pools.get(slicePool.namespace, name) };
    });
    // Without NADs either name may be it, and neither need be there.
    const shown =
      networks === null
        ? found
            .filter(({ pool }) => pool !== undefined)
            .concat(NO_POOL)
            .slice(0, 1)
        : found;
    return shown.map(({ networkName, pool }) => {
      const document = pool === undefined ? undefined : around.usage.get(pool);
      return {
        ...row,
        pool: pool?.name ?? null,
        networkName,
        used: document?.used ?? 0,
        free: document?.free ?? row.capacity,
        usedPercent: document?.usedPercent ?? (capacity === 0n ? null : 0),
        inForce,
      };
    });
  });
}

const NO_POOL = { networkName: null, pool: undefined };

/** The network names of the NADs; null where there is no NAD to tell. */
function networksOf(nads: readonly Nad[]): (string | null)[] | null {
  if (nads.length === 0) return null;
  return [...new Set(nads.map(({ whereabouts }) => (whereabouts?.ok === true ? whereabouts.networkName : null)))];
}

function existsIn({ nodeNames }: Pick<Surroundings, 'nodeNames'>, nodeName: string): boolean | null {
  return nodeNames === null ? null : nodeNames.has(nodeName);
}

/** Every node of the cluster should have a slice, control plane too. */
function nodesWithout(slicePool: NodeSlicePool, nodeNames: ReadonlySet<string> | null): NodeSliceDocument[] {
  return namesWithout(slicePool, nodeNames).map((nodeName) => ({
    nodeName,
    sliceRange: null,
    pool: null,
    networkName: null,
    capacity: '0',
    used: 0,
    free: '0',
    usedPercent: null,
    exists: true,
    inForce: true,
  }));
}

function namesWithout({ allocations }: NodeSlicePool, nodeNames: ReadonlySet<string> | null): string[] {
  const assigned = new Set(allocations.map(({ nodeName }) => nodeName));
  return [...(nodeNames ?? [])].filter((name) => !assigned.has(name)).sort();
}

interface Found {
  readonly slicePool: NodeSlicePool;
  readonly nads: readonly Nad[];
  readonly nodes: readonly NodeSliceDocument[];
  readonly leftoverPools: readonly LeftoverPoolDocument[];
  readonly nodeNames: ReadonlySet<string> | null;
}

function documentOf({ slicePool, nads, nodes, leftoverPools, nodeNames }: Found): NodeSlicePoolDocument {
  const { namespace, name, rangeText, sliceSize, allocations } = slicePool;
  const assigned = allocations.filter(({ nodeName }) => nodeName !== '').length;
  const gone = new Set(nodes.filter(({ exists }) => exists === false).map(({ nodeName }) => nodeName));
  const percents = nodes.flatMap(({ usedPercent }) => usedPercent ?? []);
  const nodesWithoutSlice = nodeNames === null ? null : namesWithout(slicePool, nodeNames);
  const nodesGone = nodeNames === null ? null : [...gone];
  // A slice that two networks take from has its addresses twice: each network hands all of them out.
  const capacity = nodes.reduce((sum, row) => sum + BigInt(row.capacity), 0n);
  return {
    namespace,
    name,
    range: rangeText,
    sliceSize: sliceSize ?? null,
    slices: allocations.length,
    assigned,
    free: allocations.length - assigned,
    capacity: capacity.toString(),
    used: nodes.reduce((sum, { used }) => sum + used, 0),
    usedPercent: percents.length === 0 ? null : Math.max(...percents),
    nodesWithoutSlice,
    nodesGone,
    leftoverPools,
    nads: nads.map((nad) => ({ namespace: nad.namespace, name: nad.name })),
    problems: slicePoolProblems({ slicePool, nads, nodesWithoutSlice, nodesGone, leftoverPools }),
  };
}

/** Pools of nodes' slices that no slice pool expects: those of an earlier division, or of a node that lost its slice. */
function leftoversOf(
  inventory: Inventory,
  nodeNames: ReadonlySet<string> | null,
  expected: ReadonlySet<string>,
  usage: ReadonlyMap<Pool, PoolDocument>,
): { byOwner: Map<NodeSlicePool, LeftoverPoolDocument[]>; strays: LeftoverPoolDocument[] } {
  const byOwner = new Map<NodeSlicePool, LeftoverPoolDocument[]>();
  const strays: LeftoverPoolDocument[] = [];
  const candidates = groupedBy(inventory.nodeSlicePools ?? [], ({ namespace }) => namespace);
  const slices = new Map((inventory.nodeSlicePools ?? []).map((slicePool) => [slicePool, nodesBySlice(slicePool)]));
  for (const pool of inventory.pools) {
    if (expected.has(objectKey(pool.namespace, pool.name))) continue;
    const leftover = leftoverOf(pool, inventory, nodeNames, candidates.get(pool.namespace) ?? [], slices);
    if (leftover === undefined) continue;
    const { owner, nodeName } = leftover;
    const range = pool.range?.masked().toString() ?? pool.rangeText;
    const document = {
      namespace: pool.namespace,
      name: pool.name,
      range: pool.rangeText,
      nodeName,
      sliceNodeName: (owner === undefined ? undefined : slices.get(owner)?.get(range)) || null,
      used: usage.get(pool)?.used ?? 0,
    };
    if (owner === undefined) strays.push(document);
    else append(byOwner, owner, document);
  }
  return { byOwner, strays };
}

function nodesBySlice({ allocations }: NodeSlicePool): Map<string, string> {
  return new Map(allocations.map(({ nodeName, sliceText }) => [sliceText, nodeName]));
}

/**
 * Whose slice a pool was for. The name alone may mean a network or a node, so a NAD that draws from it without slices
 * means that it is none; then a known node in its name, then the division that it fits into.
 */
function leftoverOf(
  pool: Pool,
  inventory: Inventory,
  nodeNames: ReadonlySet<string> | null,
  slicePools: readonly NodeSlicePool[],
  slices: ReadonlyMap<NodeSlicePool, ReadonlyMap<string, string>>,
): { owner: NodeSlicePool | undefined; nodeName: string } | undefined {
  const prefix = pool.range === undefined ? undefined : parsePoolName(pool.name, pool.range)?.prefix;
  const belonging = inventory.belongings.get(pool);
  if (prefix === undefined || prefix === null || belonging === undefined) return undefined;
  if (belonging.draws.some(({ nad }) => nad.whereabouts?.ok === true && nad.whereabouts.nodeSliceSize === null)) {
    return undefined;
  }
  const isNode = (name: string): boolean => nodeNames?.has(name) === true || belonging.nodeName === name;
  const named = slicePools
    .filter(({ name }) => prefix.startsWith(`${name}-`) && prefix.length > name.length + 1)
    .map((owner) => ({ owner, nodeName: prefix.slice(owner.name.length + 1) }))
    .sort(
      (a, b) => Number(isNode(b.nodeName)) - Number(isNode(a.nodeName)) || b.owner.name.length - a.owner.name.length,
    );
  const range = pool.range?.masked().toString() ?? '';
  const dividing = slicePools.find((owner) => slices.get(owner)?.has(range));
  const [byName] = named;
  if (byName !== undefined && (isNode(byName.nodeName) || !isNode(prefix))) {
    // `NETWORK-R` of a network without slices reads the same until something tells.
    const isOther = networkIsKnown(belonging) && belonging.networkName === prefix;
    if (!isOther) return byName;
  }
  if (networkIsKnown(belonging) && belonging.nodeName === null) return undefined;
  if (isNode(prefix)) return { owner: dividing ?? onlyUnnamed(slicePools, inventory), nodeName: prefix };
  // A node that is gone: the range is that of a slice, and no network of that name is known.
  const isNetwork = inventory.atlas.networkNames.has(prefix);
  return dividing === undefined || isNetwork ? undefined : { owner: dividing, nodeName: prefix };
}

/** Where only one slice pool is of an unnamed network, a slice of an earlier range was of that one. */
function onlyUnnamed(slicePools: readonly NodeSlicePool[], { atlas }: Inventory): NodeSlicePool | undefined {
  const [only, ...others] = slicePools.filter(({ name }) => !atlas.networkNames.has(name));
  return others.length === 0 ? only : undefined;
}
