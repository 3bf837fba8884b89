import { isDeepStrictEqual } from 'node:util';
import { IP_POOLS } from '../../cluster/resources.js';
import type { JsonPatchOperation } from '../../cluster/writer.js';
import { record } from '../../cluster/fields.js';
import { ClusterFailure } from '../../errors.js';
import { parsePool, type Pool } from '../../whereabouts/objects.js';
import type { JournalOutcomeResult } from '../journal.js';
import { decideByReading } from './decide.js';
import { TOO_MANY_WAIT_MS, type ReleasePorts } from './ports.js';
import { entryIntent } from './intents.js';
import { entryPath, patchTimeoutSeconds, type EntryTarget } from './targets.js';

export type Back =
  /** The owner has a key of its own again. */
  | { readonly state: 'not-needed' }
  | { readonly state: 'back' }
  /** It cannot be put back any more. */
  | { readonly state: 'taken'; readonly error: string }
  | { readonly state: 'unknown'; readonly failure: ClusterFailure };

/** A busy pool changes with each ADD and DEL, and each change refuses the write once. */
const TRIES = 20;
const AGAIN_MS = 50;

/** Puts entries back whose owner came back while they were taken out (release protocol, release of entries 4). */
export class PutBack {
  constructor(private readonly ports: Pick<ReleasePorts, 'reader' | 'writer' | 'journal' | 'clock'>) {}

  /** Unless the pool has a key of that podref and ifname again, or gave the address to somebody else. */
  async entry(target: EntryTarget, why: string): Promise<Back> {
    const { allocation } = target;
    const [sequence = 0] = await this.ports.journal.intend([
      entryIntent('restore-key', target.pool, allocation, target.judged),
    ]);
    const back = await this.#tries(target);
    const results: Readonly<Record<Back['state'], JournalOutcomeResult>> = {
      'not-needed': 'skipped',
      back: 'restored',
      taken: 'failed',
      unknown: 'uncertain',
    };
    const error = back.state === 'taken' ? back.error : back.state === 'unknown' ? back.failure.message : why;
    await this.ports.journal.settle([{ sequence, result: results[back.state], error, resourceVersion: null }]);
    return back;
  }

  async #tries(target: EntryTarget): Promise<Back> {
    const { clock, reader, writer } = this.ports;
    const { pool, allocation } = target;
    try {
      for (let tried = 0; tried < TRIES; tried++) {
        const object = await reader.get(IP_POOLS, pool.namespace, pool.name);
        const now = object === undefined ? undefined : parsePool(object);
        const impossible = now === undefined ? 'its pool is gone' : whyNot(pool, now);
        if (now === undefined || impossible !== null)
          return { state: 'taken', error: cannot(target, impossible ?? '') };
        const { podref, ifName, key, raw } = allocation;
        if (now.allocations.some((entry) => entry.podref === podref && entry.ifName === ifName)) {
          return { state: 'not-needed' };
        }
        const holder = now.allocations.find((entry) => entry.key === key);
        if (holder !== undefined) {
          return { state: 'taken', error: cannot(target, `${holder.podref} was given the address meanwhile`) };
        }
        const outcome = await writer.patch(
          IP_POOLS,
          pool.namespace,
          pool.name,
          addPatch(now, hasMap(object), key, raw),
        );
        if (outcome.state === 'done') return { state: 'back' };
        if (outcome.state === 'uncertain') {
          const read = await decideByReading(
            clock,
            () => reader.get(IP_POOLS, pool.namespace, pool.name),
            patchTimeoutSeconds(now),
          );
          if (read.state === 'unread') return { state: 'unknown', failure: read.failure };
          const entries = read.object === undefined ? [] : parsePool(read.object).allocations;
          if (entries.some((entry) => entry.key === key && isDeepStrictEqual(entry.raw, raw))) return { state: 'back' };
        } else if (outcome.reason === 'too-many') await clock.sleep(TOO_MANY_WAIT_MS);
        else if (outcome.reason === 'invalid' || outcome.reason === 'conflict') await clock.sleep(AGAIN_MS);
        else if (outcome.reason !== 'not-found') return { state: 'unknown', failure: outcome.failure };
      }
    } catch (failure) {
      if (!(failure instanceof ClusterFailure)) throw failure;
      return { state: 'unknown', failure };
    }
    return {
      state: 'unknown',
      failure: new ClusterFailure('server-error', `the pool changed ${TRIES} times meanwhile`),
    };
  }
}

/** `addAllPatch` of one key. */
export function addPatch(pool: Pool, hasAllocations: boolean, key: string, entry: unknown): JsonPatchOperation[] {
  return addAllPatch(pool, hasAllocations, [[key, entry]]);
}

/** The operations that give keys their entries if the pool has not changed since it was read, and the keys are free. */
export function addAllPatch(
  pool: Pool,
  hasAllocations: boolean,
  entries: readonly (readonly [key: string, entry: unknown])[],
): JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: pool.uid },
    { op: 'test', path: '/spec/range', value: pool.rangeText },
    { op: 'test', path: '/metadata/resourceVersion', value: pool.resourceVersion },
    ...(hasAllocations
      ? entries.flatMap(([key, entry]): JsonPatchOperation[] => {
          const path = entryPath(key);
          return [
            { op: 'test', path, value: null },
            { op: 'add', path, value: entry },
          ];
        })
      : // The version says that there still is no map.
        [{ op: 'add', path: '/spec/allocations', value: Object.fromEntries(entries) } as const]),
  ];
}

/** Whether an IPPool as read has a map of allocations, be it empty. */
export function hasMap(object: Readonly<Record<string, unknown>> | undefined): boolean {
  const { allocations } = record(object?.['spec']);
  return typeof allocations === 'object' && allocations !== null;
}

/** Why a pool is not the one any more that entries were taken out of. */
export function whyNot(before: Pick<Pool, 'uid' | 'rangeText'>, now: Pool): string | null {
  if (now.uid !== before.uid) return 'its pool was made anew';
  return now.rangeText === before.rangeText ? null : "its pool's range was changed";
}

function cannot({ judged, allocation }: EntryTarget, why: string): string {
  const address = judged.claim.address?.toString() ?? `key ${allocation.key}`;
  return `${allocation.podref} came back and shows ${address}, which cannot be put back: ${why}`;
}
