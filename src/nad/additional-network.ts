import { isJsonObject } from '../cni/go-json.js';

/**
 * Which IPAM the Cluster Network Operator sees in an entry of `additionalNetworks`, and so what it deploys for it: of a
 * list the first plugin's that has one, keys compared by every letter. Undefined where it sees none.
 * Source: cluster-network-operator 2a6a57f pkg/network/multus_ipam.go (detectIPAMTypeRaw, useDHCPSimpleMacvlan).
 */
export function operatorIpamType(entry: unknown): string | undefined {
  const type = own(entry, 'type');
  if (type === 'SimpleMacvlan') {
    const ipam = own(own(entry, 'simpleMacvlanConfig'), 'ipamConfig');
    if (!isJsonObject(ipam)) return 'dhcp';
    return own(ipam, 'type') === 'DHCP' ? 'dhcp' : 'static';
  }
  const text = own(entry, 'rawCNIConfig');
  if (type !== 'Raw' || typeof text !== 'string') return undefined;
  const conf = parsed(text);
  const plugins = own(conf, 'plugins') ?? [];
  if (!Array.isArray(plugins)) return undefined;
  for (const plugin of plugins as unknown[]) {
    if (!isJsonObject(plugin)) return undefined;
    const ipam = own(plugin, 'ipam') ?? undefined;
    if (ipam !== undefined) return typeOf(ipam);
  }
  return typeOf(own(conf, 'ipam'));
}

function typeOf(ipam: unknown): string | undefined {
  const type = own(ipam, 'type');
  return typeof type === 'string' ? type : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function own(value: unknown, key: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
