import type { Claim } from '../reconcile/claims.js';

/** The command that releases an entry, with the flags that its verdict asks for. */
export function releaseCommand({ pool, allocation, address }: Claim, flags = ''): string | null {
  if (pool === null || allocation === null) return null;
  const what = address === null ? `--key ${shellWord(allocation.key)}` : address.toString();
  return `ipamctl ips release ${what} --pool ${shellWord(`${pool.namespace}/${pool.name}`)}${flags === '' ? '' : ` ${flags}`}`;
}

/** The command that deletes a reservation that no entry belongs to, as the release of one does. */
export function releaseReservationCommand({ address, networkName }: Claim): string | null {
  if (address === null) return null;
  return `ipamctl ips release ${address.toString()}${networkName === null ? '' : ` --network ${shellWord(networkName)}`}`;
}

/** A word as a shell takes it, whatever somebody wrote into an object. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
