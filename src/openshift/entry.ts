import { isJsonObject } from '../cni/go-json.js';
import { operatorIpamType } from '../nad/additional-network.js';
import { unifiedDiff } from '../render/diff.js';

/** The IPAM types for which the operator deploys something. */
export const SHIM_TYPES = ['whereabouts', 'dhcp'] as const;
export type ShimType = (typeof SHIM_TYPES)[number];

/** An entry of `spec.additionalNetworks`, as it is read or written. */
export type Entry = Readonly<Record<string, unknown>>;

/** What a shim is to be like. */
export interface ShimOptions {
  readonly type: ShimType;
  /** `TYPE-shim` where it is not said. */
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly cniVersion?: string | undefined;
}

/** Where the operator puts what names no namespace. */
export const DEFAULT_NAMESPACE = 'default';
const DEFAULT_CNI_VERSION = '0.3.1';
/** CNI versions without CHECK, which whereabouts does not have. */
const WITHOUT_CHECK: readonly string[] = ['0.3.0', DEFAULT_CNI_VERSION];

/** The usual name of a shim. */
export function shimName(type: ShimType): string {
  return `${type}-shim`;
}

/**
 * The entry by which the operator deploys what an IPAM type needs; no pod is to attach to it. It is what
 * `nad generate --form additional-network` writes for a bridge of that name.
 */
export function shimEntry({ type, name = shimName(type), namespace, cniVersion }: ShimOptions): Entry {
  const version = cniVersion ?? DEFAULT_CNI_VERSION;
  const plugin = { type: 'bridge', ipam: { type } };
  const head = { cniVersion: version, name };
  const conf =
    type === 'dhcp' || WITHOUT_CHECK.includes(version)
      ? { ...head, ...plugin }
      : { ...head, disableCheck: true, plugins: [plugin] };
  return {
    name,
    namespace: namespace ?? DEFAULT_NAMESPACE,
    type: 'Raw',
    rawCNIConfig: JSON.stringify(conf, undefined, 2),
  };
}

/** What is to be known of an entry before it is made. */
export function shimWarnings({ type, name = shimName(type) }: ShimOptions): string[] {
  if (type !== 'whereabouts' || name.endsWith('-shim')) return [];
  return [`"${name}" does not end in -shim: nad lint will take it for a network that pods attach to, without a range`];
}

/** The name and namespace of the NetworkAttachmentDefinition that the operator makes of an entry. */
export function nadOf(entry: Entry): { readonly namespace: string; readonly name: string } {
  return { namespace: stringOf(entry['namespace']) || DEFAULT_NAMESPACE, name: stringOf(entry['name']) };
}

/** The IPAM type that the operator sees in an entry, if it deploys something for it. */
export function effectOf(entry: Entry): ShimType | null {
  const seen = operatorIpamType(entry);
  return SHIM_TYPES.find((type) => type === seen) ?? null;
}

/** Whether an entry is there for its IPAM type alone: no pod could do anything with its network. */
export function isShim(entry: Entry, type: ShimType): boolean {
  if (effectOf(entry) !== type || !hasOnly(entry, ['name', 'namespace', 'type', 'rawCNIConfig'])) return false;
  const conf = confOf(entry);
  if (!isJsonObject(conf)) return false;
  const { cniVersion: _version, name: _name, disableCheck: _check, plugins, ...own } = conf;
  const [plugin, ...others] = Array.isArray(plugins) ? (plugins as unknown[]) : [own];
  const isAlone = others.length === 0 && (plugins === undefined || Object.keys(own).length === 0);
  return isAlone && canonical(plugin) === canonical({ type: 'bridge', ipam: { type } });
}

function hasOnly(entry: Entry, keys: readonly string[]): boolean {
  return Object.entries(entry).every(([key, value]) => keys.includes(key) || value === null);
}

/**
 * Whether two entries say the same: key order, white space of the configuration, and what stands for the default or for
 * nothing make no difference.
 */
export function isSameEntry(a: Entry, b: Entry): boolean {
  return canonical(meaningOf(a)) === canonical(meaningOf(b));
}

function meaningOf(entry: Entry): unknown {
  const said = Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null && value !== ''));
  return { ...said, namespace: nadOf(entry).namespace, rawCNIConfig: confOf(entry) };
}

function confOf({ rawCNIConfig: text }: Entry): unknown {
  if (typeof text !== 'string') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    isJsonObject(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : Number(a > b))))
      : member,
  );
}

/** What of an entry changes, as a unified diff; an entry that is not there has no lines. */
export function entryDiff(before: Entry | null, after: Entry | null): string {
  const name = stringOf((after ?? before)?.['name']);
  return unifiedDiff(`spec.additionalNetworks[name=${name}]`, textOf(before), textOf(after));
}

/** An entry as YAML has it, its configuration as a block, laid out alike whoever wrote it. */
function textOf(entry: Entry | null): string {
  const conf = confOf(entry ?? {});
  const shown = isJsonObject(conf) ? { ...entry, rawCNIConfig: JSON.stringify(conf, undefined, 2) } : (entry ?? {});
  const lines = Object.entries(shown).flatMap(([key, value]) =>
    typeof value === 'string' && value.includes('\n')
      ? [`${key}: |-`, ...value.split('\n').map((line) => `  ${line}`)]
      : [`${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`],
  );
  return lines.map((line) => `${line}\n`).join('');
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
