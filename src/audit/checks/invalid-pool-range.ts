import { HEALTHY, ipPool } from '../examples.js';
import { poolFields } from '../drafts.js';
import { defineCheck } from '../model.js';
import { inventory } from '../sources/inventory.js';

export const invalidPoolRange = defineCheck({
  id: 'audit/invalid-pool-range',
  severity: 'error',
  title: 'the range of an IPPool cannot be read',
  why: 'The reconciler of whereabouts reads all pools before it does anything, and one whose range is no CIDR ends the run: no address of any pool is freed until the pool is gone.',
  needs: { inventory },
  fix: { kind: 'manual', text: 'write the range that its name says, or delete the pool' },
  raises: { said: 'a pool was made by hand', objects: [ipPool('10.0.0.0', {}, { name: '10.0.0.0-24' })] },
  silent: { said: 'whereabouts made the pool', objects: HEALTHY },
  source: 'whereabouts v0.9.4 pkg/storage/kubernetes/client.go (ListIPPools)',
  *check({ inventory: { pools } }) {
    for (const pool of pools) {
      if (pool.range !== undefined) continue;
      yield {
        ...poolFields(pool),
        message: `its range "${pool.rangeText}" is no CIDR: the reconciler of whereabouts stops at it, and frees nothing`,
        evidence: { range: pool.rangeText, allocations: pool.allocations.length },
        fix: `kubectl edit ippools.whereabouts.cni.cncf.io -n ${pool.namespace} ${pool.name}`,
        again: { pools: [pool] },
      };
    }
  },
});
