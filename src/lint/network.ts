import { isJsonObject, type JsonObject } from '../cni/go-json.js';
import { entryOf, OTHER_PLUGINS, PLUGIN_KEYS } from './keys.js';
import type { IpamPart, NetworkOrigin, NetworkSubject, PluginPart } from './model.js';
import { below, type Path } from './path.js';
import { type LintDocument, member } from './source/document.js';

/** The main plugins that operators render. Sources: their operators' templates (bindata/manifests). */
const RENDERED: Partial<Readonly<Record<NetworkOrigin, string>>> = {
  SriovNetwork: 'sriov',
  SriovIBNetwork: 'ib-sriov',
  OVSNetwork: 'ovs',
  HostDeviceNetwork: 'host-device',
  MacvlanNetwork: 'macvlan',
  IPoIBNetwork: 'ipoib',
};

/**
 * Whether a value is a CNI configuration without a Kubernetes object around it. Many files have a `type` or `plugins`.
 * @param named whether the file's name says that it is one
 */
export function isBareConf(value: unknown, named = false): value is JsonObject {
  if (!isJsonObject(value) || member(value, 'apiVersion') !== undefined || member(value, 'kind') !== undefined) {
    return false;
  }
  if (Object.hasOwn(value, 'cniVersion') || isFragment(value)) return true;
  const type = member(value, 'type');
  const plugins = member(value, 'plugins');
  if (named) return type !== undefined || plugins !== undefined;
  const isPlugin = typeof type === 'string' && (isKnownPlugin(type) || isJsonObject(member(value, 'ipam')));
  return isPlugin || (Array.isArray(plugins) && typeof member(plugins[0], 'type') === 'string');
}

/** An object whose only key is `ipam`, as the documentation prints them. */
function isFragment(value: JsonObject): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === 'ipam';
}

function isKnownPlugin(type: string): boolean {
  return entryOf(PLUGIN_KEYS, type) !== undefined || OTHER_PLUGINS.has(type);
}

/** Names of files that are CNI configurations by convention. */
export function isConfName(name: string): boolean {
  return /\.conf(?:list)?$/i.test(name);
}

/** What a network is part of. */
interface Surroundings {
  readonly document: LintDocument;
  readonly path: Path;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly origin: NetworkOrigin;
  readonly isBroken: boolean;
  readonly annotations: JsonObject | undefined;
  readonly capabilities: unknown;
}

/** What a network is made of. */
type Parts = Pick<NetworkSubject, 'form' | 'plugins' | 'ipams' | 'mainType'>;

/** A CNI configuration as rules see it. */
export function networkOf(conf: JsonObject, around: Surroundings): NetworkSubject {
  if (isFragment(conf)) {
    const ipam = member(conf, 'ipam');
    const ipams = isJsonObject(ipam) ? [ipamPart(ipam, below(around.path, 'ipam'), undefined)] : [];
    return subjectOf(conf, around, { form: 'ipam', plugins: [], ipams, mainType: undefined });
  }
  const list = member(conf, 'plugins');
  // A type at the top makes it one plugin, whatever else is there: multus-cni pkg/types/conf.go.
  const isList = textOf(conf, 'type') === undefined && list !== undefined;
  const plugins = isList ? pluginsOf(list, below(around.path, 'plugins')) : [pluginPart(conf, around.path, 0)];
  const ipams = plugins.flatMap(ipamOf);
  return subjectOf(conf, around, { form: isList ? 'list' : 'conf', plugins, ipams, mainType: plugins[0]?.type });
}

/** What an operator renders of its own object: only the `ipam` is the user's. */
export function renderedNetwork(ipam: JsonObject, around: Surroundings): NetworkSubject {
  const ipams = [ipamPart(ipam, around.path, undefined)];
  return subjectOf(ipam, around, { form: 'ipam', plugins: [], ipams, mainType: RENDERED[around.origin] });
}

/** Field by field: spread, each would get a hidden class of its own, and every look at one would be slow. */
function subjectOf(conf: JsonObject, around: Surroundings, { form, plugins, ipams, mainType }: Parts): NetworkSubject {
  const { document, path, namespace, name, origin, isBroken, annotations, capabilities } = around;
  return {
    kind: 'network',
    document,
    path,
    namespace,
    name,
    origin,
    conf,
    form,
    plugins,
    ipams,
    mainType,
    isBroken,
    annotations,
    capabilities,
  };
}

function pluginsOf(list: unknown, path: Path): PluginPart[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((plugin: unknown, i) => (isJsonObject(plugin) ? [pluginPart(plugin, below(path, i), i)] : []));
}

function pluginPart(conf: JsonObject, path: Path, index: number): PluginPart {
  return { conf, path, index, type: textOf(conf, 'type') };
}

/** Go takes the key in any case. */
function ipamOf(plugin: PluginPart): IpamPart[] {
  const key = Object.keys(plugin.conf).findLast((name) => name.toLowerCase() === 'ipam');
  const ipam = key === undefined ? undefined : member(plugin.conf, key);
  return isJsonObject(ipam) ? [ipamPart(ipam, below(plugin.path, key ?? ''), plugin)] : [];
}

function ipamPart(conf: JsonObject, path: Path, plugin: PluginPart | undefined): IpamPart {
  return { conf, path, type: textOf(conf, 'type'), plugin };
}

function textOf(object: JsonObject, key: string): string | undefined {
  const value = member(object, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
