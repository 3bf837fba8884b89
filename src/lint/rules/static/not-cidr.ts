import { Prefix } from '../../../net/prefix.js';
import { defineRule, type Draft } from '../../model.js';
import { addressesOf, type StaticAddress, staticOf } from '../../static-facts.js';
import { ipamNad } from '../ipam-examples.js';

export const notCidr = defineRule({
  id: 'static/not-cidr',
  severity: 'error',
  title: 'a static address without its prefix length',
  why: 'The plugin refuses the configuration: no pod of this network starts. The same goes for the addresses that whereabouts gives besides.',
  over: 'network',
  about: ['addresses'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write the length of its network too, as 192.0.2.10/24' },
  bad: ipamNad('static', '"addresses": [{"address": "192.0.2.10"}]'),
  good: ipamNad('static', '"addresses": [{"address": "192.0.2.10/24"}]'),
  source:
    'containernetworking/plugins 3d27709 plugins/ipam/static/main.go; whereabouts v0.9.4 pkg/config/config.go (configureStatic)',
  *check({ subject }) {
    for (const { addresses } of staticOf(subject)) {
      yield* unread(addresses, (text) => `the 'address' field is expected to be in CIDR notation, got: '${text}'`);
    }
    for (const ipam of subject.ipams) {
      if (ipam.type !== 'whereabouts') continue;
      const addresses = addressesOf(ipam, (text) => Prefix.parseSloppy(text));
      yield* unread(addresses, (text) => `invalid CIDR in addresses ${text}: invalid CIDR address: ${text}`);
    }
  },
});

function* unread(addresses: readonly StaticAddress[], upstream: (text: string) => string): Iterable<Draft> {
  for (const { address, prefix, path } of addresses) {
    if (prefix !== undefined) continue;
    const text = address?.text ?? '';
    yield {
      at: { path: address?.path ?? path },
      message: text === '' ? 'no address' : `"${text}" is no address with a prefix length`,
      upstream: upstream(text),
    };
  }
}
