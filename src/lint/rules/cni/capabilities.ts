/** Capabilities for which a runtime has something to fill in. Source: containernetworking/cni 3f51e88 CONVENTIONS.md. */
export const CAPABILITIES: ReadonlySet<string> = new Set([
  'portMappings',
  'ipRanges',
  'bandwidth',
  'dns',
  'ips',
  'mac',
  'infinibandGUID',
  'deviceID',
  'aliases',
  'cgroupPath',
  'CNIDeviceInfoFile',
]);

/** What the plugins read of it, as far as that is known. */
export const CONSUMED: ReadonlyMap<string, readonly string[]> = new Map([
  ['bridge', ['mac']],
  ['macvlan', ['mac']],
  ['ipvlan', []],
  ['vlan', []],
  ['ptp', []],
  ['dummy', []],
  ['tap', ['mac']],
  ['host-device', ['deviceID', 'CNIDeviceInfoFile']],
  ['sriov', ['mac', 'deviceID', 'CNIDeviceInfoFile']],
  ['ib-sriov', ['infinibandGUID', 'deviceID', 'CNIDeviceInfoFile']],
  ['tuning', ['mac']],
  ['portmap', ['portMappings']],
  ['bandwidth', ['bandwidth']],
  ['sbr', []],
  ['vrf', []],
  ['firewall', []],
]);

/** The same of IPAM plugins: they are given the configuration of the plugin that calls them. */
export const CONSUMED_BY_IPAM: ReadonlyMap<string, readonly string[]> = new Map([
  ['static', ['ips']],
  ['host-local', ['ips', 'ipRanges']],
  ['dhcp', []],
  ['whereabouts', []],
]);
