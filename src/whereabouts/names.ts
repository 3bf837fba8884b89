import { Address } from '../net/address.js';
import type { Prefix } from '../net/prefix.js';

/** What the name of an IPPool is made of. */
export interface PoolIdentity {
  /** The range as whereabouts holds it: masked, in canonical text; for node slices the slice. */
  readonly range: string;
  /** `network_name` of the IPAM configuration; null, undefined or empty for the unnamed network. */
  readonly networkName?: string | null | undefined;
  /** The node, for node slices; null, undefined or empty otherwise. */
  readonly nodeName?: string | null | undefined;
}

/** One way to read what stands before the range in a pool's name. */
export interface PoolOwner {
  readonly networkName: string | null;
  readonly nodeName: string | null;
}

/** One way to read the name of a reservation. */
export interface ReservationReading {
  readonly networkName: string | null;
  readonly address: Address;
}

/** The Lease that ADD and DEL of all networks without node slices take. */
const SHARED_LEASE = 'whereabouts';

/**
 * A range as it stands in names: `:` and `/` become `-`.
 * Source: whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (normalizeRange).
 */
export function normalizeRange(range: string): string {
  return hyphenate(range);
}

function hyphenate(text: string): string {
  // Object names may not end with a hyphen.
  return (text.endsWith(':') ? `${text}0` : text).replaceAll(':', '-').replaceAll('/', '-');
}

/** Joins what is there with `-`; in whereabouts empty and missing are the same. */
function joinNames(...parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== null && part !== '').join('-');
}

/**
 * The name of the IPPool for a range.
 * Source: whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (IPPoolName).
 */
export function poolName({ range, networkName, nodeName }: PoolIdentity): string {
  return joinNames(networkName, nodeName, normalizeRange(range));
}

/**
 * The name of the OverlappingRangeIPReservation of an address.
 * Source: whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (NormalizeIP).
 */
export function reservationName(address: Address, networkName?: string | null): string {
  return joinNames(networkName, hyphenate(address.toString()));
}

/**
 * The name of the Lease that ADD and DEL hold: one for all pools, or with node slices the slice pool's own.
 * Source: whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (newLeaderElector).
 * @param slicePool the slice pool, when the network has `node_slice_size`
 */
export function leaseName(slicePool?: PoolIdentity): string {
  return slicePool === undefined ? SHARED_LEASE : poolName(slicePool);
}

/**
 * The name of the NodeSlicePool of a network. Undefined when neither name is there: then none can exist.
 * Source: whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (getNodeSliceName), pkg/node-controller/controller.go
 * (getSliceName).
 */
export function nodeSlicePoolName(network: {
  readonly networkName?: string | null | undefined;
  readonly cniName: string | undefined;
}): string | undefined {
  return network.networkName || network.cniName || undefined;
}

/**
 * Takes the range off a pool's name and gives what stands before it: null when nothing does (no network name, no node).
 * Undefined when the name does not end in the range, so was not given by whereabouts.
 */
export function parsePoolName(name: string, range: Prefix): { readonly prefix: string | null } | undefined {
  const suffix = normalizeRange(range.masked().toString());
  if (name === suffix) return { prefix: null };
  if (!name.endsWith(`-${suffix}`) || name.length === suffix.length + 1) return undefined;
  return { prefix: name.slice(0, -suffix.length - 1) };
}

/**
 * Reads what stands before the range: a network, a node, or both. Names may contain hyphens, so the text alone does not
 * tell; given are all readings that name known networks and nodes only (none: nothing known fits).
 */
export function splitPoolPrefix(
  prefix: string | null,
  knownNetworks: ReadonlySet<string>,
  knownNodes: ReadonlySet<string>,
): PoolOwner[] {
  if (prefix === null) return [{ networkName: null, nodeName: null }];
  const owners: PoolOwner[] = [];
  if (knownNetworks.has(prefix)) owners.push({ networkName: prefix, nodeName: null });
  if (knownNodes.has(prefix)) owners.push({ networkName: null, nodeName: prefix });
  for (let hyphen = prefix.indexOf('-'); hyphen >= 0; hyphen = prefix.indexOf('-', hyphen + 1)) {
    const networkName = prefix.slice(0, hyphen);
    const nodeName = prefix.slice(hyphen + 1);
    if (knownNetworks.has(networkName) && knownNodes.has(nodeName)) owners.push({ networkName, nodeName });
  }
  return owners;
}

/**
 * All readings of a reservation's name, those of known networks (and of the unnamed one) first. IPv4 allows one reading
 * at most; with IPv6 a network name may itself look like groups of the address (`a-fd00--1` is `fd00::1` of network `a`,
 * or `a:fd00::1` of none). Where the address is known, compute {@link reservationName} and compare instead.
 */
export function parseReservationName(name: string, networkNames: Iterable<string>): ReservationReading[] {
  const known = networkNames instanceof Set ? (networkNames as ReadonlySet<string>) : new Set(networkNames);
  const expected: ReservationReading[] = [];
  const possible: ReservationReading[] = [];
  for (let start = 0; start >= 0; start = nextStart(name, start)) {
    const tail = name.slice(start);
    const address = parseTail(tail);
    if (address === undefined) continue;
    const networkName = start === 0 ? null : name.slice(0, start - 1);
    if (networkName === '') continue;
    (networkName === null || known.has(networkName) ? expected : possible).push({ networkName, address });
  }
  return [...expected, ...possible];
}

function nextStart(name: string, start: number): number {
  const hyphen = name.indexOf('-', start);
  return hyphen < 0 ? -1 : hyphen + 1;
}

function parseTail(tail: string): Address | undefined {
  if (!/^(?:[0-9.]+|[0-9a-f-]+)$/.test(tail)) return undefined;
  const address = Address.parse(tail.replaceAll('-', ':'));
  // Only what whereabouts itself would write: other spellings of the address name no reservation that it looks up.
  // Dotted decimal has one spelling that parses.
  if (address?.family === 4) return address;
  return address !== undefined && reservationName(address) === tail ? address : undefined;
}
