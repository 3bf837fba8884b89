import { defineRule } from '../../model.js';
import { staticOf } from '../../static-facts.js';
import { ipamNad } from '../ipam-examples.js';

export const networkOrBroadcast = defineRule({
  id: 'static/network-or-broadcast',
  severity: 'error',
  title: 'the address of a network, or of all its hosts, for a pod',
  why: 'The first address of a network stands for the network, and the last one for all its hosts: others cannot talk to a pod that has it.',
  over: 'network',
  about: ['static'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take an address between the two' },
  bad: ipamNad('static', '"addresses": [{"address": "192.0.2.0/24"}]'),
  good: ipamNad('static', '"addresses": [{"address": "192.0.2.10/24"}]'),
  source: 'containernetworking/plugins 3d27709 plugins/ipam/static/main.go; RFC 1122 section 3.2.1.3',
  *check({ subject }) {
    for (const { addresses } of staticOf(subject)) {
      for (const { address, prefix } of addresses) {
        // Networks of one or two addresses have neither.
        if (address === undefined || prefix === undefined || prefix.bits - prefix.length < 2) continue;
        const isNetwork = prefix.isMasked;
        // IPv6 has no broadcast.
        if (!isNetwork && (prefix.family === 6 || !prefix.address.equals(prefix.broadcast))) continue;
        yield {
          at: { path: address.path },
          message: `${address.text} is the ${isNetwork ? 'address of the network itself' : 'broadcast address'}`,
        };
      }
    }
  },
});
