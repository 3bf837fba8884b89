import { isJsonObject, type JsonObject } from '../cni/go-json.js';
import { fieldOf } from './go-fields.js';
import type { IpamPart, NetworkSubject, PluginPart } from './model.js';
import type { Path } from './path.js';

/** A field of a plugin, as it is written and where. */
export interface PluginField {
  readonly value: unknown;
  readonly path: Path;
}

/** What Go reads into a field of a plugin; undefined where it is not there, or null. */
export function pluginField({ conf, path }: { conf: JsonObject; path: Path }, name: string): PluginField | undefined {
  const field = fieldOf(conf, name);
  return field === undefined ? undefined : { value: field.value, path: [...path, field.key] };
}

/** The plugins of one type. */
export function pluginsOfType({ plugins }: NetworkSubject, type: string): PluginPart[] {
  return plugins.filter((plugin) => plugin.type === type);
}

/** The fields of that name in the plugins of one type. */
export function fieldsOf(
  network: NetworkSubject,
  type: string,
  name: string,
): (PluginField & { plugin: PluginPart })[] {
  return pluginsOfType(network, type).flatMap((plugin) => {
    const field = pluginField(plugin, name);
    return field === undefined ? [] : [{ ...field, plugin }];
  });
}

/** The token that stands for a whole plugin. */
export function typePath({ conf, path }: PluginPart): Path {
  return [...path, fieldOf(conf, 'type')?.key ?? 'type'];
}

export function isOn(plugin: PluginPart, name: string): boolean {
  return fieldOf(plugin.conf, name)?.value === true;
}

/** A number field; a missing one is 0, as in Go, and so is what is no number at all: other rules speak of that. */
export function numberOf(plugin: PluginPart, name: string): number {
  const value = fieldOf(plugin.conf, name)?.value;
  return typeof value === 'number' ? value : 0;
}

/** The `ipam` of a plugin, where it is an object. */
export function ipamOf({ ipams }: NetworkSubject, plugin: PluginPart): IpamPart | undefined {
  return ipams.find((ipam) => ipam.plugin === plugin);
}

/** The IPAMs under the plugins of one type, those that operators render included. */
export function ipamsUnder({ ipams, mainType }: NetworkSubject, type: string): IpamPart[] {
  return ipams.filter(({ plugin }) => (plugin === undefined ? mainType : plugin.type) === type);
}

/** Whether a plugin has no `ipam` at all; one without a type is said of by `cni/ipam-type-missing`. */
export function lacksIpam(plugin: PluginPart): boolean {
  const ipam = fieldOf(plugin.conf, 'ipam')?.value;
  return ipam === undefined || (isJsonObject(ipam) && Object.keys(ipam).length === 0);
}

/** Where a plugin has a capability switched on; undefined where it has not. */
export function capabilityPath(plugin: PluginPart, name: string): Path | undefined {
  const field = pluginField(plugin, 'capabilities');
  if (field === undefined || !isJsonObject(field.value)) return undefined;
  return Object.hasOwn(field.value, name) && field.value[name] === true ? [...field.path, name] : undefined;
}
