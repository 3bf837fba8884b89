import { defineRule } from '../../model.js';
import { GOOD_CONFIG, nad } from '../examples.js';
import { isDnsLabel, isDnsSubdomain } from './names.js';

const LONG = 'tenant-a-with-a-name-that-is-longer-than-what-a-dns-label-may-have';

export const nameDnsLabel = defineRule({
  id: 'nad/name-dns-label',
  severity: 'warning',
  title: 'a name that the short form of the pod annotation cannot select',
  why: 'The API server takes names with dots and of up to 253 characters. The comma-separated form of the annotation k8s.v1.cni.cncf.io/networks takes only DNS labels, of up to 63: a pod that names the network so does not start.',
  over: 'nad',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'choose a name of at most 63 letters, digits and hyphens' },
  bad: nad(GOOD_CONFIG.replace('tenant-a', LONG), { name: LONG }),
  good: nad(GOOD_CONFIG),
  source: 'k8snetworkplumbingwg/multus-cni 95a0932 pkg/k8sclient/k8sclient.go',
  *check({ subject: { name, path } }) {
    if (name === null || isDnsLabel(name) || !isDnsSubdomain(name)) return;
    const what = name.includes('.') ? 'has a dot' : `has ${name.length} characters`;
    yield {
      at: { path: [...path, 'metadata', 'name'] },
      message: `the name ${what}: the comma-separated form of the pod annotation cannot select it`,
      upstream: 'one or more items did not match comma-delimited format',
    };
  },
});
