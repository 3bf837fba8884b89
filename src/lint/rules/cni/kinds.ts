import { IPAM_KEYS, OTHER_PLUGINS, PLUGIN_KEYS } from '../../keys.js';

/** Plugins that change what another one made. */
export const META_PLUGINS: ReadonlySet<string> = new Set(['tuning', 'sbr', 'vrf', 'bandwidth', 'portmap', 'firewall']);

/** Plugins that make an interface, of those whose keys are known. */
export const MAIN_PLUGINS: ReadonlySet<string> = new Set(
  Object.keys(PLUGIN_KEYS).filter((type) => !META_PLUGINS.has(type) && type !== 'loopback'),
);

/** Plugins that fail without an `ipam`; each has a rule of its own. */
export const IPAM_REQUIRED: ReadonlySet<string> = new Set(['vlan', 'ipvlan', 'ptp', 'dummy']);

/** Plugins of OVN-Kubernetes have their addresses from `subnets`. */
export const OVN = 'ovn-k8s-cni-overlay';

/** Further plugins that are not misspelt ones of the above. */
const FURTHER_PLUGINS: ReadonlySet<string> = new Set([
  'aws-vpc',
  'coordinator',
  'cnv-passt-binding',
  'egress-router',
  'ifacer',
  'ipvtap',
  'isolation',
  'istio-cni',
  'kindnet',
  'macvtap',
  'kuryr-cni',
  'openshift-sdn',
  'terway',
  'vxlan',
  'win-bridge',
  'win-overlay',
]);

export const KNOWN_PLUGINS: ReadonlySet<string> = new Set([
  ...Object.keys(PLUGIN_KEYS),
  ...OTHER_PLUGINS,
  ...FURTHER_PLUGINS,
]);

/** IPAM plugins whose keys are known. */
export const KNOWN_IPAMS: ReadonlySet<string> = new Set(Object.keys(IPAM_KEYS));

/** IPAM plugins of other projects. */
export const OTHER_IPAMS: ReadonlySet<string> = new Set([
  'antrea',
  'calico-ipam',
  'host-device',
  'kube-ovn',
  'multi-nic-ipam',
  'nv-ipam',
  'spiderpool',
  'terway',
]);
