import { defineRule } from '../../model.js';
import { capabilityPath, pluginField, pluginsOfType } from '../../plugin-facts.js';
import { devicePlugin, IPAM } from '../plugin-examples.js';

export const mac = defineRule({
  id: 'ib-sriov/mac',
  severity: 'error',
  title: 'a MAC address for an InfiniBand interface',
  why: 'InfiniBand goes by GUIDs, and the plugin cannot give an interface a MAC address. What pods ask for with mac does not come true; infinibandGUID is what is there for that.',
  over: 'network',
  about: ['ib-sriov'],
  needs: [],
  fix: null,
  bad: devicePlugin('ib-sriov', `"capabilities": { "mac": true },\n${IPAM}`),
  good: devicePlugin('ib-sriov', `"capabilities": { "infinibandGUID": true },\n${IPAM}`),
  source: 'k8snetworkplumbingwg/ib-sriov-cni README.md',
  supersedes: ['cni/capabilities-unused', 'cni/unknown-key'],
  *check({ subject }) {
    for (const device of pluginsOfType(subject, 'ib-sriov')) {
      for (const path of [capabilityPath(device, 'mac'), pluginField(device, 'mac')?.path]) {
        if (path === undefined) continue;
        yield { at: { path, part: 'key' }, message: 'an InfiniBand interface has a GUID, and no MAC address' };
      }
    }
  },
});
