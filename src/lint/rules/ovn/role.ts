import { textOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { pluginField } from '../../plugin-facts.js';
import { LOCALNET, ovn, OVN, ovnOf } from './networks.js';

export const role = defineRule({
  id: 'ovn/role',
  severity: 'error',
  title: 'a role that there is not, or that a localnet cannot have',
  why: 'A network is primary or secondary, in lower case, and a localnet is always secondary. OVN-Kubernetes passes over a network that it refuses, and pods that attach do not start.',
  over: 'network',
  about: [OVN],
  needs: ['values'],
  fix: null,
  bad: ovn(`${LOCALNET},\n"role": "primary"`),
  good: ovn(`${LOCALNET},\n"role": "secondary"`),
  source: 'ovn-kubernetes 8871cd9 go-controller/pkg/util/multi_network.go (ValidateNetConf)',
  *check({ subject }) {
    const own = ovnOf(subject);
    const field = own === undefined ? undefined : pluginField(own, 'role');
    if (own === undefined || typeof field?.value !== 'string') return;
    const { value, path } = field;
    if (value === '' || value === 'secondary') return;
    const at = { path };
    if (textOf(own.conf, 'topology') === 'localnet') {
      const upstream = `unexpected network field "role" ${value} for "localnet" topology, localnet topology does not allow network roles to be set since its always a secondary network`;
      yield { at, message: 'a localnet is always a secondary network', upstream };
    } else if (value !== 'primary') {
      const message = `"${value}" is neither primary nor secondary`;
      yield { at, message, upstream: `invalid network role value ${value}` };
    }
  },
});
