import type { JsonObject } from '../cni/go-json.js';

/** Where the frames of a network's pods meet. */
export interface L2Domain {
  /** The same for the same domain. */
  readonly key: string;
  /** Whether each node has one of its own under that key. */
  readonly isPerNode: boolean;
}

/** What the NAD says besides its configuration. */
export interface L2Context {
  /** Name of the CNI network. */
  readonly cniName: string | undefined;
  /** The annotation `k8s.v1.cni.cncf.io/resourceName`. */
  readonly resourceName: string | undefined;
}

/** Keys of host-device that name a device, as its plugin prefers them. */
const DEVICE_KEYS = ['device', 'hwaddr', 'kernelpath', 'pciBusID'] as const;

/**
 * The L2 domain of a network by the plugin that makes its interface; null where that does not tell. A bridge counts for
 * each node by itself: whether it has an uplink only the node knows.
 */
export function l2DomainOf(plugin: JsonObject | undefined, { cniName, resourceName }: L2Context): L2Domain | null {
  const text = (key: string): string => textOf(plugin, key);
  switch (text('type')) {
    case 'macvlan':
    case 'ipvlan':
    case 'vlan':
      return onMaster(text('master'), text('vlanId'));
    case 'bridge':
      return { key: `bridge ${text('bridge') || 'cni0'} ${text('vlan')}`, isPerNode: true };
    case 'cnv-bridge':
      return { key: `bridge ${text('bridge')} ${text('vlan')}`, isPerNode: true };
    case 'ovs':
      return shared('ovs', text('bridge'), text('vlan'));
    case 'sriov':
    case 'ib-sriov':
      return shared('sriov', resourceName ?? '', text('vlan'));
    case 'host-device': {
      const key = DEVICE_KEYS.find((each) => text(each) !== '');
      return key === undefined ? null : shared('host-device', `${key} ${text(key)}`, '');
    }
    case 'ovn-k8s-cni-overlay': {
      if (text('topology') !== 'localnet') return shared('ovn', cniName ?? '', '');
      return shared('localnet', text('physicalNetworkName') || (cniName ?? ''), text('vlanID'));
    }
    default:
      return null;
  }
}

/** No master is the interface of the default route; `eth1.100` is what VLAN 100 of eth1 is called. */
function onMaster(master: string, vlanId: string): L2Domain {
  const [, parent = master, tag = ''] = /^(.+)\.(\d{1,4})$/.exec(master) ?? [];
  const vlan = vlanId === '' || vlanId === '0' ? tag : vlanId;
  return { key: `master ${parent} ${vlan}`, isPerNode: false };
}

function shared(kind: string, name: string, vlan: string): L2Domain | null {
  return name === '' ? null : { key: `${kind} ${name} ${vlan === '0' ? '' : vlan}`, isPerNode: false };
}

/** A text or a number of the configuration, whatever the case of its key, as Go reads it; empty where there is none. */
function textOf(plugin: JsonObject | undefined, name: string): string {
  let found: unknown;
  for (const [key, value] of Object.entries(plugin ?? {})) if (key.toLowerCase() === name.toLowerCase()) found = value;
  return typeof found === 'string' ? found : typeof found === 'number' ? found.toString() : '';
}
