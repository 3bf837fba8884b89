import { defineRule } from '../../model.js';
import { typePath } from '../../plugin-facts.js';
import { nad } from '../examples.js';
import { OVN } from './networks.js';

const OWN = `{
      "type": "${OVN}",
      "topology": "layer2",
      "netAttachDefName": "default/tenant-a"
    }`;

function list(plugins: string): string {
  return `{\n  "cniVersion": "1.0.0",\n  "name": "tenant-a",\n  "plugins": [\n    ${plugins}\n  ]\n}`;
}

export const chained = defineRule({
  id: 'ovn/chained',
  severity: 'error',
  title: 'OVN-Kubernetes together with other plugins',
  why: 'OVN-Kubernetes takes a list of one plugin and refuses a longer one; where it is not the first it does not manage the network at all. Pods that attach do not start.',
  over: 'network',
  about: [OVN],
  needs: ['values'],
  fix: null,
  bad: nad(list(`${OWN},\n    { "type": "tuning", "mtu": 1400 }`)),
  good: nad(list(OWN)),
  source: 'ovn-kubernetes 8871cd9 go-controller/pkg/config/cni.go (parseNetConfList)',
  *check({ subject }) {
    const at = subject.plugins.findIndex(({ type }) => type === OVN);
    const own = subject.plugins[at];
    const next = subject.plugins[1];
    if (own === undefined || next === undefined) return;
    yield at === 0
      ? {
          at: { path: typePath(next) },
          message: 'nothing may follow a plugin of OVN-Kubernetes',
          upstream: 'CNI plugin chaining is not supported',
        }
      : {
          at: { path: typePath(own) },
          message: 'OVN-Kubernetes manages only networks of which it is the first plugin',
          upstream: 'net-attach-def not managed by OVN',
        };
  },
});
