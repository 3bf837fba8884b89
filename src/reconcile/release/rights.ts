import { IP_POOLS, RESERVATIONS } from '../../cluster/resources.js';
import type { WriteOutcome } from '../../cluster/writer.js';
import type { ClusterFailure } from '../../errors.js';
import { leaseName } from '../../whereabouts/names.js';
import type { JudgedClaim } from '../judged.js';
import type { ReleasePorts } from './ports.js';
import { releasePatch } from './targets.js';

type RightsPorts = Pick<ReleasePorts, 'writer'> & {
  readonly leases: Pick<NonNullable<ReleasePorts['leases']>, 'checkRights'> | null;
};

/**
 * Finds out, without writing anything, in which namespaces the release may do all that it needs: a key that goes without
 * its reservation, or a Lease that cannot be taken, would be half a release.
 * @returns why a namespace is out of reach, for those that are
 * @throws ClusterFailure where the server cannot be asked at all
 */
export async function missingRights(
  { writer, leases }: RightsPorts,
  targets: readonly JudgedClaim[],
): Promise<Map<string, ClusterFailure>> {
  const missing = new Map<string, ClusterFailure>();
  const byNamespace = new Map<string, JudgedClaim[]>();
  for (const judged of targets) {
    const namespace = judged.claim.pool?.namespace ?? judged.claim.reservation?.namespace ?? '';
    const known = byNamespace.get(namespace);
    if (known === undefined) byNamespace.set(namespace, [judged]);
    else known.push(judged);
  }
  for (const [namespace, inside] of byNamespace) {
    if (leases !== null) await leases.checkRights({ namespace, names: leaseNames(inside) });
    const trials = [() => tryPatch(writer, inside), ...(leases === null ? [] : reservationTrials(writer, inside))];
    for (const trial of trials) {
      const outcome = await trial();
      if (outcome?.state === 'refused' && outcome.reason === 'forbidden') {
        missing.set(namespace, outcome.failure);
        break;
      }
    }
  }
  return missing;
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

/** One reservation is made and deleted in a dry run: an owner that comes back may need its own again. */
function reservationTrials(
  writer: ReleasePorts['writer'],
  targets: readonly JudgedClaim[],
): (() => Promise<WriteOutcome<unknown>>)[] {
  const reservation = targets.find(({ claim }) => claim.reservation !== null)?.claim.reservation;
  if (reservation === undefined || reservation === null) return [];
  const { namespace, name, uid, resourceVersion, podref } = reservation;
  const { group, version, kind } = RESERVATIONS;
  const object = { apiVersion: `${group}/${version}`, kind, metadata: { namespace, name }, spec: { podref } };
  return [
    () => writer.remove(RESERVATIONS, namespace, name, { uid, resourceVersion }, { dryRun: true }),
    () => writer.create(RESERVATIONS, namespace, object, { dryRun: true }),
  ];
}
