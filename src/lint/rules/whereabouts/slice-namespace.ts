import { defineRule, type NetworkSubject } from '../../model.js';
import { slicedOf } from '../../whereabouts-facts.js';
import { sliced } from '../ipam-examples.js';

const NAMESPACE = 'openshift-multus';

export const sliceNamespace = defineRule({
  id: 'whereabouts/slice-namespace',
  severity: 'error',
  title: 'node slices outside of openshift-multus',
  why: 'The NodeSlicePool is made in the namespace of the controller, which on OpenShift is openshift-multus, and names the NAD as its owner. An owner in another namespace does not count as one: Kubernetes deletes the pool, and pods of this network no longer start.',
  over: 'network',
  about: ['node_slice_size'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'create the NAD in openshift-multus, from where every namespace may use it' },
  bad: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/27"', { namespace: 'default' }),
  good: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/27"'),
  source:
    'whereabouts v0.9.4 pkg/node-controller/controller.go (ownerReferences); OpenShift documentation of Fast IPAM',
  *check({ subject, profile }) {
    if (profile === 'upstream') return;
    const namespace = namespaceOf(subject);
    if (namespace === null || namespace === NAMESPACE) return;
    for (const { slice } of slicedOf(subject)) {
      yield { at: { path: slice.path }, message: `node slices need the NAD in ${NAMESPACE}, not in ${namespace}` };
    }
  },
});

/** Where the NAD will be; null where that is not known. */
function namespaceOf({ origin, namespace }: NetworkSubject): string | null {
  if (origin === 'additional-network') return namespace ?? 'default';
  return origin === 'nad' ? namespace : null;
}
