import { fieldOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { podsOf, selectionsOf } from '../../selections.js';
import { staticOf } from '../../static-facts.js';
import { ipamNad, RANGE, whereabouts } from '../ipam-examples.js';

export const singleAddress = defineRule({
  id: 'static/single-address',
  severity: 'info',
  title: 'addresses for one pod',
  why: 'IPAM static does not keep account: every pod of the network gets the same addresses, and the second one takes those of the first. A workload of several pods makes that certain.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'take whereabouts, or let each pod ask for its own with the capability ips' },
  bad: ipamNad('static', '"addresses": [{"address": "192.0.2.10/24"}]'),
  good: whereabouts(RANGE),
  source: 'containernetworking/plugins 3d27709 plugins/ipam/static/main.go (cmdAdd)',
  *check({ subject: set }) {
    for (const network of set.networks) {
      for (const { ipam, addresses } of staticOf(network)) {
        if (addresses.length === 0) continue;
        const many = selectionsOf(set, network).find((selection) => podsOf(selection) > 1);
        const user = many === undefined ? '' : `${many.attachment.objectKind} ${many.attachment.name ?? ''}`;
        yield {
          on: network,
          at: { path: [...ipam.path, fieldOf(ipam.conf, 'addresses')?.key ?? ''], part: 'key' },
          message:
            many === undefined ? 'every pod gets the same addresses' : `all pods of ${user} get the same addresses`,
          ...(many === undefined ? {} : { severity: 'warning' }),
        };
      }
    }
  },
});
