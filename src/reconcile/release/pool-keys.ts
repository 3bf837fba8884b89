import { IP_POOLS } from '../../cluster/resources.js';
import { refKey } from '../../pools/belonging.js';
import { parsePool, type ObjectRef } from '../../whereabouts/objects.js';
import { inBatches } from '../batches.js';
import type { Coverage } from './coverage.js';
import type { Group, ReservationTarget } from './groups.js';
import type { ReleasePorts } from './ports.js';

/** Which of some addresses the pools that cover them hold, read once in a holding: nobody else writes them meanwhile. */
export class KeysOfPools {
  readonly #wanted: ReadonlySet<string>;
  readonly #known = new Map<string, ReadonlyMap<string, string>>();

  constructor(
    private readonly reader: ReleasePorts['reader'],
    private readonly coverage: Coverage,
    batch: readonly Group[],
  ) {
    this.#wanted = new Set(batch.flatMap(({ members }) => members.map(({ address }) => address.toString())));
  }

  /** @throws ClusterFailure where one of the pools cannot be read */
  async read(groups: readonly Group[]): Promise<void> {
    const pools = groups.flatMap((group) => group.members.flatMap((target) => this.#covering(group, target)));
    const unread = new Map(pools.map((pool) => [refKey(pool), pool]));
    for (const key of this.#known.keys()) unread.delete(key);
    await inBatches([...unread], async ([key, { namespace, name }]) => {
      this.#known.set(key, await this.#readPool(namespace, name));
    });
  }

  /** The podref of a key that holds the address; null: none does. */
  holderOf(group: Group, target: ReservationTarget): string | null {
    const address = target.address.toString();
    for (const pool of this.#covering(group, target)) {
      const holder = this.#known.get(refKey(pool))?.get(address);
      if (holder !== undefined) return holder;
    }
    return null;
  }

  #covering({ namespace, networkName }: Group, { address }: ReservationTarget): readonly ObjectRef[] {
    return this.coverage.poolsOf(namespace, networkName, address);
  }

  async #readPool(namespace: string, name: string): Promise<ReadonlyMap<string, string>> {
    const object = await this.reader.get(IP_POOLS, namespace, name);
    const held = new Map<string, string>();
    if (object === undefined) return held;
    for (const { reading, podref } of parsePool(object).allocations) {
      const address = reading.ok ? reading.address.toString() : '';
      if (this.#wanted.has(address)) held.set(address, podref === '' ? 'somebody' : podref);
    }
    return held;
  }
}
