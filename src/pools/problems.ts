import type { Pool } from '../whereabouts/objects.js';
import { usable } from '../whereabouts/window.js';
import { networkIsKnown, type Belonging } from './belonging.js';
import type { Usage } from './usage.js';

/** What is wrong with a pool, found while reading it. */
export interface PoolProblem {
  readonly code:
    | 'range-unreadable'
    | 'range-has-host-bits'
    | 'range-has-no-usable-address'
    | 'key-unreadable'
    | 'key-outside-range'
    | 'key-outside-windows'
    | 'podref-unreadable'
    | 'network-unknown'
    | 'nad-problem';
  /** One sentence for people, without the pool's name. */
  readonly message: string;
  /** Keys concerned, at most `KEYS_NAMED` of them. */
  readonly keys: readonly string[];
}

/** So many keys are named; the rest is counted in the message. */
export const KEYS_NAMED = 5;

/** Names everything about a pool that an admin should know before trusting its numbers. */
export function problemsOf(
  pool: Pool,
  belonging: Belonging,
  usage: Usage,
  podrefIsReadable: (podref: string) => boolean,
): PoolProblem[] {
  const problems: PoolProblem[] = [];
  const add = (code: PoolProblem['code'], message: string, keys: readonly string[] = []): void => {
    problems.push({ code, message, keys: keys.slice(0, KEYS_NAMED) });
  };
  const { range } = pool;
  if (range === undefined) {
    add('range-unreadable', `its range "${pool.rangeText}" is no CIDR; the reconciler of whereabouts stops at it`);
  } else {
    if (!range.isMasked) {
      add('range-has-host-bits', `its range has host bits: offsets count from ${range.address.toString()}`);
    }
    if (usage.capacity === 0n && belonging.draws.length === 0) {
      add('range-has-no-usable-address', 'its range has no usable address');
    }
  }
  const unreadable: string[] = [];
  const outsideRange: string[] = [];
  const outsideWindows: string[] = [];
  const badPodrefs: string[] = [];
  const handedOut = range === undefined ? undefined : usable(range.masked());
  for (const allocation of pool.allocations) {
    const { key, podref } = allocation;
    if (!podrefIsReadable(podref)) badPodrefs.push(key);
    if (range === undefined) continue;
    const { reading } = allocation;
    if (!reading.ok) {
      unreadable.push(key);
      continue;
    }
    const { address } = reading;
    if (handedOut === undefined || address.compare(handedOut.first) < 0 || address.compare(handedOut.last) > 0) {
      outsideRange.push(key);
    } else if (belonging.draws.length > 0 && !usage.addresses.contains(address)) {
      outsideWindows.push(key);
    }
  }
  if (unreadable.length > 0) add('key-unreadable', counted(unreadable, 'cannot be read as an offset'), unreadable);
  if (outsideRange.length > 0) {
    add('key-outside-range', counted(outsideRange, 'outside the usable addresses of the range'), outsideRange);
  }
  if (outsideWindows.length > 0) {
    add('key-outside-windows', counted(outsideWindows, 'outside the windows of its NADs'), outsideWindows);
  }
  if (badPodrefs.length > 0) add('podref-unreadable', counted(badPodrefs, 'whose owner cannot be read'), badPodrefs);
  if (range !== undefined && !networkIsKnown(belonging)) {
    add(
      'network-unknown',
      'nothing tells which network it belongs to: no slice pool, NAD, node or reservation matches',
    );
  }
  for (const { nad, problem } of belonging.draws) {
    if (problem !== undefined) add('nad-problem', `NAD ${nad.namespace}/${nad.name}: ${problem}`);
  }
  return problems;
}

function counted(keys: readonly string[], what: string): string {
  const named = keys.slice(0, KEYS_NAMED).map((key) => `"${key}"`);
  const rest = keys.length - named.length;
  const list = rest > 0 ? `${named.join(', ')} and ${rest.toString()} more` : named.join(', ');
  return `${keys.length === 1 ? 'a key' : `${keys.length.toString()} keys`} ${what}: ${list}`;
}
