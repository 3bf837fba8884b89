import { isJsonObject, type JsonObject } from '../cni/go-json.js';
import { Address } from '../net/address.js';
import type { Prefix } from '../net/prefix.js';
import { parseRange, type WhereaboutsRange } from '../whereabouts/ipam.js';
import { parseSliceSize } from '../whereabouts/objects.js';
import { parseExclude } from '../whereabouts/window.js';
import { fieldOf, textOf } from './go-fields.js';
import type { IpamPart, NetworkSubject, PluginPart } from './model.js';
import { below, type Path } from './path.js';
import { rememberLast } from './remember.js';

/** A text of a configuration, and where it is. */
export interface Written {
  readonly text: string;
  readonly path: Path;
}

/** An element of `exclude`. */
export interface Exclusion extends Written {
  /** What it excludes; undefined where whereabouts cannot read it. */
  readonly prefix: Prefix | undefined;
}

/** One range of a whereabouts IPAM. */
export interface RangeFacts {
  /** What holds `range`, `range_start`, `range_end` and `exclude`: the `ipam` itself, or an element of `ipRanges`. */
  readonly holder: Path;
  /** Place in `ipRanges`; undefined for that of the `ipam` itself. */
  readonly index: number | undefined;
  /** `range`; empty, and at the holder, where there is none. */
  readonly range: Written;
  /** Whether it is of the form `a-b/len`, which says start and end itself. */
  readonly isDash: boolean;
  readonly start: Written | undefined;
  readonly end: Written | undefined;
  readonly excludes: readonly Exclusion[];
  /** Where `exclude` is; undefined where there is none. */
  readonly excludePath: Path | undefined;
  /** What whereabouts makes of it; undefined where it refuses it. */
  readonly reading: WhereaboutsRange | undefined;
  /** Why it refuses it. */
  readonly error: string | undefined;
}

/** An `ipam` object of type whereabouts. */
export interface WhereaboutsFacts {
  readonly conf: JsonObject;
  readonly path: Path;
  readonly plugin: PluginPart | undefined;
  /** `range` of the `ipam` itself first, as whereabouts has them. */
  readonly ranges: readonly RangeFacts[];
  readonly gateway: Written | undefined;
  /** The gateway, where it is an address. */
  readonly gatewayAddress: Address | undefined;
  readonly routes: readonly { readonly route: JsonObject; readonly path: Path }[];
  readonly networkName: Written | undefined;
  /** `node_slice_size`; undefined: no node slices. */
  readonly slice: (Written & { readonly size: number | undefined }) | undefined;
}

/** What many rules ask of one network. */
interface Known {
  readonly ipams: readonly WhereaboutsFacts[];
  readonly ranges: readonly RangeFacts[];
  readonly whole: readonly ReadRange[];
  readonly sliced: readonly SlicedFacts[];
}

const NOTHING: Known = { ipams: [], ranges: [], whole: [], sliced: [] };

const knownOf = rememberLast((network: NetworkSubject) =>
  network.ipams.some(isWhereabouts) ? findOut(network) : NOTHING,
);

function findOut({ ipams }: NetworkSubject): Known {
  const facts = ipams.filter(isWhereabouts).map(factsOf);
  return {
    ipams: facts,
    ranges: facts.flatMap(({ ranges }) => ranges),
    whole: facts.flatMap((each) => (each.slice === undefined ? readRanges(each) : [])),
    sliced: facts.filter((each): each is SlicedFacts => each.slice !== undefined),
  };
}

function isWhereabouts({ type }: IpamPart): boolean {
  return type === 'whereabouts';
}

/** The whereabouts IPAMs of a network. */
export function whereaboutsOf(network: NetworkSubject): readonly WhereaboutsFacts[] {
  return knownOf(network).ipams;
}

/** All ranges of a network. */
export function rangesOf(network: NetworkSubject): readonly RangeFacts[] {
  return knownOf(network).ranges;
}

/** A range that whereabouts can read. */
export type ReadRange = RangeFacts & { readonly reading: WhereaboutsRange };

/** The ranges whose start, end and exclusions count: with node slices whereabouts drops them. */
export function wholeRangesOf(network: NetworkSubject): readonly ReadRange[] {
  return knownOf(network).whole;
}

/** An IPAM with node slices. */
export type SlicedFacts = WhereaboutsFacts & { readonly slice: NonNullable<WhereaboutsFacts['slice']> };

/** The IPAMs of a network with node slices. */
export function slicedOf(network: NetworkSubject): readonly SlicedFacts[] {
  return knownOf(network).sliced;
}

/** The ranges of an IPAM that whereabouts can read. */
export function readRanges({ ranges }: WhereaboutsFacts): ReadRange[] {
  return ranges.filter((range): range is ReadRange => range.reading !== undefined);
}

/** How a range is divided: the first range's length, and the slices'. Undefined where it is not, or is IPv6. */
export function divisionOf({ ranges, slice }: WhereaboutsFacts): { length: number; size: number } | undefined {
  const range = ranges[0]?.reading?.range;
  if (range?.family !== 4 || slice?.size === undefined) return undefined;
  return { length: range.length, size: slice.size };
}

/** Whether a network stands for nothing but the daemons that its IPAM type has the operator start. */
export function isShim({ name, conf }: NetworkSubject): boolean {
  return (name ?? textOf(conf, 'name') ?? '').endsWith('-shim');
}

/** A text field, and where it is; undefined where it is missing, empty or no string. */
export function writtenOf(object: JsonObject, path: Path, name: string): Written | undefined {
  const field = fieldOf(object, name);
  if (typeof field?.value !== 'string' || field.value === '') return undefined;
  return { text: field.value, path: below(path, field.key) };
}

/** The objects of a list, and where they are. */
export function elementsOf(object: JsonObject, path: Path, name: string): { element: JsonObject; path: Path }[] {
  const field = fieldOf(object, name);
  if (!Array.isArray(field?.value)) return [];
  return field.value.flatMap((element: unknown, i) =>
    isJsonObject(element) ? [{ element, path: below(path, field.key, i) }] : [],
  );
}

function factsOf({ conf, path, plugin }: IpamPart): WhereaboutsFacts {
  const own = writtenOf(conf, path, 'range') === undefined ? [] : [rangeFacts(conf, path, undefined)];
  const further = elementsOf(conf, path, 'ipRanges').map(({ element, path: at }) =>
    rangeFacts(element, at, Number(at.at(-1))),
  );
  const gateway = writtenOf(conf, path, 'gateway');
  const slice = writtenOf(conf, path, 'node_slice_size');
  return {
    conf,
    path,
    plugin,
    ranges: [...own, ...further],
    gateway,
    gatewayAddress: gateway === undefined ? undefined : Address.parseSloppy(gateway.text),
    routes: elementsOf(conf, path, 'routes').map(({ element, path: at }) => ({ route: element, path: at })),
    networkName: writtenOf(conf, path, 'network_name'),
    slice: slice === undefined ? undefined : { ...slice, size: parseSliceSize(slice.text) },
  };
}

function rangeFacts(object: JsonObject, holder: Path, index: number | undefined): RangeFacts {
  const range = writtenOf(object, holder, 'range') ?? { text: '', path: holder };
  const start = writtenOf(object, holder, 'range_start');
  const end = writtenOf(object, holder, 'range_end');
  const excluding = fieldOf(object, 'exclude');
  const excludePath = excluding === undefined ? undefined : below(holder, excluding.key);
  const excludes = excludePath === undefined ? [] : exclusionsOf(excluding?.value, excludePath);
  const exclude = excludes.map(({ text }) => text);
  // By itself, so that nothing that is wrong elsewhere hides what it does.
  const reading = parseRange({ range: range.text, start: start?.text, end: end?.text, exclude });
  return {
    holder,
    index,
    range,
    isDash: range.text.includes('-'),
    start,
    end,
    excludes,
    excludePath,
    reading: 'error' in reading ? undefined : reading,
    error: 'error' in reading ? reading.error : undefined,
  };
}

function exclusionsOf(list: unknown, path: Path): Exclusion[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((text: unknown, i) =>
    typeof text === 'string' ? [{ text, path: below(path, i), prefix: parseExclude(text) }] : [],
  );
}
