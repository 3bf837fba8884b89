import { ownSubnetOverlap } from './ovn-own-subnet.js';
import { ovnInternal } from './overlaps.js';

export const ovnMasqueradeOverlap = ownSubnetOverlap({
  id: 'cluster/ovn-masquerade-overlap',
  name: 'masquerade',
  standard: '169.254.0.0/17',
  subnets: (ovn) =>
    ovnInternal(
      ovn,
      { keys: ['gatewayConfig', 'ipv4', 'internalMasqueradeSubnet'], standard: '169.254.0.0/17' },
      { keys: ['gatewayConfig', 'ipv6', 'internalMasqueradeSubnet'], standard: 'fd69::/112' },
    ),
});
