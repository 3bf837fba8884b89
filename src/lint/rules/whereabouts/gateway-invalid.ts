import { Address } from '../../../net/address.js';
import { Prefix } from '../../../net/prefix.js';
import { defineRule } from '../../model.js';
import { whereaboutsOf } from '../../whereabouts-facts.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

export const gatewayInvalid = defineRule({
  id: 'whereabouts/gateway-invalid',
  severity: 'error',
  title: 'a gateway that is no address',
  why: 'whereabouts refuses the whole configuration: no pod of this network starts. A gateway has no prefix length.',
  over: 'network',
  about: ['gateway'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'write the address alone; a prefix length and blanks are taken away' },
  bad: whereabouts(`${RANGE},\n"gateway": "192.0.2.1/24"`),
  good: whereabouts(`${RANGE},\n"gateway": "192.0.2.1"`),
  source: 'whereabouts v0.9.4 pkg/config/config.go (LoadIPAMConfig)',
  *check({ subject }) {
    for (const { gateway, gatewayAddress } of whereaboutsOf(subject)) {
      if (gateway === undefined || gatewayAddress !== undefined) continue;
      const { text, path } = gateway;
      const value = addressIn(text.trim());
      yield {
        at: { path },
        message: value === undefined ? `"${text}" is no address` : `"${text}" is more than an address`,
        upstream: `couldn't parse gateway IP: ${text}`,
        edits: value === undefined ? [] : [{ kind: 'set', path, value: value.toString() }],
      };
    }
  },
});

function addressIn(text: string): Address | undefined {
  return Prefix.parseSloppy(text)?.address ?? Address.parseSloppy(text);
}
