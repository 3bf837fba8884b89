import type { Prefix } from '../net/prefix.js';
import { parseIpam, type WhereaboutsRange } from './ipam.js';
import { type RangeOutcome, slicedRange, wholeRange } from './ranges.js';
import { LARGE_OBJECT_BYTES, LARGEST_OBJECT_BYTES, slicePoolBytes } from './object-size.js';

/** What is to be planned. */
export interface PlanRequest {
  /** As in `range`: `10.0.0.0/16`, or `10.0.0.5-10.0.0.99/16`. */
  readonly ranges: readonly string[];
  /** Prefix length of a slice; null: no node slices. */
  readonly sliceSize: number | null;
  /** All nodes of the cluster, control plane too; null: not asked. */
  readonly nodes: number | null;
  /** Pods of the network on one node, the fullest; null: not asked. */
  readonly podsPerNode: number | null;
  /** Of the first range. */
  readonly exclude: readonly string[];
  readonly rangeStart: string | null;
  readonly rangeEnd: string | null;
  readonly networkName: string | null;
}

/** Something that whereabouts does, or does not do, to a range as it was asked for. */
export interface PlanLimit {
  readonly code:
    | 'ipv4-only'
    | 'first-range-only'
    | 'exclude-ignored'
    | 'start-end-ignored'
    | 'slice-larger-than-range'
    | 'slice-size-no-prefix'
    | 'slice-unusable'
    | 'object-size'
    | 'refused'
    | 'nodes'
    | 'pods';
  /** Whether the plan does not hold because of it. */
  readonly fatal: boolean;
  /** One sentence for people. */
  readonly message: string;
}

/** Where a range is written; a planned one is not written anywhere. */
const NOWHERE = { file: null, document: null, path: null, namespace: null, name: null };

/** The plan of one range. Counts of addresses are decimal text, lengths of prefixes numbers. */
export interface PlannedRange extends RangeOutcome {
  /** Whether all that was asked for finds room. */
  readonly fits: boolean;
  /** How many addresses a node has: those of a slice, or an equal share of the range; null where that is not known. */
  readonly perNode: string | null;
  /** Addresses of the range that no pod can ever get. */
  readonly wasted: string;
  /** Addresses in slices that no node has; null without slices or nodes. */
  readonly idle: string | null;
  /** Addresses that the nodes have and their pods do not need; null where either is not known. */
  readonly spare: string | null;
  /** The shortest slice that every node gets one of, with room for its pods; null: none, or not asked for. */
  readonly largestSliceSize: number | null;
  /** The length of the smallest range that would hold what was asked for; null: none would, or not asked for. */
  readonly smallestRange: number | null;
  /** What happens with a fifth more nodes; null: not asked for. */
  readonly growth: PlanGrowth | null;
  /** About how large the NodeSlicePool gets; null without one. */
  readonly objectBytes: number | null;
  readonly limits: readonly PlanLimit[];
}

/** The plan with a fifth more nodes. */
export interface PlanGrowth {
  readonly nodes: number;
  readonly fits: boolean;
  /** How many nodes get no slice; null without slices. */
  readonly nodesWithoutSlice: number | null;
  /** How many addresses are lacking for the pods, decimal; null with slices, and where pods were not asked for. */
  readonly lacking: string | null;
}

/** What `ipamctl slices plan -o json` prints. */
export interface PlanReport {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'RangeReport';
  readonly items: readonly (PlannedRange & typeof NOWHERE)[];
  /** Of `nad lint --explain`: what does not load; a plan has its limits instead. */
  readonly refused: readonly never[];
  readonly incomplete: false;
  readonly warnings: readonly string[];
}

/** The document of a plan. */
export function planReport(plans: readonly PlannedRange[]): PlanReport {
  const items = plans.map((plan) => ({ ...NOWHERE, ...plan }));
  return { apiVersion: 'ipamctl.io/v1', kind: 'RangeReport', items, refused: [], incomplete: false, warnings: [] };
}

/** How many more nodes a cluster is taken to get. */
const GROWTH_PERCENT = 20;
/** From the longest slice with usable addresses on, a slice has none. */
const LONGEST_USABLE = 30;

/**
 * Says what whereabouts will do with ranges, and whether nodes and pods find room, without making a slice or an address.
 * @returns one plan a range, in order, or why the ranges cannot be read
 */
export function planRanges(request: PlanRequest): PlannedRange[] | { readonly error: string } {
  const [first, ...others] = request.ranges;
  const { exclude, rangeStart, rangeEnd } = request;
  const reading = parseIpam(
    {
      type: 'whereabouts',
      range: first ?? '',
      exclude,
      range_start: rangeStart ?? '',
      range_end: rangeEnd ?? '',
      ipRanges: others.map((range) => ({ range })),
      network_name: request.networkName ?? '',
    },
    { cniName: undefined },
  );
  if (!reading.ok) return { error: reading.error };
  return reading.ranges.map((range, index) =>
    request.sliceSize === null ? planWhole(range, request) : planSliced(range, index, request, request.sliceSize),
  );
}

function planWhole(range: WhereaboutsRange, request: PlanRequest): PlannedRange {
  const { nodes, podsPerNode } = request;
  const outcome = wholeRange(range, request.networkName);
  const limits = boundLimits(range);
  if ('error' in outcome) {
    limits.push({ code: 'refused', fatal: true, message: `No pod starts: ${outcome.error}.` });
    return { ...nothing(range, request), limits };
  }
  const capacity = BigInt(outcome.capacity);
  const needed = neededOf(nodes ?? 1, podsPerNode ?? 1);
  if (capacity < needed) {
    const what = [
      nodes === null ? '' : counted(nodes, 'node'),
      podsPerNode === null ? '' : counted(podsPerNode, 'pod'),
    ].filter(Boolean);
    limits.push({
      code: 'pods',
      fatal: true,
      message:
        capacity === 0n
          ? 'Nothing is left to hand out: the exclusions take it all.'
          : `${what.join(' with ')}${what.length > 1 ? ' each' : ''} need ${needed.toString()} addresses, and there are ${capacity.toString()}.`,
    });
  }
  return {
    ...outcome,
    fits: !limits.some(({ fatal }) => fatal),
    perNode: nodes === null ? null : (capacity / BigInt(nodes)).toString(),
    wasted: (range.range.size - capacity).toString(),
    idle: null,
    spare: nodes === null || podsPerNode === null ? null : positive(capacity - needed).toString(),
    largestSliceSize: largestSlice(range.range, nodes, podsPerNode),
    smallestRange: smallestRange(range.range, null, nodes, podsPerNode),
    growth: nodes === null ? null : growthOfWhole(capacity, nodes, podsPerNode),
    objectBytes: null,
    limits,
  };
}

function planSliced(range: WhereaboutsRange, index: number, request: PlanRequest, sliceSize: number): PlannedRange {
  const { nodes, podsPerNode, networkName } = request;
  const prefix = range.range;
  const limits: PlanLimit[] = [];
  if (index > 0) {
    limits.push({
      code: 'first-range-only',
      fatal: true,
      message: 'Only the first range is divided among the nodes: pods get no address of this one.',
    });
    return { ...nothing(range, request), limits };
  }
  const blocker = blockerOf(prefix, sliceSize);
  if (blocker !== undefined) return { ...nothing(range, request), limits: [blocker, ...droppedLimits(range)] };
  const outcome = slicedRange(range, index, { networkName, nodeSliceSize: sliceText(sliceSize) });
  if ('error' in outcome) {
    limits.push({ code: 'refused', fatal: true, message: `No pod starts: ${outcome.error}.` });
    return { ...nothing(range, request), limits };
  }
  const slices = outcome.slices ?? 0;
  const perNode = usableOf(sliceSize);
  if (perNode === 0n) {
    limits.push({
      code: 'slice-unusable',
      fatal: true,
      message: `A /${sliceSize} has no address to hand out: its first and last are never used. /${LONGEST_USABLE} has two.`,
    });
  }
  if (nodes !== null && nodes > slices) {
    const without = nodes - slices;
    limits.push({
      code: 'nodes',
      fatal: true,
      message: `${counted(without, 'node')} of ${nodes} ${without === 1 ? 'gets' : 'get'} no slice, without an event, and no pod of the network starts there.`,
    });
  }
  if (podsPerNode !== null && BigInt(podsPerNode) > perNode && perNode > 0n) {
    limits.push({
      code: 'pods',
      fatal: true,
      message: `A node has ${perNode.toString()} addresses: of ${podsPerNode} pods ${(BigInt(podsPerNode) - perNode).toString()} do not start there, however much is free elsewhere.`,
    });
  }
  limits.push(...droppedLimits(range));
  const bytes = slicePoolBytes(prefix, sliceSize, nodes ?? 0);
  if (bytes > LARGE_OBJECT_BYTES) limits.push(objectLimit(slices, bytes));
  const taken = nodes === null ? null : Math.min(nodes, slices);
  const spareEach = podsPerNode === null ? null : positive(perNode - BigInt(podsPerNode));
  return {
    ...outcome,
    fits: !limits.some(({ fatal }) => fatal),
    perNode: perNode.toString(),
    wasted: (prefix.size - BigInt(outcome.capacity)).toString(),
    idle: taken === null ? null : (BigInt(slices - taken) * perNode).toString(),
    spare: taken === null || spareEach === null ? null : (BigInt(taken) * spareEach).toString(),
    largestSliceSize: largestSlice(prefix, nodes, podsPerNode),
    smallestRange: smallestRange(prefix, sliceSize, nodes, podsPerNode),
    growth: nodes === null ? null : growthOfSliced(slices, nodes, limits),
    objectBytes: bytes,
    limits,
  };
}

/** Why the controller cannot divide a range so. Source: whereabouts v0.9.4 pkg/iphelpers/iphelpers.go (DivideRangeBySize). */
function blockerOf(range: Prefix, sliceSize: number): PlanLimit | undefined {
  if (range.family === 6) {
    const message =
      'Node slices are for IPv4 only: the controller panics on an IPv6 range, and then serves no network of the cluster.';
    return { code: 'ipv4-only', fatal: true, message };
  }
  if (sliceSize < range.length) {
    const message = `A slice is a part of the range: /${sliceSize} is larger than ${range.toString()}, the controller makes no slices, and no pod starts.`;
    return { code: 'slice-larger-than-range', fatal: true, message };
  }
  if (sliceSize > 32) {
    const message = `/${sliceSize} is no prefix of IPv4. The controller does not check it: what it makes are no slices, and a long one takes its memory.`;
    return { code: 'slice-size-no-prefix', fatal: true, message };
  }
  return undefined;
}

/** What node slices drop. Source: whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (IPManagementKubernetesUpdate). */
function droppedLimits({ range, start, end, excludeText }: WhereaboutsRange): PlanLimit[] {
  const limits: PlanLimit[] = [];
  if (excludeText.length > 0) {
    const message = 'Exclusions do not count with node slices: what was excluded is handed out.';
    limits.push({ code: 'exclude-ignored', fatal: false, message });
  }
  // Without a start, whereabouts itself keeps the network's address for one.
  if (end !== undefined || (start !== undefined && !start.equals(range.network))) {
    const message = 'Start and end do not count with node slices: all of the range is handed out.';
    limits.push({ code: 'start-end-ignored', fatal: false, message });
  }
  return limits;
}

/** A start or an end that whereabouts passes over without a word, since it is not within the range. */
function boundLimits({ range, start, end, window }: WhereaboutsRange): PlanLimit[] {
  const ignored: string[] = [];
  if (window === undefined) return [];
  if (start !== undefined && !start.equals(window.first) && !start.equals(range.network)) {
    ignored.push(`start ${start.toString()}`);
  }
  if (end !== undefined && !end.equals(window.last) && !end.equals(range.broadcast)) {
    ignored.push(`end ${end.toString()}`);
  }
  return ignored.map((what) => ({
    code: 'start-end-ignored',
    fatal: false,
    message: `The ${what} does not lie within the usable addresses, in order: whereabouts passes over it without a word.`,
  }));
}

function objectLimit(slices: number, bytes: number): PlanLimit {
  const fatal = bytes > LARGEST_OBJECT_BYTES;
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  return {
    code: 'object-size',
    fatal,
    message: fatal
      ? `One object holds all ${slices} slices, about ${size}: etcd takes 1.5 MB, so it cannot be written, and no node gets a slice.`
      : `One object holds all ${slices} slices, about ${size}: close to the 1.5 MB that etcd takes, and written as a whole for every node that comes or goes.`,
  };
}

function nothing(range: WhereaboutsRange, request: PlanRequest): Omit<PlannedRange, 'limits'> {
  const { sliceSize, networkName, nodes, podsPerNode } = request;
  const sliced = sliceSize !== null;
  return {
    range: range.range.toString(),
    first: null,
    last: null,
    exclude: sliced ? [] : range.excludeText,
    capacity: '0',
    poolName: null,
    networkName,
    nodeSliceSize: sliced ? sliceText(sliceSize) : null,
    slices: sliced ? 0 : null,
    fits: false,
    perNode: '0',
    wasted: range.range.size.toString(),
    idle: null,
    spare: null,
    largestSliceSize: largestSlice(range.range, nodes, podsPerNode),
    smallestRange: smallestRange(range.range, sliceSize, nodes, podsPerNode),
    growth: null,
    objectBytes: null,
  };
}

function growthOfWhole(capacity: bigint, nodes: number, podsPerNode: number | null): PlanGrowth {
  const more = grown(nodes);
  const lacking = positive(neededOf(more, podsPerNode ?? 1) - capacity);
  return {
    nodes: more,
    fits: lacking === 0n,
    nodesWithoutSlice: null,
    lacking: podsPerNode === null ? null : lacking.toString(),
  };
}

function growthOfSliced(slices: number, nodes: number, limits: readonly PlanLimit[]): PlanGrowth {
  const more = grown(nodes);
  const nodesWithoutSlice = Math.max(0, more - slices);
  const blocked = limits.some(({ code, fatal }) => fatal && code !== 'nodes');
  return { nodes: more, fits: nodesWithoutSlice === 0 && !blocked, nodesWithoutSlice, lacking: null };
}

/** The shortest slices that are at least as many as the nodes, where they hold the pods. */
function largestSlice(range: Prefix, nodes: number | null, podsPerNode: number | null): number | null {
  if (range.family === 6 || nodes === null) return null;
  const size = range.length + bitsFor(BigInt(nodes));
  if (size > LONGEST_USABLE) return null;
  return podsPerNode !== null && usableOf(size) < BigInt(podsPerNode) ? null : size;
}

/** The longest range that has room for the nodes and their pods: in slices, or as a whole. */
function smallestRange(
  { bits, family }: Prefix,
  sliceSize: number | null,
  nodes: number | null,
  podsPerNode: number | null,
): number | null {
  if (nodes === null || podsPerNode === null) return null;
  if (sliceSize === null) return nonNegative(bits - bitsFor(neededOf(nodes, podsPerNode) + 2n));
  if (family === 6) return null;
  const holdsPods = 32 - Math.max(2, bitsFor(BigInt(podsPerNode) + 2n));
  return nonNegative(Math.min(sliceSize, holdsPods) - bitsFor(BigInt(nodes)));
}

function nonNegative(length: number): number | null {
  return length < 0 ? null : length;
}

/** How many bits number so many things. */
function bitsFor(count: bigint): number {
  return count <= 1n ? 0 : (count - 1n).toString(2).length;
}

function usableOf(sliceSize: number): bigint {
  return sliceSize > LONGEST_USABLE ? 0n : (1n << BigInt(32 - sliceSize)) - 2n;
}

function neededOf(nodes: number, podsPerNode: number): bigint {
  return BigInt(nodes) * BigInt(podsPerNode);
}

function grown(nodes: number): number {
  return Math.ceil((nodes * (100 + GROWTH_PERCENT)) / 100);
}

function positive(value: bigint): bigint {
  return value < 0n ? 0n : value;
}

function sliceText(sliceSize: number): string {
  return `/${sliceSize}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
