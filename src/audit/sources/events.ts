import { record, text, timeMs } from '../../cluster/fields.js';
import type { KubeObject } from '../../cluster/port.js';
import { EVENTS } from '../../cluster/resources.js';
import { defineSource, type Source } from '../model.js';

/** What an event tells. */
export interface EventSight {
  readonly namespace: string;
  readonly name: string;
  /** What it is about. */
  readonly about: { readonly kind: string; readonly namespace: string; readonly name: string; readonly uid: string };
  readonly reason: string;
  readonly message: string;
  /** How often it was seen. */
  readonly count: number;
  /** In ms since the epoch; null: it does not tell. */
  readonly lastSeenMs: number | null;
}

/** Events of one reason, the newest last. They expire: that there is none proves nothing. */
function eventsOf(reason: string): Source<readonly EventSight[]> {
  return defineSource<readonly EventSight[]>({
    id: `events/${reason}`,
    title: `events ${reason}`,
    read: async ({ reader }) => {
      const events = await reader.collect(EVENTS, { fieldSelector: `reason=${reason}` }, sightOf);
      return events.sort((a, b) => (a.lastSeenMs ?? 0) - (b.lastSeenMs ?? 0));
    },
  });
}

/** whereabouts v0.9.4 pkg/controlloop/pod.go: addresses of a deleted pod could not be freed. */
export const collectionFailedEvents = eventsOf('IPAddressGarbageCollectionFailed');

/** kubelet: the network of a pod could not be set up; the message has what the CNI plugins said. */
export const sandboxEvents = eventsOf('FailedCreatePodSandBox');

function sightOf(event: KubeObject): EventSight {
  const { namespace = '', name = '', creationTimestamp } = event.metadata;
  const about = record(event['involvedObject']);
  const series = record(event['series']);
  const count = series['count'] ?? event['count'];
  return {
    namespace,
    name,
    about: {
      kind: text(about['kind']) ?? '',
      namespace: text(about['namespace']) ?? '',
      name: text(about['name']) ?? '',
      uid: text(about['uid']) ?? '',
    },
    reason: text(event['reason']) ?? '',
    message: text(event['message']) ?? '',
    count: typeof count === 'number' ? count : 1,
    lastSeenMs:
      timeMs(series['lastObservedTime']) ??
      timeMs(event['lastTimestamp']) ??
      timeMs(event['eventTime']) ??
      timeMs(creationTimestamp),
  };
}
