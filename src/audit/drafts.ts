import { networkIsKnown, type Belonging } from '../pools/belonging.js';
import { evidenceDocument } from '../reconcile/documents.js';
import type { JudgedClaim } from '../reconcile/judged.js';
import type { Survey } from '../reconcile/survey.js';
import type { Allocation, ObjectRef, Pool, Reservation } from '../whereabouts/objects.js';
import type { AuditObject, Draft, FindingFields } from './model.js';

/** A finding about a pool. */
export function poolFields(pool: Pool): Pick<Draft, 'object' | 'pool'> {
  const { namespace, name, uid } = pool;
  return { object: { kind: 'IPPool', namespace, name }, pool: { namespace, name, uid } };
}

/** A finding about an entry of a pool; the network is null where it is unnamed or not known. */
export function entryFields(
  pool: Pool,
  allocation: Allocation,
  belonging: Belonging | undefined,
): Pick<Draft, 'object' | Exclude<keyof FindingFields, 'verdict' | 'reason' | 'reservation'>> {
  const { key, podref, id, ifName, reading } = allocation;
  return {
    ...poolFields(pool),
    address: reading.ok ? reading.address.toString() : null,
    networkName: belonging !== undefined && networkIsKnown(belonging) ? belonging.networkName : null,
    key,
    podref,
    containerId: id,
    ifName,
  };
}

/** A finding about a reservation, or about one that an entry lacks or has. */
export function reservationField({ namespace, name, uid, resourceVersion }: Reservation): FindingFields['reservation'] {
  return { namespace, name, uid, resourceVersion };
}

/** A finding about something that is held, judged: an entry, or a reservation without one. */
export function claimFields(judged: JudgedClaim, survey: Survey): Omit<Draft, 'message'> {
  const { claim, verdict, reason } = judged;
  const { pool, allocation, reservation, address, networkName, podref, ifName } = claim;
  return {
    object: objectOf(judged),
    address: address?.toString() ?? null,
    networkName,
    pool: pool === null ? null : { namespace: pool.namespace, name: pool.name, uid: pool.uid },
    key: allocation?.key ?? null,
    podref,
    containerId: allocation?.id ?? null,
    ifName,
    verdict,
    reason,
    reservation: reservation === null ? null : reservationField(reservation),
    evidence: evidenceDocument(judged, survey),
  };
}

function objectOf({ claim: { pool, reservation } }: JudgedClaim): AuditObject {
  if (pool !== null) return { kind: 'IPPool', namespace: pool.namespace, name: pool.name };
  const { namespace, name } = reservation ?? { namespace: '', name: '' };
  return { kind: 'OverlappingRangeIPReservation', namespace, name };
}

/** `NAMESPACE/NAME` of an object, as messages name it. */
export function named({ namespace, name }: ObjectRef): string {
  return `${namespace}/${name}`;
}
