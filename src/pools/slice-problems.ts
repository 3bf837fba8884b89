import type { Nad } from '../nad/nad.js';
import type { NodeSlicePool } from '../whereabouts/objects.js';
import { divideRange } from '../whereabouts/slices.js';

/** What is wrong with a slice pool, found while reading it. */
export interface SlicePoolProblem {
  readonly code:
    | 'no-slices'
    | 'not-divided-so'
    | 'node-without-slice'
    | 'node-gone'
    | 'node-twice'
    | 'leftover-pool'
    | 'nad-differs'
    | 'no-nad';
  /** One sentence for people, without the slice pool's name. */
  readonly message: string;
  /** What it is about: nodes, pools or NADs, all of them. */
  readonly names: readonly string[];
}

/** So many names stand in a sentence; the rest is counted. */
const NAMED = 5;

/** Names everything about a slice pool that keeps pods from starting, or leaks. */
export function slicePoolProblems(found: {
  readonly slicePool: NodeSlicePool;
  readonly nads: readonly Nad[];
  readonly nodesWithoutSlice: readonly string[] | null;
  readonly nodesGone: readonly string[] | null;
  readonly leftoverPools: readonly { readonly name: string; readonly used: number }[];
}): SlicePoolProblem[] {
  const { slicePool, nads, leftoverPools } = found;
  const problems: SlicePoolProblem[] = [];
  const add = (code: SlicePoolProblem['code'], names: readonly string[], message: string): void => {
    problems.push({ code, names, message });
  };
  divisionProblems(slicePool, add);
  const without = found.nodesWithoutSlice ?? [];
  if (without.length > 0 && slicePool.allocations.length > 0) {
    const isFull = slicePool.allocations.every(({ nodeName }) => nodeName !== '');
    const why = isFull ? 'all slices are taken' : 'slices are free: does the node slice controller run?';
    add('node-without-slice', without, `no slice for ${list(without, 'node')}: pods there do not start; ${why}`);
  }
  const gone = found.nodesGone ?? [];
  if (gone.length > 0) {
    const message = `${list(gone, 'node')} ${have(gone)} a slice and ${are(gone)} gone: does the node slice controller run?`;
    add('node-gone', gone, message);
  }
  const twice = nodesTwice(slicePool);
  if (twice.length > 0) {
    add('node-twice', twice, `${list(twice, 'node')} ${have(twice)} several slices: only the first counts`);
  }
  for (const nad of nads) {
    const why = differenceOf(nad, slicePool);
    if (why !== undefined) add('nad-differs', [`${nad.namespace}/${nad.name}`], why);
  }
  if (nads.length === 0) add('no-nad', [], 'no NAD takes slices of it');
  const held = leftoverPools.filter(({ used }) => used > 0);
  if (held.length > 0) {
    const names = held.map(({ name }) => name);
    const count = held.reduce((sum, { used }) => sum + used, 0);
    const message = `${count} ${count === 1 ? 'address is' : 'addresses are'} held in ${list(names, 'pool')} of a slice that the node has no more: a DEL looks elsewhere`;
    add('leftover-pool', names, message);
  }
  return problems;
}

function divisionProblems(
  { rangeText, sliceSizeText, allocations }: NodeSlicePool,
  add: (code: SlicePoolProblem['code'], names: readonly string[], message: string) => void,
): void {
  const division = divideRange(rangeText, sliceSizeText);
  if (!division.ok) {
    add('no-slices', [], `${rangeText} cannot be divided by ${sliceSizeText}: ${division.error}`);
    return;
  }
  if (allocations.length === 0) {
    const why = division.count === 0n ? `"${sliceSizeText}" is no number` : 'the controller has not made them';
    add('no-slices', [], `it has no slices: ${why}, and no pod of the network starts`);
    return;
  }
  const stray = allocations.flatMap(({ slice, sliceText }, index) =>
    slice !== undefined && division.slice(BigInt(index))?.toString() === sliceText ? [] : [sliceText],
  );
  if (stray.length > 0 || BigInt(allocations.length) !== division.count) {
    const what = `${allocations.length} slices, where ${rangeText} by ${sliceSizeText} has ${division.count.toString()}`;
    add('not-divided-so', stray, `its slices are not those of its range: ${what}`);
  }
}

/** What a NAD asks for and the slice pool is not. Source: whereabouts v0.9.4 pkg/node-controller/controller.go. */
export function differenceOf(nad: Nad, { rangeText, sliceSizeText }: NodeSlicePool): string | undefined {
  const { whereabouts } = nad;
  if (whereabouts?.ok !== true) return undefined;
  const range = whereabouts.ranges[0]?.range.toString();
  const size = whereabouts.nodeSliceSize;
  if (range === undefined || (range === rangeText && size === sliceSizeText)) return undefined;
  return `NAD ${nad.namespace}/${nad.name} wants ${range} by ${size ?? ''}, and it is ${rangeText} by ${sliceSizeText}: the controller has not followed`;
}

/** Nodes with more than one slice. */
function nodesTwice({ allocations }: NodeSlicePool): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { nodeName } of allocations) {
    if (nodeName !== '' && seen.has(nodeName)) twice.add(nodeName);
    seen.add(nodeName);
  }
  return [...twice];
}

function list(names: readonly string[], what: string): string {
  const shown = names.slice(0, NAMED).join(', ');
  const rest = names.length - NAMED;
  return `${what}${names.length === 1 ? '' : 's'} ${shown}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function have(names: readonly string[]): string {
  return names.length === 1 ? 'has' : 'have';
}

function are(names: readonly string[]): string {
  return names.length === 1 ? 'is' : 'are';
}
