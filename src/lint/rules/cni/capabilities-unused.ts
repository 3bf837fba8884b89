import { isJsonObject } from '../../../cni/go-json.js';
import { fieldOf } from '../../go-fields.js';
import { defineRule, type IpamPart, type PluginPart } from '../../model.js';
import { nadWith } from '../examples.js';
import { CAPABILITIES, CONSUMED, CONSUMED_BY_IPAM } from './capabilities.js';

export const capabilitiesUnused = defineRule({
  id: 'cni/capabilities-unused',
  severity: 'info',
  title: 'a capability of which the plugin makes nothing',
  why: 'A capability lets the runtime hand what a pod asks for to the plugin that has it. This one does not read it: what the pod asks for is ignored.',
  over: 'network',
  about: ['capabilities'],
  needs: [],
  fix: null,
  bad: nadWith('"master": "eth1",', '"master": "eth1",\n  "capabilities": { "portMappings": true },'),
  good: nadWith('"master": "eth1",', '"master": "eth1",\n  "capabilities": { "mac": true },'),
  source: 'containernetworking/cni 3f51e88 CONVENTIONS.md; containernetworking/plugins v1.9.0',
  *check({ subject: { plugins, ipams } }) {
    for (const plugin of plugins) {
      const field = fieldOf(plugin.conf, 'capabilities');
      if (!isJsonObject(field?.value)) continue;
      const consumed = consumedBy(plugin, ipams);
      if (consumed === undefined) continue;
      for (const [name, wanted] of Object.entries(field.value)) {
        if (wanted !== true || consumed.includes(name)) continue;
        yield {
          at: { path: [...plugin.path, field.key, name], part: 'key' },
          message: CAPABILITIES.has(name)
            ? `${plugin.type ?? ''} makes nothing of the capability ${name}`
            : `"${name}" is no capability that a runtime fills in`,
        };
      }
    }
  },
});

/** What a plugin and its IPAM plugin read; undefined where that is not known. */
function consumedBy({ type, index }: PluginPart, ipams: readonly IpamPart[]): readonly string[] | undefined {
  const own = CONSUMED.get(type ?? '');
  const ipam = ipams.find(({ plugin }) => plugin?.index === index);
  const byIpam = ipam === undefined ? [] : CONSUMED_BY_IPAM.get(ipam.type ?? '');
  return own === undefined || byIpam === undefined ? undefined : [...own, ...byIpam];
}
