import type { Inventory } from '../pools/inventory.js';
import type { Pool } from '../whereabouts/objects.js';

/** Whether a pool is empty, and no NAD and no slice of a node slice pool maps to it. */
export function isOrphan({ belongings }: Pick<Inventory, 'belongings'>, pool: Pool): boolean {
  const belonging = belongings.get(pool);
  if (belonging === undefined || pool.allocations.length > 0) return false;
  return belonging.draws.length === 0 && belonging.source !== 'nad' && belonging.source !== 'node-slice-pool';
}
