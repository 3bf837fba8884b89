import { fieldOf, textOf } from '../../go-fields.js';
import { defineRule, type Draft, type PluginPart } from '../../model.js';
import { pluginField } from '../../plugin-facts.js';
import { LOCALNET, ovn, OVN, ovnOf } from './networks.js';

const TOPOLOGIES: readonly string[] = ['layer2', 'layer3', 'localnet'];

/** A key that a topology does not have: what OVN-Kubernetes says, or null where it passes it over. */
interface Misplaced {
  readonly key: string;
  readonly allowed: readonly string[];
  readonly says: string | null;
}

const LAYER2_ONLY = ['infrastructureSubnets', 'reservedSubnets', 'defaultGatewayIPs'] as const;
const MATRIX: readonly Misplaced[] = [
  {
    key: 'allowPersistentIPs',
    allowed: ['layer2', 'localnet'],
    says: 'layer3 topology does not allow persistent IPs',
  },
  {
    key: 'joinSubnet',
    allowed: ['layer2', 'layer3'],
    says: 'localnet topology does not allow specifying join-subnet as services are not supported',
  },
  ...LAYER2_ONLY.map((key) => ({ key, allowed: ['layer2'], says: `${key} is only supported for layer2 topology` })),
  { key: 'vlanID', allowed: ['localnet'], says: null },
  { key: 'physicalNetworkName', allowed: ['localnet'], says: null },
];

export const topology = defineRule({
  id: 'ovn/topology',
  severity: 'error',
  title: 'a topology that there is not, or a key that it does not have',
  why: 'OVN-Kubernetes knows layer2, layer3 and localnet, and not every key goes with each. It passes over a network that it refuses, and pods that attach do not start; a vlanID or physicalNetworkName outside localnet does nothing.',
  over: 'network',
  about: [OVN],
  needs: ['values'],
  fix: null,
  bad: ovn('"topology": "layer4"'),
  good: ovn(`${LOCALNET},\n"vlanID": 100,\n"allowPersistentIPs": true`),
  source: 'ovn-kubernetes 8871cd9 go-controller/pkg/util/multi_network.go (ValidateNetConf, newNetInfo)',
  *check({ subject }) {
    const own = ovnOf(subject);
    const chosen = own === undefined ? undefined : textOf(own.conf, 'topology');
    if (own === undefined || chosen === undefined) return;
    if (TOPOLOGIES.includes(chosen)) yield* misplacedIn(own, chosen);
    else
      yield {
        at: { path: [...own.path, fieldOf(own.conf, 'topology')?.key ?? 'topology'] },
        message: `"${chosen}" is none of ${TOPOLOGIES.join(', ')}`,
        upstream: `topology ${chosen} not supported`,
      };
  },
});

function* misplacedIn(own: PluginPart, chosen: string): Iterable<Draft> {
  for (const { key, allowed, says } of MATRIX) {
    const field = pluginField(own, key);
    if (field === undefined || allowed.includes(chosen) || isNothing(field.value)) continue;
    yield {
      at: { path: field.path, part: 'key' },
      severity: says === null ? 'warning' : 'error',
      message: `${key} does not go with ${chosen}${says === null ? ', and does nothing' : ''}`,
      upstream: says,
    };
  }
}

/** What Go takes for a field that is not there. */
function isNothing(value: unknown): boolean {
  return value === '' || value === false || value === 0;
}
