import { Address } from '../../../net/address.js';
import { type Interval, IntervalSet } from '../../../net/interval.js';
import { Prefix } from '../../../net/prefix.js';
import type { PoolRange } from '../../cross-facts.js';
import type { Edit } from '../../model.js';

/** More exclusions than this nobody would write. */
const MAX_EXCLUSIONS = 16;

/** Takes addresses out of a pool; none where that is all it has, or would take a long list. */
export function exclusionOf({ holder, excludePath, addresses }: PoolRange, taken: IntervalSet): Edit[] {
  if (addresses.subtract(taken).isEmpty) return [];
  const texts = taken.intervals.flatMap(prefixesOf).map(String);
  if (texts.length === 0 || texts.length > MAX_EXCLUSIONS) return [];
  if (excludePath === undefined) return [{ kind: 'insert', path: holder, key: 'exclude', value: texts }];
  return texts.map((value) => ({ kind: 'append', path: excludePath, value }));
}

/** The fewest prefixes that hold an interval and nothing else. */
function prefixesOf({ first, last }: Interval): Prefix[] {
  const { family } = first;
  const bits = family === 4 ? 32 : 128;
  const prefixes: Prefix[] = [];
  for (let at = first.value; at <= last.value && prefixes.length <= MAX_EXCLUSIONS;) {
    let length = bits;
    const sizeOf = (each: number): bigint => 1n << BigInt(bits - each);
    while (length > 0 && at % sizeOf(length - 1) === 0n && at + sizeOf(length - 1) - 1n <= last.value) length--;
    prefixes.push(Prefix.of(Address.of(family, at), length));
    at += sizeOf(length);
  }
  return prefixes;
}

/** One address as a set. */
export function only(address: Address): IntervalSet {
  return IntervalSet.of({ first: address, last: address });
}
