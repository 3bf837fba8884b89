import type { KubeObject } from '../../cluster/port.js';
import { IP_POOLS, RESERVATIONS, resourceName } from '../../cluster/resources.js';
import type { ClusterWriter, JsonPatchOperation, Preconditions, WriteOutcome } from '../../cluster/writer.js';
import { ClusterFailure } from '../../errors.js';
import { inBatches } from '../batches.js';
import type { JudgedClaim } from '../judged.js';
import { MOST_KEYS, releasePatch } from './targets.js';
import { groupedBy } from '../../pools/multimap.js';

/** A write that a release would send. */
export interface PlannedWrite {
  readonly verb: 'patch' | 'delete' | 'create';
  /** `plural.group`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** A JSON patch (RFC 6902), what must still hold of the object that is deleted, or the object that is made. */
  readonly body: readonly JsonPatchOperation[] | { readonly preconditions: Preconditions } | KubeObject;
  /** Why the API server would refuse it; null: it would not, or was not asked. */
  readonly refusal: string | null;
}

/**
 * Every write that a release of these claims would send, in its order: the entries pool by pool, then the reservations.
 * @param withReservations not so with `--no-lease`
 */
export function plannedWrites(targets: readonly JudgedClaim[], withReservations: boolean): PlannedWrite[] {
  const byPool = groupedBy(targets, ({ claim }) => claim.pool);
  const patches = [...byPool].flatMap(([pool, judged]) => {
    if (pool === null) return [];
    const allocations = judged.flatMap(({ claim }) => claim.allocation ?? []);
    const parts = Array.from({ length: Math.ceil(allocations.length / MOST_KEYS) }, (_, part) =>
      allocations.slice(part * MOST_KEYS, (part + 1) * MOST_KEYS),
    );
    return parts.map((part): PlannedWrite => {
      const { namespace, name } = pool;
      const resource = resourceName(IP_POOLS);
      return { verb: 'patch', resource, namespace, name, body: releasePatch(pool, part), refusal: null };
    });
  });
  const deletions = !withReservations
    ? []
    : targets.flatMap(({ claim }): PlannedWrite[] => {
        const { reservation, podref, networkKnown } = claim;
        if (reservation?.podref !== podref || !networkKnown) return [];
        const { namespace, name, uid, resourceVersion } = reservation;
        const body = { preconditions: { uid, resourceVersion } };
        return [{ verb: 'delete', resource: resourceName(RESERVATIONS), namespace, name, body, refusal: null }];
      });
  return [...patches, ...deletions];
}

/** Has the API server check each of the writes without doing it. */
export async function tryWrites(writer: ClusterWriter, writes: readonly PlannedWrite[]): Promise<PlannedWrite[]> {
  const tried = [...writes];
  await inBatches([...writes.entries()], async ([at, write]) => {
    tried[at] = { ...write, refusal: await refusalOf(writer, write) };
  });
  return tried;
}

async function refusalOf(writer: ClusterWriter, write: PlannedWrite): Promise<string | null> {
  try {
    const outcome = await tried(writer, write);
    if (outcome.state === 'done') return null;
    return outcome.state === 'uncertain' ? outcome.why : outcome.failure.message;
  } catch (failure) {
    if (failure instanceof ClusterFailure) return failure.message;
    throw failure;
  }
}

function tried(
  writer: ClusterWriter,
  { resource, namespace, name, body }: PlannedWrite,
): Promise<WriteOutcome<unknown>> {
  const options = { dryRun: true };
  if (isPatch(body)) return writer.patch(IP_POOLS, namespace, name, body, options);
  return isObject(body)
    ? writer.create(RESERVATIONS, namespace, body, options)
    : writer.remove(
        resource === resourceName(IP_POOLS) ? IP_POOLS : RESERVATIONS,
        namespace,
        name,
        body.preconditions,
        options,
      );
}

function isPatch(body: PlannedWrite['body']): body is readonly JsonPatchOperation[] {
  return Array.isArray(body);
}

function isObject(body: Exclude<PlannedWrite['body'], readonly JsonPatchOperation[]>): body is KubeObject {
  return 'metadata' in body;
}
