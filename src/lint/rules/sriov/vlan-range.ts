import { defineRule } from '../../model.js';
import { devicePlugin } from '../plugin-examples.js';
import { outOfRange } from '../vlan-range.js';

export const vlanRange = defineRule({
  id: 'sriov/vlan-range',
  severity: 'error',
  title: 'a VLAN of a virtual function that is none',
  why: 'The sriov plugin refuses a VLAN below 0 or above 4094, and no pod that attaches starts.',
  over: 'network',
  about: ['sriov'],
  needs: ['values'],
  fix: null,
  bad: devicePlugin('sriov', '"vlan": 4095'),
  good: devicePlugin('sriov', '"vlan": 100'),
  source: 'k8snetworkplumbingwg/sriov-cni pkg/config/config.go (LoadConf)',
  check({ subject }) {
    const says = (id: number): string => `LoadConf(): vlan id ${id} invalid: value must be in the range 0-4094`;
    return outOfRange(subject, 'sriov', 'vlan', says);
  },
});
