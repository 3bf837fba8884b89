/** Whether the journals tell everything: their words held against the API server's own log of writes. */
import { basename } from 'node:path';
import { append } from '../../src/pools/multimap.js';
import type { IntentRecord, IntentState } from '../../src/reconcile/journal.js';
import type { Audit } from './audit.js';
import type { Journal } from './cleaners.js';

/** What the API server has of our writes, and no journal tells; each with all that is known of its object. */
export async function untold(journals: readonly Journal[], audit: Audit): Promise<string[]> {
  const told = new Map<string, number>();
  const words = new Map<string, string[]>();
  for (const { path, state } of journals) {
    for (const intent of state.intents) append(words, placeOf(intent.intent), `${basename(path)}: ${wordsOf(intent)}`);
    for (const what of toldBy(state.intents)) told.set(what, (told.get(what) ?? 0) + 1);
  }
  const missing: string[] = [];
  for (const { action, place } of await audit.writesOfOurs()) {
    const what = `${action} ${place}`;
    const left = told.get(what) ?? 0;
    told.set(what, left - 1);
    if (left > 0) continue;
    const heard = await audit.mentioning([`"name":"${place.replace(/\/.*$/, '')}"`], 0, Infinity);
    const about = [...(words.get(place) ?? []), ...heard.filter((line) => line.includes('ipamctl'))];
    missing.push([`no journal tells of this: ${what}`, ...about].join('\n  '));
  }
  return missing;
}

/** What was done, or later found to have been; a release that was put back was done too. */
function toldBy(intents: readonly IntentState<IntentRecord>[]): string[] {
  const restored = new Set(
    intents
      .filter(({ intent, status }) => intent.action.startsWith('restore') && status === 'done')
      .map(({ intent }) => placeOf(intent)),
  );
  return intents
    .filter(({ intent, status, decidedBy }) => {
      const isPutBack = intent.action.startsWith('release') && restored.has(placeOf(intent));
      return status === 'done' || decidedBy !== null || isPutBack;
    })
    .map(({ intent }) => `${intent.action} ${placeOf(intent)}`);
}

/** `POOL/KEY`, the name of a reservation, or that of a pool that goes. */
function placeOf({ pool, key, reservation }: IntentRecord): string {
  if (reservation !== null) return reservation.name;
  return key === null ? (pool?.name ?? '') : `${pool?.name ?? ''}/${key}`;
}

/** An intent and what came of it, in one line. */
export function wordsOf({ intent, result, error, decidedBy }: IntentState<IntentRecord>): string {
  const { at, action, address, podref, ifName, containerId, verdict, reason } = intent;
  const what = `${at} ${action} ${address ?? ''} of ${podref ?? ''} ${ifName ?? ''} (${containerId ?? ''})`;
  return `${what}, ${verdict ?? ''} ${reason ?? ''}: ${result ?? 'no outcome'}${decidedBy === null ? '' : ' (decided later)'}${error === null ? '' : `, ${error}`}`;
}
