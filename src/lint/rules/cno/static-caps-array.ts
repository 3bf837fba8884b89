import { defineRule } from '../../model.js';
import { member } from '../../source/document.js';
import { canonical, cno, IPAM_TYPES, macvlanOf, partsOf, simpleMacvlan } from './entries.js';

export const staticCapsArray = defineRule({
  id: 'cno/static-caps-array',
  severity: 'warning',
  title: 'a static SimpleMacvlan without addresses',
  why: 'For pods that bring their own addresses the operator writes capabilities into the ipam, and as a list: nobody reads them there. What pods ask for with ips does not reach the plugin by that way.',
  over: 'cno',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write a Raw entry with "capabilities": {"ips": true} in the plugin' },
  bad: cno(simpleMacvlan('ipamConfig:\n  type: Static')),
  good: cno(
    simpleMacvlan('ipamConfig:\n  type: Static\n  staticIPAMConfig:\n    addresses:\n    - address: 192.0.2.10/24'),
  ),
  source: 'cluster-network-operator 2a6a57f bindata/network/additional-networks/simplemacvlan',
  *check({ subject: { entries } }) {
    for (const entry of entries) {
      const macvlan = macvlanOf(entry);
      if (macvlan?.ipam === undefined) continue;
      if (canonical(IPAM_TYPES, member(macvlan.ipam.conf, 'type')) !== 'Static') continue;
      if (partsOf(macvlan.addressing, 'addresses').length > 0) continue;
      const path = [...macvlan.ipam.path, 'type'];
      yield { at: { path }, message: 'no addresses: what pods ask for with ips is not passed on by this network' };
    }
  },
});
