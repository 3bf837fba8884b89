import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { operator, within } from './clusters.js';

export const multinetworkDisabled = defineRule({
  id: 'cluster/multinetwork-disabled',
  severity: 'error',
  title: 'secondary networks in a cluster that has them switched off',
  why: 'With disableMultiNetwork there is no multus: pods start without the network that they ask for, and without a word of it.',
  over: 'nad',
  needs: ['values', 'cluster'],
  reads: ['operatorNetworks'],
  fix: { kind: 'suggested', text: 'take disableMultiNetwork out of the Network of the operator' },
  bad: within(nadWith(), 'a cluster with disableMultiNetwork', {
    operatorNetworks: [operator({ disableMultiNetwork: true })],
  }),
  good: within(nadWith(), 'a cluster with multus', { operatorNetworks: [operator()] }),
  source: 'cluster-network-operator pkg/network/render.go (validateMultus)',
  *check({ subject, cluster }) {
    if (!cluster.operatorNetworks.some(({ disableMultiNetwork }) => disableMultiNetwork)) return;
    yield { at: { path: [...subject.path, 'kind'] }, message: 'disableMultiNetwork is set in this cluster' };
  },
});
