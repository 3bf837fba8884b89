import type { ClusterReader } from '../../cluster/port.js';
import { IP_POOLS } from '../../cluster/resources.js';
import type { Address } from '../../net/address.js';
import { Prefix } from '../../net/prefix.js';
import { networkIsKnown, type Belonging } from '../../pools/belonging.js';
import type { Inventory } from '../../pools/inventory.js';
import { append } from '../../pools/multimap.js';
import { leaseName } from '../../whereabouts/names.js';
import { parsePool, type ObjectRef } from '../../whereabouts/objects.js';

/** A pool without its entries. */
export interface CoveringPool extends ObjectRef {
  readonly belonging: Belonging;
}

/**
 * Which pools cover an address, and under which Leases they are written. Built from a fresh list, so that a pool which
 * was made since the survey counts too; asked for each address.
 */
export class Coverage {
  readonly #pools = new PrefixIndex<CoveringPool>();
  readonly #leases = new PrefixIndex<{
    readonly networkName: string;
    readonly nodeName: string;
    readonly range: string;
  }>();

  private constructor(pools: readonly (CoveringPool & { readonly range: Prefix })[], inventory: Inventory) {
    for (const pool of pools) this.#pools.add(pool.range, pool);
    // A slice's pool may come into being at any time; its Lease is known before.
    for (const { name, allocations } of inventory.nodeSlicePools ?? []) {
      for (const { nodeName, slice } of allocations) {
        if (nodeName === '' || slice === undefined) continue;
        this.#leases.add(slice, { networkName: name, nodeName, range: slice.masked().toString() });
      }
    }
  }

  /** @throws ClusterFailure where the pools cannot be listed */
  static async read(reader: ClusterReader, inventory: Inventory): Promise<Coverage> {
    const known = new Map(inventory.pools.map((pool) => [pool.uid, inventory.belongings.get(pool)]));
    const pools: (CoveringPool & { readonly range: Prefix })[] = [];
    for (const namespace of inventory.namespaces ?? [undefined]) {
      const listed = await reader.collect(IP_POOLS, namespace === undefined ? {} : { namespace }, (object) => {
        const pool = parsePool(object);
        const { range, name } = pool;
        if (range === undefined) return undefined;
        const belonging = known.get(pool.uid) ?? inventory.atlas.belongingOf(pool);
        return { namespace: pool.namespace, name, range, belonging };
      });
      pools.push(...listed);
    }
    return new Coverage(pools, inventory);
  }

  /** Pools of this network that cover the address; one whose network is not known may be of any. */
  poolsOf(namespace: string, networkName: string | null, address: Address): readonly CoveringPool[] {
    return this.#pools
      .at(address)
      .filter(
        (pool) =>
          pool.namespace === namespace &&
          (!networkIsKnown(pool.belonging) || pool.belonging.networkName === networkName),
      );
  }

  /**
   * Names of all Leases under which a pool of this network that covers the address is written: the shared one, and those
   * of the slices (release protocol "Holding").
   */
  leasesOf(namespace: string, networkName: string | null, address: Address): string[] {
    const leases = new Set([leaseName()]);
    for (const { name, belonging } of this.poolsOf(namespace, networkName, address)) {
      if (belonging.nodeName !== null || !networkIsKnown(belonging)) leases.add(name);
    }
    for (const { networkName: slicePool, nodeName, range } of this.#leases.at(address)) {
      // Of an unnamed network the slice pool has the CNI configuration's name, which is no part of the Lease's.
      if (networkName !== null && slicePool !== networkName) continue;
      leases.add(leaseName({ range, networkName, nodeName }));
    }
    return [...leases];
  }
}

/** Values by prefix, found by address: one look for each prefix length that occurs. */
class PrefixIndex<T> {
  readonly #byLength = new Map<string, Map<string, T[]>>();

  add(prefix: Prefix, value: T): void {
    const { family, length } = prefix;
    const lengthKey = `${family}/${length}`;
    let byNetwork = this.#byLength.get(lengthKey);
    if (byNetwork === undefined) this.#byLength.set(lengthKey, (byNetwork = new Map<string, T[]>()));
    append(byNetwork, prefix.network.toString(), value);
  }

  at(address: Address): T[] {
    const found: T[] = [];
    for (const [lengthKey, byNetwork] of this.#byLength) {
      const slash = lengthKey.indexOf('/');
      if (lengthKey.slice(0, slash) !== address.family.toString()) continue;
      const { network } = Prefix.of(address, Number(lengthKey.slice(slash + 1)));
      found.push(...(byNetwork.get(network.toString()) ?? []));
    }
    return found;
  }
}
