import type { ClusterReader, OfCluster } from '../cluster/port.js';
import { PODS } from '../cluster/resources.js';
import { ClusterFailure } from '../errors.js';
import { type Nad, NO_CONFIG } from '../nad/nad.js';
import { readRequestedNetworks } from '../nad/network-status.js';
import { objectKey } from './belonging.js';
import { describePools, type PoolDocument } from './documents.js';
import { Gaps, type Inventory, type InventoryOptions, readInventory } from './inventory.js';

/** What the rules say of a NAD: how many findings, and the worst of them. */
export interface NadFindings {
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly worst: {
    readonly severity: 'error' | 'warning' | 'info';
    readonly rule: string;
    readonly message: string;
  } | null;
}

/** A pool as far as a NAD that draws from it is concerned; counts are exact decimal text. */
export type NadPoolDocument = Pick<
  PoolDocument,
  'namespace' | 'name' | 'nodeName' | 'capacity' | 'used' | 'free' | 'usedPercent'
>;

/** One NAD (`NadList.items[]`). What cannot be known is null. */
export interface NadDocument extends OfCluster {
  readonly namespace: string;
  readonly name: string;
  /** The plugin that makes the interface; null where the configuration cannot be read. */
  readonly plugin: string | null;
  /** Type of the IPAM; null: none. */
  readonly ipam: string | null;
  /** The ranges of whereabouts, masked. */
  readonly ranges: readonly string[];
  readonly networkName: string | null;
  readonly nodeSliceSize: string | null;
  /** Null: could not be read. */
  readonly pools: readonly NadPoolDocument[] | null;
  /** Pods that ask for it and are not finished; null: could not be read. */
  readonly pods: number | null;
  readonly findings: NadFindings;
  /** Why the configuration cannot be read; null where it can. */
  readonly error: string | null;
}

export interface NadList {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'NadList';
  readonly items: readonly NadDocument[];
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

/** What is known of the networks' use. */
export interface NadUse {
  /** The pools of each NAD; null: could not be read. */
  readonly pools: ReadonlyMap<string, readonly NadPoolDocument[]> | null;
  /** How many pods ask for each; null: could not be read. */
  readonly pods: ReadonlyMap<string, number> | null;
  readonly warnings: readonly string[];
  readonly incomplete: boolean;
}

/** Reads pools and pods; what may not be read lessens the answer, and does not prevent it. */
export async function readNadUse(reader: ClusterReader, options: InventoryOptions): Promise<NadUse> {
  const gaps = new Gaps();
  const [inventory, pods] = await Promise.all([readPools(reader, options, gaps), readPods(reader, gaps)]);
  return useOf(inventory, pods, gaps);
}

/** `readNadUse` where the pools have been read. */
export async function nadUse(reader: ClusterReader, inventory: Inventory): Promise<NadUse> {
  const gaps = new Gaps();
  return useOf(inventory, await readPods(reader, gaps), gaps);
}

function useOf(inventory: Inventory | null | undefined, pods: NadUse['pods'], gaps: Gaps): NadUse {
  for (const warning of inventory?.warnings ?? []) gaps.warn(warning);
  return {
    pools: inventory === null ? null : inventory === undefined ? new Map() : poolsByNad(inventory),
    pods,
    warnings: gaps.warnings,
    incomplete: gaps.incomplete || inventory?.incomplete === true,
  };
}

/** Lists NADs, by namespace and name. */
export function listNads(
  nads: readonly { readonly nad: Nad; readonly findings: NadFindings }[],
  use: NadUse,
  notes: readonly string[],
): NadList {
  const items = nads.map(({ nad, findings }) => nadDocument(nad, findings, use));
  items.sort((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name));
  const warnings = [...new Set([...use.warnings, ...notes])];
  return { apiVersion: 'ipamctl.io/v1', kind: 'NadList', items, incomplete: use.incomplete, warnings };
}

function nadDocument(nad: Nad, findings: NadFindings, { pools, pods }: NadUse): NadDocument {
  const { namespace, name, whereabouts, error } = nad;
  const key = objectKey(namespace, name);
  const read = whereabouts?.ok === true ? whereabouts : undefined;
  return {
    namespace,
    name,
    plugin: nad.mainType ?? null,
    ipam: nad.ipamType ?? null,
    ranges: read?.ranges.map(({ range }) => range.toString()) ?? [],
    networkName: read?.networkName ?? null,
    nodeSliceSize: read?.nodeSliceSize ?? null,
    pools: pools === null ? null : (pools.get(key) ?? []),
    pods: pods === null ? null : (pods.get(key) ?? 0),
    findings,
    error:
      whereabouts?.ok === false
        ? whereabouts.error
        : error === NO_CONFIG
          ? 'lies in files of the nodes'
          : (error ?? null),
  };
}

/** Undefined: there can be none. */
async function readPools(
  reader: ClusterReader,
  options: InventoryOptions,
  gaps: Gaps,
): Promise<Inventory | null | undefined> {
  try {
    return await readInventory(reader, { ...options, sideBySide: true });
  } catch (failure) {
    gaps.note(failure, 'how full the pools are is not known');
    return failure instanceof ClusterFailure && failure.reason === 'not-defined' ? undefined : null;
  }
}

function poolsByNad(inventory: Inventory): Map<string, NadPoolDocument[]> {
  const byNad = new Map<string, NadPoolDocument[]>();
  for (const { document } of describePools(inventory, inventory.pools)) {
    const { namespace, name, nodeName, capacity, used, free, usedPercent } = document;
    const pool = { namespace, name, nodeName, capacity, used, free, usedPercent };
    for (const nad of document.nads) {
      const key = objectKey(nad.namespace, nad.name);
      byNad.set(key, [...(byNad.get(key) ?? []), pool]);
    }
  }
  return byNad;
}

async function readPods(reader: ClusterReader, gaps: Gaps): Promise<Map<string, number> | null> {
  const options = { metadataOnly: true, fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' };
  try {
    // A page that is read again shows the same pod again: counted is by pod.
    const asked = new Map<string, Set<string>>();
    await reader.collect(PODS, options, ({ metadata: { namespace = '', name = '', annotations } }) => {
      const networks = readRequestedNetworks(annotations, namespace);
      if (typeof networks === 'string') return undefined;
      for (const network of networks) {
        const key = objectKey(network.namespace, network.name);
        const pods = asked.get(key) ?? new Set();
        asked.set(key, pods.add(objectKey(namespace, name)));
      }
      return undefined;
    });
    return new Map([...asked].map(([key, pods]) => [key, pods.size]));
  } catch (failure) {
    gaps.note(failure, 'how many pods attach is not known');
    return null;
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
