import { readAttachment } from '../../asked-networks.js';
import { defineRule } from '../../model.js';
import { pod } from './examples.js';

export const grammar = defineRule({
  id: 'pod/grammar',
  severity: 'error',
  title: 'an annotation from which multus cannot read the networks',
  why: 'The annotation is names with commas between them, each [namespace/]name[@interface], or a JSON list. multus attaches nothing where it cannot read one of them, and the pod does not start.',
  over: 'attachment',
  needs: ['values'],
  fix: null,
  bad: pod('tenant-a, other/tenant/b'),
  good: pod('tenant-a, other/tenant-b@net7'),
  source: 'multus-cni 95a0932 pkg/k8sclient/k8sclient.go (parsePodNetworkAnnotation)',
  *check({ subject }) {
    const { asked, problems } = readAttachment(subject);
    yield* problems;
    if (subject.role !== 'default' || asked.length < 2) return;
    yield {
      at: { path: subject.path },
      message: 'a pod has one default network',
      upstream: `tryLoadK8sPodDefaultNetwork: more than one default network is specified: ${subject.networks}`,
    };
  },
});
