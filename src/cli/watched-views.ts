import { IP_POOLS, NADS, NODE_SLICE_POOLS, PODS, RESERVATIONS } from '../cluster/resources.js';
import type { KubeObject } from '../cluster/port.js';
import type { Sign } from '../cluster/watched.js';
import type { PoolDocument } from '../pools/documents.js';
import type { NodeSlicePoolDocument } from '../pools/slice-pools.js';
import type { AddressDocument } from '../reconcile/documents.js';
import { VERDICTS } from '../reconcile/verdict.js';
import type { ConditionFields, ConditionRow } from './condition.js';
import type { WatchedView } from './watch.js';

/** Verdicts ripen: a pod that was just killed, one that has been Ready for long enough, a node that is gone. */
const RIPENING_MS = 30_000;

/** Nodes beat every few seconds, so they are no sign; their names are asked for again so often. */
const NODES_MS = 15_000;

/** Numbers of a pool that a condition may be about. */
export const POOL_FIELDS: ConditionFields = {
  numbers: ['usedPercent', 'used', 'free', 'capacity', 'blocked', 'allocatable', 'stale'],
  wholeOf: { used: 'capacity', free: 'capacity', blocked: 'capacity', allocatable: 'capacity', stale: 'used' },
};

const poolRows = {
  kind: 'PoolEvent',
  keyOf: ({ namespace, name }: PoolDocument) => `${namespace}/${name}`,
  imageOf: (row: PoolDocument) => row,
  fields: POOL_FIELDS,
  conditionRows: (rows: readonly PoolDocument[]) => rows as readonly (PoolDocument & Record<string, unknown>)[],
};

/** Pools without verdicts: all that they depend on is kept up to date by watches. */
export const poolView: WatchedView<PoolDocument> = {
  ...poolRows,
  watching: { kept: [IP_POOLS, RESERVATIONS, NADS, NODE_SLICE_POOLS], signs: [] },
  refreshMs: null,
};

/** Whatever may change a verdict. The verdicts themselves are made of lists, as without a watch: see `survey`. */
const SIGNS: readonly Sign[] = [
  { resource: IP_POOLS, concerns: () => true },
  { resource: RESERVATIONS, concerns: () => true },
  { resource: PODS, concerns: asksForNetworks },
];

/** Pools with how many of their addresses are stale. */
export const judgedPoolView: WatchedView<PoolDocument> = {
  ...poolRows,
  watching: { kept: [], signs: SIGNS },
  refreshMs: RIPENING_MS,
};

/** Held addresses. A condition is held against their number, and the number of each verdict. */
export const addressView: WatchedView<AddressDocument> = {
  kind: 'IPEvent',
  watching: { kept: [], signs: SIGNS },
  refreshMs: RIPENING_MS,
  keyOf: ({ pool, key }) => `${pool.namespace}/${pool.name}/${key}`,
  // The evidence tells when it was read, and how many pods there were.
  imageOf: ({ evidence: _, ...row }) => row,
  fields: {
    numbers: ['addresses', ...VERDICTS],
    wholeOf: Object.fromEntries(VERDICTS.map((verdict) => [verdict, 'addresses'])),
  },
  conditionRows: (rows) => {
    const counts: Record<string, number> = { addresses: rows.length };
    for (const verdict of VERDICTS) counts[verdict] = 0;
    for (const { verdict } of rows) counts[verdict] = (counts[verdict] ?? 0) + 1;
    return [counts];
  },
};

/** Numbers of a slice pool that a condition may be about; of lists it is how many they have. */
export const SLICE_FIELDS: ConditionFields = {
  numbers: [
    'slices',
    'assigned',
    'free',
    'used',
    'usedPercent',
    'nodesWithoutSlice',
    'nodesGone',
    'leftoverPools',
    'problems',
  ],
  wholeOf: { assigned: 'slices', free: 'slices', used: 'capacity' },
};

/** What a condition is held against: lists count. */
export function slicePoolRow(item: NodeSlicePoolDocument): ConditionRow & { readonly name: string } {
  const { nodesWithoutSlice, nodesGone, leftoverPools, problems } = item;
  return {
    ...item,
    nodesWithoutSlice: nodesWithoutSlice?.length ?? null,
    nodesGone: nodesGone?.length ?? null,
    leftoverPools: leftoverPools.length,
    problems: problems.length,
  };
}

/** Slice pools, by what is written in them and in their pools. The rows are made of nodes too. */
export const slicePoolView: WatchedView<NodeSlicePoolDocument> = {
  kind: 'NodeSlicePoolEvent',
  watching: { kept: [IP_POOLS, RESERVATIONS, NADS, NODE_SLICE_POOLS], signs: [] },
  refreshMs: NODES_MS,
  keyOf: ({ namespace, name }) => `${namespace}/${name}`,
  imageOf: (row) => row,
  fields: SLICE_FIELDS,
  conditionRows: (rows) => rows.map(slicePoolRow),
};

/** Multus attaches what these two annotations ask for, and nothing else. */
function asksForNetworks({ metadata: { annotations = {} } }: KubeObject): boolean {
  return 'k8s.v1.cni.cncf.io/networks' in annotations || 'v1.multus-cni.io/default-network' in annotations;
}
