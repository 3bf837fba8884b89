import { fieldOf, textOf } from '../../go-fields.js';
import { defineRule, type NetworkSubject, type PluginPart } from '../../model.js';
import { numberOf, pluginsOfType } from '../../plugin-facts.js';
import type { Path } from '../../path.js';
import { IPAM, plugin } from '../plugin-examples.js';

const TAGGED = plugin('bridge', `"bridge": "br1",\n"vlan": 100,\n${IPAM}`);
const WRITTEN = plugin('bridge', `"bridge": "br1",\n"vlan": 100,\n"preserveDefaultVlan": true,\n${IPAM}`);
const UNTAGGED = plugin('bridge', '"bridge": "br1"', { name: 'tenant-b' });

interface Use {
  readonly network: NetworkSubject;
  readonly plugin: PluginPart;
  readonly bridge: string;
  /** Where the VLAN is; undefined for untagged use. */
  readonly vlan: Path | undefined;
}

export const preserveDefaultVlan = defineRule({
  id: 'bridge/preserve-default-vlan',
  severity: 'warning',
  title: 'a VLAN on a bridge that another network uses untagged',
  why: 'Where preserveDefaultVlan is not written the plugin takes VLAN 1 from the port of the pod, though the documentation says the contrary. The pod is then apart from what uses the same bridge untagged; whether that is meant cannot be seen.',
  over: 'set',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write preserveDefaultVlan out: false for the VLAN alone, true for both' },
  bad: { text: `${TAGGED.text}---\n${UNTAGGED.text}` },
  good: { text: `${WRITTEN.text}---\n${UNTAGGED.text}` },
  source: 'containernetworking/plugins v1.9.0 plugins/main/bridge/bridge.go (NetConf, setupVeth)',
  *check({ subject: { networks } }) {
    const uses = networks.flatMap(usesOf);
    const untagged = new Map(uses.filter(({ vlan }) => vlan === undefined).map((use) => [use.bridge, use]));
    for (const { network, plugin: tagged, bridge, vlan } of uses) {
      if (vlan === undefined || fieldOf(tagged.conf, 'preserveDefaultVlan') !== undefined) continue;
      const other = untagged.get(bridge);
      if (other === undefined || other.network === network) continue;
      yield {
        at: { path: vlan, part: 'key' },
        message: `${other.network.name ?? 'another network'} uses ${bridge} untagged: write preserveDefaultVlan out`,
        on: network,
      };
    }
  },
});

function usesOf(network: NetworkSubject): Use[] {
  return pluginsOfType(network, 'bridge').flatMap((part) => {
    const bridge = textOf(part.conf, 'bridge');
    return bridge === undefined ? [] : [{ network, plugin: part, bridge, vlan: vlanPath(part) }];
  });
}

function vlanPath(part: PluginPart): Path | undefined {
  const trunk = fieldOf(part.conf, 'vlanTrunk');
  if (numberOf(part, 'vlan') !== 0) return [...part.path, fieldOf(part.conf, 'vlan')?.key ?? 'vlan'];
  return Array.isArray(trunk?.value) && trunk.value.length > 0 ? [...part.path, trunk.key] : undefined;
}
