import { networkIsKnown, type Belonging } from '../pools/belonging.js';
import type { Inventory } from '../pools/inventory.js';
import { reservationName } from '../whereabouts/names.js';
import type { Allocation, Pool, Reservation } from '../whereabouts/objects.js';

/** The reservation of an entry's address, whoever owns it; undefined: there is none, or its network is not known. */
export function reservationOf(
  { reservationsByName }: Pick<Inventory, 'reservationsByName'>,
  pool: Pool,
  { reading }: Pick<Allocation, 'reading'>,
  belonging: Belonging,
): Reservation | undefined {
  if (!reading.ok || !networkIsKnown(belonging)) return undefined;
  return reservationsByName.get(pool.namespace, reservationName(reading.address, belonging.networkName));
}
