import { Address } from '../net/address.js';
import { Prefix } from '../net/prefix.js';
import { parseSliceSize } from './objects.js';

/** How whereabouts divides a range among nodes; `slice` makes the slices one by one, since there may be millions. */
export type RangeDivision =
  | {
      readonly ok: true;
      /** How many slices; 0 for a size that is no number, which whereabouts accepts. */
      readonly count: bigint;
      /** The slice with this index from 0; undefined from `count` on. */
      readonly slice: (index: bigint) => Prefix | undefined;
    }
  | { readonly ok: false; readonly error: string };

/**
 * Divides a range into slices of a size (`24` or `/24`).
 *
 * Source: whereabouts v0.9.4 pkg/iphelpers/iphelpers.go (DivideRangeBySize). Where the controller there panics (IPv6) or
 * makes slices that nothing can be allocated from (a size over 32), this is an error.
 */
export function divideRange(rangeText: string, sizeText: string): RangeDivision {
  const size = parseSliceSize(sizeText);
  if (size === undefined) return { ok: true, count: 0n, slice: () => undefined };
  const range = Prefix.parse(rangeText);
  if (range === undefined) {
    return { ok: false, error: `error parsing CIDR ${rangeText}: invalid CIDR address: ${rangeText}` };
  }
  if (!range.isMasked) return { ok: false, error: 'netCIDR is not a valid network address' };
  if (range.length > size) {
    return { ok: false, error: 'subnetMaskSize must be greater or equal than netMaskSize' };
  }
  if (range.family === 6) return { ok: false, error: 'node slices are for IPv4 ranges only' };
  if (size > 32) return { ok: false, error: `a slice of an IPv4 range cannot be /${size}` };
  const count = 1n << BigInt(size - range.length);
  const hosts = 1n << BigInt(32 - size);
  return {
    ok: true,
    count,
    slice: (index) =>
      index < 0n || index >= count ? undefined : Prefix.of(Address.of(4, range.network.value + index * hosts), size),
  };
}
