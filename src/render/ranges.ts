import type { ExplainedRange } from '../lint/explain.js';
import { grouped } from './number.js';
import { table, type TableOptions, type TableText } from './table.js';

/** The table of `nad lint --explain`. */
export function rangeTable(items: readonly ExplainedRange[], options: TableOptions): TableText {
  return table(
    items,
    [
      {
        header: 'NAD',
        value: ({ namespace, name, file }) => (name === null ? file : `${namespace ?? ''}/${name}`.replace(/^\//, '')),
        shorten: 'middle',
      },
      { header: 'RANGE', value: ({ range }) => range },
      { header: 'FIRST', value: ({ first }) => first ?? '' },
      { header: 'LAST', value: ({ last }) => last ?? '' },
      { header: 'CAPACITY', value: ({ capacity }) => grouped(BigInt(capacity)), align: 'right' },
      { header: 'EXCLUDED', value: ({ exclude }) => exclude.join(','), shorten: 'end', drop: 2 },
      { header: 'POOL', value: ({ poolName }) => poolName ?? '', shorten: 'middle', drop: 1 },
      { header: 'NETWORK', value: ({ networkName }) => networkName ?? '', drop: 3, onlyIfAny: true },
      { header: 'SLICE', value: ({ nodeSliceSize }) => nodeSliceSize ?? '', onlyIfAny: true },
      {
        header: 'SLICES',
        value: ({ slices }) => (slices === null ? '' : String(slices)),
        align: 'right',
        onlyIfAny: true,
      },
      { header: 'FILE', value: ({ file, document }) => `${file}:${document}`, wideOnly: true },
    ],
    options,
  );
}
