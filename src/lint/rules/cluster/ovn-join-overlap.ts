import { ownSubnetOverlap } from './ovn-own-subnet.js';
import { ovnInternal } from './overlaps.js';

export const ovnJoinOverlap = ownSubnetOverlap({
  id: 'cluster/ovn-join-overlap',
  name: 'join',
  standard: '100.64.0.0/16',
  subnets: (ovn) =>
    ovnInternal(
      ovn,
      { keys: ['ipv4', 'internalJoinSubnet'], standard: '100.64.0.0/16' },
      { keys: ['ipv6', 'internalJoinSubnet'], standard: 'fd98::/64' },
    ),
});
