import type { ClusterReader } from '../cluster/port.js';
import { IP_POOLS, type Resource } from '../cluster/resources.js';
import type { Pool } from '../whereabouts/objects.js';
import { describePools, sortPools, type PoolDocument, type PoolSortKey } from './documents.js';
import type { Inventory } from './inventory.js';

/** Which pools are listed, and how. */
export interface PoolListOptions {
  /** The pools' own namespace; undefined: any. */
  readonly namespace: string | undefined;
  /** Network names, the empty one being the unnamed network; undefined: any. */
  readonly networks: readonly string[] | undefined;
  /** uids of the pools that a selector keeps; null: all. */
  readonly uids: ReadonlySet<string> | null;
  readonly sortBy: PoolSortKey;
  /** How many keys of a pool are stale, where that was asked for. */
  readonly staleOf: ((pool: Pool) => number) | undefined;
}

export interface PoolList {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'PoolList';
  readonly items: readonly PoolDocument[];
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

/** Lists the pools of an inventory. */
export function listPools(inventory: Inventory, options: PoolListOptions): PoolList {
  const pools = inventory.pools.filter((pool) => {
    if (options.uids !== null && !options.uids.has(pool.uid)) return false;
    if (options.namespace !== undefined && pool.namespace !== options.namespace) return false;
    const belonging = inventory.belongings.get(pool);
    if (options.networks === undefined) return true;
    return belonging?.source !== 'unknown' && options.networks.includes(belonging?.networkName ?? '');
  });
  const views = sortPools(describePools(inventory, pools, options.staleOf), options.sortBy);
  return {
    apiVersion: 'ipamctl.io/v1',
    kind: 'PoolList',
    items: views.map(({ document }) => document),
    incomplete: inventory.incomplete,
    warnings: inventory.warnings,
  };
}

/** The uids of the pools that carry these labels. */
export function selectPools(reader: ClusterReader, selector: string | undefined): Promise<Set<string> | null> {
  return selectUids(reader, IP_POOLS, selector);
}

/** The uids of the objects that carry these labels: their labels are asked of the server, not kept. */
export async function selectUids(
  reader: ClusterReader,
  resource: Resource,
  selector: string | undefined,
): Promise<Set<string> | null> {
  if (selector === undefined) return null;
  const options = { labelSelector: selector, metadataOnly: true };
  return new Set(await reader.collect(resource, options, ({ metadata }) => metadata.uid));
}
