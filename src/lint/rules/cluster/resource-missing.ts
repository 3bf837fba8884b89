import { defineRule } from '../../model.js';
import { nad } from '../examples.js';
import { node, within } from './clusters.js';

const RESOURCE = 'k8s.v1.cni.cncf.io/resourceName';
const plain = nad('{\n  "cniVersion": "1.0.0",\n  "name": "tenant-a",\n  "type": "sriov",\n  "vlan": 100\n}').text;
const SRIOV = {
  text: plain.replace(
    '  namespace: default\n',
    `  namespace: default\n  annotations:\n    ${RESOURCE}: openshift.io/fast\n`,
  ),
};

export const resourceMissing = defineRule({
  id: 'cluster/resource-missing',
  severity: 'error',
  title: 'a device resource that no node has',
  why: 'A pod of this network asks the scheduler for that resource, and stays Pending where no node offers it.',
  over: 'nad',
  needs: ['values', 'cluster'],
  reads: ['nodes'],
  fix: { kind: 'suggested', text: 'name a resource that the device plugin offers' },
  bad: within(SRIOV, 'a cluster whose nodes offer no openshift.io/fast', { nodes: [node('worker-0')] }),
  good: within(SRIOV, 'a cluster with a node that offers openshift.io/fast', {
    nodes: [node('worker-0', { allocatable: new Set(['openshift.io/fast']) })],
  }),
  source: 'multus-cni pkg/k8sclient; Kubernetes Node status.allocatable',
  *check({ subject, cluster }) {
    const resource = subject.annotations[RESOURCE];
    if (typeof resource !== 'string' || cluster.nodes.some(({ allocatable }) => allocatable.has(resource))) return;
    yield {
      at: { path: [...subject.path, 'metadata', 'annotations', RESOURCE] },
      message: `no node offers ${resource}`,
      upstream: `Insufficient ${resource}`,
    };
  },
});
