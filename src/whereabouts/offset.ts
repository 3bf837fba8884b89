import type { Address } from '../net/address.js';

/** What a key of `IPPool.spec.allocations` says. */
export type KeyReading =
  | {
      readonly ok: true;
      /** Distance from the pool's base, the address part of `spec.range`. */
      readonly offset: bigint;
      /** The allocated address. */
      readonly address: Address;
      /** Whether whereabouts itself would write the key so; false for "007", which it rewrites at its next update. */
      readonly canonical: boolean;
    }
  | {
      readonly ok: false;
      /** No decimal number; more than an int64; or no address lies that far from the base. */
      readonly reason: 'not-a-number' | 'too-large' | 'no-address';
    };

const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT32 = 2n ** 32n - 1n;
const MAX_INT64_DIGITS = 19;

/**
 * Reads a pool key as whereabouts does: a decimal int64 that is added to the base.
 *
 * Source: whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (toIPReservationList) and pkg/iphelpers/iphelpers.go
 * (IPAddOffset, which gives IPv4 no address from 2^32-1 on). Where Go would wrap around the end of the address space,
 * or leave IPv4, the key is `no-address`: nothing there is an allocation of this pool. Signs, which Go's ParseInt takes
 * and whereabouts never writes, are `not-a-number`.
 */
export function readKey(key: string, base: Address): KeyReading {
  if (!/^\d+$/.test(key)) return { ok: false, reason: 'not-a-number' };
  const digits = key.replace(/^0+(?=\d)/, '');
  // The length first: BigInt of a megabyte of digits is slow.
  if (digits.length > MAX_INT64_DIGITS) return { ok: false, reason: 'too-large' };
  const offset = BigInt(digits);
  if (offset > MAX_INT64) return { ok: false, reason: 'too-large' };
  if (base.family === 4 && offset >= MAX_UINT32) return { ok: false, reason: 'no-address' };
  const address = base.plus(offset);
  if (address === undefined) return { ok: false, reason: 'no-address' };
  return { ok: true, offset, address, canonical: digits === key };
}

/**
 * The offset that whereabouts computes for an address of a pool, bit for bit: the absolute difference, by a subtraction
 * of bytes that goes wrong when a byte has to borrow, cut to 64 bits. It is the true distance for every address inside a
 * range whose base has no host bits (below 2^64); elsewhere it may be that of another address.
 *
 * Source: whereabouts v0.9.4 pkg/iphelpers/iphelpers.go (IPGetOffset, byteSliceSub).
 * @throws RangeError when the families differ, where whereabouts fails too.
 */
export function whereaboutsOffset(address: Address, base: Address): bigint {
  if (address.family !== base.family) {
    throw new RangeError(`no offset between ${address.toString()} and ${base.toString()}`);
  }
  const [larger, smaller] = address.value < base.value ? [base.value, address.value] : [address.value, base.value];
  // Mapped or not, the twelve leading bytes of IPv4 are equal and cancel out; without a borrow this is subtraction.
  let result = 0n;
  let carry = 0n;
  for (let shift = 0n; shift < 128n; shift += 8n) {
    const a = (larger >> shift) & 0xffn;
    const b = (smaller >> shift) & 0xffn;
    let difference = a - b - carry;
    if (difference < 0n) {
      difference = 0x100n - a - b - carry;
      carry = 1n;
    } else {
      carry = 0n;
    }
    result |= BigInt.asUintN(8, difference) << shift;
  }
  return BigInt.asUintN(64, result);
}

/** The key under which whereabouts files an address in a pool with this base; throws as {@link whereaboutsOffset}. */
export function keyOf(address: Address, base: Address): string {
  return whereaboutsOffset(address, base).toString();
}
