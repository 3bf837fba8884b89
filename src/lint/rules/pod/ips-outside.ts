import { Address } from '../../../net/address.js';
import { Prefix } from '../../../net/prefix.js';
import { meantNetworks, readAttachment } from '../../asked-networks.js';
import { defineRule, type NetworkSubject } from '../../model.js';
import { subnetsOf } from '../../subnets.js';
import { config, MACVLAN, podWith, WHEREABOUTS } from './examples.js';

const CONFIG = config(MACVLAN, WHEREABOUTS);

export const ipsOutside = defineRule({
  id: 'pod/ips-outside',
  severity: 'warning',
  title: 'an address that is not of the network',
  why: 'The pod asks for an address that lies in none of the subnets of the network that it attaches to: it gets the address, and reaches nobody with it, or does not start, as the IPAM plugin has it.',
  over: 'set',
  needs: ['values', 'workloads'],
  fix: null,
  bad: podWith(CONFIG, '[{"name": "tenant-a", "ips": ["198.51.100.10/24"]}]'),
  good: podWith(CONFIG, '[{"name": "tenant-a", "ips": ["192.0.2.10/24"]}]'),
  source: 'multus-cni 95a0932 pkg/k8sclient/k8sclient.go; containernetworking/plugins v1.9.0 plugins/ipam',
  *check({ subject: set }) {
    for (const attachment of set.attachments) {
      for (const asked of readAttachment(attachment).asked) {
        if (asked.ips.length === 0) continue;
        const subnets = meantNetworks(set, attachment, asked).flatMap(prefixesOf);
        for (const { text, at } of asked.ips) {
          const address = Prefix.parse(text)?.address ?? Address.parse(text);
          if (address === undefined || subnets.length === 0 || subnets.some((subnet) => subnet.contains(address)))
            continue;
          const where = [...new Set(subnets.map((subnet) => subnet.toString()))].join(', ');
          yield { at, message: `${text} is not in ${asked.name.text}, which has ${where}`, on: attachment };
        }
      }
    }
  },
});

/** None where one of them cannot be read: the address may be in that. */
function prefixesOf(network: NetworkSubject): Prefix[] {
  const prefixes = subnetsOf(network).map(({ prefix }) => prefix?.masked());
  return prefixes.includes(undefined) ? [] : prefixes.filter((prefix) => prefix !== undefined);
}
