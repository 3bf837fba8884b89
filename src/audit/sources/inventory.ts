import type { Nad } from '../../nad/nad.js';
import { readInventory, type Inventory } from '../../pools/inventory.js';
import type { NodeSlicePool, Reservation } from '../../whereabouts/objects.js';
import { defineSource, Missing } from '../model.js';

/** Pools, reservations, NADs and node slice pools, and what belongs to what. */
export const inventory = defineSource<Inventory>({
  id: 'inventory',
  title: 'pools',
  read: async ({ reader, settings, gaps }) => {
    const { ipamNamespace } = settings;
    const read = await readInventory(reader, ipamNamespace === undefined ? {} : { ipamNamespace });
    for (const warning of read.warnings) gaps.warn(warning);
    gaps.incomplete ||= read.incomplete;
    return read;
  },
});

/** For checks that would take a reservation that could not be read for one that is not there. */
export const reservations = defineSource<readonly Reservation[]>({
  id: 'reservations',
  title: 'reservations',
  isDerived: true,
  read: async (given) => orMissing((await given.of(inventory)).reservations, 'reservations'),
});

export const nads = defineSource<readonly Nad[]>({
  id: 'nads',
  title: 'NetworkAttachmentDefinitions',
  isDerived: true,
  read: async (given) => orMissing((await given.of(inventory)).nads, 'NetworkAttachmentDefinitions'),
});

export const nodeSlicePools = defineSource<readonly NodeSlicePool[]>({
  id: 'nodeSlicePools',
  title: 'node slice pools',
  isDerived: true,
  read: async (given) => orMissing((await given.of(inventory)).nodeSlicePools, 'node slice pools'),
});

function orMissing<T>(list: T | null, title: string): T {
  if (list === null) throw new Missing(`the ${title} could not be read`, true);
  return list;
}
