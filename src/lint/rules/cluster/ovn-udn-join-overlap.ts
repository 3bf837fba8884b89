import { prefixes } from './clusters.js';
import { ownSubnetOverlap } from './ovn-own-subnet.js';

export const ovnUdnJoinOverlap = ownSubnetOverlap({
  id: 'cluster/ovn-udn-join-overlap',
  name: 'join (of user-defined networks)',
  standard: '100.65.0.0/16',
  subnets: () => prefixes('100.65.0.0/16', 'fd99::/64'),
});
