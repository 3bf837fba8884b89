import { record, text, timeMs } from '../../cluster/fields.js';
import type { KubeObject } from '../../cluster/port.js';
import { LEASES } from '../../cluster/resources.js';
import { ClusterFailure } from '../../errors.js';
import { isAboutOneList } from '../../pools/inventory.js';
import type { ObjectRef } from '../../whereabouts/objects.js';
import { defineSource, Withheld, type Given } from '../model.js';
import { inventory } from './inventory.js';

/** A Lease as far as contention goes. */
export interface LeaseSight extends ObjectRef {
  /** Who holds it; null: nobody. */
  readonly holder: string | null;
  readonly createdMs: number | null;
  readonly renewedMs: number | null;
  /** How often it went from one holder to another. */
  readonly transitions: number;
}

/**
 * The Leases where whereabouts keeps what it uses; those of others may be among them. They tell how busy ADD and DEL are,
 * and nothing of who has an address: a must-gather seldom has them.
 */
export const leases = defineSource<readonly LeaseSight[]>({
  id: 'leases',
  title: 'Leases',
  read: async (given) => {
    const { pools, nodeSlicePools } = await given.of(inventory);
    const namespaces = new Set([...pools, ...(nodeSlicePools ?? [])].map(({ namespace }) => namespace));
    return (await Promise.all([...namespaces].map((namespace) => leasesOf(given, namespace)))).flat();
  },
});

async function leasesOf({ reader }: Given, namespace: string): Promise<readonly LeaseSight[]> {
  try {
    return await reader.collect(LEASES, { namespace }, sightOf);
  } catch (failure) {
    if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
    throw new Withheld(`${failure.message}: how busy ADD and DEL are is not known`);
  }
}

function sightOf({ metadata, ...lease }: KubeObject): LeaseSight {
  const spec = record(lease['spec']);
  const transitions = spec['leaseTransitions'];
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    holder: text(spec['holderIdentity']) || null,
    createdMs: timeMs(metadata.creationTimestamp),
    renewedMs: timeMs(spec['renewTime']),
    transitions: typeof transitions === 'number' ? transitions : 0,
  };
}
