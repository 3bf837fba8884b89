import type { IPList } from '../reconcile/list-ips.js';
import { VERDICTS } from '../reconcile/verdict.js';
import { CLUSTER_COLUMN, inItsCluster } from './fleet.js';
import { grouped } from './number.js';
import { addressColumns } from './pool.js';
import { table, type TableText } from './table.js';
import type { Screen } from './terminal.js';

/** The table of `ips ls`. */
export function ipTable(
  { items }: IPList,
  { screen, wide, noHeaders, node }: { screen: Screen; wide: boolean; noHeaders: boolean; node: boolean },
): TableText {
  if (items.length === 0) return { text: '', hiddenColumns: [] };
  return table(items, [CLUSTER_COLUMN, ...addressColumns({ pool: true, node })], { screen, wide, noHeaders });
}

/** The sentences under `ips ls`. */
export function ipClosing({ items }: IPList, options: { readonly narrowed: boolean }): string[] {
  if (items.length === 0) {
    return [options.narrowed ? 'No held address matches.' : 'No address is held: no pool has an allocation.'];
  }
  const counts = new Map<string, number>();
  for (const { verdict } of items) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const parts = VERDICTS.flatMap((verdict) => {
    const count = counts.get(verdict) ?? 0;
    return count === 0 ? [] : [`${grouped(count)} ${verdict}`];
  });
  const first = items.find(({ verdict }) => verdict === 'stale') ?? items[0];
  const sum = `${grouped(items.length)} ${items.length === 1 ? 'address' : 'addresses'}: ${parts.join(', ')}.`;
  const address = first?.address ?? null;
  if (first === undefined || address === null) return [sum];
  return [sum, `Why: ipamctl ips show ${address}${inItsCluster(first)}`];
}
