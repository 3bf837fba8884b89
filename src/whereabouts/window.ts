import { Address } from '../net/address.js';
import { type Interval, IntervalSet, intervalOf } from '../net/interval.js';
import { Prefix } from '../net/prefix.js';

/** Where Go sees IPv4 inside the IPv6 space: `::ffff:0:0/96`. */
const MAPPED_FIRST = 0xffffn << 32n;

/** The number by which whereabouts orders addresses of both families: 16 bytes, IPv4 mapped (CompareIPs). */
function ordinal(address: Address): bigint {
  return address.family === 4 ? MAPPED_FIRST | address.value : address.value;
}

/** Whether whereabouts allocates from a prefix of this length at all (HasUsableIPs). */
function hasUsable(prefix: Prefix): boolean {
  return prefix.bits - prefix.length > 1;
}

/**
 * The first and last usable address of a prefix: all but the lowest and the highest, for IPv6 too. Undefined for the two
 * longest lengths (/31 and /32, /127 and /128), from which whereabouts allocates nothing.
 * Source: whereabouts v0.9.4 pkg/iphelpers/iphelpers.go (FirstUsableIP, LastUsableIP, HasUsableIPs).
 */
export function usable(prefix: Prefix): Interval | undefined {
  return effectiveWindow(prefix);
}

/**
 * The addresses that a range offers before exclusions. `start` and `end` count where they are usable and in order, and
 * are silently ignored elsewhere. Undefined when nothing can be allocated.
 * Source: whereabouts v0.9.4 pkg/iphelpers/iphelpers.go (GetIPRange). Other than there, a window that reaches into
 * `::ffff:0:0/96` (only ranges under `::/8` can) ends before it, as the allocation loop does.
 */
export function effectiveWindow(range: Prefix, start?: Address, end?: Address): Interval | undefined {
  if (!hasUsable(range)) return undefined;
  if (range.family === 4) return usableIPv4(range, start, end);
  let first = ordinal(range.network) + 1n;
  let last = ordinal(range.broadcast) - 1n;
  const within = (address: Address | undefined): address is Address =>
    address !== undefined && ordinal(address) >= first && ordinal(address) <= last;
  if (within(start)) first = ordinal(start);
  if (within(end)) last = ordinal(end);
  // The loop of pkg/allocate/allocate.go ends at the first address that the range does not contain, as IPv4 never is.
  if (first >> 32n === MAPPED_FIRST >> 32n) return undefined;
  if (first < MAPPED_FIRST && last >= MAPPED_FIRST) last = MAPPED_FIRST - 1n;
  return { first: Address.of(6, first), last: Address.of(6, last) };
}

/** No address of IPv6 is between two of IPv4, so that those of a range are compared among themselves. */
function usableIPv4(range: Prefix, start: Address | undefined, end: Address | undefined): Interval {
  let first = range.network.value + 1n;
  let last = range.broadcast.value - 1n;
  const within = (address: Address | undefined): address is Address =>
    address?.family === 4 && address.value >= first && address.value <= last;
  if (within(start)) first = start.value;
  if (within(end)) last = end.value;
  return { first: Address.of(4, first), last: Address.of(4, last) };
}

/**
 * Reads an entry of `exclude`: a prefix or a single address, without the leading zeros that `range` may have.
 * Undefined when it is neither: then every ADD fails that needs a new address of the range.
 * Source: whereabouts v0.9.4 pkg/allocate/allocate.go (parseExcludedRange).
 */
export function parseExclude(text: string): Prefix | undefined {
  const prefix = Prefix.parse(text);
  if (prefix !== undefined) return prefix;
  const address = Address.parse(text);
  if (address === undefined) return undefined;
  // As text: "::ffff:10.0.0.1" counts as IPv4, gets /32, and that is ::/32.
  return Prefix.parse(`${text}/${address.family === 4 ? 32 : 128}`);
}

/**
 * The addresses that whereabouts can hand out: the window less the exclusions (their network and broadcast addresses
 * included). Its `size` is the capacity.
 *
 * Source: whereabouts v0.9.4 pkg/allocate/allocate.go (IterateForAssignment, skipExcludedSubnets): the loop jumps to the
 * end of an exclusion and goes on, so order and overlaps of the exclusions do not matter and those of the other family
 * do nothing. (One case is not followed: in a range from 0.0.0.0 or :: on, after an exclusion up to the very last address
 * of the family, that loop wraps around to the first and may never end.)
 */
export function windowAddresses(window: Interval | undefined, excludes: readonly Prefix[]): IntervalSet {
  if (window === undefined) return IntervalSet.empty;
  if (excludes.length === 0) return IntervalSet.of(window);
  return IntervalSet.of(window).subtract(IntervalSet.from(excludes.map(intervalOf)));
}
