import type { Prefix } from '../net/prefix.js';
import type { NodeSlicePool, Pool } from './objects.js';

/** What etcd takes in one request when nobody changed it (`--max-request-bytes`): larger objects cannot be written. */
export const LARGEST_OBJECT_BYTES = 1_572_864;
/** From here on an object is close to what can be written. */
export const LARGE_OBJECT_BYTES = 1_000_000;

/** `{"nodeName":"","sliceRange":""},` around the two texts. */
const ENTRY_BYTES = 32;
/** Metadata, an owner and the managed fields, as the API server keeps them. */
const HEAD_BYTES = 1500;
/** How long a node's name is taken to be: that of a cloud's instance. */
const NODE_NAME_BYTES = 40;

/**
 * About how many bytes a NodeSlicePool weighs as the API server stores it: all slices are in one object, those that no
 * node has too. Exact but for the metadata and the nodes' names; does not make the slices.
 * Source: whereabouts v0.9.4 pkg/api/whereabouts.cni.cncf.io/v1alpha1/nodeslicepool_types.go.
 * @param range masked, IPv4
 */
export function slicePoolBytes(range: Prefix, sliceSize: number, nodes: number): number {
  const slices = 2 ** (sliceSize - range.length);
  let text = slices * (3 + `/${sliceSize}`.length);
  for (let octet = 0; octet < 4; octet++) {
    const digits = octetTexts(range, sliceSize, octet).map((value) => value.toString().length);
    // Each of its values is in as many slices as every other.
    text += (slices / digits.length) * digits.reduce((sum, length) => sum + length, 0);
  }
  return HEAD_BYTES + slices * ENTRY_BYTES + text + Math.min(nodes, slices) * NODE_NAME_BYTES;
}

/** The values that an octet has over all slices: the bits between the two prefix lengths vary. */
function octetTexts(range: Prefix, sliceSize: number, octet: number): number[] {
  const end = (octet + 1) * 8;
  const fixed = Number((range.network.value >> BigInt(32 - end)) & 255n);
  const low = end - Math.min(Math.max(sliceSize, end - 8), end);
  const high = end - Math.min(Math.max(range.length, end - 8), end);
  if (high <= low) return [fixed];
  return Array.from({ length: 2 ** (high - low) }, (_, index) => fixed + index * 2 ** low);
}

/** What the API server keeps of who set an entry of a pool, in the managed fields: `"f:KEY":{".":{},"f:id":{},…}`. */
const MANAGED_ENTRY_BYTES = 50;

/** About how many bytes an IPPool weighs as the API server stores it. */
export function poolBytes({ allocations }: Pool): number {
  return allocations.reduce(
    (sum, { key, raw }) => sum + 2 * key.length + MANAGED_ENTRY_BYTES + JSON.stringify(raw).length + 4,
    HEAD_BYTES,
  );
}

/** About how many bytes a NodeSlicePool weighs that is there. */
export function writtenSlicePoolBytes({ allocations }: NodeSlicePool): number {
  return allocations.reduce(
    (sum, { nodeName, sliceText }) => sum + ENTRY_BYTES + nodeName.length + sliceText.length,
    HEAD_BYTES,
  );
}
