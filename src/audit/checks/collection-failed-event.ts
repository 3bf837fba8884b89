import { attachedPod, HEALTHY, node } from '../examples.js';
import { defineCheck } from '../model.js';
import { collectionFailedEvents } from '../sources/events.js';

export const collectionFailedEvent = defineCheck({
  id: 'audit/collection-failed-event',
  severity: 'info',
  title: 'whereabouts could not free the addresses of a deleted pod',
  why: "The pod controller on the pod's node gave up after three tries; with node slices it never succeeds. The addresses are then freed by the reconciler alone. That the opposite event is there proves nothing: it is sent also when the cleaning failed.",
  needs: { collectionFailedEvents },
  fix: { kind: 'manual', text: 'ipamctl reconcile shows what is left of the pod' },
  raises: {
    said: 'the pod controller gave up',
    objects: [
      attachedPod('other'),
      node('node-a'),
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'gone.1', namespace: 'default', uid: 'event-1' },
        involvedObject: { kind: 'Pod', namespace: 'default', name: 'gone', uid: 'pod-gone' },
        reason: 'IPAddressGarbageCollectionFailed',
        message: 'failed to get the IPPool data',
        lastTimestamp: '2026-03-01T11:00:00Z',
        count: 3,
      },
    ],
  },
  silent: { said: 'there is no such event', objects: HEALTHY },
  source: 'whereabouts v0.9.4 pkg/controlloop/pod.go',
  *check({ collectionFailedEvents: events }) {
    // One pod may have several; the last one is newest.
    const byPod = new Map(events.map((event) => [`${event.about.namespace}/${event.about.name}`, event]));
    for (const [pod, { about, message, count, lastSeenMs }] of byPod) {
      yield {
        object: { kind: about.kind, namespace: about.namespace, name: about.name },
        podref: pod,
        message: `its addresses could not be freed when it was deleted${message === '' ? '' : `: ${message}`}`,
        evidence: {
          count,
          lastSeen: lastSeenMs === null ? null : new Date(lastSeenMs).toISOString(),
          podUid: about.uid,
        },
        fix: null,
      };
    }
  },
});
