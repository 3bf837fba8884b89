import { Address } from '../../../net/address.js';
import { Prefix } from '../../../net/prefix.js';
import { defineRule, type Draft } from '../../model.js';
import { member } from '../../source/document.js';
import { canonical, cno, IPAM_TYPES, macvlanOf, MODES, type Part, partsOf, simpleMacvlan } from './entries.js';

const STATIC = `ipamConfig:
  type: Static
  staticIPAMConfig:
    addresses:
    - address: ADDRESS
      gateway: 192.0.2.1`;

export const simplemacvlanValues = defineRule({
  id: 'cno/simplemacvlan-values',
  severity: 'error',
  title: 'a value of a SimpleMacvlan that the operator refuses',
  why: 'The Cluster Network Operator checks the mode, the type of the IPAM, and every address. One that is wrong fails all that it does: it turns Degraded, and no other change of the network of the cluster is applied either.',
  over: 'cno',
  needs: ['values'],
  fix: null,
  bad: cno(simpleMacvlan(STATIC.replace('ADDRESS', '192.0.2.10'))),
  good: cno(simpleMacvlan(STATIC.replace('ADDRESS', '192.0.2.10/24'))),
  source: 'cluster-network-operator 2a6a57f pkg/network/additional_networks.go (validateSimpleMacvlanConfig)',
  *check({ subject: { entries } }) {
    for (const entry of entries) {
      const macvlan = macvlanOf(entry);
      if (macvlan === undefined) continue;
      yield* unknownWord(macvlan.config, 'mode', MODES, 'Macvlan mode');
      yield* wrongMtu(macvlan.config);
      if (macvlan.ipam !== undefined) yield* unknownWord(macvlan.ipam, 'type', IPAM_TYPES, 'IPAM type');
      for (const part of partsOf(macvlan.addressing, 'addresses')) {
        yield* wrongCidr(part, 'address', 'static address');
        yield* wrongGateway(part);
      }
      for (const part of partsOf(macvlan.addressing, 'routes')) {
        yield* wrongCidr(part, 'destination', 'route destination');
        yield* wrongGateway(part);
      }
    }
  },
});

function* unknownWord({ conf, path }: Part, key: string, words: readonly string[], what: string): Iterable<Draft> {
  const written = member(conf, key);
  // Empty has a default; another case is said of by cno/type-case.
  if (typeof written !== 'string' || written === '' || canonical(words, written) !== undefined) return;
  const upstream = `invalid ${what}: ${written}`;
  yield { at: { path: [...path, key] }, message: `"${written}" is none of ${words.join(', ')}`, upstream };
}

function* wrongMtu({ conf, path }: Part): Iterable<Draft> {
  const mtu = member(conf, 'mtu');
  if (typeof mtu === 'number' && mtu < 0) yield { at: { path: [...path, 'mtu'] }, message: 'an mtu is not negative' };
}

function* wrongCidr({ conf, path }: Part, key: string, what: string): Iterable<Draft> {
  const written = member(conf, key);
  const text = typeof written === 'string' ? written : '';
  if (Prefix.parse(text) !== undefined) return;
  yield {
    at: { path: [...path, key] },
    message: `"${text}" is no address with a prefix length`,
    upstream: `invalid ${what}: invalid CIDR address: ${text}`,
  };
}

function* wrongGateway({ conf, path }: Part): Iterable<Draft> {
  const written = member(conf, 'gateway');
  if (typeof written !== 'string' || written === '' || Address.parse(written) !== undefined) return;
  const upstream = `invalid gateway: ${written}`;
  yield { at: { path: [...path, 'gateway'] }, message: `"${written}" is no address`, upstream };
}
