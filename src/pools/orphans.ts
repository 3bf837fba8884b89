import type { Pool } from '../whereabouts/objects.js';
import type { Belonging } from './belonging.js';

/** Whether a pool is empty, and no NAD and no slice of a node slice pool maps to it. */
export function isOrphan(pool: Pool, belonging: Belonging | undefined): boolean {
  if (belonging === undefined || pool.allocations.length > 0) return false;
  return belonging.draws.length === 0 && belonging.source !== 'nad' && belonging.source !== 'node-slice-pool';
}
