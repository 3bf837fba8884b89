import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { node, prefixes, within } from './clusters.js';
import { podCidrsOfNodes } from './indexes.js';
import { overlapping } from './overlaps.js';

export const overlapPod = defineRule({
  id: 'cluster/overlap-pod',
  severity: 'error',
  title: 'addresses of the pods in a secondary network',
  why: 'A pod on that network sends what is for other pods of the cluster into its own segment, where nobody answers.',
  over: 'network',
  needs: ['values', 'cluster'],
  reads: ['nodes'],
  fix: { kind: 'suggested', text: 'take a range that the cluster does not use' },
  bad: within(nadWith(), 'a cluster whose pods are in 192.0.2.0/24', {
    nodes: [node('worker-0', { podCidrs: prefixes('192.0.2.0/26') })],
  }),
  good: within(nadWith(), 'a cluster whose pods are in 10.128.0.0/14', {
    nodes: [node('worker-0', { podCidrs: prefixes('10.128.0.0/23') })],
  }),
  source: 'config.openshift.io/v1 Network cluster, spec.clusterNetwork; Kubernetes Node spec.podCIDRs',
  *check({ subject, cluster }) {
    // Where the cluster says it as a whole that is what counts.
    const whole = cluster.networkConfigs.flatMap(({ pods }) => pods);
    const taken = whole.length > 0 ? whole : podCidrsOfNodes(cluster.nodes);
    yield* overlapping(
      subject,
      taken,
      (range, other) => `${range.toString()} has addresses in common with the pods of the cluster, ${other.toString()}`,
    );
  },
});
