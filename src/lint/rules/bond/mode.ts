import { type Choice, otherWords } from '../choices.js';
import { defineRule, type Draft, type NetworkSubject } from '../../model.js';
import { fieldsOf } from '../../plugin-facts.js';
import { IPAM, plugin } from '../plugin-examples.js';

const LINKS = '"links": [{ "name": "net1" }, { "name": "net2" }],';
const MODE: Choice = {
  type: 'bond',
  key: 'mode',
  words: ['balance-rr', 'active-backup', 'balance-xor', 'broadcast', '802.3ad', 'balance-tlb', 'balance-alb'],
  says: () => null,
};

export const mode = defineRule({
  id: 'bond/mode',
  severity: 'warning',
  title: 'a bond with an unknown mode, or with miimon as a number',
  why: 'The kernel knows seven modes by their names; with another one the bond is not made. miimon is a text in this plugin, and a number is refused with the whole configuration.',
  over: 'network',
  about: ['bond'],
  needs: ['values'],
  fix: null,
  bad: plugin('bond', `"mode": "lacp",\n"miimon": "100",\n${LINKS}\n${IPAM}`),
  good: plugin('bond', `"mode": "802.3ad",\n"miimon": "100",\n${LINKS}\n${IPAM}`),
  source:
    'k8snetworkplumbingwg/bond-cni bond/bond.go (createBondedLink); vishvananda/netlink link.go (StringToBondMode)',
  *check({ subject }): Iterable<Draft> {
    for (const draft of otherWords(subject, MODE)) yield { ...draft, edits: [] };
    yield* miimonProblems(subject);
  },
});

function* miimonProblems(network: NetworkSubject): Iterable<Draft> {
  for (const { value, path } of fieldsOf(network, 'bond', 'miimon')) {
    if (typeof value !== 'number') continue;
    yield {
      at: { path },
      message: `miimon is a text: "${value}"`,
      upstream: 'json: cannot unmarshal number into Go struct field bondingConfig.miimon of type string',
    };
  }
}
