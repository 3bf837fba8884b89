import { defineRule } from '../../model.js';
import { withoutIpam } from '../ipam-required.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const ipamRequired = defineRule({
  id: 'ptp/ipam-required',
  severity: 'error',
  title: 'a ptp without an ipam',
  why: 'The ptp plugin makes a cable between the pod and its node, and routes the address of the pod over it. Without an ipam no pod that attaches starts.',
  over: 'network',
  about: ['ptp'],
  needs: ['values'],
  fix: null,
  bad: plugin('ptp', '"mtu": 1450'),
  good: plugin('ptp', `"mtu": 1450,\n${IPAM}`),
  source: 'containernetworking/plugins v1.9.0 plugins/main/ptp/ptp.go (cmdAdd)',
  check({ subject }) {
    return withoutIpam(subject, 'ptp', 'no plugin name provided');
  },
});
