import { HEALTHY, ipPool } from '../examples.js';
import { poolFields } from '../drafts.js';
import { defineCheck } from '../model.js';
import { inventory } from '../sources/inventory.js';

export const unmaskedPoolRange = defineCheck({
  id: 'audit/unmasked-pool-range',
  severity: 'warning',
  title: 'the range of an IPPool has host bits',
  why: 'The keys of a pool count from the address in its range as it is written. whereabouts itself writes the network address; with any other one its arithmetic goes wrong for addresses below it, and the pool hands out what it did not mean to.',
  needs: { inventory },
  fix: { kind: 'manual', text: 'let its pods go, delete the pool, and let whereabouts make it anew' },
  raises: { said: 'a pool was made by hand with an address of a host', objects: [ipPool('10.0.0.5/24')] },
  silent: { said: 'whereabouts made the pool', objects: HEALTHY },
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (toIPReservationList), pkg/iphelpers/iphelpers.go',
  *check({ inventory: { pools } }) {
    for (const pool of pools) {
      const { range, allocations } = pool;
      if (range === undefined || range.isMasked) continue;
      const network = range.masked().toString();
      yield {
        ...poolFields(pool),
        message: `its range ${pool.rangeText} has host bits: keys count from ${range.address.toString()}, not from ${network}`,
        evidence: { range: pool.rangeText, network, allocations: allocations.length },
        fix:
          allocations.length > 0
            ? null
            : `kubectl delete ippools.whereabouts.cni.cncf.io -n ${pool.namespace} ${pool.name}`,
        again: { pools: [pool] },
      };
    }
  },
});
