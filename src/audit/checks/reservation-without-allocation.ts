import { attachedPod, HEALTHY, ipPool, ipReservation, node, whereaboutsNad } from '../examples.js';
import { claimFields, reservationField } from '../drafts.js';
import { claimsOf, type Claim } from '../../reconcile/claims.js';
import type { Reservation } from '../../whereabouts/objects.js';
import { defineCheck, type Draft } from '../model.js';
import { claims } from '../sources/claims.js';
import { inventory, reservations } from '../sources/inventory.js';
import { releaseReservationCommand } from '../commands.js';

export const reservationWithoutAllocation = defineCheck({
  id: 'audit/reservation-without-allocation',
  severity: 'warning',
  title: 'a reservation holds an address that no pool has an entry for',
  why: 'Every pod but the one that it names passes over the address, in every range of that network. The reconciler of whereabouts deletes such a reservation only when it gets that far; a pod that is there lost its entry and may soon share its address.',
  needs: { inventory, reservations, claims },
  fix: { kind: 'release', text: 'where its pod is gone, reconcile --now deletes it' },
  raises: {
    said: 'the entry was removed by hand, the reservation was forgotten',
    objects: [
      whereaboutsNad('tenant', { range: '10.0.0.0/24' }),
      ipPool('10.0.0.0/24'),
      ipReservation('10.0.0.5', 'default/gone'),
      attachedPod('other'),
      node('node-a'),
    ],
  },
  silent: { said: 'the pool has the entry', objects: HEALTHY },
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go; k8snetworkplumbingwg/whereabouts#712',
  *check({ inventory: read, claims: survey }) {
    // Of what is not live there is a verdict; the pools are newer than it at the second look.
    const judgedOf = new Map(survey.claims.map((judged) => [judged.claim.reservation?.uid, judged]));
    for (const claim of claimsOf(read)) {
      const { pool, reservation, podref } = claim;
      if (pool !== null || reservation === null) continue;
      const found = judgedOf.get(reservation.uid);
      const judged = found?.claim.pool === null ? found : undefined;
      const isStale = judged?.verdict === 'stale';
      const since =
        judged?.reason === 'pod-gone' ? ', which is gone' : isStale ? ', which settled on another address' : '';
      yield {
        ...(judged === undefined ? loneFields(claim, reservation) : claimFields(judged, survey)),
        message: `reserved for ${podref}${since}, and no pool has an entry for it`,
        fix: isStale && claim.networkKnown ? releaseReservationCommand(claim) : null,
        again: { reservations: [reservation], everyPool: true, isTransient: true },
      };
    }
  },
});

/** Of one whose owner is there: nobody judges what is live. */
function loneFields({ address, networkName, podref, ifName }: Claim, reservation: Reservation): Omit<Draft, 'message'> {
  const { namespace, name } = reservation;
  return {
    object: { kind: 'OverlappingRangeIPReservation', namespace, name },
    address: address?.toString() ?? null,
    networkName,
    podref,
    ifName,
    reservation: reservationField(reservation),
    evidence: { reservedFor: podref },
  };
}
