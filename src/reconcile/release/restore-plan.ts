import type { ClusterIdentity, ClusterReader } from '../../cluster/port.js';
import { IP_POOLS, RESERVATIONS, resourceName } from '../../cluster/resources.js';
import type { WriteOutcome } from '../../cluster/writer.js';
import type { ClusterFailure } from '../../errors.js';
import { leaseName } from '../../whereabouts/names.js';
import { parsePool } from '../../whereabouts/objects.js';
import { evidenceDocument, reservationId } from '../documents.js';
import { countResults, type ItemOutcome, type PlanItem, type PlanReservation, type ReconcilePlan } from '../plan.js';
import type { PlannedWrite } from './dry-run.js';
import { addAllPatch, hasMap } from './put-back.js';
import type { RestorePorts } from './restore.js';
import { unitsOf, type RestoreScene, type SceneItem, type Unit } from './restore-scene.js';
import { entryOf, reservationObject } from './restore-work.js';
import { append } from '../../pools/multimap.js';
import { refKey } from '../../pools/belonging.js';
import { namespaceOf } from '../claims.js';

/** What a restore would do, or (with outcomes) did. */
export function restorePlan(
  { survey, items }: RestoreScene,
  identity: ClusterIdentity,
  toolVersion: string,
  outcomes: ReadonlyMap<SceneItem, ItemOutcome> | null,
): ReconcilePlan {
  const planned: PlanItem[] = [];
  const reservations: PlanReservation[] = [];
  for (const item of items) {
    const { judged, standing, reservation } = item;
    const { claim, verdict, reason } = judged;
    const about = {
      address: claim.address?.toString() ?? null,
      networkName: claim.networkName,
      podref: claim.podref,
      verdict,
      reason,
      evidence: evidenceDocument(judged, survey),
    };
    const outcome = outcomes?.get(item);
    const told = { result: outcome?.result ?? null, error: outcome?.error ?? noteOf(item) };
    const id = reservationId(judged);
    if (claim.pool !== null && claim.allocation !== null) {
      const { namespace, name, uid } = claim.pool;
      planned.push({
        ...about,
        pool: { namespace, name, uid },
        key: claim.allocation.key,
        containerId: claim.allocation.id,
        ifName: claim.ifName,
        nodeName: judged.nodeName,
        action: standing.state === 'open' ? 'restore' : 'keep',
        needs: null,
        ...told,
        reservation: id,
      });
    }
    if (reservation === null || id === null) continue;
    const isOpen = standing.state === 'open' && standing.reservation;
    reservations.push({
      ...about,
      ...id,
      ifName: claim.reservation?.ifName ?? null,
      withoutAllocation: claim.pool === null,
      action: isOpen ? 'restore' : 'keep',
      ...(isOpen || standing.state === 'blocked' ? told : { result: null, error: IN_PLACE }),
    });
  }
  return {
    apiVersion: 'ipamctl.io/v1',
    kind: outcomes === null ? 'ReconcilePlan' : 'ReconcileResult',
    cluster: { uid: identity.uid, server: identity.server },
    createdAt: survey.readAt.toISOString(),
    toolVersion,
    incomplete: survey.incomplete,
    items: planned,
    reservations,
    summary: {
      pools: new Set(planned.map(({ pool }) => refKey(pool))).size,
      allocations: planned.length,
      reservations: reservations.length,
      ...survey.counts,
      ...countResults(planned),
    },
    journal: null,
    warnings: survey.warnings,
  };
}

const IN_PLACE = 'it is in place';

function noteOf({ standing }: SceneItem): string | null {
  return standing.state === 'blocked' ? standing.why : standing.state === 'in-place' ? IN_PLACE : null;
}

/** Every write that a restore would send, in its order: of each pool its reservations, then its entries. */
export async function plannedRestore(reader: ClusterReader, scene: RestoreScene): Promise<PlannedWrite[]> {
  const writes: PlannedWrite[] = [];
  const byPool = new Map<string, SceneItem[]>();
  for (const item of unitsOf(scene).flatMap(({ items }) => items)) {
    const { standing, reservation, judged } = item;
    if (standing.state !== 'open') continue;
    if (standing.reservation && reservation !== null) {
      const { namespace, name } = reservation;
      const body = reservationObject(reservation);
      writes.push({ verb: 'create', resource: resourceName(RESERVATIONS), namespace, name, body, refusal: null });
    }
    const { pool } = judged.claim;
    if (!standing.entry || pool === null) continue;
    append(byPool, refKey(pool), item);
  }
  for (const items of byPool.values()) {
    const pool = items[0]?.judged.claim.pool;
    if (pool == null) continue;
    const { namespace, name } = pool;
    const object = await reader.get(IP_POOLS, namespace, name);
    const now = object === undefined ? pool : parsePool(object);
    const body = addAllPatch(now, hasMap(object), items.map(entryOf));
    writes.push({ verb: 'patch', resource: resourceName(IP_POOLS), namespace, name, body, refusal: null });
  }
  return writes;
}

/**
 * Finds out, without writing anything, in which namespaces the restore may do all that it needs, and take it back.
 * @returns why a namespace is out of reach, for those that are
 * @throws ClusterFailure where the Leases may not be taken, or the server cannot be asked at all
 */
export async function missingRestoreRights(
  { reader, writer, leases }: Pick<RestorePorts, 'reader' | 'writer' | 'leases'>,
  scene: RestoreScene,
): Promise<Map<string, ClusterFailure>> {
  const missing = new Map<string, ClusterFailure>();
  const byNamespace = new Map<string, Unit[]>();
  for (const unit of unitsOf(scene)) {
    byNamespace.set(unit.namespace, [...(byNamespace.get(unit.namespace) ?? []), unit]);
  }
  for (const [namespace, units] of byNamespace) {
    await leases.checkRights({ namespace, names: [leaseName(), ...units.flatMap((unit) => unit.leases)] });
    const part = { ...scene, items: units.flatMap(({ items }) => items) };
    for (const trial of await trials({ reader, writer }, part)) {
      const outcome = await trial();
      if (outcome.state !== 'refused' || outcome.reason !== 'forbidden') continue;
      missing.set(namespace, outcome.failure);
      break;
    }
  }
  return missing;
}

type Trial = () => Promise<WriteOutcome<unknown>>;

/** The first patch, and the first reservation made and deleted: the server asks for the right before anything else. */
async function trials(
  { reader, writer }: Pick<RestorePorts, 'reader' | 'writer'>,
  scene: RestoreScene,
): Promise<Trial[]> {
  const first = (wanted: 'entry' | 'reservation'): SceneItem | undefined =>
    scene.items.find(({ standing }) => standing.state === 'open' && standing[wanted]);
  const dryRun = { dryRun: true };
  const [entry, guard] = [first('entry'), first('reservation')?.reservation];
  const result: Trial[] = [];
  if (entry !== undefined) {
    const [write] = (await plannedRestore(reader, { ...scene, items: [entry] })).filter(({ verb }) => verb === 'patch');
    const body = write?.body;
    if (write !== undefined && Array.isArray(body)) {
      result.push(() => writer.patch(IP_POOLS, namespaceOf(entry.judged.claim), write.name, body, dryRun));
    }
  }
  if (guard != null) {
    const { namespace, name, uid, resourceVersion } = guard;
    result.push(
      () => writer.create(RESERVATIONS, namespace, reservationObject(guard), dryRun),
      () => writer.remove(RESERVATIONS, namespace, name, { uid, resourceVersion }, dryRun),
    );
  }
  return result;
}
