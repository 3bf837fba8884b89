import fc from 'fast-check';
import { Address } from '../../src/net/address.js';
import { Prefix } from '../../src/net/prefix.js';

/** Numbers of an IPv6 address that lie where things happen: many zero or all-ones groups, mixed with random ones. */
const groups6 = fc
  .array(fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 8,
    maxLength: 8,
  })
  .map((groups) => groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n));

const octets4 = fc
  .array(fc.oneof(fc.constant(0), fc.constant(255), fc.integer({ min: 0, max: 255 })), { minLength: 4, maxLength: 4 })
  .map((octets) => octets.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n));

/** Any address; of IPv6 those without `::ffff:0:0/96`, which is IPv4. */
export const address: fc.Arbitrary<Address> = fc.oneof(
  octets4.map((value) => Address.of(4, value)),
  groups6.map((value) => Address.of(6, value)),
);

/** Any prefix, host bits and all. */
export const prefix: fc.Arbitrary<Prefix> = address.chain((base) =>
  fc.integer({ min: 0, max: base.family === 4 ? 32 : 128 }).map((length) => Prefix.of(base, length)),
);

/** A masked prefix with 2 to 64 addresses, often at an end of the address space. */
export const smallRange: fc.Arbitrary<Prefix> = fc
  .record({
    base: fc.oneof(
      address,
      fc
        .constantFrom(
          '0.0.0.0',
          '255.255.255.255',
          '10.0.0.0',
          '::',
          'fd00::',
          'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
        )
        .map((text) => Address.parse(text) as Address),
    ),
    hostBits: fc.integer({ min: 1, max: 6 }),
  })
  .map(({ base, hostBits }) => Prefix.of(base, (base.family === 4 ? 32 : 128) - hostBits).masked());

/** An address in a range or a little outside of it. */
export function near(range: Prefix): fc.Arbitrary<Address> {
  return fc.bigInt({ min: -3n, max: range.size + 3n }).map((offset) => range.network.plus(offset) ?? range.network);
}

/** What may stand in `exclude` for a small range: single addresses, prefixes within, around and elsewhere. */
export function excludeFor(range: Prefix): fc.Arbitrary<string> {
  const bits = range.bits;
  return fc.oneof(
    near(range).map((single) => single.toString()),
    fc
      .record({ base: near(range), length: fc.integer({ min: Math.max(0, range.length - 2), max: bits }) })
      .map(({ base, length }) => Prefix.of(base, length).toString()),
    prefix.map((anywhere) => anywhere.toString()),
    fc.constantFrom('0.0.0.0/0', '::/0', '::ffff:10.0.0.0/125', '::ffff:10.0.0.1', '10.0.0.1'),
  );
}

/** Every address of a small interval, by enumeration: for comparing with what does not enumerate. */
export function enumerate(first: Address, last: Address): Address[] {
  const result: Address[] = [];
  for (let value = first.value; value <= last.value; value++) result.push(Address.of(first.family, value));
  return result;
}

/** Text that is an address, nearly one, or none. */
export const addressText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: address.map((value) => value.toString()) },
  { weight: 4, arbitrary: looseText() },
  {
    weight: 4,
    arbitrary: fc.tuple(address, fc.nat(), mutation()).map(([value, at, mutate]) => mutate(value.toString(), at)),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '.',
      ':',
      '::',
      ':::',
      '::1',
      '1::',
      '1:2:3:4:5:6:7::',
      '::2:3:4:5:6:7:8',
      '1::2:3:4:5:6:7:8',
      '1:2:3:4:5:6:1.2.3.4',
      '1:2:3:4:5:6:7:1.2.3.4',
      '::1.2.3.4',
      '::ffff:1.2.3.4',
      '::ffff:0102:0304',
      '::ffff:01.2.3.4',
      'fe80::1%eth0',
      '1.2.3.4%eth0',
      'fe80::1%',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.4:80',
      '1..2.3',
      '1.2.3.',
      '+1.2.3.4',
      ' 1.2.3.4',
      '1.2.3.4\n',
      '0x1.2.3.4',
      '١.2.3.4',
      '00001::',
      '10000::',
      '0::0::0',
      '1:2:3:4:5:6:7:8:9',
    ),
  },
);

/** Addresses of Go's grammar and next to it: leading zeros, short groups, embedded IPv4, one or two ellipses. */
function looseText(): fc.Arbitrary<string> {
  const octet = fc.oneof(
    fc.integer({ min: 0, max: 260 }).map(String),
    fc
      .tuple(fc.constantFrom('0', '00', '0000000000'), fc.integer({ min: 0, max: 255 }))
      .map(([zeros, n]) => `${zeros}${n}`),
  );
  const dotted = fc.array(octet, { minLength: 3, maxLength: 5 }).map((octets) => octets.join('.'));
  const group = fc.oneof(
    fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16)),
    fc.integer({ min: 0, max: 0xfffff }).map((n) => n.toString(16).toUpperCase()),
    fc.integer({ min: 0, max: 0xff }).map((n) => n.toString(16).padStart(5, '0')),
    fc.constantFrom('0', 'ffff', '', 'g'),
  );
  const colons = fc
    .record({
      groups: fc.array(group, { minLength: 1, maxLength: 9 }),
      ellipsis: fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }),
      tail: fc.option(dotted, { nil: undefined, freq: 4 }),
    })
    .map(({ groups, ellipsis, tail }) => {
      const parts = tail === undefined ? [...groups] : [...groups, tail];
      if (ellipsis === undefined || ellipsis > parts.length) return parts.join(':');
      return `${parts.slice(0, ellipsis).join(':')}::${parts.slice(ellipsis).join(':')}`;
    });
  return fc.oneof(dotted, colons);
}

function mutation(): fc.Arbitrary<(text: string, at: number) => string> {
  return fc.oneof(
    fc.constantFrom(...Array.from('.:/0123456789abcfF% -+')).map((char) => (text: string, at: number) => {
      const index = at % (text.length + 1);
      return text.slice(0, index) + char + text.slice(index);
    }),
    fc.constant((text: string, at: number) => {
      const index = at % text.length;
      return text.slice(0, index) + text.slice(index + 1);
    }),
  );
}

/** Text that is a prefix, nearly one, or none. */
export const prefixText: fc.Arbitrary<string> = fc.oneof(
  prefix.map((value) => value.toString()),
  fc
    .tuple(
      addressText,
      fc.oneof(
        fc.integer({ min: 0, max: 130 }).map(String),
        fc.constantFrom('', '024', '-1', '+8', '1e1', '0x8', '99999999999', '/', ' 8'),
      ),
    )
    .map(([text, length]) => `${text}/${length}`),
  fc
    .tuple(octets4, fc.integer({ min: 0, max: 128 }))
    .map(([value, length]) => `::ffff:${Address.of(4, value).toString()}/${length}`),
  addressText,
);
