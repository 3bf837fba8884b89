import { IP_POOLS, NADS, NODE_SLICE_POOLS, PODS, RESERVATIONS } from '../cluster/resources.js';
import type { KubeObject } from '../cluster/port.js';
import type { Sign } from '../cluster/watched.js';
import type { PoolDocument } from '../pools/documents.js';
import type { AddressDocument } from '../reconcile/documents.js';
import { VERDICTS } from '../reconcile/verdict.js';
import type { ConditionFields } from './condition.js';
import type { WatchedView } from './watch.js';

/** Verdicts ripen: a pod that was just killed, one that has been Ready for long enough, a node that is gone. */
const RIPENING_MS = 30_000;

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

/** Multus attaches what these two annotations ask for, and nothing else. */
function asksForNetworks({ metadata: { annotations = {} } }: KubeObject): boolean {
  return 'k8s.v1.cni.cncf.io/networks' in annotations || 'v1.multus-cni.io/default-network' in annotations;
}
