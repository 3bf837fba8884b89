import { refKey } from '../../pools/belonging.js';
import type { RequestedNetwork } from '../../nad/network-status.js';
import { groupedBy } from '../../pools/multimap.js';
import { attachedPod, entry, HEALTHY, ipPool, ipReservation, node, whereaboutsNad } from '../examples.js';
import { named } from '../drafts.js';
import { defineCheck } from '../model.js';
import type { PodSight } from '../sights.js';
import { nads } from '../sources/inventory.js';
import { pods } from '../sources/pods.js';

export const missingNetworkStatus = defineCheck({
  id: 'audit/missing-network-status',
  severity: 'warning',
  title: 'a running pod does not show a network of whereabouts that it asks for',
  why: 'The reconciler of whereabouts knows by network-status alone that an address is in use. Of a pod that runs and does not show it, the next run frees the address, and the next pod gets it. Old versions of multus drop the entry of some configurations, and multus skips pods of its system namespaces.',
  needs: { nads, pods },
  fix: { kind: 'manual', text: 'recycle the pod; update multus where it comes back' },
  raises: {
    said: 'multus wrote no network-status',
    objects: [
      whereaboutsNad('tenant', { range: '10.0.0.0/24' }),
      ipPool('10.0.0.0/24', { 5: entry('default/web') }),
      ipReservation('10.0.0.5', 'default/web'),
      attachedPod('web', { asks: 'tenant' }),
      node('node-a'),
    ],
  },
  silent: { said: 'the pod shows its network', objects: HEALTHY },
  source: 'multus-cni v4 pkg/multus/multus.go; network-attachment-definition-client#75; multus-cni#855',
  *check({ nads: defined, pods: { pods: seen } }) {
    const ours = new Set(defined.filter(({ whereabouts }) => whereabouts !== undefined).map(refKey));
    for (const pod of seen) {
      if (pod.phase !== 'running' || pod.terminating || pod.hostNetwork === true) continue;
      const lacking = lackingOf(pod, ours);
      if (lacking.length === 0) continue;
      yield {
        object: { kind: 'Pod', namespace: pod.namespace, name: pod.name },
        podref: named(pod),
        message: `it runs, and ${pod.status.state === 'read' ? `its network-status has no entry for ${lacking.map(named).join(', ')}` : `its network-status is ${pod.status.state}`}: the reconciler of whereabouts frees its address`,
        evidence: {
          podUid: pod.uid,
          networkStatus: pod.status.state,
          lacking: lacking.map(({ namespace, name, ifName }) => ({ namespace, name, ifName })),
        },
        fix: `kubectl delete pod -n ${pod.namespace} ${pod.name}`,
        again: { pods: [pod] },
      };
    }
  },
});

/** The networks of whereabouts that a pod asks for more often than it shows them. */
function lackingOf({ asks, status }: PodSight, ours: ReadonlySet<string>): RequestedNetwork[] {
  if (typeof asks === 'string') return [];
  const entries = status.state === 'read' ? status.entries : [];
  const shown = groupedBy(
    entries.flatMap(({ nad }) => (nad === undefined ? [] : [refKey(nad)])),
    (key) => key,
  );
  const wanted = groupedBy(
    asks.filter((network) => ours.has(refKey(network))),
    refKey,
  );
  return [...wanted].flatMap(([key, networks]) => networks.slice(shown.get(key)?.length ?? 0));
}
