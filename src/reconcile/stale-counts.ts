import type { Pool } from '../whereabouts/objects.js';
import type { Survey } from './survey.js';

/** How many keys of each pool are stale. */
export function staleCounts({ claims }: Survey): (pool: Pool) => number {
  const counts = new Map<Pool, number>();
  for (const { claim, verdict } of claims) {
    if (verdict === 'stale' && claim.pool !== null) counts.set(claim.pool, (counts.get(claim.pool) ?? 0) + 1);
  }
  return (pool) => counts.get(pool) ?? 0;
}
