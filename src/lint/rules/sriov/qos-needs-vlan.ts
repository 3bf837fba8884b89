import { fieldOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { fieldsOf, numberOf } from '../../plugin-facts.js';
import { devicePlugin } from '../plugin-examples.js';

const LAST_PRIORITY = 7;

export const qosNeedsVlan = defineRule({
  id: 'sriov/qos-needs-vlan',
  severity: 'error',
  title: 'a vlanQoS without a VLAN, or none at all',
  why: 'The priority is a part of the VLAN tag, from 0 to 7: without a VLAN there is no tag. The sriov plugin refuses it, and no pod that attaches starts.',
  over: 'network',
  about: ['sriov'],
  needs: ['values'],
  fix: null,
  bad: devicePlugin('sriov', '"vlanQoS": 3'),
  good: devicePlugin('sriov', '"vlan": 100,\n"vlanQoS": 3'),
  source: 'k8snetworkplumbingwg/sriov-cni pkg/config/config.go (LoadConf)',
  *check({ subject }) {
    for (const { value, path, plugin } of fieldsOf(subject, 'sriov', 'vlanQoS')) {
      if (typeof value !== 'number' || value === 0) continue;
      if (value < 0 || value > LAST_PRIORITY) {
        const upstream = `LoadConf(): vlan QoS PCP ${value} invalid: value must be in the range 0-7`;
        yield { at: { path }, message: `vlanQoS is 0 to ${LAST_PRIORITY}`, upstream };
      } else if (numberOf(plugin, 'vlan') === 0) {
        const isThere = fieldOf(plugin.conf, 'vlan') !== undefined;
        const upstream = isThere
          ? 'LoadConf(): non-zero vlan id must be configured to set vlan QoS to a non-zero value'
          : 'LoadConf(): vlan id must be configured to set vlan QoS to a non-nil value';
        yield { at: { path }, message: 'vlanQoS needs a vlan', upstream };
      }
    }
  },
});
