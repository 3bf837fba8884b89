/** The IP version of an address or a prefix. */
export type Family = 4 | 6;

const SPACE: Readonly<Record<Family, bigint>> = { 4: 1n << 32n, 6: 1n << 128n };

/** `::ffff:0:0/96`: what lies under it Go cannot tell from IPv4 (net.IP.To4), so neither can whereabouts. */
const MAPPED = 0xffffn;

/**
 * One IP address, IPv4 or IPv6, as Go's `net.IP` sees it: the IPv4-mapped block `::ffff:0:0/96` is IPv4. Immutable.
 * `toString()` is canonical, so it serves as a map key.
 */
export class Address {
  private constructor(
    /** 4 or 6. */
    readonly family: Family,
    /** The address as an unsigned number of 32 or 128 bits. */
    readonly value: bigint,
  ) {}

  /**
   * The address with this number. A number of `::ffff:0:0/96` gives the IPv4 address, as in Go.
   * @throws RangeError when the number is outside the family's space: a bug of the caller, never a matter of input.
   */
  static of(family: Family, value: bigint): Address {
    if (value < 0n || value >= SPACE[family]) throw new RangeError(`no IPv${family} address has the number ${value}`);
    if (family === 6 && value >> 32n === MAPPED) return new Address(4, value & 0xffffffffn);
    return new Address(family, value);
  }

  /** Reads an address as Go's `net.ParseIP` does: no leading zeros in IPv4, no zone. Undefined when it is none. */
  static parse(text: string): Address | undefined {
    return parseAddress(text, false);
  }

  /**
   * Reads an address as `ParseIPSloppy` of k8s.io/utils/net does: as {@link parse}, but octets may have leading zeros
   * (and are decimal), and so may IPv6 groups. whereabouts reads ranges so (v0.9.4 pkg/config/config.go).
   */
  static parseSloppy(text: string): Address | undefined {
    return parseAddress(text, true);
  }

  /** The canonical text: Go's `net.IP.String`, that is dotted decimal or RFC 5952. */
  toString(): string {
    return this.family === 4 ? printIPv4(Number(this.value)) : printIPv6(this.value);
  }

  /** Orders IPv4 before IPv6, then by number: negative, zero or positive. */
  compare(other: Address): number {
    if (this.family !== other.family) return this.family - other.family;
    return this.value < other.value ? -1 : this.value > other.value ? 1 : 0;
  }

  /** Whether both are the same address. */
  equals(other: Address): boolean {
    return this.family === other.family && this.value === other.value;
  }

  /**
   * The address `offset` further on (or back, when negative). Undefined when that leaves the family's space, which for
   * IPv6 includes stepping into `::ffff:0:0/96`.
   */
  plus(offset: bigint): Address | undefined {
    const value = this.value + offset;
    if (value < 0n || value >= SPACE[this.family]) return undefined;
    const address = Address.of(this.family, value);
    return address.family === this.family ? address : undefined;
  }

  /**
   * How far this address is after `other` (negative: before).
   * @throws RangeError when the families differ: a bug of the caller.
   */
  minus(other: Address): bigint {
    if (this.family !== other.family)
      throw new RangeError(`no distance between ${this.toString()} and ${other.toString()}`);
    return this.value - other.value;
  }

  /** As {@link toString}, so that JSON output shows the text. */
  toJSON(): string {
    return this.toString();
  }
}

function printIPv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 0xff}.${(value >>> 8) & 0xff}.${value & 0xff}`;
}

function printIPv6(value: bigint): string {
  const groups: number[] = [];
  for (let shift = 96n; shift >= 0n; shift -= 32n) {
    const word = Number((value >> shift) & 0xffffffffn);
    groups.push(word >>> 16, word & 0xffff);
  }
  // RFC 5952: the longest run of at least two zero groups, the first of equals, becomes "::".
  let runStart = -1;
  let runLength = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > runLength) {
      runStart = start;
      runLength = end - start;
    }
    if (end > start) start = end;
  }
  const hex = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return runStart < 0 ? hex(0, 8) : `${hex(0, runStart)}::${hex(runStart + runLength, 8)}`;
}

function parseAddress(text: string, sloppy: boolean): Address | undefined {
  // Which of the two comes first decides, as in Go: "1.2.3.4::" is a bad IPv4 address, not a bad IPv6 one.
  const mark = text[text.search(/[.:]/)];
  if (mark === '.') {
    const value = parseIPv4(text, sloppy);
    return value === undefined ? undefined : Address.of(4, BigInt(value));
  }
  if (mark === ':') {
    const value = parseIPv6(text, sloppy);
    return value === undefined ? undefined : Address.of(6, value);
  }
  return undefined;
}

const DOT = 0x2e;
const ZERO = 0x30;

function parseIPv4(text: string, sloppy: boolean): number | undefined {
  let value = 0;
  let octets = 0;
  let octet = 0;
  let digits = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? DOT : text.charCodeAt(at);
    if (code === DOT) {
      if (digits === 0) return undefined;
      value = value * 256 + octet;
      octets++;
      octet = 0;
      digits = 0;
      continue;
    }
    const digit = code - ZERO;
    const isLeadingZero = octet === 0 && digits > 0;
    if (digit < 0 || digit > 9 || (isLeadingZero && !sloppy)) return undefined;
    octet = octet * 10 + digit;
    if (octet > 255) return undefined;
    digits++;
  }
  return octets === 4 ? value : undefined;
}

const STRICT_GROUP = /^[0-9a-fA-F]{1,4}$/;
const SLOPPY_GROUP = /^0*[0-9a-fA-F]{1,4}$/;

function parseIPv6(text: string, sloppy: boolean): bigint | undefined {
  const ellipsis = text.indexOf('::');
  if (ellipsis < 0) {
    const groups = parseGroups(text, sloppy, true);
    return groups?.length === 8 ? join(groups) : undefined;
  }
  const headText = text.slice(0, ellipsis);
  const tailText = text.slice(ellipsis + 2);
  const head = headText === '' ? [] : parseGroups(headText, sloppy, false);
  const tail = tailText === '' ? [] : parseGroups(tailText, sloppy, true);
  if (head === undefined || tail === undefined) return undefined;
  // "::" stands for at least one group of zeros.
  const zeros = 8 - head.length - tail.length;
  if (zeros < 1) return undefined;
  return join([...head, ...new Array<number>(zeros).fill(0), ...tail]);
}

function parseGroups(text: string, sloppy: boolean, mayEndInIPv4: boolean): number[] | undefined {
  const parts = text.split(':');
  // Longer can never fit; this also bounds the work on rubbish.
  if (parts.length > 8) return undefined;
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (mayEndInIPv4 && index === parts.length - 1 && part.includes('.')) {
      const embedded = parseIPv4(part, sloppy);
      if (embedded === undefined) return undefined;
      groups.push(embedded >>> 16, embedded & 0xffff);
      continue;
    }
    if (!(sloppy ? SLOPPY_GROUP : STRICT_GROUP).test(part)) return undefined;
    groups.push(Number.parseInt(part, 16));
  }
  return groups;
}

function join(groups: readonly number[]): bigint {
  let value = 0n;
  for (let index = 0; index < 8; index += 2) {
    value = (value << 32n) | BigInt((groups[index] ?? 0) * 0x10000 + (groups[index + 1] ?? 0));
  }
  return value;
}
