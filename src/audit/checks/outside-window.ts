import { usageOf } from '../../pools/usage.js';
import { entryFields, named } from '../drafts.js';
import { attachedPod, entry, HEALTHY, ipPool, ipReservation, node, whereaboutsNad } from '../examples.js';
import { defineCheck } from '../model.js';
import { inventory, nads } from '../sources/inventory.js';

export const outsideWindow = defineCheck({
  id: 'audit/outside-window',
  severity: 'info',
  title: 'an entry is outside of what its NADs hand out',
  why: 'range_start, range_end or exclude were changed after the address had been given. Its pod keeps it, and gets it again as long as its name is the same; if something else was to have the address, there are two now.',
  needs: { inventory, nads },
  fix: { kind: 'manual', text: 'recycle the pod under another name where the address is needed elsewhere' },
  raises: {
    said: 'the address was excluded after a pod had got it',
    objects: [
      whereaboutsNad('tenant', { range: '10.0.0.0/24', exclude: ['10.0.0.0/28'] }),
      ipPool('10.0.0.0/24', { 5: entry('default/web') }),
      ipReservation('10.0.0.5', 'default/web'),
      attachedPod('web', { shows: [['tenant', '10.0.0.5']] }),
      node('node-a'),
    ],
  },
  silent: { said: 'nothing is excluded', objects: HEALTHY },
  source: 'whereabouts v0.9.4 pkg/allocate/allocate.go (AssignIP)',
  *check({ inventory: { pools, belongings } }) {
    for (const pool of pools) {
      const belonging = belongings.get(pool);
      if (belonging === undefined || belonging.draws.length === 0 || pool.range === undefined) continue;
      const range = pool.range.masked();
      const { addresses } = usageOf(pool, belonging, null);
      for (const allocation of pool.allocations) {
        const { reading } = allocation;
        if (!reading.ok || addresses.contains(reading.address)) continue;
        const { address } = reading;
        // What no NAD could hand out is no offset of a usable address.
        if (!range.contains(address) || address.equals(range.network) || address.equals(range.broadcast)) continue;
        yield {
          ...entryFields(pool, allocation, belonging),
          message: `held for ${allocation.podref}, outside of what ${belonging.draws
            .map(({ nad }) => named(nad))
            .slice(0, 3)
            .join(', ')} ${belonging.draws.length === 1 ? 'hands' : 'hand'} out`,
          evidence: {
            nads: belonging.draws.map(({ nad, window, exclude }) => ({
              namespace: nad.namespace,
              name: nad.name,
              first: window?.first.toString() ?? null,
              last: window?.last.toString() ?? null,
              exclude,
            })),
          },
          again: { pools: [pool] },
        };
      }
    }
  },
});
