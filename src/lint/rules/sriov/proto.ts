import { fieldOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { fieldsOf, numberOf } from '../../plugin-facts.js';
import { devicePlugin } from '../plugin-examples.js';

const PROTOCOLS: readonly string[] = ['802.1q', '802.1ad'];

export const proto = defineRule({
  id: 'sriov/proto',
  severity: 'error',
  title: 'a vlanProto that is none, or needs a VLAN',
  why: 'The protocol of the tag is 802.1q or 802.1ad, and the latter needs a VLAN. The sriov plugin refuses anything else, and no pod that attaches starts.',
  over: 'network',
  about: ['sriov'],
  needs: ['values'],
  fix: null,
  bad: devicePlugin('sriov', '"vlan": 100,\n"vlanProto": "802.1x"'),
  good: devicePlugin('sriov', '"vlan": 100,\n"vlanProto": "802.1ad"'),
  source: 'k8snetworkplumbingwg/sriov-cni pkg/config/config.go (LoadConf)',
  *check({ subject }) {
    for (const { value, path, plugin } of fieldsOf(subject, 'sriov', 'vlanProto')) {
      if (typeof value !== 'string') continue;
      const named = value.toLowerCase();
      if (!PROTOCOLS.includes(named)) {
        const upstream = `LoadConf(): vlan Proto ${named} invalid: value must be '802.1Q' or '802.1ad'`;
        yield { at: { path }, message: `"${value}" is neither 802.1q nor 802.1ad`, upstream };
      } else if (named === '802.1ad' && numberOf(plugin, 'vlan') === 0) {
        const isThere = fieldOf(plugin.conf, 'vlan') !== undefined;
        const upstream = isThere
          ? 'LoadConf(): non-zero vlan id must be configured to set vlan proto 802.1ad'
          : 'LoadConf(): vlan id must be configured to set vlan proto to a non-nil value';
        yield { at: { path }, message: '802.1ad needs a vlan', upstream };
      }
    }
  },
});
