import type { Example, NetworkSubject, PluginPart } from '../../model.js';
import { plugin } from '../plugin-examples.js';

/** The plugin of OVN-Kubernetes. */
export const OVN = 'ovn-k8s-cni-overlay';

/** Keys that only a secondary network, or a primary one of users, has. */
export const SECONDARY_KEYS = [
  'netAttachDefName',
  'role',
  'subnets',
  'excludeSubnets',
  'reservedSubnets',
  'infrastructureSubnets',
  'defaultGatewayIPs',
  'joinSubnet',
  'transitSubnet',
  'vlanID',
  'physicalNetworkName',
  'allowPersistentIPs',
  'transport',
  'outboundSNAT',
] as const;

/** The plugin, where OVN-Kubernetes manages the network: it looks at the first one only. */
export function ovnOf({ plugins }: NetworkSubject): PluginPart | undefined {
  const [first] = plugins;
  return first?.type === OVN && first.index === 0 ? first : undefined;
}

/** A network of OVN-Kubernetes whose configuration names its object. */
export function ovn(members: string, around: { network?: string } = {}): Example {
  return plugin(OVN, `"netAttachDefName": "default/tenant-a",\n${members}`, { version: '1.0.0', ...around });
}

export const LOCALNET = '"topology": "localnet",\n"physicalNetworkName": "physnet"';
