import { isJsonObject, type JsonObject, jsonTypeOf } from '../cni/go-json.js';
import { Address } from '../net/address.js';
import { Prefix } from '../net/prefix.js';
import { fieldOf } from './go-fields.js';
import { groupBy } from './group-by.js';
import { readJson } from './json/read.js';
import type { AttachmentSubject, Draft, NetworkSubject, PathTarget, SetSubject } from './model.js';
import type { Path } from './path.js';
import { rememberLast } from './remember.js';
import { isDnsSubdomain } from './rules/nad/names.js';

/** A text that an attachment says, and where. */
export interface Said {
  readonly text: string;
  readonly at: PathTarget;
}

/** One network that is asked for. */
export interface AskedNetwork {
  /** As written; undefined: that of the pod. */
  readonly namespace: string | undefined;
  readonly name: Said;
  /** Undefined: multus names it by its place. */
  readonly ifName: Said | undefined;
  readonly ips: readonly Said[];
  readonly mac: Said | undefined;
  readonly defaultRoutes: readonly Said[];
  /** Its name has dots, which only the JSON form takes. */
  readonly isDotted: boolean;
}

/** What an attachment asks for. */
export interface AttachmentReading {
  /** `names`: names with commas between them; `json`: a JSON list; `machine`: one name of a virtual machine. */
  readonly form: 'names' | 'json' | 'machine';
  readonly asked: readonly AskedNetwork[];
  /** What multus refuses: no pod starts. */
  readonly problems: readonly Draft[];
}

/** multus does not count the letters. */
const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const PARSER = 'parsePodNetworkObjectName';
const NO_MATCH =
  'one or more items did not match comma-delimited format (must consist of lower case alphanumeric characters). Must start and end with an alphanumeric character)';
const JSON_ERROR = 'failed to parse pod Network Attachment Selection Annotation JSON format';

const known = new WeakMap<AttachmentSubject, AttachmentReading>();

/**
 * Reads an annotation as multus does, and what a virtual machine names.
 * Source: multus-cni 95a0932 pkg/k8sclient/k8sclient.go (parsePodNetworkAnnotation, parsePodNetworkObjectName).
 */
export function readAttachment(attachment: AttachmentSubject): AttachmentReading {
  let reading = known.get(attachment);
  if (reading === undefined) {
    reading = read(attachment);
    known.set(attachment, reading);
  }
  return reading;
}

const networksByName = rememberLast((set: SetSubject) => groupBy(set.networks, ({ name }) => name ?? undefined));

/** The networks of a set that an attachment may mean by one that it asks for. */
export function meantNetworks(set: SetSubject, attachment: AttachmentSubject, asked: AskedNetwork): NetworkSubject[] {
  const wanted = asked.namespace ?? attachment.namespace;
  return (networksByName(set).get(asked.name.text) ?? []).filter((network) => {
    if (network.origin !== 'nad' && network.origin !== 'additional-network') return false;
    const namespace = network.namespace ?? (network.origin === 'additional-network' ? 'default' : null);
    return wanted === null || namespace === null || wanted === namespace;
  });
}

function read(attachment: AttachmentSubject): AttachmentReading {
  const { networks, path } = attachment;
  if (path.at(-1) === 'networkName') return readMachine(attachment);
  if (/[[{"]/.test(networks)) return readList(attachment);
  const items = itemsOf(networks, path).map(readItem);
  return {
    form: 'names',
    asked: items.flatMap(({ asked }) => (asked === undefined ? [] : [asked])),
    problems: items.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
  };
}

/** KubeVirt makes the JSON form of it, in which dots are no matter. */
function readMachine({ networks, path }: AttachmentSubject): AttachmentReading {
  const slash = networks.indexOf('/');
  const said = part(networks, slash + 1, networks.length, path);
  const isNamed = said.text !== '' && !said.text.includes('/');
  return {
    form: 'machine',
    asked: isNamed ? [named(slash < 0 ? undefined : networks.slice(0, slash), said)] : [],
    problems: isNamed ? [] : [{ at: { path }, message: 'networkName is the name of a network, or namespace/name' }],
  };
}

function named(namespace: string | undefined, name: Said, ifName?: Said): AskedNetwork {
  const isDotted = name.text.includes('.') && isDnsSubdomain(name.text);
  return { namespace, name, ifName, ips: [], mac: undefined, defaultRoutes: [], isDotted };
}

/** A stretch of a text without the white space around it. */
function part(text: string, from: number, to: number, path: Path): Said {
  const raw = text.slice(from, to);
  const start = from + (raw.length - raw.trimStart().length);
  const trimmed = raw.trim();
  return { text: trimmed, at: { path, text: { from: start, to: start + trimmed.length } } };
}

function itemsOf(networks: string, path: Path): Said[] {
  let from = 0;
  return networks.split(',').map((raw) => {
    const said = part(networks, from, from + raw.length, path);
    from += raw.length + 1;
    return said;
  });
}

interface ReadItem {
  readonly asked?: AskedNetwork;
  readonly problem?: Draft;
}

function readItem(item: Said): ReadItem {
  const slashes = item.text.split('/').length - 1;
  if (item.text === '') return refused(item, 'there is no name between the commas', null);
  if (slashes > 1)
    return refused(item, 'there are two slashes in it', `${PARSER}: Invalid network object (failed at '/')`);
  const slash = item.text.indexOf('/');
  const rest = item.text.slice(slash + 1);
  if (rest.split('@').length > 2) {
    return refused(item, 'there are two @ in it', `${PARSER}: Invalid network object (failed at '@')`);
  }
  const at = rest.includes('@') ? slash + 1 + rest.indexOf('@') : item.text.length;
  const namespace = slash < 0 ? undefined : within(item, 0, slash).text;
  const name = within(item, slash + 1, at);
  const ifName = at < item.text.length ? within(item, at + 1, item.text.length) : undefined;
  const asked = named(namespace === '' ? undefined : namespace, name, ifName?.text === '' ? undefined : ifName);
  if (namespace !== undefined && namespace !== '' && !LABEL.test(namespace)) return mismatch(item, namespace);
  if (name.text === '') return refused(item, 'it has no name', null);
  return asked.isDotted || LABEL.test(name.text) ? { asked } : mismatch(item, name.text);
}

function within({ text, at }: Said, from: number, to: number): Said {
  const inner = part(text, from, to, at.path);
  const offset = at.text?.from ?? 0;
  const span = inner.at.text ?? { from, to };
  return { text: inner.text, at: { path: at.path, text: { from: offset + span.from, to: offset + span.to } } };
}

function refused({ text, at }: Said, message: string, upstream: string | null): ReadItem {
  return { problem: { at, message: text === '' ? message : `"${text}" is no network: ${message}`, upstream } };
}

function mismatch({ at }: Said, text: string): ReadItem {
  const upstream = `${PARSER}: Failed to parse: ${NO_MATCH}, mismatch @ '${text}'`;
  return {
    problem: { at, message: `"${text}" is no name: those are of lower case letters, digits and hyphens`, upstream },
  };
}

function readList({ networks, path }: AttachmentSubject): AttachmentReading {
  const json = readJson(networks);
  if (!json.valid) {
    const [first] = json.problems;
    const at = first === undefined ? { path } : { path, text: { from: first.from, to: first.to } };
    const message = `the list of networks is no JSON${first === undefined ? '' : `: ${first.message}`}`;
    return { form: 'json', asked: [], problems: [{ at, message, upstream: `${JSON_ERROR}: ${json.upstream ?? ''}` }] };
  }
  if (json.value === null) return { form: 'json', asked: [], problems: [] };
  if (!Array.isArray(json.value)) {
    const upstream = `${JSON_ERROR}: json: cannot unmarshal ${jsonTypeOf(json.value)} into Go value of type []*types.NetworkSelectionElement`;
    return { form: 'json', asked: [], problems: [{ at: { path }, message: 'networks are a JSON list', upstream }] };
  }
  const elements = json.value.map((element: unknown, i) => readElement(element, [...path, i]));
  return {
    form: 'json',
    asked: elements.flatMap(({ asked }) => (asked === undefined ? [] : [asked])),
    problems: elements.flatMap(({ problems }) => problems),
  };
}

/** Types of the fields that multus reads. */
const FIELDS: Readonly<Record<string, 'string' | '[]string'>> = {
  name: 'string',
  namespace: 'string',
  ips: '[]string',
  mac: 'string',
  'infiniband-guid': 'string',
  interface: 'string',
  interfaceRequest: 'string',
  'default-route': '[]string',
};

interface ReadElement {
  readonly asked?: AskedNetwork;
  readonly problems: readonly Draft[];
}

function readElement(element: unknown, path: Path): ReadElement {
  if (!isJsonObject(element)) {
    const upstream = `${JSON_ERROR}: json: cannot unmarshal ${jsonTypeOf(element)} into Go value of type types.NetworkSelectionElement`;
    return { problems: [{ at: { path }, message: 'an entry is an object with a name', upstream }] };
  }
  const mistyped = Object.entries(FIELDS).flatMap(([key, type]) => mistypedField(element, path, key, type));
  if (mistyped.length > 0) return { problems: mistyped };
  const ips = saidList(element, path, 'ips');
  const mac = said(element, path, 'mac');
  const guid = said(element, path, 'infiniband-guid');
  const routes = saidList(element, path, 'default-route');
  const name = said(element, path, 'name');
  const ifName = said(element, path, 'interface') ?? said(element, path, 'interfaceRequest');
  const problems = [
    ...(name === undefined ? [{ at: { path }, message: 'an entry needs the name of a network' }] : []),
    ...ips.flatMap(wrongIp),
    ...wrongMac(mac, 'mac', 'failed to mac'),
    ...wrongMac(guid, 'infiniband-guid', 'failed to validate infiniband GUID'),
    ...routes.flatMap(wrongRoute),
    ...claimWithIps(element, path, ips),
  ];
  if (name === undefined) return { problems };
  const namespace = said(element, path, 'namespace')?.text;
  return { asked: { namespace, name, ifName, ips, mac, defaultRoutes: routes, isDotted: false }, problems };
}

function mistypedField(element: JsonObject, path: Path, key: string, type: 'string' | '[]string'): Draft[] {
  const field = fieldOf(element, key);
  if (field === undefined) return [];
  const { value } = field;
  const isList = Array.isArray(value);
  const fits =
    type === 'string' ? typeof value === 'string' : isList && value.every((item) => typeof item === 'string');
  if (fits) return [];
  const wrong: unknown = type === '[]string' && isList ? value.find((item) => typeof item !== 'string') : value;
  const upstream = `${JSON_ERROR}: json: cannot unmarshal ${jsonTypeOf(wrong)} into Go struct field NetworkSelectionElement.${key} of type ${isList ? 'string' : type}`;
  const message = `${key} must be ${type === 'string' ? 'a text' : 'a list of texts'}`;
  return [{ at: { path: [...path, field.key] }, message, upstream }];
}

function said(element: JsonObject, path: Path, key: string): Said | undefined {
  const field = fieldOf(element, key);
  if (typeof field?.value !== 'string' || field.value === '') return undefined;
  return { text: field.value, at: { path: [...path, field.key] } };
}

function saidList(element: JsonObject, path: Path, key: string): Said[] {
  const field = fieldOf(element, key);
  if (!Array.isArray(field?.value)) return [];
  return field.value.map((text: unknown, i) => ({ text: String(text), at: { path: [...path, field.key, i] } }));
}

function wrongIp({ text, at }: Said): Draft[] {
  const isPrefix = text.includes('/');
  if ((isPrefix ? Prefix.parse(text) : Address.parse(text)) !== undefined) return [];
  const quoted = JSON.stringify(text);
  const upstream = isPrefix
    ? `failed to parse CIDR ${quoted}: invalid CIDR address: ${text}`
    : `failed to parse IP address ${quoted}`;
  return [{ at, message: `"${text}" is no address`, upstream }];
}

/** Six, eight or twenty bytes, as Go's net.ParseMAC takes them. */
const HARDWARE_ADDRESS =
  /^(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}(?:(?:[0-9a-f]{2}\1){2}|(?:[0-9a-f]{2}\1){14})?[0-9a-f]{2}|[0-9a-f]{4}\.(?:[0-9a-f]{4}\.){1,2}[0-9a-f]{4}|[0-9a-f]{4}\.(?:[0-9a-f]{4}\.){8}[0-9a-f]{4})$/i;

function wrongMac(mac: Said | undefined, key: string, failed: string): Draft[] {
  if (mac === undefined || HARDWARE_ADDRESS.test(mac.text)) return [];
  const upstream = `parsePodNetworkAnnotation: ${failed}: address ${mac.text}: invalid MAC address`;
  return [{ at: mac.at, message: `${key} "${mac.text}" is no hardware address`, upstream }];
}

function wrongRoute({ text, at }: Said): Draft[] {
  if (text === '' || Address.parse(text) !== undefined) return [];
  const upstream = `${JSON_ERROR}: invalid IP address: ${text}`;
  return [{ at, message: `"${text}" is no address of a gateway`, upstream }];
}

function claimWithIps(element: JsonObject, path: Path, ips: readonly Said[]): Draft[] {
  const claim = said(element, path, 'ipam-claim-reference');
  if (claim === undefined || ips.length === 0) return [];
  return [{ at: { ...claim.at, part: 'key' }, message: 'ipam-claim-reference and ips exclude each other' }];
}
