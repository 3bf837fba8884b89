import { attachedPod, HEALTHY, ipPool, ipReservation, node, whereaboutsNad } from '../examples.js';
import { claimFields } from '../drafts.js';
import { claimsOf } from '../../reconcile/claims.js';
import { defineCheck } from '../model.js';
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
    // By the pools as they are now: at the second look those are newer than the verdicts.
    const lone = new Set(
      claimsOf(read).flatMap(({ pool, reservation }) => (pool === null ? (reservation?.uid ?? []) : [])),
    );
    for (const judged of survey.claims) {
      const { claim, verdict } = judged;
      const { pool, reservation } = claim;
      if (pool !== null || reservation === null || !lone.has(reservation.uid)) continue;
      const isGone = verdict === 'stale';
      yield {
        ...claimFields(judged, survey),
        message: isGone
          ? `reserved for ${claim.podref}, which is gone, and no pool has an entry for it`
          : `reserved for ${claim.podref}, and no pool has an entry for it`,
        fix: isGone && claim.networkKnown ? releaseReservationCommand(claim) : null,
        again: { reservations: [reservation], everyPool: true, isTransient: true },
      };
    }
  },
});
