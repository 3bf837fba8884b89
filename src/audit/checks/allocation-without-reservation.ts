import { networkIsKnown } from '../../pools/belonging.js';
import { reservationName } from '../../whereabouts/names.js';
import { entryFields } from '../drafts.js';
import { reservationOf } from '../entries.js';
import { attachedPod, entry, HEALTHY, ipPool, node, whereaboutsNad } from '../examples.js';
import { defineCheck } from '../model.js';
import { settledAddresses } from '../sights.js';
import { inventory, nads, reservations } from '../sources/inventory.js';
import { pods } from '../sources/pods.js';

export const allocationWithoutReservation = defineCheck({
  id: 'audit/allocation-without-reservation',
  severity: 'warning',
  title: 'a pod has an address that no reservation guards',
  why: 'Ranges that overlap know of each other by reservations alone: without one, another range of the network may hand the address out again. The reconciler of whereabouts deletes every reservation of every named network each time it runs, so there it is only worth knowing; elsewhere it should not happen.',
  needs: { inventory, nads, reservations, pods },
  fix: { kind: 'audit', text: 'make the reservation again: ipamctl audit --fix allocation-without-reservation' },
  raises: {
    said: 'the reservation was deleted by hand',
    objects: [
      whereaboutsNad('tenant', { range: '10.0.0.0/24' }),
      ipPool('10.0.0.0/24', { 5: entry('default/web') }),
      attachedPod('web', { shows: [['tenant', '10.0.0.5']] }),
      node('node-a'),
    ],
  },
  silent: { said: 'the reservation is there', objects: HEALTHY },
  source: 'whereabouts v0.9.4 pkg/reconciler/iploop.go (findClusterWideIPReservations), pkg/storage/kubernetes/ipam.go',
  *check({ inventory: read, pods: { pods: seen } }) {
    // Only of a pod that shows the address: before that its ADD may be under way.
    const settled = settledAddresses(seen);
    for (const pool of read.pools) {
      const belonging = read.belongings.get(pool);
      if (belonging === undefined || !networkIsKnown(belonging)) continue;
      if (!belonging.draws.some(({ overlapping }) => overlapping)) continue;
      for (const allocation of pool.allocations) {
        const { reading, podref } = allocation;
        if (!reading.ok || reservationOf(read, pool, allocation, belonging) !== undefined) continue;
        const sight = settled(podref, reading.address);
        if (sight === undefined) continue;
        const { networkName } = belonging;
        const name = reservationName(reading.address, networkName);
        yield {
          ...entryFields(pool, allocation, belonging),
          severity: networkName === null ? 'warning' : 'info',
          message:
            networkName === null
              ? `${podref} shows it, and reservation ${name} is not there`
              : `${podref} shows it, and reservation ${name} is not there, as after each run of the reconciler of whereabouts`,
          evidence: { reservation: name, shownBy: podref, podUid: sight.uid },
          fix: 'ipamctl audit --fix allocation-without-reservation',
          again: { pools: [pool], reservations: [{ namespace: pool.namespace, name }], pods: [sight] },
        };
      }
    }
  },
});
