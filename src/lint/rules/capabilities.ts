import { isJsonObject } from '../../cni/go-json.js';
import { fieldOf } from '../go-fields.js';
import type { IpamPart, NetworkSubject } from '../model.js';
import { member } from '../source/document.js';

/**
 * Whether the plugin of an IPAM takes something of the runtime; undefined where that is not known. Of what an operator
 * renders its object says so, as a text of JSON.
 */
export function hasCapability(
  { origin, capabilities }: NetworkSubject,
  ipam: IpamPart,
  name: string,
): boolean | undefined {
  if (ipam.plugin !== undefined) {
    return member(fieldOf(ipam.plugin.conf, 'capabilities')?.value, name) === true;
  }
  if (origin === 'nad' || origin === 'file' || origin === 'additional-network') return undefined;
  return typeof capabilities === 'string' && isOn(capabilities, name);
}

function isOn(text: string, name: string): boolean {
  try {
    const capabilities: unknown = JSON.parse(text);
    return isJsonObject(capabilities) && member(capabilities, name) === true;
  } catch {
    return false;
  }
}
