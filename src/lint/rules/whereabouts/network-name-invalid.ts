import { defineRule, type NetworkSubject } from '../../model.js';
import { whereaboutsOf, type WhereaboutsFacts, type Written, writtenOf } from '../../whereabouts-facts.js';
import { RANGE, whereabouts } from '../ipam-examples.js';
import { isDnsSubdomain } from '../nad/names.js';

export const networkNameInvalid = defineRule({
  id: 'whereabouts/network-name-invalid',
  severity: 'error',
  title: 'a network name that no Kubernetes object can have',
  why: 'The name becomes a part of the names of IPPools and reservations, and the name of the NodeSlicePool. The API server refuses them: no pod of this network gets an address.',
  over: 'network',
  about: ['network_name', 'node_slice_size'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'use lower case letters, digits, "-" and "."' },
  bad: whereabouts(`${RANGE},\n"network_name": "Tenant_A"`),
  good: whereabouts(`${RANGE},\n"network_name": "tenant-a"`),
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (IPPoolName, getNodeSliceName)',
  *check({ subject }) {
    for (const facts of whereaboutsOf(subject)) {
      const name = nameInNames(subject, facts);
      if (name === undefined || isDnsSubdomain(name.text)) continue;
      yield {
        at: { path: name.path },
        message: `"${name.text}" cannot be in the name of a Kubernetes object`,
        upstream: `metadata.name: Invalid value: "${name.text}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
      };
    }
  },
});

/** With node slices the network's own name counts where there is no other; of a list it is not read. */
function nameInNames({ form, conf, path }: NetworkSubject, facts: WhereaboutsFacts): Written | undefined {
  if (facts.networkName !== undefined || facts.slice === undefined || form !== 'conf') return facts.networkName;
  return writtenOf(conf, path, 'name');
}
