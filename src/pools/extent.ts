import type { Interval } from '../net/interval.js';
import { intervalOf, IntervalSet } from '../net/interval.js';
import { usable } from '../whereabouts/window.js';
import type { PoolView } from './documents.js';

/** Which addresses of a pool's range are handed out, and why others are not. */
export interface Extent {
  readonly range: Interval;
  /** Inside the range, outside every window. */
  readonly outside: IntervalSet;
  /** Inside a window, and excluded by every NAD whose window it is in. */
  readonly excluded: IntervalSet;
}

/** The extent of a pool, or undefined where its range cannot be read. */
export function extentOf({ pool, belonging, usage }: PoolView): Extent | undefined {
  if (pool.range === undefined) return undefined;
  const masked = pool.range.masked();
  const range = intervalOf(masked);
  const own = usable(masked);
  const windows = belonging.draws.length === 0 ? [own] : belonging.draws.map(({ window }) => window);
  const union = IntervalSet.of(...windows.filter((window) => window !== undefined));
  return {
    range,
    outside: IntervalSet.of(range).subtract(union),
    excluded: union.subtract(usage.addresses),
  };
}
