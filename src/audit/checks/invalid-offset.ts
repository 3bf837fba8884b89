import type { Prefix } from '../../net/prefix.js';
import type { Allocation } from '../../whereabouts/objects.js';
import { shellWord } from '../commands.js';
import { entryFields, named } from '../drafts.js';
import { entry, HEALTHY, ipPool, whereaboutsNad } from '../examples.js';
import { defineCheck } from '../model.js';
import { inventory } from '../sources/inventory.js';

export const invalidOffset = defineCheck({
  id: 'audit/invalid-offset',
  severity: 'warning',
  title: 'the key of an entry is no offset of a usable address',
  why: 'A key is the distance of an address from the base of its pool. whereabouts passes over one that it cannot read and drops it at its next write to the pool; one that leads outside the range holds what no pod can have been given. The first and the last address of a range are given to nobody since 0.7; before it the first was, of a range that had an end and no start.',
  needs: { inventory },
  fix: { kind: 'release', text: 'release the entry by its key; what cannot be read needs --force' },
  raises: {
    said: 'an older version computed an offset below zero',
    objects: [
      whereaboutsNad('tenant', { range: '10.0.0.0/24' }),
      ipPool('10.0.0.0/24', { '18446463705355360228': entry('default/web') }),
    ],
  },
  silent: { said: 'the key is the offset of its address', objects: HEALTHY },
  source:
    'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (toIPReservationList), v0.6.1 pkg/allocate/allocate.go (IterateForAssignment); k8snetworkplumbingwg/whereabouts#403',
  *check({ inventory: { pools, belongings } }) {
    for (const pool of pools) {
      // Without a range no key can be read: that is said of the pool.
      if (pool.range === undefined) continue;
      const range = pool.range.masked();
      for (const allocation of pool.allocations) {
        const wrong = wrongWith(allocation, range);
        if (wrong === null) continue;
        const force = allocation.reading.ok ? '' : ' --force';
        yield {
          ...entryFields(pool, allocation, belongings.get(pool)),
          message: `its key ${wrong}`,
          evidence: { key: allocation.key, range: pool.rangeText, entry: allocation.raw },
          fix: `ipamctl ips release --pool ${shellWord(named(pool))} --key ${shellWord(allocation.key)}${force}`,
          again: { pools: [pool] },
        };
      }
    }
  },
});

function wrongWith({ reading }: Allocation, range: Prefix): string | null {
  if (!reading.ok) {
    return {
      'not-a-number': 'is no number',
      'too-large': 'is more than whereabouts can read',
      'no-address': 'leads past the last address that there is',
    }[reading.reason];
  }
  const { address } = reading;
  if (!range.contains(address)) return `leads to ${address.toString()}, outside its range`;
  if (address.equals(range.network))
    return 'leads to the first address of its range, which whereabouts gives to nobody since 0.7';
  if (address.equals(range.broadcast))
    return 'leads to the last address of its range, which whereabouts gives to nobody since 0.7';
  return null;
}
