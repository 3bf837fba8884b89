import { fieldOf, textOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { typePath } from '../../plugin-facts.js';
import { plugin } from '../plugin-examples.js';
import { LOCALNET, OVN, ovn, ovnOf, SECONDARY_KEYS } from './networks.js';

export const defaultNetworkNad = defineRule({
  id: 'ovn/default-network-nad',
  severity: 'info',
  title: 'the cluster network of OVN-Kubernetes as an object of its own',
  why: 'A configuration without a topology is the cluster network. A pod can name the object only with v1.multus-cni.io/default-network, as the first interface: as a further one it makes no sense.',
  over: 'network',
  about: [OVN],
  needs: ['values'],
  fix: null,
  bad: plugin(OVN, '"ipam": {}', { version: '1.0.0' }),
  good: ovn(LOCALNET),
  source: 'ovn-kubernetes 8871cd9 go-controller/pkg/config/cni.go (ParseNetConf)',
  *check({ subject }) {
    const own = ovnOf(subject);
    if (own === undefined || textOf(own.conf, 'topology') !== undefined) return;
    if (SECONDARY_KEYS.some((key) => fieldOf(own.conf, key) !== undefined)) return;
    yield { at: { path: typePath(own) }, message: 'without a topology this is the cluster network itself' };
  },
});
