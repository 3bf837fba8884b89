import type { ClusterReader, OfCluster } from '../cluster/port.js';
import { NODE_SLICE_POOLS, NODES, resourceName } from '../cluster/resources.js';
import type { Nad } from '../nad/nad.js';
import type { ObjectRef } from '../whereabouts/objects.js';
import { divideRange } from '../whereabouts/slices.js';
import type { Sought } from './find.js';
import { Gaps, type Inventory, type InventoryOptions, readInventory } from './inventory.js';
import {
  describeSlicePools,
  type LeftoverPoolDocument,
  nadsBySlicePool,
  type NodeSliceDocument,
  type NodeSlicePoolDocument,
  type SlicePoolView,
} from './slice-pools.js';

/** How a slice pool is called where it is looked for. */
export const SLICE_POOL: Sought = { noun: 'node slice pool', topic: 'slices', resource: NODE_SLICE_POOLS };

/** A NAD with node slices that has no slice pool: every ADD and DEL of its pods fails. */
export interface MissingSlicePoolDocument extends OfCluster {
  readonly nad: ObjectRef;
  /** The name that whereabouts looks for. */
  readonly slicePool: string;
  /** What most likely keeps the controller from making it. */
  readonly reason: 'no-range' | 'at-odds' | 'not-divisible' | 'owner-elsewhere' | 'controller';
  /** The same in words. */
  readonly message: string;
}

/** Everything that is known of node slices. */
export interface SliceSurvey {
  readonly inventory: Inventory;
  readonly views: readonly SlicePoolView[];
  readonly strays: readonly LeftoverPoolDocument[];
  readonly missing: readonly MissingSlicePoolDocument[];
  readonly warnings: readonly string[];
  readonly incomplete: boolean;
}

/** What `ipamctl slices ls -o json` prints. */
export interface NodeSlicePoolList {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'NodeSlicePoolList';
  readonly items: readonly NodeSlicePoolDocument[];
  /** Leftover pools of no slice pool that is there. */
  readonly leftoverPools: readonly LeftoverPoolDocument[];
  readonly missing: readonly MissingSlicePoolDocument[];
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

/** What `ipamctl slices show -o json` prints. */
export interface NodeSlicePoolReport extends NodeSlicePoolDocument {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'NodeSlicePool';
  readonly nodes: readonly NodeSliceDocument[];
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

/** Which slice pools are listed. */
export interface SliceListOptions {
  /** Their own namespace; undefined: any. */
  readonly namespace: string | undefined;
  /** uids of those that a selector keeps; null: all. */
  readonly uids: ReadonlySet<string> | null;
}

/**
 * Reads slice pools, what was allocated from them, the NADs that use them, and the nodes.
 * @throws ClusterFailure where pools or slice pools cannot be read
 */
export async function surveySlices(reader: ClusterReader, options: InventoryOptions): Promise<SliceSurvey> {
  const inventory = await readInventory(reader, { ...options, sideBySide: true });
  const { slicesFailure } = inventory;
  if (slicesFailure !== undefined && slicesFailure.reason !== 'not-defined') throw slicesFailure;
  return surveySlicesOf(reader, inventory);
}

/** `surveySlices` of what was read a moment ago; slice pools that could not be read count as none. */
export async function surveySlicesOf(reader: ClusterReader, inventory: Inventory): Promise<SliceSurvey> {
  const gaps = new Gaps();
  if (inventory.slicesFailure?.reason === 'not-defined') {
    gaps.warn(`${resourceName(NODE_SLICE_POOLS)} is not defined in this cluster, so there are no node slices`);
  }
  // After the slices: a node that came meanwhile has no slice yet, and one that went has none to be missed.
  const nodeNames = await readNodeNames(reader, gaps);
  const warnings = [...new Set([...inventory.warnings, ...gaps.warnings])];
  return {
    inventory,
    ...describeSlicePools(inventory, nodeNames),
    missing: missingSlicePools(inventory),
    warnings,
    incomplete: inventory.incomplete || gaps.incomplete,
  };
}

async function readNodeNames(reader: ClusterReader, gaps: Gaps): Promise<Set<string> | null> {
  const consequence = 'which nodes have no slice, or are gone, is not known';
  try {
    const names = await reader.collect(NODES, { metadataOnly: true }, ({ metadata }) => metadata.name);
    if (reader.isComplete(NODES)) return new Set(names);
    gaps.warn(`the snapshot does not hold all nodes: ${consequence}`);
    gaps.incomplete = true;
  } catch (failure) {
    gaps.note(failure, consequence);
  }
  return null;
}

/** Lists slice pools by namespace and name. */
export function listSlicePools(survey: SliceSurvey, { namespace, uids }: SliceListOptions): NodeSlicePoolList {
  const isMeant = (object: { readonly namespace: string }): boolean =>
    namespace === undefined || object.namespace === namespace;
  const items = survey.views
    .filter(({ slicePool }) => isMeant(slicePool) && (uids === null || uids.has(slicePool.uid)))
    .map(({ document }) => document)
    .sort((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name));
  return {
    apiVersion: 'ipamctl.io/v1',
    kind: 'NodeSlicePoolList',
    items,
    leftoverPools: uids === null ? survey.strays.filter(isMeant) : [],
    // Which namespace the missing one would be in, nothing tells.
    missing: uids === null && namespace === undefined ? survey.missing : [],
    incomplete: survey.incomplete,
    warnings: survey.warnings,
  };
}

/** One slice pool with its nodes. */
export function showSlicePool({ warnings, incomplete }: SliceSurvey, view: SlicePoolView): NodeSlicePoolReport {
  return {
    apiVersion: 'ipamctl.io/v1',
    kind: 'NodeSlicePool',
    ...view.document,
    nodes: view.nodes,
    incomplete,
    warnings,
  };
}

/** The NADs with node slices whose slice pool is nowhere, and why it most likely is not. */
export function missingSlicePools({ nads, nodeSlicePools, pools }: Inventory): MissingSlicePoolDocument[] {
  if (nads === null || nodeSlicePools === null) return [];
  const there = new Set(nodeSlicePools.map(({ name }) => name));
  const home = new Set([...nodeSlicePools, ...pools].map(({ namespace }) => namespace));
  return [...nadsBySlicePool(nads)].flatMap(([slicePool, users]) =>
    there.has(slicePool)
      ? []
      : users.map((nad) => ({
          nad: { namespace: nad.namespace, name: nad.name },
          slicePool,
          ...whyMissing(nad, nads, home),
        })),
  );
}

/** In the order in which the controller comes upon it. Source: whereabouts v0.9.4 pkg/node-controller/controller.go. */
function whyMissing(
  nad: Nad,
  nads: readonly Nad[],
  home: ReadonlySet<string>,
): Pick<MissingSlicePoolDocument, 'reason' | 'message'> {
  const { whereabouts } = nad;
  const [range] = whereabouts?.ok === true ? whereabouts.ranges : [];
  if (whereabouts?.ok !== true || range === undefined) {
    return { reason: 'no-range', message: 'it has no range to divide' };
  }
  const other = nads.find((candidate) => isAtOdds(nad, candidate));
  if (other !== undefined) {
    const network = whereabouts.networkName === null ? 'neither has a network_name' : 'both have its network_name';
    const message = `${other.namespace}/${other.name} has another range or slice size, and ${network}: the controller of whereabouts 0.9.4 and older then makes slices for neither`;
    return { reason: 'at-odds', message };
  }
  const division = divideRange(range.range.toString(), whereabouts.nodeSliceSize ?? '');
  if (!division.ok) {
    return { reason: 'not-divisible', message: `${range.range.toString()} cannot be divided: ${division.error}` };
  }
  if (home.size > 0 && !home.has(nad.namespace)) {
    const [namespace = ''] = home;
    const message = `the NAD is not in ${namespace}, where its slice pool would be: Kubernetes deletes what has an owner elsewhere`;
    return { reason: 'owner-elsewhere', message };
  }
  return { reason: 'controller', message: 'does the node slice controller run?' };
}

/** Source: whereabouts v0.9.4 pkg/node-controller/controller.go (checkIpamConfMatch). */
function isAtOdds(nad: Nad, other: Nad): boolean {
  if (nad === other || nad.whereabouts?.ok !== true || other.whereabouts?.ok !== true) return false;
  const [a, b] = [nad.whereabouts, other.whereabouts];
  const [first, second] = [a.ranges[0], b.ranges[0]];
  if (first === undefined || second === undefined || a.networkName !== b.networkName) return false;
  return !first.range.equals(second.range) || a.nodeSliceSize !== b.nodeSliceSize;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
