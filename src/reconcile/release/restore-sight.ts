import type { KubeObject } from '../../cluster/port.js';
import { IP_POOLS, RESERVATIONS } from '../../cluster/resources.js';
import { objectKey, refKey } from '../../pools/belonging.js';
import { reservationName } from '../../whereabouts/names.js';
import { parsePool, parseReservation, type ObjectRef } from '../../whereabouts/objects.js';
import { inBatches } from '../batches.js';
import type { Coverage } from './coverage.js';
import type { ReleasePorts } from './ports.js';
import { hasMap } from './put-back.js';
import { coveringPools, type SceneItem } from './restore-scene.js';
import { SeenPool, type Sight } from './standing.js';

/** Pools and reservations as they were read in a holding. */
export class HoldingSight implements Sight {
  readonly #pools = new Map<string, SeenPool>();
  readonly #reservations = new Map<string, ReturnType<Sight['reservation']>>();

  private constructor(private readonly coverage: Coverage) {}

  /** @throws ClusterFailure where one of them cannot be read */
  static async read(
    reader: ReleasePorts['reader'],
    coverage: Coverage,
    items: readonly SceneItem[],
  ): Promise<HoldingSight> {
    const sight = new HoldingSight(coverage);
    const pools = new Map<string, ObjectRef>();
    const reservations = new Map<string, ObjectRef>();
    for (const { judged, reservation } of items) {
      const { claim } = judged;
      for (const pool of [...(claim.pool === null ? [] : [claim.pool]), ...sight.covering(claim)]) {
        pools.set(refKey(pool), pool);
      }
      const guard = reservation ?? guardRef(claim);
      if (guard !== null) reservations.set(objectKey(guard.namespace, guard.name), guard);
    }
    await Promise.all([
      inBatches([...pools.values()], async (ref) => {
        sight.put(ref, await reader.get(IP_POOLS, ref.namespace, ref.name));
      }),
      inBatches([...reservations], async ([key, { namespace, name }]) => {
        const object = await reader.get(RESERVATIONS, namespace, name);
        sight.#reservations.set(key, object === undefined ? undefined : parseReservation(object));
      }),
    ]);
    return sight;
  }

  put(ref: ObjectRef, object: KubeObject | undefined): void {
    const key = refKey(ref);
    if (object === undefined) this.#pools.delete(key);
    else this.#pools.set(key, new SeenPool(parsePool(object), hasMap(object)));
  }

  putReservation(object: KubeObject): void {
    const reservation = parseReservation(object);
    this.#reservations.set(objectKey(reservation.namespace, reservation.name), reservation);
  }

  pool(ref: ObjectRef): SeenPool | undefined {
    return this.#pools.get(refKey(ref));
  }

  reservation({ namespace, name }: ObjectRef): ReturnType<Sight['reservation']> {
    return this.#reservations.get(objectKey(namespace, name));
  }

  covering(claim: SceneItem['judged']['claim']): readonly ObjectRef[] {
    return coveringPools(claim, this.coverage);
  }
}

function guardRef({ address, networkName, networkKnown, pool }: SceneItem['judged']['claim']): ObjectRef | null {
  if (address === null || pool === null || !networkKnown) return null;
  return { namespace: pool.namespace, name: reservationName(address, networkName) };
}
