import { poolFields } from '../drafts.js';
import { attachedPod, entry, HEALTHY, ipPool, ipReservation, node, whereaboutsNad } from '../examples.js';
import { defineCheck } from '../model.js';
import { inventory } from '../sources/inventory.js';

/** So many keys are named. */
const NAMED = 5;

export const missingIfname = defineCheck({
  id: 'audit/missing-ifname',
  severity: 'info',
  title: 'entries of a pool have no interface',
  why: 'whereabouts 0.7 and older write none, and free by the container alone, as 0.8 does. From 0.9 on a DEL frees only the entry with its container and its interface, so that it never frees these: after an update they stay when their pods go, until a reconciler or a release takes them.',
  needs: { inventory },
  fix: {
    kind: 'manual',
    text: 'after an update to 0.9 recycle their pods when it suits; after that ipamctl reconcile --now',
  },
  raises: {
    said: 'whereabouts was updated, the pods were not',
    objects: [
      whereaboutsNad('tenant', { range: '10.0.0.0/24' }),
      ipPool('10.0.0.0/24', { 5: entry('default/web', null) }),
      ipReservation('10.0.0.5', 'default/web'),
      attachedPod('web', { shows: [['tenant', '10.0.0.5']] }),
      node('node-a'),
    ],
  },
  silent: { said: 'each entry has its interface', objects: HEALTHY },
  source: 'whereabouts v0.6.1 to v0.9.4 pkg/allocate/allocate.go (getMatchingIPReservationIndex)',
  *check({ inventory: { pools } }) {
    for (const pool of pools) {
      const without = pool.allocations.filter(({ ifName }) => ifName === null);
      if (without.length === 0) continue;
      const count = without.length.toString();
      yield {
        ...poolFields(pool),
        message: `${count} of ${pool.allocations.length.toString()} entries ${without.length === 1 ? 'has' : 'have'} no interface: no DEL of whereabouts 0.9 and newer frees ${without.length === 1 ? 'it' : 'them'}`,
        evidence: { count: without.length, keys: without.slice(0, NAMED).map(({ key }) => key) },
        again: { pools: [pool] },
      };
    }
  },
});
