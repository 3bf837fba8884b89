import { defineRule } from '../../model.js';
import { fieldsOf } from '../../plugin-facts.js';
import { hostIsGateway } from '../host-gateway.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const ipmasqNoGateway = defineRule({
  id: 'bridge/ipmasq-no-gateway',
  severity: 'warning',
  title: 'masquerading by a bridge that is not the gateway',
  why: 'ipMasq hides the pods behind the address of the node. Answers come back to the node, which without isGateway has no address on the bridge and no route to the pods.',
  over: 'network',
  about: ['bridge'],
  needs: ['values'],
  fix: null,
  bad: plugin('bridge', `"bridge": "br1",\n"ipMasq": true,\n${IPAM}`),
  good: plugin('bridge', `"bridge": "br1",\n"isGateway": true,\n"ipMasq": true,\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/bridge/bridge.go (cmdAdd)',
  *check({ subject }) {
    for (const { value, path, plugin: bridge } of fieldsOf(subject, 'bridge', 'ipMasq')) {
      if (value !== true || hostIsGateway(bridge)) continue;
      yield { at: { path }, message: 'ipMasq without isGateway: no answer finds its way back to the pods' };
    }
  },
});
