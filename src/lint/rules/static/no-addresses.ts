import { fieldOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { staticOf } from '../../static-facts.js';
import { hasCapability } from '../capabilities.js';
import { ipamNad, MACVLAN } from '../ipam-examples.js';

export const noAddresses = defineRule({
  id: 'static/no-addresses',
  severity: 'warning',
  title: 'IPAM static without an address, and without ips of the pod',
  why: 'Without addresses the pod has to ask for its own, which reach the plugin by the capability ips (an address in the annotation alone still does, by CNI_ARGS). A pod that asks for none does not start.',
  over: 'network',
  about: ['static'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'give it addresses, or "capabilities": {"ips": true} in the plugin' },
  bad: ipamNad('static', ''),
  good: ipamNad('static', '', { plugin: `${MACVLAN},\n  "capabilities": { "ips": true }` }),
  source: 'containernetworking/plugins 3d27709 plugins/ipam/static/main.go (LoadIPAMConfig)',
  *check({ subject }) {
    for (const { ipam, addresses } of staticOf(subject)) {
      // Without its plugin it is not known what the runtime may add.
      if (addresses.length > 0 || hasCapability(subject, ipam, 'ips') !== false) continue;
      yield {
        at: { path: [...ipam.path, fieldOf(ipam.conf, 'addresses')?.key ?? 'type'] },
        message: 'no addresses, and the pod cannot give any',
        upstream: 'IPAM plugin returned missing IP config',
      };
    }
  },
});
