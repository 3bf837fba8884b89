import { invalidPoolRange } from './checks/invalid-pool-range.js';
import { reservationWithoutAllocation } from './checks/reservation-without-allocation.js';
import { staleAllocation } from './checks/stale-allocation.js';
import { unmaskedPoolRange } from './checks/unmasked-pool-range.js';
import type { AnyCheck } from './model.js';

/** Every check, sorted by id. */
export const CHECKS: readonly AnyCheck[] = [
  invalidPoolRange,
  reservationWithoutAllocation,
  staleAllocation,
  unmaskedPoolRange,
];
