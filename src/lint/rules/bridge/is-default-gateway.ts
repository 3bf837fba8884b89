import { defineRule } from '../../model.js';
import { fieldsOf } from '../../plugin-facts.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const isDefaultGateway = defineRule({
  id: 'bridge/is-default-gateway',
  severity: 'warning',
  title: 'a bridge that takes the default route of the pod',
  why: 'isDefaultGateway gives every pod that attaches a default route over the bridge of its node, beside that of the cluster network or in its place: services, DNS and everything outside may be reached over the bridge, or not at all.',
  over: 'network',
  about: ['bridge'],
  needs: ['values'],
  fix: null,
  bad: plugin('bridge', `"bridge": "br1",\n"isDefaultGateway": true,\n${IPAM}`),
  good: plugin('bridge', `"bridge": "br1",\n"isGateway": true,\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/bridge/bridge.go (calcGateways)',
  *check({ subject }) {
    for (const { value, path } of fieldsOf(subject, 'bridge', 'isDefaultGateway')) {
      if (value === true) yield { at: { path }, message: 'every pod gets a default route over this bridge' };
    }
  },
});
