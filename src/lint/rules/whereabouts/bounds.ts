import type { Address } from '../../../net/address.js';
import { usable } from '../../../whereabouts/window.js';
import type { Path } from '../../path.js';
import type { ReadRange } from '../../whereabouts-facts.js';

/** A start or an end that whereabouts passes over. */
export interface IgnoredBound {
  readonly path: Path;
  readonly address: Address;
  readonly why: 'outside' | 'end-before-start';
}

/**
 * The bounds of a range that whereabouts passes over (GetIPRange). The network's own address as a start, and the
 * broadcast address as an end, are passed over too, and nothing else comes of it.
 */
export function ignoredBounds({ reading, range, start, end, isDash }: ReadRange): IgnoredBound[] {
  const { start: from, end: to } = reading;
  const whole = from === undefined && to === undefined ? undefined : usable(reading.range);
  if (whole === undefined) return [];
  const isWithin = (address: Address): boolean => address.compare(whole.first) >= 0 && address.compare(whole.last) <= 0;
  const ignored: IgnoredBound[] = [];
  const isStartUsed = from !== undefined && isWithin(from);
  if (from !== undefined && !isStartUsed && !from.equals(reading.range.network)) {
    ignored.push({ path: isDash ? range.path : (start?.path ?? range.path), address: from, why: 'outside' });
  }
  if (to === undefined || to.equals(reading.range.broadcast)) return ignored;
  const at = isDash ? range.path : (end?.path ?? range.path);
  if (!isWithin(to)) ignored.push({ path: at, address: to, why: 'outside' });
  else if (isStartUsed && to.compare(from) < 0) ignored.push({ path: at, address: to, why: 'end-before-start' });
  return ignored;
}
