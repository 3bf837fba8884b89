import { IP_POOLS, RELEASE_EVENTS } from '../../cluster/resources.js';
import type { ClusterWriter } from '../../cluster/writer.js';
import { ClusterFailure } from '../../errors.js';
import { inBatches } from '../batches.js';
import type { ObjectId } from '../documents.js';

/** Most characters of a note (Kubernetes events.k8s.io/v1 Event.note: 1 kB). */
const MOST_NOTE = 1000;
/** Of the reporting instance: 128 (Kubernetes pkg/apis/core/validation/events.go). */
const MOST_INSTANCE = 128;

const DELETED = 'Deleted: it was empty, and no NAD or node slice drew from it';

/** What is told: the pools lost addresses or got them back, or are gone themselves. */
export type Told = 'Release' | 'Restore' | 'Delete';

/** Who tells what. */
export interface EventOptions {
  readonly told: Told;
  /** Unique to the run. */
  readonly run: string;
  /** Host and process. */
  readonly instance: string;
  readonly now: () => Date;
}

/**
 * Leaves an Event (events.k8s.io/v1) with each pool that lost addresses, got them back or is gone, so that `kubectl
 * describe` and `kubectl get events` tell of it.
 * @param released the addresses of each pool; none of one that is gone, which was empty
 * @returns what could not be told, in words; what was done stands all the same
 */
export async function tellEvents(
  writer: Pick<ClusterWriter, 'create'>,
  released: ReadonlyMap<ObjectId, readonly string[]>,
  { told, run, instance, now }: EventOptions,
): Promise<string[]> {
  const failures = new Map<string, number>();
  await inBatches([...released], async ([pool, addresses]) => {
    const { namespace, name, uid } = pool;
    const { group, version, kind } = RELEASE_EVENTS;
    const event = {
      apiVersion: `${group}/${version}`,
      kind,
      // A pool's name may be as long as an Event's: its own uid keeps them apart.
      metadata: { namespace, name: `ipamctl.${run}.${uid}` },
      eventTime: now().toISOString().replace('Z', '000Z'),
      reportingController: 'ipamctl',
      reportingInstance: instance.slice(0, MOST_INSTANCE),
      action: told,
      reason: told === 'Delete' ? 'PoolDeleted' : `Addresses${told}d`,
      type: 'Normal',
      regarding: { apiVersion: `${IP_POOLS.group}/${IP_POOLS.version}`, kind: IP_POOLS.kind, namespace, name, uid },
      note: told === 'Delete' ? DELETED : note(`${told}d`, addresses),
    };
    // Without the name, which nobody gave it but we, what failed alike is told once.
    const failure = (await create(writer, namespace, event))?.replace(` "${event.metadata.name}"`, '') ?? null;
    if (failure !== null) failures.set(failure, (failures.get(failure) ?? 0) + 1);
  });
  return [...failures].map(
    ([failure, count]) =>
      `${count === 1 ? 'an event was' : `${count} events were`} not left with the pools: ${failure}`,
  );
}

async function create(
  writer: Pick<ClusterWriter, 'create'>,
  namespace: string,
  event: Parameters<ClusterWriter['create']>[2],
): Promise<string | null> {
  try {
    const outcome = await writer.create(RELEASE_EVENTS, namespace, event);
    if (outcome.state === 'done') return null;
    return outcome.state === 'refused' ? outcome.failure.message : outcome.why;
  } catch (failure) {
    if (failure instanceof ClusterFailure) return failure.message;
    throw failure;
  }
}

function note(done: string, addresses: readonly string[]): string {
  const head = `${done} ${addresses.length} ${addresses.length === 1 ? 'address' : 'addresses'}: `;
  let text = head;
  for (const [at, address] of addresses.entries()) {
    const next = `${at === 0 ? '' : ', '}${address}`;
    if (text.length + next.length > MOST_NOTE - 20) return `${text}, and ${addresses.length - at} more`;
    text += next;
  }
  return text;
}
