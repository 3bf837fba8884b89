import { ownSubnetOverlap } from './ovn-own-subnet.js';
import { ovnInternal } from './overlaps.js';

export const ovnTransitOverlap = ownSubnetOverlap({
  id: 'cluster/ovn-transit-overlap',
  name: 'transit switch',
  standard: '100.88.0.0/16',
  subnets: (ovn) =>
    ovnInternal(
      ovn,
      { keys: ['ipv4', 'internalTransitSwitchSubnet'], standard: '100.88.0.0/16' },
      { keys: ['ipv6', 'internalTransitSwitchSubnet'], standard: 'fd97::/64' },
    ),
});
