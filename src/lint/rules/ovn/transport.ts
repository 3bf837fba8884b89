import { textOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { pluginField } from '../../plugin-facts.js';
import { ovn, OVN, ovnOf } from './networks.js';

const LAYER3 = '"topology": "layer3",\n"role": "primary",\n"subnets": "203.0.113.0/24/27"';
/** geneve is what there is without one. */
const TRANSPORTS: readonly string[] = ['no-overlay', 'evpn', 'geneve'];
const SNAT: readonly string[] = ['enabled', 'disabled'];

export const transport = defineRule({
  id: 'ovn/transport',
  severity: 'error',
  title: 'a transport that there is not, or outboundSNAT without it',
  why: 'The transport is no-overlay or evpn. outboundSNAT is enabled or disabled, and only no-overlay has it. OVN-Kubernetes passes over a network that it refuses, and pods that attach do not start.',
  over: 'network',
  about: [OVN],
  needs: ['values'],
  fix: null,
  bad: ovn(`${LAYER3},\n"outboundSNAT": "enabled"`),
  good: ovn(`${LAYER3},\n"transport": "no-overlay",\n"outboundSNAT": "enabled"`),
  source: 'ovn-kubernetes 8871cd9 go-controller/pkg/util/multi_network.go (ValidateNetConf)',
  *check({ subject }) {
    const own = ovnOf(subject);
    if (own === undefined) return;
    const chosen = pluginField(own, 'transport');
    if (typeof chosen?.value === 'string' && chosen.value !== '' && !TRANSPORTS.includes(chosen.value)) {
      yield { at: { path: chosen.path }, message: `"${chosen.value}" is neither no-overlay nor evpn` };
    }
    const snat = pluginField(own, 'outboundSNAT');
    if (typeof snat?.value !== 'string' || snat.value === '') return;
    if (!SNAT.includes(snat.value)) {
      yield { at: { path: snat.path }, message: `"${snat.value}" is neither enabled nor disabled` };
    } else if (textOf(own.conf, 'transport') !== 'no-overlay') {
      const message = 'outboundSNAT goes with the transport no-overlay alone';
      yield { at: { path: snat.path, part: 'key' }, message };
    }
  },
});
