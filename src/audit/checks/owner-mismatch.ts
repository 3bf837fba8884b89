import { entryFields, reservationField } from '../drafts.js';
import { attachedPod, entry, HEALTHY, ipPool, ipReservation, node, whereaboutsNad } from '../examples.js';
import { defineCheck } from '../model.js';
import { inventory, reservations } from '../sources/inventory.js';
import { reservationOf } from '../entries.js';

export const ownerMismatch = defineCheck({
  id: 'audit/owner-mismatch',
  severity: 'error',
  title: 'entry and reservation of one address name different pods',
  why: 'Both pods may believe that the address is theirs. Whichever is deleted first takes away what guards the other, and a third pod gets the address.',
  needs: { inventory, reservations },
  fix: { kind: 'manual', text: 'ipamctl ips show tells who shows the address; recycle the other pod' },
  raises: {
    said: 'a reservation outlived its pod, and its address was handed out again',
    objects: [
      whereaboutsNad('tenant', { range: '10.0.0.0/24' }),
      ipPool('10.0.0.0/24', { 5: entry('default/web') }),
      ipReservation('10.0.0.5', 'default/gone'),
      attachedPod('web', { shows: [['tenant', '10.0.0.5']] }),
      node('node-a'),
    ],
  },
  silent: { said: 'both name the same pod', objects: HEALTHY },
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (IPManagementKubernetesUpdate)',
  *check({ inventory: read }) {
    for (const pool of read.pools) {
      const belonging = read.belongings.get(pool);
      if (belonging === undefined) continue;
      for (const allocation of pool.allocations) {
        const reservation = reservationOf(read, pool, allocation, belonging);
        if (reservation === undefined || reservation.podref === allocation.podref) continue;
        const fields = entryFields(pool, allocation, belonging);
        yield {
          ...fields,
          reservation: reservationField(reservation),
          message: `the pool has it for ${allocation.podref}, its reservation for ${reservation.podref}`,
          evidence: { podref: allocation.podref, reservedFor: reservation.podref, reservation: reservation.name },
          fix: fields.address === null || fields.address === undefined ? null : `ipamctl ips show ${fields.address}`,
          again: { pools: [pool], reservations: [reservation] },
        };
      }
    }
  },
});
