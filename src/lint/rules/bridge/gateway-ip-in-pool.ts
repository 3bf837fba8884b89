import type { Address } from '../../../net/address.js';
import { defineRule, type Draft } from '../../model.js';
import { pluginField } from '../../plugin-facts.js';
import { type ReadRange, readRanges, whereaboutsOf, type WhereaboutsFacts } from '../../whereabouts-facts.js';
import { hostIsGateway } from '../host-gateway.js';
import { IPAM, plugin } from '../plugin-examples.js';
import { exclusion } from '../whereabouts/gateway-in-pool.js';

const BARE = '"ipam": {\n  "type": "whereabouts",\n  "range": "192.0.2.0/24"\n}';

export const gatewayIpInPool = defineRule({
  id: 'bridge/gateway-ip-in-pool',
  severity: 'warning',
  title: 'an address of the bridge itself that whereabouts hands out',
  why: 'With isGateway the bridge of every node has the address of the gateway, or the first one of the range where none is written. whereabouts does not know of that and gives it to a pod too: the network of that pod breaks, and that of the others on its node.',
  over: 'network',
  about: ['bridge'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'exclude it' },
  bad: plugin('bridge', `"bridge": "br1",\n"isGateway": true,\n${BARE}`),
  good: plugin('bridge', `"bridge": "br1",\n"isGateway": true,\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/bridge/bridge.go (calcGatewayIP); whereabouts issue 601',
  supersedes: ['whereabouts/gateway-in-pool'],
  *check({ subject }) {
    for (const facts of whereaboutsOf(subject)) {
      if (!hostIsGateway(facts.plugin)) continue;
      for (const range of readRanges(facts)) yield* inPool(facts, range);
    }
  },
});

function* inPool(facts: WhereaboutsFacts, range: ReadRange): Iterable<Draft> {
  const address = bridgeAddress(facts, range);
  if (address === undefined || !range.reading.addresses.contains(address)) return;
  yield {
    at: { path: whereWritten(facts) },
    message: `${address.toString()} is that of the bridge, and can be handed out to a pod`,
    // Exclusions do nothing with node slices.
    edits: facts.slice === undefined ? [exclusion(range, address.toString())] : [],
  };
}

/** One gateway counts for all ranges; without one it is the first address of each. */
function bridgeAddress({ gateway, gatewayAddress }: WhereaboutsFacts, { reading }: ReadRange): Address | undefined {
  return gateway === undefined ? reading.range.network.plus(1n) : gatewayAddress;
}

function whereWritten({ gateway, plugin: bridge, path }: WhereaboutsFacts) {
  if (gateway !== undefined || bridge === undefined) return gateway?.path ?? path;
  const switched = ['isGateway', 'isDefaultGateway'].map((name) => pluginField(bridge, name));
  return switched.find((field) => field?.value === true)?.path ?? path;
}
