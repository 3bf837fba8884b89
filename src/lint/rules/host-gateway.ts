import { fieldOf } from '../go-fields.js';
import type { PluginPart } from '../model.js';

/** Whether the bridge of the node gets the gateway's address. */
export function hostIsGateway(plugin: PluginPart | undefined): boolean {
  if (plugin?.type !== 'bridge') return false;
  return ['isGateway', 'isDefaultGateway'].some((name) => fieldOf(plugin.conf, name)?.value === true);
}

/** Whether the main plugin does something with the gateway of its IPAM, routes or not. */
export function usesGateway(plugin: PluginPart | undefined): boolean {
  return hostIsGateway(plugin) || plugin?.type === 'ptp';
}
