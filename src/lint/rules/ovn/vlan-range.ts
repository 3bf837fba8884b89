import { defineRule } from '../../model.js';
import { outOfRange } from '../vlan-range.js';
import { LOCALNET, OVN, ovn } from './networks.js';

export const vlanRange = defineRule({
  id: 'ovn/vlan-range',
  severity: 'error',
  title: 'a vlanID that is no VLAN',
  why: 'A VLAN is 1 to 4094, and 0 stands for none. With another number OVN-Kubernetes cannot tag the traffic of the localnet, and pods that attach have no network.',
  over: 'network',
  about: [OVN],
  needs: ['values'],
  fix: null,
  bad: ovn(`${LOCALNET},\n"vlanID": 4095`),
  good: ovn(`${LOCALNET},\n"vlanID": 100`),
  source: 'ovn-kubernetes 8871cd9 go-controller/pkg/cni/types/types.go; IEEE 802.1Q',
  check({ subject }) {
    return outOfRange(subject, OVN, 'vlanID', () => null);
  },
});
