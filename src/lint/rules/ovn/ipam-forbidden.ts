import { defineRule } from '../../model.js';
import { ipamOf } from '../../plugin-facts.js';
import { LOCALNET, ovn, OVN, ovnOf } from './networks.js';

export const ipamForbidden = defineRule({
  id: 'ovn/ipam-forbidden',
  severity: 'error',
  title: 'an ipam in a network of OVN-Kubernetes',
  why: 'OVN-Kubernetes assigns addresses itself, from subnets, and refuses a network with an IPAM plugin: pods that attach do not start. Without subnets the network has no addresses.',
  over: 'network',
  about: [OVN],
  needs: ['values'],
  fix: { kind: 'safe', text: 'leave it out' },
  bad: ovn(`${LOCALNET},\n"ipam": { "type": "whereabouts", "range": "192.0.2.0/24", "exclude": ["192.0.2.0/29"] }`),
  good: ovn(`${LOCALNET},\n"ipam": {}`),
  source: 'ovn-kubernetes 8871cd9 go-controller/pkg/util/multi_network.go (ErrorUnsupportedIPAMKey)',
  *check({ subject }) {
    const own = ovnOf(subject);
    const ipam = own === undefined ? undefined : ipamOf(subject, own);
    if (ipam?.type === undefined) return;
    yield {
      at: { path: ipam.path, part: 'key' },
      message: 'OVN-Kubernetes takes no ipam: addresses come from subnets',
      upstream: 'IPAM key is not supported. Use OVN-K provided IPAM via the `subnets` attribute',
      edits: [{ kind: 'remove', path: ipam.path }],
    };
  },
});
