/**
 * The main plugins that can be generated, with their keys as data: flags, questions, checks and the order of the output
 * all come from here. Sources: containernetworking/plugins 3d27709 plugins/main, sriov-cni,
 * ovn-kubernetes 8871cd9 go-controller/pkg/cni/types/types.go.
 */

/** How a key is answered and written. */
export type KeyType =
  | 'text'
  /** The name of an interface on the node. */
  | 'interface'
  | 'number'
  | 'switch'
  /** Several values, written as one text with commas. */
  | 'texts'
  /** VLANs and spans of VLANs, written as a list of objects. */
  | 'trunk';

/** A key of a main plugin. */
export interface MainKey {
  readonly key: string;
  readonly type: KeyType;
  /** One line of what it means. */
  readonly summary: string;
  readonly choices?: readonly string[];
  /** What is written when nobody says otherwise, and something else asks for it to be said. */
  readonly impliedBy?: { readonly keys: readonly string[]; readonly value: boolean };
}

/** A main plugin. */
export interface MainPlugin {
  readonly type: string;
  /** One line of what it means. */
  readonly summary: string;
  readonly cniVersion: string;
  /** In the order in which they are written. */
  readonly keys: readonly MainKey[];
  /** Of each group one must be answered; the first is the one that is asked for. */
  readonly required: readonly (readonly string[])[];
  /** Whether it works without addresses; `own`: it gives them itself, and takes no IPAM plugin. */
  readonly ipam: 'optional' | 'required' | 'own';
  /** Which `dns` reaches the result: the IPAM plugin's, or only the main plugin's own; `none`: neither. */
  readonly dns: 'ipam' | 'main' | 'none';
  /** Whether other plugins may follow it. */
  readonly chained: boolean;
  /** Whether it leaves an interface on the host, which bandwidth works on. */
  readonly hostInterface: boolean;
  /** Whether it sets the MAC address that a pod asks for; elsewhere tuning does. */
  readonly setsMac: boolean;
  /** Whether it can take what a device plugin hands out. */
  readonly device: boolean;
}

const MTU: MainKey = { key: 'mtu', type: 'number', summary: 'MTU; without it, that of what is below' };
const MASTER: MainKey = { key: 'master', type: 'interface', summary: 'interface of the node that it sits on' };
const IN_CONTAINER: MainKey = {
  key: 'linkInContainer',
  type: 'switch',
  summary: 'the master is in the pod, not on the node',
};
const LOG_KEYS: readonly MainKey[] = [
  { key: 'logLevel', type: 'text', summary: 'how much it logs', choices: ['debug', 'info', 'warning', 'error'] },
  { key: 'logFile', type: 'text', summary: 'where it logs to' },
];
const ON_OFF = ['on', 'off'] as const;

const BASE = {
  cniVersion: '0.3.1',
  required: [],
  ipam: 'optional',
  dns: 'main',
  chained: true,
  hostInterface: false,
  setsMac: false,
  device: false,
} as const;

const BRIDGE: MainPlugin = {
  ...BASE,
  type: 'bridge',
  summary: 'a Linux bridge of the node; by itself it does not leave the node',
  dns: 'ipam',
  hostInterface: true,
  setsMac: true,
  required: [['bridge']],
  keys: [
    { key: 'bridge', type: 'interface', summary: 'bridge of the node; made where it is not there' },
    { key: 'isGateway', type: 'switch', summary: 'the bridge itself gets the gateway address' },
    { key: 'isDefaultGateway', type: 'switch', summary: 'as isGateway, and the default route of the pod' },
    { key: 'forceAddress', type: 'switch', summary: 'replace another address of the bridge' },
    { key: 'ipMasq', type: 'switch', summary: 'masquerade what leaves the node' },
    { key: 'ipMasqBackend', type: 'text', summary: 'what masquerades', choices: ['iptables', 'nftables'] },
    MTU,
    { key: 'hairpinMode', type: 'switch', summary: 'a pod may reach itself by way of the bridge' },
    { key: 'promiscMode', type: 'switch', summary: 'the bridge takes all that passes' },
    { key: 'vlan', type: 'number', summary: 'VLAN of the port, 0 to 4094' },
    { key: 'vlanTrunk', type: 'trunk', summary: 'VLANs that the port carries tagged' },
    {
      key: 'preserveDefaultVlan',
      type: 'switch',
      summary: 'the port stays in VLAN 1 too',
      // Upstream's code and documentation differ about the default: it is written out.
      impliedBy: { keys: ['vlan', 'vlanTrunk'], value: false },
    },
    { key: 'macspoofchk', type: 'switch', summary: 'the pod cannot send with another MAC address' },
    { key: 'enabledad', type: 'switch', summary: 'look for duplicates of its addresses first' },
    { key: 'portIsolation', type: 'switch', summary: 'pods of the bridge cannot reach each other' },
    { key: 'disableContainerInterface', type: 'switch', summary: 'the interface stays down; without IPAM only' },
  ],
};

const MACVLAN: MainPlugin = {
  ...BASE,
  type: 'macvlan',
  summary: 'an interface with a MAC address of its own on an interface of the node',
  setsMac: true,
  required: [['master']],
  keys: [
    MASTER,
    {
      key: 'mode',
      type: 'text',
      summary: 'how pods of one node reach each other',
      choices: ['bridge', 'private', 'vepa', 'passthru'],
    },
    MTU,
    { key: 'mac', type: 'text', summary: 'MAC address, the same for each pod' },
    IN_CONTAINER,
    { key: 'bcqueuelen', type: 'number', summary: 'length of the queue for broadcasts' },
  ],
};

const IPVLAN: MainPlugin = {
  ...BASE,
  type: 'ipvlan',
  summary: 'an interface that shares the MAC address of an interface of the node',
  ipam: 'required',
  required: [['master']],
  keys: [
    MASTER,
    { key: 'mode', type: 'text', summary: 'switched or routed', choices: ['l2', 'l3', 'l3s'] },
    MTU,
    IN_CONTAINER,
  ],
};

const VLAN: MainPlugin = {
  ...BASE,
  type: 'vlan',
  summary: 'a VLAN of an interface of the node',
  ipam: 'required',
  required: [['master'], ['vlan-id']],
  keys: [MASTER, { key: 'vlanId', type: 'number', summary: 'VLAN, 1 to 4094' }, MTU, IN_CONTAINER],
};

const HOST_DEVICE: MainPlugin = {
  ...BASE,
  type: 'host-device',
  summary: 'an interface of the node, moved into the pod',
  device: true,
  required: [['device', 'hwaddr', 'kernelpath', 'pci-bus-id', 'resource-name']],
  keys: [
    { key: 'device', type: 'interface', summary: 'the interface by its name' },
    { key: 'hwaddr', type: 'text', summary: 'the interface by its MAC address' },
    { key: 'kernelpath', type: 'text', summary: 'the interface by its path below /sys/devices' },
    { key: 'pciBusID', type: 'text', summary: 'the interface by its PCI address' },
  ],
};

const TAP: MainPlugin = {
  ...BASE,
  type: 'tap',
  summary: 'a tap device in the pod, as virtual machines and user-space stacks want it',
  setsMac: true,
  keys: [
    { key: 'multiQueue', type: 'switch', summary: 'several queues' },
    MTU,
    { key: 'mac', type: 'text', summary: 'MAC address, the same for each pod' },
    { key: 'owner', type: 'number', summary: 'uid that may open it' },
    { key: 'group', type: 'number', summary: 'gid that may open it' },
    { key: 'selinuxContext', type: 'text', summary: 'SELinux context that may open it' },
    { key: 'bridge', type: 'interface', summary: 'bridge that it is a port of' },
  ],
};

const SRIOV: MainPlugin = {
  ...BASE,
  type: 'sriov',
  summary: 'a virtual function of a network card',
  cniVersion: '1.0.0',
  dns: 'ipam',
  setsMac: true,
  device: true,
  required: [['resource-name', 'device-id']],
  keys: [
    { key: 'deviceID', type: 'text', summary: 'PCI address of one virtual function' },
    { key: 'vlan', type: 'number', summary: 'VLAN of the virtual function, 0 to 4094' },
    { key: 'vlanQoS', type: 'number', summary: 'priority within the VLAN, 0 to 7' },
    { key: 'vlanProto', type: 'text', summary: 'tag of the VLAN', choices: ['802.1q', '802.1ad'] },
    { key: 'spoofchk', type: 'text', summary: 'the pod cannot send with another MAC address', choices: ON_OFF },
    { key: 'trust', type: 'text', summary: 'the pod may change its MAC address and more', choices: ON_OFF },
    { key: 'link_state', type: 'text', summary: 'state of the link', choices: ['auto', 'enable', 'disable'] },
    { key: 'min_tx_rate', type: 'number', summary: 'least rate, in Mbit/s' },
    { key: 'max_tx_rate', type: 'number', summary: 'highest rate, in Mbit/s' },
    ...LOG_KEYS,
  ],
};

const OVN: MainPlugin = {
  ...BASE,
  type: 'ovn-k8s-cni-overlay',
  summary: 'a network of OVN-Kubernetes: an overlay, or a way to the physical network',
  cniVersion: '1.0.0',
  ipam: 'own',
  dns: 'none',
  chained: false,
  required: [['topology']],
  keys: [
    {
      key: 'topology',
      type: 'text',
      summary: 'where it runs: localnet on the physical network, layer2 as an overlay across the nodes',
      choices: ['localnet', 'layer2'],
    },
    { key: 'role', type: 'text', summary: 'what it is to the pod', choices: ['secondary', 'primary'] },
    { key: 'physicalNetworkName', type: 'text', summary: 'bridge mapping of the nodes; without it, the name' },
    { key: 'subnets', type: 'texts', summary: 'networks of its addresses; without it, no addresses' },
    { key: 'excludeSubnets', type: 'texts', summary: 'what of the subnets is not given out' },
    { key: 'reservedSubnets', type: 'texts', summary: 'what of the subnets is given out only when asked for' },
    { key: 'infrastructureSubnets', type: 'texts', summary: 'what of the subnets is for the network itself' },
    { key: 'defaultGatewayIPs', type: 'texts', summary: 'gateways of a primary network' },
    { key: 'joinSubnet', type: 'texts', summary: 'networks between the routers of a primary network' },
    { key: 'transitSubnet', type: 'text', summary: 'network between zones of a primary network' },
    { key: 'vlanID', type: 'number', summary: 'VLAN of the physical network' },
    MTU,
    { key: 'allowPersistentIPs', type: 'switch', summary: 'virtual machines keep their addresses' },
  ],
};

/** By the order in which a person is asked. */
export const MAIN_PLUGINS: readonly MainPlugin[] = [MACVLAN, BRIDGE, IPVLAN, VLAN, HOST_DEVICE, TAP, SRIOV, OVN];

/** The question that a key answers: `pciBusID` is `pci-bus-id`. */
export function questionOf(key: string): string {
  return key
    .replace('QoS', 'Qos')
    .replace(/_/g, '-')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
}

/** A plugin by its type. */
export function mainPlugin(type: string): MainPlugin | undefined {
  return MAIN_PLUGINS.find((each) => each.type === type);
}
