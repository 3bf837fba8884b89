import type { OfCluster } from '../cluster/port.js';
import type { PoolDocument } from '../pools/documents.js';
import type { NodeSliceDocument, NodeSlicePoolDocument } from '../pools/slice-pools.js';
import { clusterLabel, metric, type Sample } from './prometheus.js';

type Labels = Readonly<Record<string, string | null>>;

/** Whether something could not be read; of several clusters one each. */
export type Completeness = OfCluster & { readonly incomplete: boolean };

/** A family of gauges: its name less the prefix, its help, and its value of a row. */
type Family<Row> = readonly [name: string, help: string, value: (row: Row) => Sample['value']];

const POOL_FAMILIES: readonly Family<PoolDocument>[] = [
  ['capacity_addresses', 'Addresses that the NADs of the pool may hand out.', ({ capacity }) => count(capacity)],
  ['used_addresses', 'Addresses that are held, by the keys of the pool.', ({ used }) => used],
  ['free_addresses', 'Addresses that nobody holds in the pool.', ({ free }) => count(free)],
  ['blocked_addresses', 'Free addresses that another pool of the same network holds.', ({ blocked }) => count(blocked)],
  ['allocatable_addresses', 'Free addresses that are not blocked.', ({ allocatable }) => count(allocatable)],
  ['used_ratio', 'Share of the capacity that is used, from 0 to 1.', ({ usedPercent }) => ratio(usedPercent)],
  ['problems', 'What is wrong with the pool itself: its range, its keys, its NADs.', ({ problems }) => problems.length],
];

/** Pools in Prometheus' text format. */
export function poolMetrics(pools: readonly PoolDocument[], incomplete: readonly Completeness[]): string {
  const labels = ({ cluster, namespace, name, range, networkName, nodeName }: PoolDocument): Labels => ({
    ...clusterLabel(cluster),
    namespace,
    pool: name,
    range,
    network: networkName,
    node: nodeName,
  });
  const families = [...POOL_FAMILIES];
  if (pools.some(({ stale }) => stale !== null)) {
    families.push(['stale_addresses', 'Addresses that are held for nobody any more.', ({ stale }) => stale]);
  }
  const windows = pools.flatMap((pool) => pool.nads.map((nad) => ({ pool, nad })));
  const windowLabels = ({ pool, nad }: (typeof windows)[number]): Labels => ({
    ...clusterLabel(pool.cluster),
    namespace: pool.namespace,
    pool: pool.name,
    nad_namespace: nad.namespace,
    nad: nad.name,
  });
  return [
    ...gauges('ipamctl_pool', families, pools, labels),
    ...gauges(
      'ipamctl_pool_nad',
      [
        ['capacity_addresses', 'Addresses of the pool that one NAD may hand out.', ({ nad }) => count(nad.capacity)],
        ['used_addresses', 'Addresses that are held in the window of one NAD.', ({ nad }) => nad.used],
      ],
      windows,
      windowLabels,
    ),
    incompleteMetric('pools', incomplete),
  ].join('');
}

const SLICE_POOL_FAMILIES: readonly Family<NodeSlicePoolDocument>[] = [
  ['slices', 'Slices that the range is divided into.', ({ slices }) => slices],
  ['assigned_slices', 'Slices that a node has.', ({ assigned }) => assigned],
  ['free_slices', 'Slices that no node has.', ({ free }) => free],
  [
    'nodes_without_slice',
    'Nodes of the cluster that have no slice: pods of the network do not start there.',
    ({ nodesWithoutSlice }) => nodesWithoutSlice?.length ?? null,
  ],
  [
    'nodes_gone',
    'Nodes that have a slice and are not in the cluster any more.',
    ({ nodesGone }) => nodesGone?.length ?? null,
  ],
  [
    'leftover_pools',
    'Pools of slices that their node does not have any more.',
    ({ leftoverPools }) => leftoverPools.length,
  ],
  [
    'leftover_addresses',
    'Addresses that are held in leftover pools.',
    ({ leftoverPools }) => leftoverPools.reduce((sum, { used }) => sum + used, 0),
  ],
  ['problems', 'What keeps pods of the network from starting, or leaks.', ({ problems }) => problems.length],
];

const SLICE_FAMILIES: readonly Family<{ readonly node: NodeSliceDocument }>[] = [
  ['capacity_addresses', 'Addresses of the slice of a node.', ({ node }) => count(node.capacity)],
  ['used_addresses', 'Addresses of the slice of a node that are held.', ({ node }) => node.used],
  ['used_ratio', 'Share of the slice of a node that is used, from 0 to 1.', ({ node }) => ratio(node.usedPercent)],
];

/** A slice pool with the slices of its nodes. */
export interface MeasuredSlicePool {
  readonly document: NodeSlicePoolDocument;
  readonly nodes: readonly NodeSliceDocument[];
}

/** Slice pools and the slices of their nodes in Prometheus' text format. */
export function sliceMetrics(
  pools: readonly MeasuredSlicePool[],
  missing: readonly (OfCluster & { readonly count: number })[] | null,
  incomplete: readonly Completeness[],
): string {
  const rows = pools.flatMap(({ document, nodes }) =>
    nodes.flatMap((node) => (node.sliceRange === null ? [] : [{ document, node }])),
  );
  return [
    ...gauges(
      'ipamctl_slice_pool',
      SLICE_POOL_FAMILIES,
      pools.map(({ document }) => document),
      ({ cluster, namespace, name, range }) => ({ ...clusterLabel(cluster), namespace, slice_pool: name, range }),
    ),
    ...gauges('ipamctl_slice', SLICE_FAMILIES, rows, ({ document, node }) => ({
      ...clusterLabel(document.cluster),
      namespace: document.namespace,
      slice_pool: document.name,
      slice: node.sliceRange,
      node: node.nodeName,
      network: node.networkName,
    })),
    ...(missing === null
      ? []
      : [
          metric(
            'ipamctl_slice_pools_missing',
            'NADs with node slices that have no slice pool: their pods do not start.',
            'gauge',
            missing.map(({ cluster, count: value }) => ({ labels: clusterLabel(cluster), value })),
          ),
        ]),
    incompleteMetric('slices', incomplete),
  ].join('');
}

function gauges<Row>(
  prefix: string,
  families: readonly Family<Row>[],
  rows: readonly Row[],
  labels: (row: Row) => Labels,
): string[] {
  const labelled = rows.map((row) => ({ row, labels: labels(row) }));
  return families.map(([name, help, value]) =>
    metric(
      `${prefix}_${name}`,
      help,
      'gauge',
      labelled.map((each) => ({ labels: each.labels, value: value(each.row) })),
    ),
  );
}

/**
 * What an alert on the others must look at first: with 1, a count may be too low. Of each command its own, since files of
 * several in one folder of the node exporter must not have a metric in common.
 */
function incompleteMetric(what: 'pools' | 'slices', incomplete: readonly Completeness[]): string {
  const help = 'Whether something could not be read, so that counts may be wrong.';
  return metric(
    `ipamctl_${what}_incomplete`,
    help,
    'gauge',
    incomplete.map((each) => ({ labels: clusterLabel(each.cluster), value: each.incomplete ? 1 : 0 })),
  );
}

/** Counts may pass 2^53; the text format takes any integer. */
function count(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}

function ratio(usedPercent: number | null): number | null {
  return usedPercent === null ? null : Math.round(usedPercent * 10) / 1000;
}
