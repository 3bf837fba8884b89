import { textOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { givenName } from '../cni/given-name.js';
import { LOCALNET, ovn, OVN, ovnOf } from './networks.js';

const RESERVED: ReadonlySet<string> = new Set(['default', 'ovn-kubernetes']);

export const nameReserved = defineRule({
  id: 'ovn/name-reserved',
  severity: 'error',
  title: 'a network of OVN-Kubernetes without a name that it may have',
  why: '"default" and "ovn-kubernetes" are the names of the cluster network. OVN-Kubernetes reads the text as it is and passes over a network that is named so, or not at all: pods that attach do not start.',
  over: 'network',
  about: [OVN],
  needs: ['values'],
  fix: null,
  bad: ovn(LOCALNET, { network: 'ovn-kubernetes' }),
  good: ovn(LOCALNET),
  source: 'ovn-kubernetes 8871cd9 go-controller/pkg/config/cni.go (ValidateNetConfNameFields)',
  supersedes: ['cni/name-missing'],
  *check({ subject }) {
    const own = ovnOf(subject);
    if (own === undefined || textOf(own.conf, 'topology') === undefined) return;
    const name = givenName(subject) ?? '';
    if (typeof name !== 'string') return;
    // A list without a name is refused by everyone: cni/conflist-name-missing.
    const isMissing = name === '' && subject.form === 'conf';
    if (!isMissing && !RESERVED.has(name)) return;
    yield {
      at: { path: [...subject.path, 'name'] },
      message: isMissing ? 'a network of OVN-Kubernetes needs a name' : `"${name}" is that of the cluster network`,
      upstream: `invalid name in in secondary network netconf (${name})`,
    };
  },
});
