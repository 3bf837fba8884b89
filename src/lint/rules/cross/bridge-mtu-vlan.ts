import { Prefix } from '../../../net/prefix.js';
import { mainOf, named, networksOf, numberOf, pathOf } from '../../cross-facts.js';
import { groupBy } from '../../group-by.js';
import { fieldOf, textOf } from '../../go-fields.js';
import { defineRule, type Draft, type NetworkSubject, type PluginPart } from '../../model.js';
import { gatewaysOf, subnetsOf } from '../../subnets.js';
import { hostIsGateway } from '../host-gateway.js';
import { nads, pool } from './examples.js';

const bridge = (more: string): string => `"type": "bridge",\n  "bridge": "br1"${more}`;

export const bridgeMtuVlan = defineRule({
  id: 'cross/bridge-mtu-vlan',
  severity: 'warning',
  title: 'one bridge that two NADs want differently',
  why: 'A bridge of a node has one MTU and one address of a network. The pod that starts first makes it; with another gateway address the next one does not start, and with another MTU some packets are lost without a word.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write the same into both, or use another bridge' },
  bad: nads(
    { name: 'tenant-a', plugin: bridge(',\n  "mtu": 9000'), ipam: pool('192.0.2') },
    { name: 'tenant-b', plugin: bridge(',\n  "mtu": 1500'), ipam: pool('198.51.100') },
  ),
  good: nads(
    { name: 'tenant-a', plugin: bridge(',\n  "mtu": 9000'), ipam: pool('192.0.2') },
    { name: 'tenant-b', plugin: bridge(',\n  "mtu": 9000'), ipam: pool('198.51.100') },
  ),
  source: 'containernetworking/plugins plugins/main/bridge/bridge.go (ensureBridge, ensureAddr)',
  *check({ subject }) {
    const bridges = networksOf(subject).filter(({ mainType }) => mainType === 'bridge');
    for (const [name, group] of groupBy(bridges, nameOf)) {
      yield* differences(name, group, 'mtu', (main) => numberOf(main.conf, 'mtu')?.toString());
      yield* differences(name, group, 'isGateway', (main, network) => gatewayOf(main, network));
    }
  },
});

/** Those that say something else than the first that says anything. */
function* differences(
  bridgeName: string,
  group: readonly NetworkSubject[],
  key: 'mtu' | 'isGateway',
  valueOf: (main: PluginPart, network: NetworkSubject) => string | undefined,
): Iterable<Draft> {
  let first: { network: NetworkSubject; value: string } | undefined;
  for (const network of group) {
    const main = mainOf(network);
    const value = main === undefined ? undefined : valueOf(main, network);
    if (main === undefined || value === undefined) continue;
    first ??= { network, value };
    if (first.value === value) continue;
    const isMtu = key === 'mtu';
    yield {
      on: network,
      at: { path: pathOf(main, isMtu || fieldOf(main.conf, key) !== undefined ? key : 'isDefaultGateway') },
      message: `${named(first.network, network)} gives ${bridgeName} ${isMtu ? `an MTU of ${first.value}` : first.value}, this ${value}`,
      upstream: isMtu ? undefined : `"${bridgeName}" already has an IP address different from ${value}`,
    };
  }
}

/** The address that the bridge gets, with its length; undefined where it gets none, or another plugin says which. */
function gatewayOf(main: PluginPart, network: NetworkSubject): string | undefined {
  if (!hostIsGateway(main) || fieldOf(main.conf, 'forceAddress')?.value === true) return undefined;
  const [ipam] = network.ipams;
  const subnet = ipam === undefined ? undefined : subnetsOf(network)[0]?.prefix;
  if (ipam === undefined || subnet === undefined) return undefined;
  const gateway = gatewaysOf(network, ipam).find((each) => each.family === subnet.family) ?? subnet.network.plus(1n);
  return gateway === undefined ? undefined : Prefix.of(gateway, subnet.length).toString();
}

function nameOf(network: NetworkSubject): string | undefined {
  const main = mainOf(network);
  return main === undefined ? undefined : (textOf(main.conf, 'bridge') ?? 'cni0');
}
