/** Objects that examples of node slices are made of. */
import type { KubeObject } from '../cluster/port.js';
import { entry, ipPool, ipReservation, attachedPod, node, whereaboutsNad } from './examples.js';

const NAMESPACE = 'kube-system';

/** A NodeSlicePool of `10.0.0.0/24` by `/26`, or another; `nodes` have its slices in order, '' is free. */
export function slicePool(
  nodes: readonly string[],
  {
    name = 'tenant',
    range = '10.0.0.0/24',
    sliceSize = '/26',
  }: { name?: string; range?: string; sliceSize?: string } = {},
): KubeObject {
  const [base = ''] = range.split('.0/');
  const size = Number(sliceSize.slice(1));
  return {
    apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
    kind: 'NodeSlicePool',
    metadata: { name, namespace: NAMESPACE, uid: `slices-${name}`, resourceVersion: '1' },
    spec: { range, sliceSize },
    status: {
      allocations: nodes.map((nodeName, i) => ({
        nodeName,
        sliceRange: `${base}.${i * 2 ** (32 - size)}${sliceSize}`,
      })),
    },
  };
}

/** A NAD with node slices of the network `tenant`. */
export function slicedNad(ipam: Readonly<Record<string, unknown>> = {}): KubeObject {
  return whereaboutsNad('tenant', { range: '10.0.0.0/24', node_slice_size: '/26', network_name: 'tenant', ...ipam });
}

/** A pod on node-a that has the first address of its slice, as it should. */
export const SLICED: readonly KubeObject[] = [
  slicedNad(),
  slicePool(['node-a', '', '', '']),
  ipPool('10.0.0.0/26', { 1: entry('default/web') }, { name: 'tenant-node-a-10.0.0.0-26' }),
  ipReservation('tenant-10.0.0.1', 'default/web'),
  attachedPod('web', { shows: [['tenant', '10.0.0.1']] }),
  node('node-a'),
];
