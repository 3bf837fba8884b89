import { textOf } from '../../go-fields.js';
import { defineRule, type NetworkSubject } from '../../model.js';
import { fieldsOf, numberOf, pluginsOfType } from '../../plugin-facts.js';
import { IPAM, plugin } from '../plugin-examples.js';

const BRIDGE = plugin('bridge', '"bridge": "br1",\n"mtu": 1450', { name: 'tenant-b' });

function over(mtu: number): { text: string } {
  const macvlan = plugin('macvlan', `"master": "br1",\n"mtu": ${mtu},\n${IPAM}`);
  return { text: `${macvlan.text}---\n${BRIDGE.text}` };
}

export const mtuOverMaster = defineRule({
  id: 'macvlan/mtu-over-master',
  severity: 'warning',
  title: 'an MTU that the master does not have',
  why: 'The plugin refuses a larger MTU than its master has. Where the master is the bridge of another network which gives that an MTU, it has that one, and pods that attach do not start. What interfaces the nodes have is asked of the cluster.',
  over: 'set',
  needs: ['values'],
  fix: null,
  bad: over(9000),
  good: over(1450),
  source: 'containernetworking/plugins v1.9.0 plugins/main/macvlan/macvlan.go (loadConf)',
  *check({ subject: { networks } }) {
    const bridges = mtusOf(networks);
    if (bridges.size === 0) return;
    for (const network of networks) {
      for (const { value: mtu, path, plugin: macvlan } of fieldsOf(network, 'macvlan', 'mtu')) {
        const master = textOf(macvlan.conf, 'master');
        const own = bridges.get(master ?? '');
        if (master === undefined || own === undefined || typeof mtu !== 'number' || mtu <= own) continue;
        const upstream = `invalid MTU ${mtu}, must be [0, master MTU(${own})]`;
        yield { at: { path }, message: `${master} has an MTU of ${own}`, upstream, on: network };
      }
    }
  },
});

/** The MTUs that networks give to bridges of the nodes, the smallest of each. */
function mtusOf(networks: readonly NetworkSubject[]): ReadonlyMap<string, number> {
  const mtus = new Map<string, number>();
  for (const bridge of networks.flatMap((network) => pluginsOfType(network, 'bridge'))) {
    const name = textOf(bridge.conf, 'bridge');
    const mtu = numberOf(bridge, 'mtu');
    if (name !== undefined && mtu > 0) mtus.set(name, Math.min(mtu, mtus.get(name) ?? mtu));
  }
  return mtus;
}
