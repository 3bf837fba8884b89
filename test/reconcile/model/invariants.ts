import { underWay } from './plugin.js';
import type { Config, State } from './state.js';

/** Nothing is under way: every run of the plugin has ended or not begun, ipamctl is done, the reconciler too. */
export function quiet(state: State): boolean {
  return state.ipamctl.at === 'done' && state.reconciler.at !== 'deleting' && !state.plugin.some(underWay);
}

/**
 * Whether a pod lacks a key or a reservation. Only of addresses that ipamctl has touched: upstream alone can lose one
 * too (its deletions go by name, its failed writes are not noticed), and that is no verdict on ipamctl.
 */
function lacking(state: State): string | null {
  for (const [podref, pod] of Object.entries(state.pods))
    for (const { address, pool, overlap, patchFailed } of pod?.shows ?? []) {
      if (!state.touched.includes(address)) continue;
      // A PATCH that failed on a fresh address leaves a pod without a key, ipamctl or not.
      if (patchFailed !== 'fresh' && state.pools[pool]?.keys[address]?.podref !== podref)
        return `live pod ${podref} shows ${address} and has no key for it in ${pool}`;
      if (overlap && !state.upstreamLost.includes(address) && state.reservations[address]?.podref !== podref)
        return `live pod ${podref} shows ${address} and has no reservation for it`;
    }
  return null;
}

function shownTwice(state: State): string | null {
  const by = new Map<string, string>();
  for (const [podref, pod] of Object.entries(state.pods))
    for (const { address, ifname } of pod?.shows ?? []) {
      if (!state.touched.includes(address)) continue;
      const other = by.get(address);
      if (other !== undefined) return `${address} is shown by ${other} and by ${podref} (${ifname})`;
      by.set(address, `${podref} (${ifname})`);
    }
  return null;
}

/** Stale entries whose owner never came back have to be gone, and their reservations, where the run may touch them. */
function leftOver(state: State, { targets, events, orphan, noLease }: Config, first: State): string | null {
  const came = (podref: string): boolean =>
    first.pods[podref] != null ||
    events.some((event, at) => event.kind === 'create' && event.podref === podref && state.happened[at] === true);
  const addresses = targets.map(({ address }) => address);
  for (const { pool, address } of targets) {
    const entry = first.pools[pool]?.keys[address];
    if (entry === undefined || came(entry.podref)) continue;
    const key = state.pools[pool]?.keys[address];
    if (key?.podref === entry.podref) return `the stale key ${address} of ${pool} is still there`;
    // Without a Lease it stays by rule; and where it was not us who took the key, it is for a later run.
    if (noLease || !state.touched.includes(address)) continue;
    // All reservations of one podref or none: one that the run was not asked for keeps them all.
    const all = Object.keys(first.reservations).filter((one) => first.reservations[one]?.podref === entry.podref);
    if (all.every((one) => addresses.includes(one)) && state.reservations[address]?.podref === entry.podref)
      return `the key ${address} is gone and its reservation is not: every other pod passes over the address`;
  }
  const alone = orphan === null ? null : (first.reservations[orphan] ?? null);
  if (orphan !== null && alone !== null && !came(alone.podref) && state.reservations[orphan]?.uid === alone.uid)
    // A rule may keep it while a reconciler was deleting; that one then has taken it itself.
    return `the reservation of ${orphan} without a key is still there`;
  return null;
}

/** What is wrong with a state, or null. Something done on the way counts at once, the rest where all is quiet. */
export function violation(state: State, config: Config, first: State): string | null {
  if (state.wrong !== null) return state.wrong;
  const wrong = shownTwice(state);
  if (wrong !== null) return wrong;
  return quiet(state) ? (lacking(state) ?? leftOver(state, config, first)) : null;
}
