import { Address, type Family } from './address.js';

/**
 * A network prefix as it was written: an address that may have host bits, and a length. Immutable.
 *
 * As in Go, an IPv4-mapped prefix of 96 bits and more is an IPv4 prefix (`::ffff:10.0.0.0/104` is `10.0.0.0/8`). With
 * fewer bits the prefix is IPv6 while the address under it is IPv4; `family` is the prefix's own.
 */
export class Prefix {
  /** Family of the network; differs from `address.family` only for IPv4-mapped addresses with fewer than 96 bits. */
  readonly family: Family;
  /** First address of the network: host bits cleared. */
  readonly network: Address;
  /** Last address of the network: host bits set (for IPv6 too, as whereabouts speaks of it). */
  readonly broadcast: Address;

  private constructor(
    /** The address as written, host bits kept. */
    readonly address: Address,
    /** Number of leading bits that are the network's. */
    readonly length: number,
    family: Family,
    value: bigint,
  ) {
    this.family = family;
    if (family === 4) {
      // Numbers hold these exactly, and cost a fraction of what bigints do.
      const size = 2 ** (32 - length);
      const first = Math.floor(Number(value) / size) * size;
      this.network = Address.of(4, BigInt(first));
      this.broadcast = Address.of(4, BigInt(first + size - 1));
      return;
    }
    const hostBits = BigInt(128 - length);
    const first = (value >> hostBits) << hostBits;
    this.network = Address.of(6, first);
    this.broadcast = Address.of(6, first | ((1n << hostBits) - 1n));
  }

  /**
   * The prefix of this length around an address.
   * @throws RangeError when the length is not a whole number from 0 to the family's bits: a bug of the caller.
   */
  static of(address: Address, length: number): Prefix {
    const bits = address.family === 4 ? 32 : 128;
    if (!Number.isInteger(length) || length < 0 || length > bits) {
      throw new RangeError(`an IPv${address.family} prefix cannot be ${length} bits long`);
    }
    return new Prefix(address, length, address.family, address.value);
  }

  /** Reads `address/length` as Go's `net.ParseCIDR` does. Undefined when it is none. */
  static parse(text: string): Prefix | undefined {
    return parsePrefix(text, (address) => Address.parse(address));
  }

  /** Reads `address/length` as `ParseCIDRSloppy` of k8s.io/utils/net does: IPv4 octets may have leading zeros. */
  static parseSloppy(text: string): Prefix | undefined {
    return parsePrefix(text, (address) => Address.parseSloppy(address));
  }

  /** @internal The one door for IPv4-mapped addresses under fewer than 96 bits. */
  static ofMapped(address: Address, length: number): Prefix {
    return new Prefix(address, length, 6, (0xffffn << 32n) | address.value);
  }

  /** Bits of an address of this family: 32 or 128. */
  get bits(): 32 | 128 {
    return this.family === 4 ? 32 : 128;
  }

  /** How many addresses the prefix spans, network and broadcast included. */
  get size(): bigint {
    return 1n << BigInt(this.bits - this.length);
  }

  /** Whether no host bits are set. */
  get isMasked(): boolean {
    return this.address.equals(this.network);
  }

  /** The same prefix with its host bits cleared. */
  masked(): Prefix {
    return this.isMasked ? this : Prefix.of(this.network, this.length);
  }

  /** Whether the address lies in the network; never for an address of the other family. */
  contains(address: Address): boolean {
    if (address.family !== this.family) return false;
    const hostBits = BigInt(this.bits - this.length);
    return address.value >> hostBits === this.network.value >> hostBits;
  }

  /** Whether both were written with the same address and length. */
  equals(other: Prefix): boolean {
    return this.family === other.family && this.length === other.length && this.address.equals(other.address);
  }

  /** `address/length`, host bits kept, the address canonical. */
  toString(): string {
    const mapped = this.family !== this.address.family;
    return `${mapped ? '::ffff:' : ''}${this.address.toString()}/${this.length}`;
  }

  /** As {@link toString}, so that JSON output shows the text. */
  toJSON(): string {
    return this.toString();
  }
}

function parsePrefix(text: string, parseAddress: (text: string) => Address | undefined): Prefix | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const addressText = text.slice(0, slash);
  const lengthText = text.slice(slash + 1);
  const address = parseAddress(addressText);
  // Go reads the length with dtoi: digits only, leading zeros allowed.
  if (address === undefined || !/^0*\d{1,3}$/.test(lengthText)) return undefined;
  const length = Number(lengthText);
  if (address.family === 4 && addressText.includes(':')) {
    // Written in the IPv6 form: the length counts from the 128 bits of that form.
    if (length > 128) return undefined;
    return length >= 96 ? Prefix.of(address, length - 96) : Prefix.ofMapped(address, length);
  }
  return length <= (address.family === 4 ? 32 : 128) ? Prefix.of(address, length) : undefined;
}
