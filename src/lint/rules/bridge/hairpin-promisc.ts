import { defineRule } from '../../model.js';
import { isOn, pluginField, pluginsOfType } from '../../plugin-facts.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const hairpinPromisc = defineRule({
  id: 'bridge/hairpin-promisc',
  severity: 'error',
  title: 'hairpinMode and promiscMode together',
  why: 'Both let a pod reach itself over the bridge, each in its own way, and the bridge plugin refuses the two together. No pod that attaches starts.',
  over: 'network',
  about: ['bridge'],
  needs: ['values'],
  fix: null,
  bad: plugin('bridge', `"bridge": "br1",\n"hairpinMode": true,\n"promiscMode": true,\n${IPAM}`),
  good: plugin('bridge', `"bridge": "br1",\n"hairpinMode": true,\n"promiscMode": false,\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/bridge/bridge.go (cmdAdd)',
  *check({ subject }) {
    for (const bridge of pluginsOfType(subject, 'bridge')) {
      const promisc = pluginField(bridge, 'promiscMode');
      if (promisc?.value !== true || !isOn(bridge, 'hairpinMode')) continue;
      yield {
        at: { path: promisc.path },
        message: 'promiscMode and hairpinMode exclude each other',
        upstream: 'cannot set hairpin mode and promiscuous mode at the same time',
      };
    }
  },
});
