import { defineRule } from '../../model.js';
import { staticOf } from '../../static-facts.js';
import { ipamNad } from '../ipam-examples.js';

export const duplicate = defineRule({
  id: 'static/duplicate',
  severity: 'error',
  title: 'an address twice',
  why: 'The main plugin adds one address after the other to the interface, and the kernel refuses one that is there: no pod of this network starts.',
  over: 'network',
  about: ['static'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'remove the second one' },
  bad: ipamNad('static', '"addresses": [{"address": "192.0.2.10/24"}, {"address": "192.0.2.10/24"}]'),
  good: ipamNad('static', '"addresses": [{"address": "192.0.2.10/24"}, {"address": "192.0.2.11/24"}]'),
  source: 'containernetworking/plugins 3d27709 pkg/ipam/ipam_linux.go (ConfigureIface)',
  *check({ subject }) {
    for (const { addresses } of staticOf(subject)) {
      const seen = new Set<string>();
      for (const { address, prefix, path } of addresses) {
        if (address === undefined || prefix === undefined) continue;
        const text = prefix.address.toString();
        if (seen.has(text)) {
          yield {
            at: { path: address.path },
            message: `${text} is there already`,
            upstream: 'file exists',
            edits: [{ kind: 'remove', path }],
          };
        }
        seen.add(text);
      }
    }
  },
});
