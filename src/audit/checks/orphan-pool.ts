import { isOrphan } from '../../pools/orphans.js';
import { poolFields } from '../drafts.js';
import { HEALTHY, ipPool, whereaboutsNad } from '../examples.js';
import { defineCheck } from '../model.js';
import { inventory, nads, nodeSlicePools } from '../sources/inventory.js';

export const orphanPool = defineCheck({
  id: 'audit/orphan-pool',
  severity: 'info',
  title: 'an empty IPPool that no NAD draws from',
  why: 'whereabouts makes pools as they are needed and never deletes one. A pool of a range that is no longer used does no harm, but is read by each run of the reconciler.',
  needs: { inventory, nads, nodeSlicePools },
  fix: { kind: 'audit', text: 'delete it: ipamctl audit --fix orphan-pool' },
  raises: {
    said: 'the NAD got another range',
    objects: [whereaboutsNad('tenant', { range: '10.1.0.0/24' }), ipPool('10.0.0.0/24')],
  },
  silent: { said: 'a NAD draws from the pool', objects: HEALTHY },
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (getPool)',
  *check({ inventory: read }) {
    for (const pool of read.pools) {
      if (!isOrphan(pool, read.belongings.get(pool))) continue;
      yield {
        ...poolFields(pool),
        message: 'it is empty, and no NAD or node slice draws from it',
        evidence: { range: pool.rangeText },
        fix: 'ipamctl audit --fix orphan-pool',
        again: { pools: [pool] },
      };
    }
  },
});
