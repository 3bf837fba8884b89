import { record, text, timeMs } from '../../cluster/fields.js';
import type { KubeObject } from '../../cluster/port.js';
import { LEASES } from '../../cluster/resources.js';
import type { ObjectRef } from '../../whereabouts/objects.js';
import { defineSource } from '../model.js';
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

/** The Leases where whereabouts keeps what it uses; those of others may be among them. */
export const leases = defineSource<readonly LeaseSight[]>({
  id: 'leases',
  title: 'Leases',
  read: async (given) => {
    const { pools, nodeSlicePools } = await given.of(inventory);
    const namespaces = new Set([...pools, ...(nodeSlicePools ?? [])].map(({ namespace }) => namespace));
    const lists = await Promise.all(
      [...namespaces].map((namespace) => given.reader.collect(LEASES, { namespace }, sightOf)),
    );
    return lists.flat();
  },
});

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
