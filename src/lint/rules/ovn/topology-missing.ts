import { textOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { pluginField } from '../../plugin-facts.js';
import { LOCALNET, OVN, ovn, ovnOf, SECONDARY_KEYS } from './networks.js';

export const topologyMissing = defineRule({
  id: 'ovn/topology-missing',
  severity: 'warning',
  title: 'a secondary network of OVN-Kubernetes without a topology',
  why: 'Without a topology OVN-Kubernetes takes the object for the cluster network, whatever else is written, and without a word: pods that attach do not get the network that was meant.',
  over: 'network',
  about: [OVN],
  needs: ['values'],
  fix: null,
  bad: ovn('"subnets": "192.0.2.0/24"'),
  good: ovn(LOCALNET),
  source: 'ovn-kubernetes 8871cd9 go-controller/pkg/config/cni.go (ParseNetConf)',
  *check({ subject }) {
    const own = ovnOf(subject);
    if (own === undefined || textOf(own.conf, 'topology') !== undefined) return;
    const fields = SECONDARY_KEYS.map((key) => pluginField(own, key));
    const [first] = fields.filter((field) => field !== undefined);
    if (first === undefined) return;
    yield {
      at: { path: first.path, part: 'key' },
      message: `${String(first.path.at(-1))} is that of a secondary network, and there is no topology: this is the cluster network`,
    };
  },
});
