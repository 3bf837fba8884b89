import type { JsonPatchOperation } from '../../cluster/writer.js';
import type { Allocation, Pool } from '../../whereabouts/objects.js';
import type { JudgedClaim } from '../judged.js';

/** An entry of a pool that is to go. */
export interface EntryTarget {
  readonly judged: JudgedClaim;
  readonly pool: Pool;
  readonly allocation: Allocation;
}

/** Most keys of one patch (release protocol, release of entries 3). */
export const MOST_KEYS = 4000;

/** A pool with more entries than this takes the server about a second to patch, however little of it changes. */
const BIG_POOL = 2000;

/**
 * What the server is given for a patch of a pool: a second, and ten where it needs more. Entries are not written under a
 * Lease, so nobody waits for the fate of that write but we.
 */
export function patchTimeoutSeconds({ allocations }: Pool): number {
  return allocations.length > BIG_POOL ? 10 : 1;
}

/** The operations that take entries out of a pool if it, its range and each of them are still as they were read. */
export function releasePatch(pool: Pool, allocations: readonly Allocation[]): JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: pool.uid },
    { op: 'test', path: '/spec/range', value: pool.rangeText },
    ...allocations.flatMap(({ key, raw }): JsonPatchOperation[] => {
      const path = entryPath(key);
      return [
        { op: 'test', path, value: raw },
        { op: 'remove', path },
      ];
    }),
  ];
}

/** JSON pointer of a key's entry (RFC 6901). */
export function entryPath(key: string): string {
  return `/spec/allocations/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
