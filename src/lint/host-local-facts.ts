import { isJsonObject, type JsonObject } from '../cni/go-json.js';
import { Address } from '../net/address.js';
import type { Interval } from '../net/interval.js';
import { Prefix } from '../net/prefix.js';
import { fieldOf } from './go-fields.js';
import type { IpamPart, NetworkSubject } from './model.js';
import type { Path } from './path.js';
import { rememberLast } from './remember.js';
import { type Written, writtenOf } from './whereabouts-facts.js';

/** One range of host-local. */
export interface HostLocalRange {
  readonly path: Path;
  readonly subnet: Written | undefined;
  /** The subnet, where it can be read. */
  readonly prefix: Prefix | undefined;
  readonly start: Written | undefined;
  readonly end: Written | undefined;
}

/** A set of ranges: each gives a pod an address. */
export interface HostLocalSet {
  readonly path: Path;
  readonly ranges: readonly HostLocalRange[];
}

/** An `ipam` object of type host-local. */
export interface HostLocalFacts {
  readonly ipam: IpamPart;
  /** That of the top first, as host-local has them; what is no list is left out. */
  readonly sets: readonly HostLocalSet[];
  /** The elements of `ranges` that are no lists. */
  readonly noLists: readonly { readonly value: unknown; readonly path: Path }[];
}

/** What the host-local IPAMs of a network say. */
export const hostLocalOf = rememberLast(({ ipams }: NetworkSubject): readonly HostLocalFacts[] =>
  ipams.filter(({ type }) => type === 'host-local').map(factsOf),
);

/** All ranges of a network. */
export function hostLocalRangesOf(network: NetworkSubject): HostLocalRange[] {
  return hostLocalOf(network).flatMap(({ sets }) => sets.flatMap(({ ranges }) => ranges));
}

/** First and last address of a range, the gateway included; undefined where host-local refuses it. */
export function hostLocalInterval({ prefix, start, end }: HostLocalRange): Interval | undefined {
  if (prefix === undefined || !prefix.isMasked || prefix.bits - prefix.length < 2) return undefined;
  const first = start === undefined ? prefix.network.plus(1n) : Address.parse(start.text);
  const highest = prefix.family === 4 ? prefix.broadcast.plus(-1n) : prefix.broadcast;
  const last = end === undefined ? highest : Address.parse(end.text);
  if (first === undefined || last === undefined || !prefix.contains(first) || !prefix.contains(last)) return undefined;
  return first.compare(last) > 0 ? undefined : { first, last };
}

function factsOf(ipam: IpamPart): HostLocalFacts {
  const { conf, path } = ipam;
  const own = rangeOf(conf, path);
  const field = fieldOf(conf, 'ranges');
  const elements = Array.isArray(field?.value)
    ? field.value.map((value: unknown, i) => ({ value, path: [...path, field.key, i] }))
    : [];
  const sets = elements.flatMap(({ value, path: at }): HostLocalSet[] =>
    Array.isArray(value) ? [{ path: at, ranges: rangesIn(value, at) }] : [],
  );
  return {
    ipam,
    sets: own.subnet === undefined ? sets : [{ path, ranges: [own] }, ...sets],
    noLists: elements.filter(({ value }) => !Array.isArray(value)),
  };
}

function rangesIn(list: readonly unknown[], path: Path): HostLocalRange[] {
  return list.flatMap((range, i) => (isJsonObject(range) ? [rangeOf(range, [...path, i])] : []));
}

function rangeOf(object: JsonObject, path: Path): HostLocalRange {
  const subnet = writtenOf(object, path, 'subnet');
  return {
    path,
    subnet,
    prefix: subnet === undefined ? undefined : Prefix.parse(subnet.text),
    start: writtenOf(object, path, 'rangeStart'),
    end: writtenOf(object, path, 'rangeEnd'),
  };
}
