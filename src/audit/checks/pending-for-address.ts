import type { KubeObject } from '../../cluster/port.js';
import { objectKey, refKey } from '../../pools/belonging.js';
import { groupedBy } from '../../pools/multimap.js';
import { attachedPod, entry, HEALTHY, ipPool, ipReservation, node, whereaboutsNad } from '../examples.js';
import { defineCheck } from '../model.js';
import { sandboxEvents } from '../sources/events.js';
import { pendingSince } from '../sources/pending-pods.js';
import { pods } from '../sources/pods.js';

/** Younger pods may get their address yet: an ADD has two minutes, and is tried again. */
const LONG_MS = 300_000;

/** What the plugin says, and which check tells more. Source: whereabouts v0.9.4 pkg/allocate, pkg/storage/kubernetes. */
const CAUSES: readonly (readonly [said: RegExp, cause: string, check: string])[] = [
  [/Could not allocate IP in range/, 'no address of its range is free', 'audit/capacity'],
  [/no allocated node slice for node/, 'its node has no slice', 'audit/slice-node-mismatch'],
  [
    /nodeslicepools\.whereabouts\.cni\.cncf\.io "[^"]*" not found/,
    'its network has no NodeSlicePool',
    'audit/missing-slice-pool',
  ],
  [
    /time limit exceeded while waiting to become leader/,
    'the plugin did not get its Lease in time',
    'audit/lease-contention',
  ],
];

function failedEvent(message: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'late.1', namespace: 'default', uid: 'event-late' },
    reason: 'FailedCreatePodSandBox',
    message,
    count: 31,
    lastTimestamp: '2026-03-01T11:59:00Z',
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'late', uid: 'pod-late' },
  };
}

const LATE = attachedPod('late', { asks: 'tenant', phase: 'Pending' });
const SAID =
  'Failed to create pod sandbox: rpc error: [default/late/pod-late:tenant]: error adding container to network "tenant": error at storage engine: Could not allocate IP in range: ip: 10.0.0.1 / - 10.0.0.6 / range: 10.0.0.0/29';

export const pendingForAddress = defineCheck({
  id: 'audit/pending-for-address',
  severity: 'error',
  title: 'a pod does not start, since it gets no address',
  why: 'The kubelet tries again for as long as the pod is there. What the plugin said last is in the events of the pod.',
  needs: { pods, pendingSince, sandboxEvents },
  fix: {
    kind: 'manual',
    text: 'mend what the check that is named with it tells: free addresses, a slice, less contention',
  },
  raises: {
    said: 'a pod waits for 20 minutes for an address of a window that is full',
    objects: [
      whereaboutsNad('tenant', { range: '10.0.0.0/29' }),
      ipPool('10.0.0.0/29', Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [n, entry(`default/p${n}`)]))),
      ...[1, 2, 3, 4, 5, 6].flatMap((n) => [
        ipReservation(`10.0.0.${n}`, `default/p${n}`),
        attachedPod(`p${n}`, { shows: [['tenant', `10.0.0.${n}`]] }),
      ]),
      { ...LATE, metadata: { ...LATE.metadata, creationTimestamp: '2026-03-01T11:40:00Z' } },
      failedEvent(SAID),
      node('node-a'),
    ],
  },
  also: ['audit/capacity'],
  silent: { said: 'no pod waits', objects: HEALTHY },
  source: 'whereabouts v0.9.4 pkg/allocate/allocate.go, pkg/storage/kubernetes/ipam.go; kubelet FailedCreatePodSandBox',
  *check({ pods: { pods: sights }, pendingSince: since, sandboxEvents: events, readAt }) {
    const byPod = groupedBy(
      events.filter(({ about }) => about.kind === 'Pod'),
      ({ about }) => objectKey(about.namespace, about.name),
    );
    for (const pod of sights) {
      const createdMs = since.get(pod.uid);
      if (pod.phase !== 'pending' || createdMs === undefined || readAt.getTime() - createdMs < LONG_MS) continue;
      // The newest counts: what was in the way before need not be so any more.
      const event = byPod
        .get(refKey(pod))
        ?.filter(({ about }) => about.uid === '' || about.uid === pod.uid)
        .at(-1);
      const cause = CAUSES.find(([said]) => said.test(event?.message ?? ''));
      if (event === undefined || cause === undefined) continue;
      const [, what, check] = cause;
      const minutes = Math.floor((readAt.getTime() - createdMs) / 60_000);
      yield {
        object: { kind: 'Pod', namespace: pod.namespace, name: pod.name },
        podref: refKey(pod),
        message: `it has been Pending for ${minutes} minutes: ${what} (${check})`,
        evidence: {
          check,
          pendingSince: new Date(createdMs).toISOString(),
          event: {
            message: event.message,
            count: event.count,
            lastSeen: event.lastSeenMs === null ? null : new Date(event.lastSeenMs).toISOString(),
          },
        },
        again: { pods: [pod] },
      };
    }
  },
});
