import { parsePodref } from '../../whereabouts/objects.js';
import { shellWord } from '../commands.js';
import { entryFields, named } from '../drafts.js';
import { entry, HEALTHY, ipPool, whereaboutsNad } from '../examples.js';
import { defineCheck } from '../model.js';
import { inventory } from '../sources/inventory.js';

export const invalidPodref = defineCheck({
  id: 'audit/invalid-podref',
  severity: 'warning',
  title: 'the owner of an entry cannot be read',
  why: 'The reconciler of whereabouts tells by the podref whether an address is still needed. An entry without one, or with one that names no pod, it logs and passes over, each time: the address is never freed.',
  needs: { inventory },
  fix: { kind: 'release', text: 'find out who shows the address (ipamctl ips show), then release it with --force' },
  raises: {
    said: 'an entry of a version that wrote no podref yet',
    objects: [whereaboutsNad('tenant', { range: '10.0.0.0/24' }), ipPool('10.0.0.0/24', { 5: entry('') })],
  },
  silent: { said: 'the podref names the pod', objects: HEALTHY },
  source: 'whereabouts v0.9.4 pkg/reconciler/iploop.go ("pod ref missing for Allocations")',
  *check({ inventory: { pools, belongings } }) {
    for (const pool of pools) {
      for (const allocation of pool.allocations) {
        const { podref, key } = allocation;
        if (parsePodref(podref) !== undefined) continue;
        yield {
          ...entryFields(pool, allocation, belongings.get(pool)),
          message: podref === '' ? 'its entry names no owner' : `its owner "${podref}" is not NAMESPACE/NAME`,
          evidence: { key, entry: allocation.raw },
          fix: `ipamctl ips release --pool ${shellWord(named(pool))} --key ${shellWord(key)} --force`,
          again: { pools: [pool] },
        };
      }
    }
  },
});
