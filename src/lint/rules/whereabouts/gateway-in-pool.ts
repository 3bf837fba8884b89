import { defineRule, type Draft, type Edit } from '../../model.js';
import { readRanges, type ReadRange, whereaboutsOf, type WhereaboutsFacts } from '../../whereabouts-facts.js';
import { hostIsGateway } from '../host-gateway.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

export const gatewayInPool = defineRule({
  id: 'whereabouts/gateway-in-pool',
  severity: 'warning',
  title: 'a gateway that whereabouts hands out',
  why: 'whereabouts does not keep the gateway to itself, as host-local does: a pod gets its address (the first one, where it is the first of the range), and the network of every pod that needs the router breaks. See whereabouts#601.',
  over: 'network',
  about: ['gateway'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'exclude it' },
  bad: whereabouts('"range": "192.0.2.0/24",\n"gateway": "192.0.2.1",\n"routes": [{"dst": "198.51.100.0/24"}]'),
  good: whereabouts(`${RANGE},\n"gateway": "192.0.2.1",\n"routes": [{"dst": "198.51.100.0/24"}]`),
  source: 'whereabouts v0.9.4 pkg/allocate/allocate.go (IterateForAssignment); whereabouts issue 601',
  *check({ subject }) {
    for (const facts of whereaboutsOf(subject)) {
      // Where the bridge of the node is the gateway, `bridge/gateway-ip-in-pool` says it.
      if (!hostIsGateway(facts.plugin)) yield* inPool(facts);
    }
  },
});

function* inPool(facts: WhereaboutsFacts): Iterable<Draft> {
  const { gateway, gatewayAddress, slice } = facts;
  if (gateway === undefined || gatewayAddress === undefined) return;
  const range = readRanges(facts).find(({ reading }) => reading.addresses.contains(gatewayAddress));
  if (range === undefined) return;
  yield {
    at: { path: gateway.path },
    message: `${gatewayAddress.toString()} can be handed out to a pod`,
    // Exclusions do nothing with node slices.
    edits: slice === undefined ? [exclusion(range, gatewayAddress.toString())] : [],
  };
}

/** Adds the address to the exclusions of its range. */
export function exclusion({ holder, excludePath }: ReadRange, address: string): Edit {
  const value = `${address}/${address.includes(':') ? 128 : 32}`;
  return excludePath === undefined
    ? { kind: 'insert', path: holder, key: 'exclude', value: [value] }
    : { kind: 'append', path: excludePath, value };
}
