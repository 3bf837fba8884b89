import type { OfCluster } from '../cluster/port.js';
import { shellWord } from './shell.js';
import type { Column } from './table.js';

/** The column of results of several clusters; tables of one cluster have none. */
export const CLUSTER_COLUMN: Column<OfCluster> = {
  header: 'CLUSTER',
  value: ({ cluster = '' }) => cluster,
  shorten: 'middle',
  onlyIfAny: true,
};

/** The end of a command about a row: which cluster it is for, where there are several. */
export function inItsCluster({ cluster }: OfCluster): string {
  return cluster === undefined ? '' : ` --context ${shellWord(cluster)}`;
}

/** Where the rows are, for the sentence that counts them. */
export function placeOf(rows: readonly (OfCluster & { readonly namespace: string })[]): string {
  const clusters = new Set(rows.flatMap(({ cluster }) => cluster ?? []));
  if (clusters.size > 0) return clusters.size === 1 ? [...clusters].join('') : `${clusters.size.toString()} clusters`;
  const namespaces = [...new Set(rows.map(({ namespace }) => namespace))];
  return namespaces.length <= 3 ? namespaces.join(', ') : `${namespaces.length.toString()} namespaces`;
}
