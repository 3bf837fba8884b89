import type { WhereaboutsRange } from './ipam.js';
import { poolName } from './names.js';
import { divideRange } from './slices.js';
import { usable, windowAddresses } from './window.js';

/** What whereabouts will do with one range. */
export interface RangeOutcome {
  /** Masked, as whereabouts keeps it. */
  readonly range: string;
  /** First and last address before exclusions; null where it hands out none. */
  readonly first: string | null;
  readonly last: string | null;
  /** As written; empty with node slices, which drop them. */
  readonly exclude: readonly string[];
  /** How many addresses it can hand out, decimal; with node slices those of all slices. */
  readonly capacity: string;
  /** Name of the IPPool; null with node slices, where each node has a pool of its own. */
  readonly poolName: string | null;
  readonly networkName: string | null;
  /** As written; null: off. */
  readonly nodeSliceSize: string | null;
  /** How many node slices there are; null without. */
  readonly slices: number | null;
}

/** A range without node slices, or why every ADD that needs a new address of it fails. */
export function wholeRange(
  { range, window, addresses, excludeText, problem }: WhereaboutsRange,
  networkName: string | null,
): RangeOutcome | { readonly error: string } {
  if (problem !== undefined) return { error: problem };
  return {
    range: range.toString(),
    first: window?.first.toString() ?? null,
    last: window?.last.toString() ?? null,
    exclude: excludeText,
    capacity: addresses.size.toString(),
    poolName: poolName({ range: range.toString(), networkName }),
    networkName,
    nodeSliceSize: null,
    slices: null,
  };
}

/**
 * A range with node slices, or why it cannot be divided. Only the first range is divided; of the others nothing is taken.
 * Source: whereabouts v0.9.4 pkg/node-controller/controller.go, pkg/storage/kubernetes/ipam.go.
 * @param index of the range in its configuration, from 0
 */
export function slicedRange(
  { range }: Pick<WhereaboutsRange, 'range'>,
  index: number,
  { networkName, nodeSliceSize }: { readonly networkName: string | null; readonly nodeSliceSize: string },
): RangeOutcome | { readonly error: string } {
  const base = { range: range.toString(), exclude: [], poolName: null, networkName, nodeSliceSize };
  if (index > 0) return { ...base, first: null, last: null, capacity: '0', slices: 0 };
  const division = divideRange(range.toString(), nodeSliceSize);
  if (!division.ok) return division;
  const [first, last] = [division.slice(0n), division.slice(division.count - 1n)].map((slice) =>
    slice === undefined ? undefined : usable(slice),
  );
  return {
    ...base,
    first: first?.first.toString() ?? null,
    last: last?.last.toString() ?? null,
    capacity: (division.count * windowAddresses(first, []).size).toString(),
    slices: Number(division.count),
  };
}
