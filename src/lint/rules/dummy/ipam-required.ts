import { defineRule } from '../../model.js';
import { withoutIpam } from '../ipam-required.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const ipamRequired = defineRule({
  id: 'dummy/ipam-required',
  severity: 'error',
  title: 'a dummy without an ipam',
  why: 'A dummy interface is there for its address alone, and the plugin refuses to make one without. No pod that attaches starts.',
  over: 'network',
  about: ['dummy'],
  needs: ['values'],
  fix: null,
  bad: plugin('dummy'),
  good: plugin('dummy', IPAM),
  source: 'containernetworking/plugins v1.9.0 plugins/main/dummy/dummy.go (cmdAdd)',
  check({ subject }) {
    return withoutIpam(subject, 'dummy', 'dummy interface requires an IPAM configuration');
  },
});
