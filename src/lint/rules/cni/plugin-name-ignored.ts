import { fieldOf } from '../../go-fields.js';
import { defineRule, type IpamPart, type PluginPart } from '../../model.js';
import { nad } from '../examples.js';

export const pluginNameIgnored = defineRule({
  id: 'cni/plugin-name-ignored',
  severity: 'info',
  title: 'name or cniVersion inside plugins',
  why: 'Each plugin is given the name and the cniVersion of the list; those of its own are overwritten.',
  over: 'network',
  about: ['plugins'],
  needs: [],
  fix: null,
  bad: nad(`{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  "plugins": [{ "name": "tenant-b", "type": "macvlan", "master": "eth1" }]
}`),
  good: nad(`{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  "plugins": [{ "type": "macvlan", "master": "eth1" }]
}`),
  source: 'containernetworking/cni 3f51e88 libcni/api.go (buildOneConfig)',
  *check({ subject: { form, plugins, ipams } }) {
    if (form !== 'list') return;
    for (const plugin of plugins) {
      for (const name of ['name', 'cniVersion']) {
        const field = fieldOf(plugin.conf, name);
        if (field === undefined) continue;
        const isRead = name === 'name' && isReadRaw(plugin, ipams);
        yield {
          at: { path: [...plugin.path, field.key], part: 'key' },
          message: isRead
            ? 'plugins are given the name of the list; only the controllers of whereabouts read this one'
            : `${name} is overwritten by that of the list`,
        };
      }
    }
  },
});

/** The controllers of whereabouts read the first plugin as it is written. */
function isReadRaw({ index }: PluginPart, ipams: readonly IpamPart[]): boolean {
  return index === 0 && ipams.some(({ type, plugin }) => type === 'whereabouts' && plugin?.index === 0);
}
