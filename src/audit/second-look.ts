import { IP_POOLS, NODE_SLICE_POOLS, PODS, RESERVATIONS } from '../cluster/resources.js';
import { objectKey, refKey } from '../pools/belonging.js';
import { inventoryWith } from '../pools/inventory.js';
import { listAgain, readAgain } from '../reconcile/again.js';
import { parseNodeSlicePool, parsePool, parseReservation, type ObjectRef } from '../whereabouts/objects.js';
import type { Readings } from './given.js';
import type { Again, Given, Source } from './model.js';
import { wholeSight } from './sights.js';
import { inventory } from './sources/inventory.js';
import { pods } from './sources/pods.js';

/**
 * Reads the objects behind findings once more: reservations, then pools, then pods. A DEL removes the entry first, so an
 * entry that outlasts the reading of its reservation is none that is being deleted; a pod shows an address only after its
 * ADD, so one that does when the pools have been read had its entry before.
 */
export async function lookAgain(readings: Readings, agains: readonly Again[]): Promise<Given> {
  const { reader } = readings;
  const replaced = new Map<Source<unknown>, unknown>();
  const read = await readings.of(inventory);
  const { namespaces } = read;
  const asked = {
    reservations: distinct(agains.flatMap((again) => again.reservations ?? [])),
    pools: distinct(agains.flatMap((again) => again.pools ?? [])),
    pods: distinct(agains.flatMap((again) => again.pods ?? [])),
  };
  const reservationsNow = await readAgain(reader, RESERVATIONS, asked.reservations, namespaces, (object) =>
    parseReservation(object),
  );
  const everyPool = agains.some((again) => again.everyPool === true);
  const poolsNow = everyPool
    ? await listAgain(reader, IP_POOLS, namespaces, parsePool)
    : await readAgain(reader, IP_POOLS, asked.pools, namespaces, parsePool);
  const slicePoolsNow = agains.some((again) => again.slicePools === true)
    ? [...(await listAgain(reader, NODE_SLICE_POOLS, namespaces, parseNodeSlicePool)).values()]
    : read.nodeSlicePools;
  replaced.set(
    inventory,
    inventoryWith(
      { ...read, nodeSlicePools: slicePoolsNow },
      everyPool ? [...poolsNow.values()] : asOfNow(read.pools, asked.pools, poolsNow),
      read.reservations === null ? null : asOfNow(read.reservations, asked.reservations, reservationsNow),
    ),
  );
  if (asked.pods.length > 0) {
    const seen = await readings.of(pods);
    const wanted = new Set(asked.pods.map(refKey));
    const podsNow = await readAgain(reader, PODS, asked.pods, null, (object) =>
      wanted.has(objectKey(object.metadata.namespace ?? '', object.metadata.name ?? ''))
        ? wholeSight(object)
        : undefined,
    );
    replaced.set(pods, { ...seen, pods: asOfNow(seen.pods, asked.pods, podsNow) });
  }
  return readings.with(replaced);
}

/** What was read before, with those that were asked for as they are now: changed, gone, or there for the first time. */
function asOfNow<T extends ObjectRef>(
  before: readonly T[],
  asked: readonly ObjectRef[],
  now: ReadonlyMap<string, T>,
): T[] {
  const wanted = new Set(asked.map(refKey));
  const others = before.filter((object) => !wanted.has(refKey(object)));
  return [...others, ...[...wanted].flatMap((key) => now.get(key) ?? [])];
}

function distinct(refs: readonly ObjectRef[]): ObjectRef[] {
  return [...new Map(refs.map((ref) => [refKey(ref), ref])).values()];
}
