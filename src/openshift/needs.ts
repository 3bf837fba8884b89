import type { ClusterReader } from '../cluster/port.js';
import { NADS } from '../cluster/resources.js';
import { RefusedFailure } from '../errors.js';
import { readNad } from '../nad/nad.js';
import type { Change } from './change.js';
import type { ShimType } from './entry.js';
import { usersAmong } from './status.js';

/** NADs that are named where somebody is refused; of more there is a count. */
const MOST_NAMES = 20;

/**
 * Makes sure that no network needs a shim that is to go, other than its own NAD, which goes with it.
 * @throws RefusedFailure naming the NADs that use its IPAM; ClusterFailure where they may not be read
 */
export async function refuseNeeded(
  reader: Pick<ClusterReader, 'collect'>,
  { result, before, by }: Pick<Change, 'result' | 'before' | 'by'>,
  type: ShimType,
): Promise<void> {
  // The operator goes on for another entry.
  if (result === 'unchanged' || before === null || by !== null) return;
  const users = usersAmong(await reader.collect(NADS, {}, readNad), type, [before]);
  if (users.length === 0) return;
  const names = users.map(({ namespace, name }) => `${namespace}/${name}`).sort();
  const more = names.length - MOST_NAMES;
  throw new RefusedFailure(
    users.length === 1 ? `1 NAD still uses IPAM ${type}` : `${users.length.toString()} NADs still use IPAM ${type}`,
    {
      facts: [...names.slice(0, MOST_NAMES), ...(more > 0 ? [`and ${more.toString()} more`] : [])],
      hints: [`--force     removes it all the same; ${LOSS[type]}`],
    },
  );
}

const LOSS: Readonly<Record<ShimType, string>> = {
  whereabouts: 'nobody then frees the addresses of pods that died, and node slices get no new nodes',
  dhcp: 'pods of these networks then get no address, and leases are not renewed',
};
