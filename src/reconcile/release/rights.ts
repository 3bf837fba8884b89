import { IP_POOLS, RESERVATIONS } from '../../cluster/resources.js';
import type { WriteOutcome } from '../../cluster/writer.js';
import { ClusterFailure } from '../../errors.js';
import { leaseName } from '../../whereabouts/names.js';
import type { JudgedClaim } from '../judged.js';
import type { ReleasePorts } from './ports.js';
import { releasePatch } from './targets.js';
import { groupedBy } from '../../pools/multimap.js';
import { namespaceOf } from '../claims.js';

type RightsPorts = Pick<ReleasePorts, 'reader' | 'writer'> & {
  readonly leases: Pick<NonNullable<ReleasePorts['leases']>, 'checkRights'> | null;
};

/**
 * Finds out, without writing anything, in which namespaces the release may do all that it needs: a key that goes without
 * its reservation, or a Lease that cannot be taken, would be half a release.
 * @param reservationsAreKnown whether they could be listed; else the keys of addresses would go without them
 * @returns why a namespace is out of reach, for those that are
 * @throws ClusterFailure where the server cannot be asked at all
 */
export async function missingRights(
  { reader, writer, leases }: RightsPorts,
  targets: readonly JudgedClaim[],
  reservationsAreKnown: boolean,
): Promise<Map<string, ClusterFailure>> {
  const missing = new Map<string, ClusterFailure>();
  for (const [namespace, inside] of groupedBy(targets, ({ claim }) => namespaceOf(claim))) {
    const trials: Trial[] = [() => tryPatch(writer, inside)];
    if (leases !== null) {
      trials.unshift(async () => {
        await leases.checkRights({ namespace, names: leaseNames(inside) });
        return undefined;
      });
      if (!reservationsAreKnown) trials.push(() => tryList(reader, namespace));
      trials.push(...reservationTrials(reader, writer, inside));
    }
    for (const trial of trials) {
      const failure = await refusalOf(trial);
      if (failure === null) continue;
      missing.set(namespace, failure);
      break;
    }
  }
  return missing;
}

/** Something that needs a right, and changes nothing. */
type Trial = () => Promise<WriteOutcome<unknown> | undefined>;

/** Why it may not be done; null: it may. */
async function refusalOf(trial: Trial): Promise<ClusterFailure | null> {
  try {
    const outcome = await trial();
    return outcome?.state === 'refused' && outcome.reason === 'forbidden' ? outcome.failure : null;
  } catch (failure) {
    if (failure instanceof ClusterFailure && failure.reason === 'forbidden') return failure;
    throw failure;
  }
}

/** The shared Lease, and those of slices among the targets. */
function leaseNames(targets: readonly JudgedClaim[]): string[] {
  const slices = targets.flatMap(({ claim }) =>
    claim.pool !== null && claim.sliceNode !== null ? [claim.pool.name] : [],
  );
  return [leaseName(), ...new Set(slices)];
}

async function tryPatch(
  writer: ReleasePorts['writer'],
  targets: readonly JudgedClaim[],
): Promise<WriteOutcome | undefined> {
  const claim = targets.find(({ claim: { pool, allocation } }) => pool !== null && allocation !== null)?.claim;
  if (claim?.pool == null || claim.allocation === null) return undefined;
  const { namespace, name } = claim.pool;
  return writer.patch(IP_POOLS, namespace, name, releasePatch(claim.pool, [claim.allocation]), { dryRun: true });
}

async function tryList(reader: ReleasePorts['reader'], namespace: string): Promise<undefined> {
  await reader.collect(RESERVATIONS, { namespace }, () => undefined);
  return undefined;
}

/**
 * What a holding reads, and one reservation that is made and deleted in a dry run: an owner that comes back may need its
 * own again.
 */
function reservationTrials(
  reader: ReleasePorts['reader'],
  writer: ReleasePorts['writer'],
  targets: readonly JudgedClaim[],
): Trial[] {
  const pool = targets.find(({ claim }) => claim.pool !== null)?.claim.pool;
  const reservation = targets.find(({ claim }) => claim.reservation !== null)?.claim.reservation;
  const trials: Trial[] = [];
  const reads = [
    [IP_POOLS, pool],
    [RESERVATIONS, reservation],
  ] as const;
  for (const [resource, object] of reads) {
    if (object === undefined || object === null) continue;
    trials.push(async () => {
      await reader.get(resource, object.namespace, object.name);
      return undefined;
    });
  }
  if (reservation === undefined || reservation === null) return trials;
  const { namespace, name, uid, resourceVersion, podref } = reservation;
  const { group, version, kind } = RESERVATIONS;
  const object = { apiVersion: `${group}/${version}`, kind, metadata: { namespace, name }, spec: { podref } };
  trials.push(
    () => writer.remove(RESERVATIONS, namespace, name, { uid, resourceVersion }, { dryRun: true }),
    () => writer.create(RESERVATIONS, namespace, object, { dryRun: true }),
  );
  return trials;
}
