import { GoJsonError, GoStruct } from '../cni/go-json.js';
import { Address } from '../net/address.js';
import { type Interval, IntervalSet } from '../net/interval.js';
import { Prefix } from '../net/prefix.js';
import { effectiveWindow, parseExclude, windowAddresses } from './window.js';

/** One range of a whereabouts configuration; every range gives each pod an address. */
export interface WhereaboutsRange {
  /** The range, masked: what pool names and `spec.range` are made of. */
  readonly range: Prefix;
  /** `range_start`, or the start of `a-b/len`; not checked against the range. */
  readonly start: Address | undefined;
  /** `range_end`, or the end of `a-b/len`; not checked against the range. */
  readonly end: Address | undefined;
  /** The entries of `exclude` as written. */
  readonly excludeText: readonly string[];
  /** First and last address before exclusions. With node slices each node has its slice's own instead. */
  readonly window: Interval | undefined;
  /** What can be handed out: the window less the exclusions; empty where there is a `problem`. */
  readonly addresses: IntervalSet;
  /** Why every ADD that needs a new address of this range fails, in whereabouts' words; undefined when it can work. */
  readonly problem: string | undefined;
}

/** A whereabouts configuration, or why whereabouts refuses it. */
export type IpamReading =
  | {
      readonly ok: true;
      /** `range` first, then `ipRanges`; may be empty, which whereabouts accepts (it then allocates nothing). */
      readonly ranges: readonly WhereaboutsRange[];
      /** `network_name`; null for the unnamed network. */
      readonly networkName: string | null;
      /** `enable_overlapping_ranges`: whether addresses are reserved across ranges; true when not given. */
      readonly overlapping: boolean;
      /** `node_slice_size` as written; null when node slices are off. */
      readonly nodeSliceSize: string | null;
      /** Name of the CNI network, which names the NodeSlicePool of an unnamed network. */
      readonly cniName: string | undefined;
    }
  | { readonly ok: false; readonly error: string };

/** What of the surrounding CNI configuration matters. */
export interface IpamContext {
  /** `name` of the network. */
  readonly cniName: string | undefined;
  /** `cniVersion`; when it is not known, the limit of old versions on static addresses is not checked. */
  readonly cniVersion?: string | undefined;
}

/** JSON names of IPAMConfigAlias, in its order. Source: whereabouts v0.9.4 pkg/types/types.go. */
const IPAM_FIELDS = [
  'Name',
  'type',
  'routes',
  'datastore',
  'addresses',
  'ipRanges',
  'node_slice_size',
  'exclude',
  'dns',
  'range',
  'range_start',
  'range_end',
  'gateway',
  'etcd_host',
  'etcd_username',
  'etcd_password',
  'etcd_key_file',
  'etcd_cert_file',
  'etcd_ca_cert_file',
  'leader_lease_duration',
  'leader_renew_deadline',
  'leader_retry_period',
  'log_file',
  'log_level',
  'reconciler_cron_expression',
  'enable_overlapping_ranges',
  'sleep_for_race',
  'Gateway',
  'kubernetes',
  'configuration_path',
  'PodName',
  'PodNamespace',
  'network_name',
] as const;

/** Fields of which only the type matters here. */
const OTHER_STRINGS = [
  'Name',
  'datastore',
  'etcd_host',
  'etcd_username',
  'etcd_password',
  'etcd_key_file',
  'etcd_cert_file',
  'etcd_ca_cert_file',
  'log_file',
  'log_level',
  'reconciler_cron_expression',
  'Gateway',
  'configuration_path',
  'PodName',
  'PodNamespace',
] as const;
const OTHER_INTS = ['leader_lease_duration', 'leader_renew_deadline', 'leader_retry_period', 'sleep_for_race'] as const;

/** CNI versions that allow one address of a family at most; the empty one means 0.1.0. */
const ONE_ADDRESS_VERSIONS: ReadonlySet<string> = new Set(['', '0.1.0', '0.2.0']);

/** A range before it is read: RangeConfiguration. */
interface RawRange {
  readonly exclude: readonly string[];
  readonly range: string;
  readonly start: Address | undefined;
  readonly end: Address | undefined;
}

/** whereabouts refuses the configuration; the message is its own. */
class RefusedError extends Error {}

/**
 * Reads the `ipam` object of a CNI configuration as whereabouts does on ADD. The node's flat file, which may fill fields
 * that are empty here, is not known and taken to hold none of the fields that matter.
 *
 * Source: whereabouts v0.9.4 pkg/config/config.go (LoadIPAMConfig), pkg/types/types.go (UnmarshalJSON).
 */
export function parseIpam(ipam: unknown, context: IpamContext): IpamReading {
  try {
    return readIpam(ipam, context);
  } catch (error) {
    if (error instanceof GoJsonError) {
      return { ok: false, error: `LoadIPAMConfig - JSON Parsing Error: ${error.message}` };
    }
    if (error instanceof RefusedError) return { ok: false, error: error.message };
    throw error;
  }
}

function readIpam(ipam: unknown, context: IpamContext): IpamReading {
  if (ipam === null || ipam === undefined) throw new RefusedError("IPAM config missing 'ipam' key");
  const fields = new GoStruct('IPAMConfigAlias', ipam, IPAM_FIELDS);
  const type = fields.string('type');
  const range = fields.string('range');
  const first: RawRange = {
    exclude: fields.strings('exclude'),
    range,
    // At the top level an address that does not parse counts as not given (backwardsCompatibleIPAddress).
    start: Address.parseSloppy(fields.string('range_start')),
    end: Address.parseSloppy(fields.string('range_end')),
  };
  const further = fields.list('ipRanges', 'types.RangeConfiguration', readRange);
  const gateway = fields.string('gateway');
  const addresses = fields.list('addresses', 'types.Address', readStaticAddress);
  const networkName = fields.string('network_name');
  const nodeSliceSize = fields.string('node_slice_size');
  const overlapping = fields.bool('enable_overlapping_ranges', true);
  checkOthers(fields);

  if (type !== 'whereabouts') {
    throw new RefusedError(`only interested in networks whose IPAM type is 'whereabouts'. This one was: ${type}`);
  }
  const ranges = (range === '' ? further : [first, ...further]).map(loadRange);
  if (gateway !== '' && Address.parseSloppy(gateway) === undefined) {
    throw new RefusedError(`couldn't parse gateway IP: ${gateway}`);
  }
  checkStaticAddresses(addresses, context.cniVersion);
  return {
    ok: true,
    ranges,
    networkName: networkName === '' ? null : networkName,
    overlapping,
    nodeSliceSize: nodeSliceSize === '' ? null : nodeSliceSize,
    cniName: context.cniName,
  };
}

/** A range as it is written, by itself. */
export interface WrittenRange {
  readonly range: string;
  readonly start: string | undefined;
  readonly end: string | undefined;
  readonly exclude: readonly string[];
}

/**
 * What whereabouts makes of one `range` with its start, end and exclusions, or why it refuses it, whatever is wrong
 * elsewhere. As at the top of the `ipam`, a start or end that does not parse counts as not given.
 */
export function parseRange({
  range,
  start,
  end,
  exclude,
}: WrittenRange): WhereaboutsRange | { readonly error: string } {
  try {
    return loadRange({
      exclude,
      range,
      start: start === undefined ? undefined : Address.parseSloppy(start),
      end: end === undefined ? undefined : Address.parseSloppy(end),
    });
  } catch (error) {
    if (error instanceof RefusedError) return { error: error.message };
    throw error;
  }
}

function readRange(element: unknown): RawRange {
  const fields = new GoStruct('RangeConfiguration', element, ['exclude', 'range', 'range_start', 'range_end']);
  return {
    exclude: fields.strings('exclude'),
    range: fields.string('range'),
    start: readIP(fields, 'range_start'),
    end: readIP(fields, 'range_end'),
  };
}

/** A net.IP: empty is none, rubbish is an error of the whole configuration. */
function readIP(fields: GoStruct, name: string): Address | undefined {
  return fields.other(name, (value) => {
    if (value === null || value === '') return undefined;
    if (typeof value !== 'string') throw fields.mismatch(value, name, 'net.IP');
    const address = Address.parse(value);
    if (address === undefined) throw new GoJsonError(`invalid IP address: ${value}`);
    return address;
  });
}

function readStaticAddress(element: unknown): string {
  const fields = new GoStruct('Address', element, ['address', 'gateway', 'Address', 'Version']);
  readIP(fields, 'gateway');
  fields.string('Version');
  fields.other('Address', (value) => {
    // net.IPNet: { IP, Mask }, where the mask is base64. Nobody writes it; Go overwrites it in any case.
    const network = new GoStruct('IPNet', value, ['IP', 'Mask']);
    readIP(network, 'IP');
    network.string('Mask');
  });
  return fields.string('address');
}

/** Types of what is not used here, since a wrong one fails every ADD all the same. */
function checkOthers(fields: GoStruct): void {
  for (const name of OTHER_STRINGS) fields.string(name);
  for (const name of OTHER_INTS) fields.int(name);
  fields.list('routes', '*types.Route', checkRoute);
  fields.other('dns', (value) => {
    const dns = new GoStruct('DNS', value, ['nameservers', 'domain', 'search', 'options']);
    dns.string('domain');
    for (const name of ['nameservers', 'search', 'options']) dns.strings(name);
  });
  fields.other('kubernetes', (value) => {
    const kubernetes = new GoStruct('KubernetesConfig', value, ['kubeconfig', 'k8s_api_root']);
    kubernetes.string('kubeconfig');
    kubernetes.string('k8s_api_root');
  });
}

/** Source: containernetworking/cni v1.3.0 pkg/types/types.go (Route). */
function checkRoute(element: unknown): void {
  const route = new GoStruct('route', element, ['dst', 'gw', 'mtu', 'advmss', 'priority', 'table', 'scope']);
  route.other('dst', (value) => {
    if (value !== null && typeof value !== 'string') throw route.mismatch(value, 'dst', 'string');
    if (Prefix.parse(value ?? '') === undefined) throw new GoJsonError(`invalid CIDR address: ${value ?? ''}`);
  });
  readIP(route, 'gw');
  for (const name of ['mtu', 'advmss', 'priority', 'table', 'scope']) route.int(name);
}

function loadRange(raw: RawRange): WhereaboutsRange {
  const hyphen = raw.range.indexOf('-');
  if (hyphen < 0) {
    const prefix = Prefix.parseSloppy(raw.range);
    if (prefix === undefined) {
      throw new RefusedError(`invalid CIDR ${raw.range}: invalid CIDR address: ${raw.range}`);
    }
    return judgeRange(prefix.masked(), raw.start, raw.end, raw.exclude);
  }
  const startText = raw.range.slice(0, hyphen);
  const endText = raw.range.slice(hyphen + 1);
  const start = Address.parseSloppy(startText);
  if (start === undefined) throw new RefusedError(`invalid range start IP: ${startText}`);
  const prefix = Prefix.parseSloppy(endText);
  if (prefix === undefined) {
    throw new RefusedError(
      `invalid CIDR (do you have the 'range' parameter set for Whereabouts?) '${endText}': invalid CIDR address: ${endText}`,
    );
  }
  if (!prefix.contains(start)) {
    throw new RefusedError(`invalid range start for CIDR ${prefix.masked().toString()}: ${start.toString()}`);
  }
  // Both ends in `range` win over range_start and range_end.
  return judgeRange(prefix.masked(), start, prefix.address, raw.exclude);
}

function judgeRange(
  range: Prefix,
  start: Address | undefined,
  end: Address | undefined,
  excludeText: readonly string[],
): WhereaboutsRange {
  const window = effectiveWindow(range, start, end);
  const base = { range, start, end, excludeText, window };
  if (window === undefined && range.bits - range.length <= 1) {
    const problem = `net mask is too short, subnet ${range.toString()} has no usable IP addresses, it is too small`;
    return { ...base, addresses: IntervalSet.empty, problem };
  }
  const excludes: Prefix[] = [];
  for (const text of excludeText) {
    const exclude = parseExclude(text);
    if (exclude === undefined) {
      const problem = `could not parse exclude range, err: "invalid CIDR address: ${text}"`;
      return { ...base, addresses: IntervalSet.empty, problem };
    }
    excludes.push(exclude);
  }
  return { ...base, addresses: windowAddresses(window, excludes), problem: undefined };
}

/** Source: whereabouts v0.9.4 pkg/config/config.go (configureStatic). */
function checkStaticAddresses(addresses: readonly string[], cniVersion: string | undefined): void {
  let ipv4 = 0;
  let ipv6 = 0;
  for (const text of addresses) {
    const prefix = Prefix.parseSloppy(text);
    if (prefix === undefined)
      throw new RefusedError(`invalid CIDR in addresses ${text}: invalid CIDR address: ${text}`);
    if (prefix.address.family === 4) ipv4++;
    else ipv6++;
  }
  if (cniVersion !== undefined && ONE_ADDRESS_VERSIONS.has(cniVersion) && (ipv4 > 1 || ipv6 > 1)) {
    throw new RefusedError(`CNI version ${cniVersion} does not support more than 1 address per family`);
  }
}
