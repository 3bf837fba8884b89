import type { JsonObject } from '../cni/go-json.js';
import { readRequestedNetworks, NETWORKS_ANNOTATION } from '../nad/network-status.js';
import type { Interval, IntervalSet } from '../net/interval.js';
import { fieldOf, textOf } from './go-fields.js';
import { groupBy } from './group-by.js';
import type { AttachmentSubject, NetworkSubject, NadSubject, PluginPart, SetSubject } from './model.js';
import type { Path } from './path.js';
import { rememberLast } from './remember.js';
import { isShim, readRanges, type WhereaboutsFacts, whereaboutsOf } from './whereabouts-facts.js';

/** The segment that a network puts its pods on: an interface or bridge of the node, and a VLAN. */
export interface Segment {
  /** The same for the same segment. */
  readonly key: string;
  /** For people. */
  readonly text: string;
}

/** Main plugins whose `master` is the interface that they put pods on. */
const ON_MASTER: ReadonlySet<string> = new Set(['macvlan', 'ipvlan', 'vlan']);
/** Main plugins with a bridge, and the bridge when none is named. */
const BRIDGES: Readonly<Record<string, string | undefined>> = {
  bridge: 'cni0',
  ovs: undefined,
  'cnv-bridge': undefined,
};

/** The networks of a set that may share addresses: what the operator rendered from an entry is that entry once more. */
export const networksOf = rememberLast((set: SetSubject): readonly NetworkSubject[] => {
  const hasEntries = set.networks.some(({ origin }) => origin === 'additional-network');
  const nads = new Set(hasEntries ? set.nads.map(keyOf) : []);
  return set.networks.filter(
    (network) => !isShim(network) && (network.origin !== 'additional-network' || !nads.has(keyOf(network))),
  );
});

/** Networks on the same segment, as far as it is known. */
export const segmentsOf = rememberLast((set: SetSubject): readonly (readonly NetworkSubject[])[] => [
  ...groupBy(networksOf(set), (network) => segmentOf(network)?.key).values(),
]);

/** Namespace and name; the operator and kubectl put what has no namespace into `default`. */
function keyOf({ namespace, name }: { readonly namespace: string | null; readonly name: string | null }): string {
  return `${namespace ?? 'default'}/${name ?? ''}`;
}

/** A network as it is named to people, with its file where that is another one. */
export function named(network: NetworkSubject | NadSubject, beside: NetworkSubject | NadSubject): string {
  const { namespace, name, document } = network;
  const object = name === null ? document.source.name : [namespace, name].filter((part) => part !== null).join('/');
  const isElsewhere = name !== null && document.source.name !== beside.document.source.name;
  return isElsewhere && document.source.origin === 'given' ? `${object} (${document.source.name})` : object;
}

/** The segment of a network; undefined where the configuration does not tell. */
export function segmentOf({ plugins }: NetworkSubject): Segment | undefined {
  const [main] = plugins;
  if (main?.type === undefined) return undefined;
  if (ON_MASTER.has(main.type)) {
    const master = textOf(main.conf, 'master');
    if (master === undefined) return { key: ' ', text: 'the interface of the default route' };
    // `eth1.100` is what a VLAN interface is called by convention.
    const [, parent = master, tag = ''] = /^(.+)\.(\d{1,4})$/.exec(master) ?? [];
    return segment(parent, main.type === 'vlan' ? String(numberOf(main.conf, 'vlanId') ?? 0) : tag);
  }
  if (!Object.hasOwn(BRIDGES, main.type)) return undefined;
  const bridge = textOf(main.conf, 'bridge') ?? BRIDGES[main.type];
  return bridge === undefined ? undefined : segment(bridge, String(numberOf(main.conf, 'vlan') ?? ''));
}

function segment(device: string, vlan: string): Segment {
  const tag = vlan === '0' ? '' : vlan;
  return { key: `${device} ${tag}`, text: tag === '' ? device : `${device}, VLAN ${tag}` };
}

/** A number that a plugin reads; undefined where it is none. */
export function numberOf(conf: JsonObject, name: string): number | undefined {
  const value = fieldOf(conf, name)?.value;
  return typeof value === 'number' ? value : undefined;
}

/** The path of a field, or of the object where it has none. */
export function pathOf({ conf, path }: { readonly conf: JsonObject; readonly path: Path }, name: string): Path {
  const field = fieldOf(conf, name);
  return field === undefined ? path : [...path, field.key];
}

/** The plugin that makes the interface. */
export function mainOf({ plugins }: NetworkSubject): PluginPart | undefined {
  return plugins[0];
}

/** A whereabouts range as it is compared. */
export interface PoolRange {
  readonly network: NetworkSubject;
  readonly path: Path;
  readonly holder: Path;
  readonly excludePath: Path | undefined;
  readonly text: string;
  /** The IPPool: ranges with the same are one. */
  readonly pool: string;
  readonly networkName: string;
  /** `enable_overlapping_ranges`. */
  readonly isGuarded: boolean;
  readonly addresses: IntervalSet;
}

const pools = new WeakMap<NetworkSubject, readonly PoolRange[]>();

/** The ranges of a network that have pools of their own; with node slices each node has its own. */
export function poolRangesOf(network: NetworkSubject): readonly PoolRange[] {
  let ranges = pools.get(network);
  if (ranges === undefined) {
    ranges = whereaboutsOf(network).flatMap((facts) =>
      facts.slice === undefined ? readRanges(facts).map((range) => poolRange(network, facts, range)) : [],
    );
    // Of most networks there are none, and nothing is kept.
    if (ranges.length > 0) pools.set(network, ranges);
  }
  return ranges;
}

function poolRange(
  network: NetworkSubject,
  facts: WhereaboutsFacts,
  { range, holder, excludePath, reading }: ReturnType<typeof readRanges>[number],
): PoolRange {
  const networkName = facts.networkName?.text ?? '';
  const text = reading.range.toString();
  return {
    network,
    path: range.path,
    holder,
    excludePath,
    text,
    pool: `${networkName}|${text}`,
    networkName,
    isGuarded: fieldOf(facts.conf, 'enable_overlapping_ranges')?.value !== false,
    addresses: reading.addresses,
  };
}

/** An interval of something that is compared. */
export interface Stretch<T> extends Interval {
  readonly of: T;
}

/** The stretches of sets of addresses, sorted by where they begin: IPv4 first. */
export function stretchesOf<T>(things: readonly T[], addressesOf: (thing: T) => IntervalSet): Stretch<T>[] {
  const stretches = things.flatMap((of) => addressesOf(of).intervals.map((interval) => ({ ...interval, of })));
  return stretches.sort((a, b) => a.first.compare(b.first));
}

/**
 * Of the stretches that went by, the one that reaches farthest, and the farthest of another group: enough to tell in
 * one step whether a stretch meets one of another group, however many there are.
 */
export class Farthest<T> {
  #first: { stretch: Stretch<T>; group: string } | undefined;
  #second: { stretch: Stretch<T>; group: string } | undefined;

  add(stretch: Stretch<T>, group: string): void {
    const entry = { stretch, group };
    if (this.#first === undefined || stretch.last.compare(this.#first.stretch.last) > 0) {
      if (this.#first !== undefined && this.#first.group !== group) this.#second = this.#first;
      this.#first = entry;
    } else if (
      group !== this.#first.group &&
      (this.#second === undefined || stretch.last.compare(this.#second.stretch.last) > 0)
    ) {
      this.#second = entry;
    }
  }

  /** What reaches into the stretch, of a group that is not this one. */
  meets({ first }: Interval, group: string): T | undefined {
    const entry = this.#first?.group === group ? this.#second : this.#first;
    if (entry === undefined || entry.stretch.last.compare(first) < 0) return undefined;
    return entry.stretch.of;
  }
}

/** Two that do not go together: the later one, which is spoken of, and the other. */
export function spokenOf<T>(
  a: T,
  b: T,
  networkOf: (thing: T) => NetworkSubject,
  order: ReadonlyMap<NetworkSubject, number>,
): [T, T] {
  return (order.get(networkOf(a)) ?? 0) >= (order.get(networkOf(b)) ?? 0) ? [a, b] : [b, a];
}

/** The place of each network in the set. */
export function orderOf(set: SetSubject): ReadonlyMap<NetworkSubject, number> {
  return new Map(networksOf(set).map((network, i) => [network, i]));
}

/** The networks that one pod asks for, as far as they are in the set. */
export interface PodNetworks {
  readonly attachment: AttachmentSubject;
  readonly networks: readonly NetworkSubject[];
}

/** Which networks of the set each pod asks for; each once for each time that it is asked for. */
export function podNetworks(set: SetSubject): PodNetworks[] {
  const byName = new Map(
    networksOf(set)
      .filter(({ name }) => name !== null)
      .map((network) => [keyOf(network), network]),
  );
  const pods = groupBy(set.attachments, ({ document, namespace, name, objectKind, role }) =>
    role === 'networks'
      ? `${document.source.name}|${document.index}|${objectKind}|${namespace ?? ''}/${name ?? ''}`
      : undefined,
  );
  return [...pods.values()].flatMap((attachments): PodNetworks[] => {
    const [attachment] = attachments;
    if (attachment === undefined) return [];
    const found = attachments.flatMap(({ networks: asked, namespace }) => {
      const requested = readRequestedNetworks({ [NETWORKS_ANNOTATION]: asked }, namespace ?? 'default');
      return typeof requested === 'string' ? [] : requested.flatMap((each) => byName.get(keyOf(each)) ?? []);
    });
    return [{ attachment, networks: found }];
  });
}
