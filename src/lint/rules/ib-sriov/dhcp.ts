import { defineRule } from '../../model.js';
import { ipamsUnder } from '../../plugin-facts.js';
import { devicePlugin, IPAM } from '../plugin-examples.js';

export const dhcp = defineRule({
  id: 'ib-sriov/dhcp',
  severity: 'error',
  title: 'DHCP over InfiniBand',
  why: 'The ib-sriov plugin refuses dhcp, whose requests need Ethernet. No pod that attaches starts.',
  over: 'network',
  about: ['ib-sriov'],
  needs: ['values'],
  fix: null,
  bad: devicePlugin('ib-sriov', '"ipam": { "type": "dhcp" }'),
  good: devicePlugin('ib-sriov', IPAM),
  source: 'k8snetworkplumbingwg/ib-sriov-cni cmd/ib-sriov-cni/main.go (cmdAdd)',
  *check({ subject }) {
    for (const { type, path } of ipamsUnder(subject, 'ib-sriov')) {
      if (type !== 'dhcp') continue;
      yield {
        at: { path: [...path, 'type'] },
        message: 'ib-sriov does not work with dhcp',
        upstream: 'ipam type dhcp is not supported',
      };
    }
  },
});
