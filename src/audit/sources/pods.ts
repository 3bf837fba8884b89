import { defineSource } from '../model.js';
import type { PodSights } from '../sights.js';
import { claims } from './claims.js';
import { inventory } from './inventory.js';

/** The pods that ask for a network or show one, read after pools and reservations. */
export const pods = defineSource<PodSights>({
  id: 'pods',
  title: 'pods',
  read: async (given) => {
    // Whoever judges owners reads the very lists.
    await (given.isWanted(claims) ? given.of(claims) : given.of(inventory));
    return given.reader.pods();
  },
});
