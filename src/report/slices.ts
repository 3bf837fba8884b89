import { objectKey } from '../pools/belonging.js';
import type { Inventory } from '../pools/inventory.js';
import type { ObjectRef } from '../whereabouts/objects.js';
import type { ReportPool, SliceNode, SlicePoolDocument } from './document.js';

/** The node slice pools of an inventory; null where they could not be read. */
export function reportSlices({ nodeSlicePools }: Inventory, pools: readonly ReportPool[]): SlicePoolDocument[] | null {
  if (nodeSlicePools === null) return null;
  const byPlace = new Map(pools.flatMap((pool) => (pool.nodeName === null ? [] : [[placeOf(pool), pool] as const])));
  return nodeSlicePools.map(({ namespace, name, rangeText, sliceSize, allocations }) => {
    const nads = new Map<string, ObjectRef>();
    const nodes = allocations
      .filter(({ nodeName }) => nodeName !== '')
      .map(({ nodeName, sliceText, slice }): SliceNode => {
        const range = slice?.masked().toString() ?? sliceText;
        const pool = byPlace.get(placeOf({ namespace, nodeName, range }));
        for (const nad of pool?.nads ?? []) nads.set(objectKey(nad.namespace, nad.name), nad);
        return {
          nodeName,
          sliceRange: range,
          pool: pool === undefined ? null : { namespace: pool.namespace, name: pool.name },
          capacity: pool?.capacity ?? null,
          used: pool?.used ?? 0,
        };
      })
      .sort((a, b) => (a.nodeName < b.nodeName ? -1 : 1));
    return {
      namespace,
      name,
      range: rangeText,
      sliceSize: sliceSize ?? null,
      slices: allocations.length,
      assigned: nodes.length,
      free: allocations.length - nodes.length,
      nads: [...nads.values()].map((nad) => ({ namespace: nad.namespace, name: nad.name })),
      nodes,
    };
  });
}

function placeOf({
  namespace,
  nodeName,
  range,
}: {
  readonly namespace: string;
  readonly nodeName: string | null;
  readonly range: string;
}): string {
  return `${namespace}\n${nodeName ?? ''}\n${range}`;
}
