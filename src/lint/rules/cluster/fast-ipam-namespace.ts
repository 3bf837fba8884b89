import { defineRule } from '../../model.js';
import { slicedOf } from '../../whereabouts-facts.js';
import { sliced } from '../ipam-examples.js';
import { within, workload } from './clusters.js';
import { controllersOf } from './daemons.js';
import { RANGE_SLICED } from './slices.js';

const CONTROLLER = { deployments: [workload('Deployment', 'whereabouts-controller')] };

export const fastIpamNamespace = defineRule({
  id: 'cluster/fast-ipam-namespace',
  severity: 'error',
  title: 'node slices in another namespace than their controller',
  why: 'The NodeSlicePool is in the namespace of the controller and names the NAD as its owner. An owner in another namespace is none to Kubernetes, which deletes the NodeSlicePool with all that nodes were given.',
  over: 'network',
  about: ['node_slice_size'],
  needs: ['values', 'cluster'],
  reads: ['deployments'],
  fix: { kind: 'suggested', text: 'put the NAD into the namespace of the controller' },
  bad: within(
    sliced('"range": "10.20.0.0/16",\n"node_slice_size": "/24",\n"network_name": "tenant-a"', { namespace: 'default' }),
    'a cluster with whereabouts-controller in openshift-multus',
    CONTROLLER,
  ),
  good: within(RANGE_SLICED, 'a cluster with whereabouts-controller in openshift-multus', CONTROLLER),
  source: 'whereabouts v0.9.4 pkg/node-controller/controller.go (WHEREABOUTS_NAMESPACE, ownerReferences)',
  supersedes: ['whereabouts/slice-namespace'],
  *check({ subject, cluster }) {
    const [controller] = controllersOf(cluster);
    if (controller === undefined || subject.origin !== 'nad' || subject.namespace === null) return;
    const namespace = controller.env.get('WHEREABOUTS_NAMESPACE') || controller.namespace;
    for (const { slice } of subject.namespace === namespace ? [] : slicedOf(subject)) {
      yield {
        at: { path: slice.path },
        message: `the controller keeps its slices in ${namespace}, this is in ${subject.namespace}`,
      };
    }
  },
});
