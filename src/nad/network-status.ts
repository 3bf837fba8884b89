import { GoJsonError, GoStruct, isJsonObject } from '../cni/go-json.js';
import { Address } from '../net/address.js';
import { Prefix } from '../net/prefix.js';

/** The annotation in which multus reports what it attached. (`networks-status` is not written since multus 4.0.) */
export const NETWORK_STATUS_ANNOTATION = 'k8s.v1.cni.cncf.io/network-status';

/** The annotation that asks for attachments. */
export const NETWORKS_ANNOTATION = 'k8s.v1.cni.cncf.io/networks';

/** One interface of a pod, as multus reported it. */
export interface NetworkStatusEntry {
  /** `namespace/name` of the NetworkAttachmentDefinition, or for the cluster network the CNI network's name. */
  readonly name: string;
  /** The NetworkAttachmentDefinition that the name says; undefined when it is no `namespace/name`. */
  readonly nad: { readonly namespace: string; readonly name: string } | undefined;
  /** The interface in the pod; null when not reported. */
  readonly ifName: string | null;
  /** The addresses that could be read; a prefix length is dropped. */
  readonly addresses: readonly Address[];
  /** How many entries of `ips` are no address: when any, the list of addresses is incomplete. */
  readonly unreadableAddresses: number;
  /** Whether it is the cluster network, which whereabouts' reconciler passes over. */
  readonly isDefault: boolean;
}

/** What a pod's annotation says of its interfaces. */
export type NetworkStatus =
  | {
      /** No annotation (or an empty one); or one that whereabouts cannot read either. */
      readonly state: 'absent' | 'unreadable';
    }
  | { readonly state: 'read'; readonly entries: readonly NetworkStatusEntry[] };

/** A NetworkAttachmentDefinition that a pod asks for. */
export interface RequestedNetwork {
  readonly namespace: string;
  readonly name: string;
  /** The interface asked for; null leaves it to multus. */
  readonly ifName: string | null;
}

/**
 * Reads what multus reported, from a pod's `metadata.annotations`.
 *
 * Source: network-attachment-definition-client v1.7.7 pkg/apis/k8s.cni.cncf.io/v1/types.go (NetworkStatus); whereabouts
 * v0.9.4 pkg/reconciler/wrappedPod.go (getFlatIPSet), which takes an unreadable annotation for one without addresses.
 */
export function readNetworkStatus(annotations: unknown): NetworkStatus {
  const text = annotation(annotations, NETWORK_STATUS_ANNOTATION);
  if (text === undefined) return { state: 'absent' };
  try {
    return { state: 'read', entries: parseList(text).map(readEntry) };
  } catch (error) {
    if (error instanceof GoJsonError) return { state: 'unreadable' };
    throw error;
  }
}

const STATUS_FIELDS = ['name', 'interface', 'ips', 'mac', 'mtu', 'default', 'dns', 'device-info', 'gateway'];

function readEntry(element: unknown): NetworkStatusEntry {
  const fields = new GoStruct('NetworkStatus', element, STATUS_FIELDS);
  const name = fields.string('name');
  const ips = fields.strings('ips');
  const addresses = ips.map(readAddress).filter((address) => address !== undefined);
  // Their types matter: another one makes the whole annotation unreadable for whereabouts.
  fields.string('mac');
  fields.int('mtu');
  fields.strings('gateway');
  return {
    name,
    nad: splitName(name),
    ifName: fields.string('interface') || null,
    addresses,
    unreadableAddresses: ips.length - addresses.length,
    isDefault: fields.bool('default', false),
  };
}

function readAddress(text: string): Address | undefined {
  return Address.parseSloppy(text) ?? Prefix.parseSloppy(text)?.address;
}

function splitName(text: string): { readonly namespace: string; readonly name: string } | undefined {
  const [namespace, name, ...more] = text.split('/');
  return namespace && name && more.length === 0 ? { namespace, name } : undefined;
}

/**
 * Reads which networks a pod asks for: a comma-separated list of `namespace/name@interface`, or a JSON list.
 * `unreadable` where multus fails too, so that the pod gets no sandbox.
 *
 * Source: multus-cni v4 pkg/k8sclient/k8sclient.go (parsePodNetworkAnnotation, parsePodNetworkObjectName).
 */
export function readRequestedNetworks(
  annotations: unknown,
  podNamespace: string,
): readonly RequestedNetwork[] | 'absent' | 'unreadable' {
  const text = annotation(annotations, NETWORKS_ANNOTATION);
  if (text === undefined) return 'absent';
  try {
    const networks = /[[{"]/.test(text) ? parseList(text).map(readSelection) : text.split(',').map(readShortForm);
    // An attachment without a name is never found, so the pod gets no sandbox either.
    if (networks.some(({ name }) => name === '')) return 'unreadable';
    return networks.map(({ namespace, ...rest }) => ({ namespace: namespace || podNamespace, ...rest }));
  } catch (error) {
    if (error instanceof GoJsonError) return 'unreadable';
    throw error;
  }
}

const SELECTION_FIELDS = [
  'name',
  'namespace',
  'ips',
  'mac',
  'infiniband-guid',
  'interface',
  'interfaceRequest',
  'portMappings',
  'bandwidth',
  'cni-args',
  'default-route',
];

function readSelection(element: unknown): RequestedNetwork {
  if (element === null) throw new GoJsonError('multus cannot take null for a network');
  const fields = new GoStruct('NetworkSelectionElement', element, SELECTION_FIELDS);
  fields.strings('ips');
  fields.string('mac');
  return {
    namespace: fields.string('namespace'),
    name: fields.string('name'),
    // `interfaceRequest` is the old spelling; multus takes it where `interface` is not given.
    ifName: fields.string('interface') || fields.string('interfaceRequest') || null,
  };
}

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const MAX_INTERFACE_BYTES = 15;

function readShortForm(item: string): RequestedNetwork {
  const parts = item.trim().split('/');
  if (parts.length > 2) throw new GoJsonError(`more than one '/' in ${item}`);
  const namespace = parts.length === 2 ? (parts[0] ?? '').trim() : '';
  const atParts = (parts.at(-1) ?? '').split('@');
  if (atParts.length > 2) throw new GoJsonError(`more than one '@' in ${item}`);
  const name = (atParts[0] ?? '').trim();
  const ifName = (atParts[1] ?? '').trim();
  for (const label of [namespace, name]) {
    if (label !== '' && !LABEL.test(label)) throw new GoJsonError(`no DNS label: ${label}`);
  }
  if (ifName.length > MAX_INTERFACE_BYTES || /[ \t\n\v\f\r/]/.test(ifName)) {
    throw new GoJsonError(`no interface name: ${ifName}`);
  }
  return { namespace, name, ifName: ifName || null };
}

function annotation(annotations: unknown, key: string): string | undefined {
  if (!isJsonObject(annotations) || !Object.hasOwn(annotations, key)) return undefined;
  const value = annotations[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A JSON list as Go reads one into a slice: null is an empty one. */
function parseList(text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new GoJsonError('not JSON');
  }
  if (value === null) return [];
  if (!Array.isArray(value)) throw new GoJsonError('not a list');
  return value;
}
