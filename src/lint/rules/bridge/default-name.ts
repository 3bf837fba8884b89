import { fieldOf } from '../../go-fields.js';
import { defineRule, type NetworkSubject } from '../../model.js';
import { pluginsOfType, typePath } from '../../plugin-facts.js';
import { subnetsOf } from '../../subnets.js';
import { isShim } from '../../whereabouts-facts.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const defaultName = defineRule({
  id: 'bridge/default-name',
  severity: 'warning',
  title: 'a bridge without a name, which is cni0',
  why: 'Without a name the plugin takes the bridge cni0 of the node. Where the cluster network has a bridge of that name (flannel, k3s) the pods of both share it; elsewhere cni0 is made, and leads nowhere.',
  over: 'network',
  about: ['bridge'],
  needs: [],
  fix: null,
  bad: plugin('bridge', IPAM),
  good: plugin('bridge', `"bridge": "br1",\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/bridge/bridge.go (defaultBrName)',
  *check({ subject }) {
    if (isOnlyShim(subject)) return;
    for (const bridge of pluginsOfType(subject, 'bridge')) {
      const name = fieldOf(bridge.conf, 'bridge')?.value;
      if (name !== undefined && name !== '') continue;
      yield { at: { path: typePath(bridge) }, message: 'no bridge is named: the plugin takes cni0 of the node' };
    }
  },
});

/** What is there for its IPAM type alone has no pods: by its name, or an entry of the operator with nothing to assign. */
function isOnlyShim(network: NetworkSubject): boolean {
  if (isShim(network)) return true;
  return network.origin === 'additional-network' && network.ipams.length > 0 && subnetsOf(network).length === 0;
}
