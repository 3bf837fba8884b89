/**
 * The keys of CNI plugins and IPAM plugins with their types in Go: what `json/wrong-type`, `json/key-case` and the rules
 * about unknown keys judge by. Sources: containernetworking/plugins 3d27709, sriov-cni, bond-cni, ovs-cni,
 * ovn-kubernetes 8871cd9 go-controller/pkg/cni/types/types.go, whereabouts v0.9.4 pkg/types/types.go.
 */

/** A type of Go, as far as JSON tells types apart; `on-off` is a string of which a bool is a common mistake. */
export type KeyType =
  'string' | 'on-off' | 'int' | 'bool' | 'object' | 'list' | 'strings' | 'map-string' | 'map-bool' | 'any';

/** A Go struct: its name, as Go's messages have it, and its keys. */
export interface GoStructKeys {
  readonly struct: string;
  readonly keys: Readonly<Record<string, KeyType>>;
}

/** What every plugin has. Source: containernetworking/cni pkg/types/types.go (PluginConf). */
export const COMMON_KEYS: Readonly<Record<string, KeyType>> = {
  cniVersion: 'any',
  cniVersions: 'strings',
  name: 'string',
  type: 'string',
  capabilities: 'map-bool',
  ipam: 'object',
  dns: 'object',
  prevResult: 'object',
  runtimeConfig: 'object',
  args: 'object',
};

/** What a list has besides; libcni and multus look these up in a map, by their exact case. */
export const LIST_KEYS: Readonly<Record<string, KeyType>> = {
  cniVersion: 'any',
  cniVersions: 'strings',
  name: 'string',
  plugins: 'any',
  disableCheck: 'any',
  disableGC: 'any',
  loadOnlyInlinedPlugins: 'any',
};

const netConf = (keys: GoStructKeys['keys']): GoStructKeys => ({ struct: 'NetConf', keys });

/** By the `type` of the plugin. */
export const PLUGIN_KEYS: Readonly<Record<string, GoStructKeys>> = {
  bridge: netConf({
    bridge: 'string',
    isGateway: 'bool',
    isDefaultGateway: 'bool',
    forceAddress: 'bool',
    ipMasq: 'bool',
    ipMasqBackend: 'string',
    mtu: 'int',
    hairpinMode: 'bool',
    promiscMode: 'bool',
    vlan: 'int',
    vlanTrunk: 'list',
    preserveDefaultVlan: 'bool',
    macspoofchk: 'bool',
    enabledad: 'bool',
    portIsolation: 'bool',
    disableContainerInterface: 'bool',
    mac: 'string',
  }),
  macvlan: netConf({
    master: 'string',
    mode: 'string',
    mtu: 'int',
    mac: 'string',
    linkInContainer: 'bool',
    bcqueuelen: 'int',
  }),
  ipvlan: netConf({ master: 'string', mode: 'string', mtu: 'int', linkInContainer: 'bool' }),
  vlan: netConf({ master: 'string', vlanId: 'int', mtu: 'int', linkInContainer: 'bool' }),
  'host-device': netConf({
    device: 'string',
    hwaddr: 'string',
    kernelpath: 'string',
    pciBusID: 'string',
    deviceID: 'string',
    'dpdk-mode': 'bool',
  }),
  ptp: netConf({ ipMasq: 'bool', ipMasqBackend: 'string', mtu: 'int' }),
  tap: netConf({
    multiQueue: 'bool',
    mtu: 'int',
    mac: 'string',
    owner: 'int',
    group: 'int',
    selinuxContext: 'string',
    bridge: 'string',
  }),
  dummy: netConf({}),
  loopback: netConf({}),
  sriov: netConf({
    deviceID: 'string',
    vlan: 'int',
    vlanQoS: 'int',
    vlanProto: 'string',
    spoofchk: 'on-off',
    trust: 'on-off',
    link_state: 'string',
    min_tx_rate: 'int',
    max_tx_rate: 'int',
    logLevel: 'string',
    logFile: 'string',
    mac: 'string',
    resourceName: 'string',
  }),
  'ib-sriov': netConf({
    deviceID: 'string',
    pkey: 'string',
    link_state: 'string',
    rdmaIsolation: 'bool',
    ibKubernetesEnabled: 'bool',
  }),
  bond: netConf({
    mode: 'string',
    miimon: 'any',
    failOverMac: 'int',
    linksInContainer: 'bool',
    links: 'list',
    mtu: 'int',
    allSlavesActive: 'int',
  }),
  ovs: netConf({
    bridge: 'string',
    vlan: 'int',
    trunk: 'list',
    mtu: 'int',
    interface_type: 'string',
    deviceID: 'string',
    ofport_request: 'int',
    configuration_path: 'string',
    socket_file: 'string',
    link_state_check_retries: 'int',
    link_state_check_interval: 'int',
  }),
  'ovn-k8s-cni-overlay': netConf({
    netAttachDefName: 'string',
    topology: 'string',
    role: 'string',
    subnets: 'string',
    excludeSubnets: 'string',
    reservedSubnets: 'string',
    infrastructureSubnets: 'string',
    defaultGatewayIPs: 'string',
    joinSubnet: 'string',
    transitSubnet: 'string',
    mtu: 'int',
    vlanID: 'int',
    physicalNetworkName: 'string',
    allowPersistentIPs: 'bool',
    transport: 'string',
    outboundSNAT: 'string',
    evpn: 'any',
    deviceID: 'string',
    logFile: 'string',
    logLevel: 'string',
  }),
  tuning: {
    struct: 'TuningConf',
    keys: {
      sysctl: 'map-string',
      mac: 'string',
      promisc: 'bool',
      mtu: 'int',
      txQLen: 'int',
      allmulti: 'bool',
      dataDir: 'string',
    },
  },
  sbr: { struct: 'PluginConf', keys: { table: 'int', gateways: 'any', addSourceHints: 'bool' } },
  vrf: { struct: 'VRFNetConf', keys: { vrfname: 'string', table: 'int' } },
  bandwidth: {
    struct: 'PluginConf',
    keys: {
      ingressRate: 'int',
      ingressBurst: 'int',
      egressRate: 'int',
      egressBurst: 'int',
      unshapedSubnets: 'strings',
      shapedSubnets: 'strings',
    },
  },
  portmap: {
    struct: 'PortMapConf',
    keys: {
      backend: 'string',
      snat: 'bool',
      conditionsV4: 'strings',
      conditionsV6: 'strings',
      masqAll: 'bool',
      markMasqBit: 'int',
      externalSetMarkChain: 'string',
    },
  },
  firewall: {
    struct: 'FirewallNetConf',
    keys: { backend: 'string', iptablesAdminChainName: 'string', firewalldZone: 'string', ingressPolicy: 'string' },
  },
};

/** Plugins of other projects, of which only the name is known. */
export const OTHER_PLUGINS: ReadonlySet<string> = new Set([
  'accelerated-bridge',
  'antrea',
  'aws-cni',
  'azure-vnet',
  'calico',
  'cilium-cni',
  'cnv-bridge',
  'cnv-tuning',
  'flannel',
  'ib-sriov-cni',
  'ipoib',
  'kube-ovn',
  'multus',
  'multus-shim',
  'netavark',
  'ovs-cni',
  'rdma',
  'route-override',
  'userspace',
  'weave-net',
]);

/** By the `type` of the IPAM plugin; `type` itself every one has. */
export const IPAM_KEYS: Readonly<Record<string, GoStructKeys>> = {
  whereabouts: {
    struct: 'IPAMConfigAlias',
    keys: {
      range: 'string',
      range_start: 'string',
      range_end: 'string',
      exclude: 'strings',
      ipRanges: 'list',
      gateway: 'string',
      routes: 'list',
      dns: 'object',
      addresses: 'list',
      network_name: 'string',
      node_slice_size: 'string',
      enable_overlapping_ranges: 'bool',
      leader_lease_duration: 'int',
      leader_renew_deadline: 'int',
      leader_retry_period: 'int',
      log_file: 'string',
      log_level: 'string',
      reconciler_cron_expression: 'string',
      sleep_for_race: 'int',
      kubernetes: 'object',
      configuration_path: 'string',
      datastore: 'string',
      etcd_host: 'string',
      etcd_username: 'string',
      etcd_password: 'string',
      etcd_key_file: 'string',
      etcd_cert_file: 'string',
      etcd_ca_cert_file: 'string',
    },
  },
  'host-local': {
    struct: 'IPAMConfig',
    keys: {
      subnet: 'string',
      rangeStart: 'string',
      rangeEnd: 'string',
      gateway: 'string',
      ranges: 'list',
      routes: 'list',
      resolvConf: 'string',
      dataDir: 'string',
    },
  },
  static: { struct: 'IPAMConfig', keys: { addresses: 'list', routes: 'list', dns: 'object' } },
  dhcp: {
    struct: 'IPAMConfig',
    keys: { daemonSocketPath: 'string', provide: 'list', request: 'list', priority: 'int' },
  },
};

/** An own entry of such a table: a `type` is a text from outside. */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string | undefined): T | undefined {
  return name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}
