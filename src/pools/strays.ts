import { nearest } from '../render/nearest.js';
import { parsePodref } from '../whereabouts/objects.js';
import { networkIsKnown } from './belonging.js';
import { nearestPool, poolIsNamed } from './find.js';
import type { Inventory } from './inventory.js';

/** What a list was narrowed to, by names that people type. */
export interface NarrowedTo {
  /** `NAME` or `NAMESPACE/NAME` of pools. */
  readonly pools?: readonly string[] | undefined;
  /** Network names; the empty one is the unnamed network. */
  readonly networks?: readonly string[] | undefined;
  readonly namespace?: string | undefined;
}

/**
 * A sentence for each name that is not there: who mistypes a filter must not take an empty list for good news. Most
 * namespaces hold nothing, so that of those only a near miss is worth a word.
 * @param namespaceOf what the namespace is of: the pool, or the owners of its addresses
 */
export function strays(inventory: Inventory, to: NarrowedTo, namespaceOf: 'pool' | 'owner'): string[] {
  const { pools, belongings } = inventory;
  const strangers = (to.pools ?? []).filter((name) => !pools.some((pool) => poolIsNamed(pool, [name])));
  const networks = new Set(
    [...belongings.values()].flatMap((belonging) => (networkIsKnown(belonging) ? [belonging.networkName ?? ''] : [])),
  );
  const unknown = (to.networks ?? []).filter((name) => !networks.has(name));
  return [
    ...strangers.map((name) => `there is no pool "${name}"${meaning(nearestPool(pools, name))}`),
    ...unknown.map((name) => `no pool is of network "${name}"${meaning(nearest(name, [...networks]))}`),
    ...strayNamespace(inventory, to.namespace, namespaceOf),
  ];
}

function strayNamespace({ pools }: Inventory, namespace: string | undefined, of: 'pool' | 'owner'): string[] {
  if (namespace === undefined) return [];
  const known = new Set(
    of === 'pool'
      ? pools.map((pool) => pool.namespace)
      : pools.flatMap(({ allocations }) => allocations.flatMap(({ podref }) => parsePodref(podref)?.namespace ?? [])),
  );
  const near = known.has(namespace) ? undefined : nearest(namespace, [...known]);
  if (near === undefined) return [];
  const what = of === 'pool' ? 'no pool is' : 'no address is held for a pod';
  return [`${what} in namespace "${namespace}"${meaning(near)}`];
}

function meaning(near: string | undefined): string {
  return near === undefined || near === '' ? '' : `; did you mean ${near}?`;
}
