import { defineRule } from '../../model.js';
import { isShim, writtenOf } from '../../whereabouts-facts.js';
import { ipamNad, SKIP_ROUTERS } from '../ipam-examples.js';

export const bridgeNoUplink = defineRule({
  id: 'dhcp/bridge-no-uplink',
  severity: 'warning',
  title: 'DHCP over a bridge that is not known to have a way out',
  why: 'The plugin makes the bridge where there is none, and connects it to nothing: what pods ask never leaves the node, and they do not start. Only a bridge that the node has already, with a port to the network, reaches a DHCP server.',
  over: 'network',
  about: ['dhcp'],
  needs: ['values'],
  fix: {
    kind: 'suggested',
    text: 'take macvlan or vlan on the port itself; with a bridge that has an uplink, suppress this',
  },
  bad: ipamNad('dhcp', SKIP_ROUTERS, { plugin: '"type": "bridge",\n  "bridge": "br-tenant"' }),
  good: ipamNad('dhcp', SKIP_ROUTERS),
  source: 'containernetworking/plugins 3d27709 plugins/main/bridge/bridge.go (setupBridge), plugins/ipam/dhcp',
  *check({ subject }) {
    // Shims are there for their IPAM type, and so are most entries of the operator.
    if (isShim(subject) || subject.origin === 'additional-network') return;
    for (const { type, plugin } of subject.ipams) {
      if (type !== 'dhcp' || plugin?.type !== 'bridge') continue;
      const bridge = writtenOf(plugin.conf, plugin.path, 'bridge');
      yield {
        at: { path: bridge?.path ?? [...plugin.path, 'type'] },
        message: `nothing says that ${bridge?.text ?? 'cni0'} has a port to the network of the DHCP server`,
        upstream: 'error calling DHCP.Allocate: no more tries',
      };
    }
  },
});
