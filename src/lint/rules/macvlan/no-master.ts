import { textOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { pluginsOfType, typePath } from '../../plugin-facts.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const noMaster = defineRule({
  id: 'macvlan/no-master',
  severity: 'info',
  title: 'a macvlan without a master',
  why: 'Without a master the plugin takes the interface of the default route of each node. That may be another one on every node, and on OVN-Kubernetes it is the bridge br-ex.',
  over: 'network',
  about: ['macvlan'],
  judges: 'shape',
  needs: [],
  fix: null,
  bad: plugin('macvlan', IPAM),
  good: plugin('macvlan', `"master": "eth1",\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/macvlan/macvlan.go (getDefaultRouteInterfaceName)',
  *check({ subject }) {
    for (const macvlan of pluginsOfType(subject, 'macvlan')) {
      if (textOf(macvlan.conf, 'master') !== undefined) continue;
      yield { at: { path: typePath(macvlan) }, message: 'no master: the interface of the default route is taken' };
    }
  },
});
