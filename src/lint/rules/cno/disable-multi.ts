import { defineRule } from '../../model.js';
import { member } from '../../source/document.js';
import { cno, RAW_ENTRY, specOf } from './entries.js';

export const disableMulti = defineRule({
  id: 'cno/disable-multi',
  severity: 'error',
  title: 'additional networks in a cluster without multus',
  why: 'disableMultiNetwork takes multus away, and without it nothing attaches pods to further networks. The Cluster Network Operator refuses the two together and turns Degraded.',
  over: 'cno',
  needs: ['values'],
  fix: null,
  bad: cno(RAW_ENTRY, '  disableMultiNetwork: true\n'),
  good: cno(RAW_ENTRY, '  disableMultiNetwork: false\n'),
  source: 'cluster-network-operator 2a6a57f pkg/network/render.go (validateMultus)',
  *check({ subject }) {
    const spec = specOf(subject);
    if (spec === undefined || subject.entries.length === 0 || member(spec.conf, 'disableMultiNetwork') !== true) return;
    yield {
      at: { path: [...spec.path, 'disableMultiNetwork'] },
      message: 'disableMultiNetwork and additionalNetworks exclude each other',
      upstream: 'additional networks cannot be specified without deploying Multus',
    };
  },
});
