import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { prefixes, within } from './clusters.js';
import { overlapping } from './overlaps.js';

export const overlapService = defineRule({
  id: 'cluster/overlap-service',
  severity: 'error',
  title: 'addresses of the services in a secondary network',
  why: 'A pod on that network reaches for a service and asks its own network instead: DNS and the API server are no longer to be reached from there.',
  over: 'network',
  needs: ['values', 'cluster'],
  reads: ['networkConfigs'],
  fix: { kind: 'suggested', text: 'take a range that the cluster does not use' },
  bad: within(nadWith(), 'a cluster whose services are in 192.0.2.0/24', {
    networkConfigs: [{ pods: [], services: prefixes('192.0.2.0/24') }],
  }),
  good: within(nadWith(), 'a cluster whose services are in 172.30.0.0/16', {
    networkConfigs: [{ pods: [], services: prefixes('172.30.0.0/16') }],
  }),
  source: 'config.openshift.io/v1 Network cluster, spec.serviceNetwork',
  *check({ subject, cluster }) {
    const taken = cluster.networkConfigs.flatMap(({ services }) => services);
    yield* overlapping(
      subject,
      taken,
      (range, other) =>
        `${range.toString()} has addresses in common with the services of the cluster, ${other.toString()}`,
    );
  },
});
