import fc from 'fast-check';
import { Address } from '../../src/net/address.js';
import { Prefix } from '../../src/net/prefix.js';
import type { Answer, Given } from '../../src/nad/generate/questions.js';

type Answers = Record<string, Answer>;

/** All of them at once; undefined answers are none. */
function all(...parts: readonly fc.Arbitrary<Given>[]): fc.Arbitrary<Answers> {
  return fc.tuple(...parts).map((given) => {
    const entries = given.flatMap((each) => Object.entries(each));
    return Object.fromEntries(entries.filter((entry): entry is [string, Answer] => entry[1] !== undefined));
  });
}

const maybe = (id: string, value: fc.Arbitrary<Answer>): fc.Arbitrary<Given> =>
  fc.option(value, { nil: undefined }).map((answer) => ({ [id]: answer }));
const always = (id: string, value: fc.Arbitrary<Answer>): fc.Arbitrary<Given> =>
  value.map((answer) => ({ [id]: answer }));
const number = (min: number, max: number): fc.Arbitrary<string> => fc.integer({ min, max }).map(String);
const yes = fc.constant(true);

const label = fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?$/).filter((text) => text !== 'default');
const interfaceName = fc.stringMatching(/^(?:eth|ens|bond|br-)[a-z0-9]{1,6}(?:\.[0-9]{1,3})?$/);
const mtu = maybe('mtu', number(1280, 9000));

/** A private network of either family, without host bits. */
export const network4: fc.Arbitrary<Prefix> = fc
  .tuple(fc.integer({ min: 0, max: 0xffffff }), fc.integer({ min: 16, max: 29 }))
  .map(([low, length]) => Prefix.of(Address.of(4, BigInt(0x0a000000 + low)), length).masked());
const network6: fc.Arbitrary<Prefix> = fc
  .tuple(fc.bigInt(0n, (1n << 64n) - 1n), fc.integer({ min: 65, max: 124 }))
  .map(([low, length]) => Prefix.of(Address.of(6, (0xfd00n << 112n) | (0xabn << 96n) | low), length).masked());

/** Addresses of a network that may be handed out, the lowest first. */
const inside = (prefix: Prefix, count: number): fc.Arbitrary<Address[]> =>
  fc
    .uniqueArray(fc.bigInt(2n, prefix.size - 2n), { minLength: count, maxLength: count })
    .map((offsets) => offsets.sort((a, b) => (a < b ? -1 : 1)).flatMap((offset) => prefix.network.plus(offset) ?? []));

/** A range with what may be said of it in one answer; something is left to hand out. */
function rangeAnswer(prefix: Prefix): fc.Arbitrary<string> {
  const range = prefix.toString();
  return fc.oneof(
    fc.constant(range),
    inside(prefix, 2).map(([start, end]) => `${range},start=${String(start)},end=${String(end)}`),
    inside(prefix, 2).map(([start, end]) => `${String(start)}-${String(end)}/${String(prefix.length)}`),
    inside(prefix, 1).map(([out]) => `${range},exclude=${String(out)}`),
  );
}

const gatewayOf = (prefix: Prefix): string => String(prefix.network.plus(1n));

const wholeRange = fc.oneof(network4, network6).chain((prefix) =>
  all(
    always(
      'range',
      rangeAnswer(prefix).map((text) => [text]),
    ),
    fc.constantFrom<Given>(
      {},
      { gateway: [gatewayOf(prefix)], route: [prefix.family === 4 ? '172.16.0.0/12' : 'fd01::/16'] },
    ),
  ),
);
const bothFamilies = fc
  .tuple(network4, network6)
  .chain(([four, six]) => fc.tuple(rangeAnswer(four), rangeAnswer(six)))
  .map((range): Answers => ({ range }));
const slices = fc
  .tuple(fc.integer({ min: 16, max: 24 }), fc.integer({ min: 3, max: 6 }), fc.integer({ min: 0, max: 255 }))
  .map(([length, more, third]): Answers => ({
    range: [
      Prefix.of(Address.of(4, BigInt(0x0a000000 + third * 65536)), length)
        .masked()
        .toString(),
    ],
    'node-slice-size': `/${length + more}`,
  }));

/** Answers about whereabouts alone. */
export const whereabouts: fc.Arbitrary<Answers> = all(
  fc.constant<Given>({ ipam: 'whereabouts' }),
  fc.oneof({ weight: 4, arbitrary: wholeRange }, bothFamilies, slices),
  maybe('network-name', label),
);

const statics = fc.oneof(network4, network6).chain((prefix) =>
  inside(prefix, 1).map(([address]): Answers => ({
    ipam: 'static',
    address: [`${String(address)}/${String(prefix.length)}`],
    gateway: [gatewayOf(prefix)],
    route: [`${prefix.family === 4 ? '172.16.0.0/12' : 'fd01::/16'}=${gatewayOf(prefix)}`],
  })),
);
const dhcp = fc.constant<Answers>({ ipam: 'dhcp' });
const none = fc.constant<Answers>({ ipam: 'none' });

const chained = all(
  maybe('sysctl', fc.constant(['net.ipv4.conf.IFNAME.accept_redirects=0', 'net.ipv4.conf.IFNAME.arp_notify=1'])),
  maybe('vrf', interfaceName),
);
const shaped = maybe('ingress-rate', number(1, 1e9)).chain((given) =>
  given['ingress-rate'] === undefined
    ? fc.constant<Given>(given)
    : number(1, 1e9).map((burst): Given => ({ ...given, 'ingress-burst': burst })),
);
const dns = all(maybe('dns-nameserver', fc.constant(['10.0.0.53'])), maybe('dns-domain', fc.constant('example.com')));
const master = always('master', interfaceName);
const main = (type: string): fc.Arbitrary<Given> => fc.constant({ main: type });

const bridge = all(
  main('bridge'),
  always('bridge', interfaceName),
  mtu,
  maybe('vlan', number(1, 4094)),
  maybe('macspoofchk', yes),
  fc.oneof(whereabouts, statics, none),
  chained,
  shaped,
  dns,
);
const macvlan = all(
  main('macvlan'),
  master,
  mtu,
  maybe('mode', fc.constantFrom('bridge', 'private', 'vepa')),
  fc.oneof(whereabouts, statics, dhcp, none),
  fc.constantFrom<Given>({}, { capability: ['mac', 'ips'] }),
  chained,
  dns,
);
const ipvlan = all(
  main('ipvlan'),
  master,
  mtu,
  maybe('mode', fc.constantFrom('l2', 'l3', 'l3s')),
  fc.oneof(whereabouts, statics),
  chained,
);
const vlan = all(main('vlan'), master, mtu, always('vlan-id', number(1, 4094)), fc.oneof(whereabouts, statics, dhcp));
const hostDevice = all(
  main('host-device'),
  always('device', interfaceName),
  fc.oneof(whereabouts, dhcp, none),
  chained,
);
const tap = all(
  main('tap'),
  mtu,
  maybe('multi-queue', yes),
  fc.oneof(whereabouts, none),
  maybe('owner', number(0, 1e5)),
);
const sriov = all(
  main('sriov'),
  fc.constant<Given>({ form: 'nad', 'resource-name': 'openshift.io/nic' }),
  fc.constantFrom<Given>({}, { vlan: '7', 'vlan-qos': '3', 'vlan-proto': '802.1ad' }, { vlan: '9' }),
  maybe('spoofchk', fc.constantFrom('on', 'off')),
  maybe('link-state', fc.constantFrom('auto', 'enable', 'disable')),
  fc.oneof(whereabouts, statics, none),
  chained,
);
const ovn = all(
  main('ovn-k8s-cni-overlay'),
  always('namespace', label),
  fc.constantFrom<Given>(
    { topology: 'layer2' },
    { topology: 'localnet', 'physical-network-name': 'physnet', 'vlan-id': '7' },
  ),
  fc.oneof(
    fc.constant<Given>({}),
    network4.map((prefix): Given => ({ subnets: [prefix.toString()] })),
  ),
  mtu,
);

/** Answers as somebody gives them who knows what is wanted: nothing in them asks for a warning. */
export const sensible: fc.Arbitrary<Given> = all(
  always('name', label),
  maybe('form', fc.constantFrom('nad', 'additional-network', 'cni')),
  maybe('cni-version', fc.constantFrom('0.3.1', '0.4.0', '1.0.0')),
  fc.oneof(bridge, macvlan, ipvlan, vlan, hostDevice, tap, sriov, ovn),
);

/** Answers of any kind, most of them nonsense. */
export const any: fc.Arbitrary<Given> = sensible.chain((given) =>
  fc
    .tuple(
      fc.constantFrom(...Object.keys(given)),
      fc.oneof(fc.string(), fc.array(fc.string(), { maxLength: 2 }), fc.boolean(), fc.constant(undefined)),
    )
    .map(([id, answer]): Given => ({ ...given, [id]: answer })),
);
