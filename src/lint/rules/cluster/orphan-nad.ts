import { isShim } from '../../whereabouts-facts.js';
import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { pod, within } from './clusters.js';
import { askersOf } from './indexes.js';

export const orphanNad = defineRule({
  id: 'cluster/orphan-nad',
  severity: 'info',
  title: 'a network that nobody asks for',
  why: 'No pod and no virtual machine of the cluster names it. It may be waiting for its first one, or be left over.',
  over: 'nad',
  needs: ['values', 'cluster'],
  reads: ['pods'],
  fix: null,
  bad: within(nadWith(), 'a cluster without a pod that asks for it', { pods: [] }),
  good: within(nadWith(), 'a cluster with a pod that asks for it', { pods: [pod('client', 'worker-0', 'tenant-a')] }),
  source: 'Kubernetes pods, annotation k8s.v1.cni.cncf.io/networks; KubeVirt VirtualMachines',
  *check({ subject, cluster: { pods, virtualMachines } }) {
    const { namespace, name, network, path } = subject;
    if (name === null || (network !== undefined && isShim(network))) return;
    const isAsked = [pods, virtualMachines].some((asking) => askersOf(asking, { namespace, name }).length > 0);
    if (!isAsked)
      yield { at: { path: [...path, 'metadata', 'name'] }, message: 'no pod and no virtual machine asks for it' };
  },
});
