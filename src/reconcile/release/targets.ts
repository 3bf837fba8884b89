import type { JsonPatchOperation } from '../../cluster/writer.js';
import type { Allocation, Pool } from '../../whereabouts/objects.js';
import type { JudgedClaim } from '../judged.js';

/** An entry of a pool that is to go. */
export interface EntryTarget {
  readonly judged: JudgedClaim;
  readonly pool: Pool;
  readonly allocation: Allocation;
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
