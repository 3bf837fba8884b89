import type { KubeObject } from '../../cluster/port.js';
import { RESERVATIONS } from '../../cluster/resources.js';
import type { Preconditions } from '../../cluster/writer.js';
import type { ClusterFailure } from '../../errors.js';
import type { Pool } from '../../whereabouts/objects.js';
import type { JournalIntent, JournalReservation } from '../journal.js';
import { entryIntent, reservationIntent } from './intents.js';
import { failed, skipped, type Outcome } from './ports.js';
import type { SceneItem, Unit } from './restore-scene.js';
import { nameOf, type Standing } from './standing.js';
import { refKey } from '../../pools/belonging.js';

/** Items of one holding, and its Leases. */
const MOST_ITEMS = 32;
const MOST_LEASES = 16;

const RESTORED: Outcome = { result: 'restored', error: null, failure: null };

/** A unit on its way. */
export class Work {
  /** Reservations that this run made. */
  readonly made = new Map<SceneItem, Preconditions>();
  /** Items whose entry this run added. */
  readonly added = new Set<SceneItem>();
  readonly sequences = new Map<SceneItem, { readonly entry?: number; readonly reservation?: number }>();
  /** Why it cannot be done, by the item that was the obstacle. */
  obstacle: { readonly item: SceneItem; readonly outcome: Outcome } | null = null;
  /** A write of unknown fate that nobody could be asked about. */
  doubt: ClusterFailure | null = null;
  holdings = 0;
  /** What is missing of each item, by the last look. */
  standings: ReadonlyMap<SceneItem, Standing> = new Map();

  constructor(readonly unit: Unit) {}

  get isOver(): boolean {
    return this.obstacle !== null || this.doubt !== null;
  }

  get isBegun(): boolean {
    return this.made.size > 0 || this.added.size > 0;
  }

  needs(item: SceneItem, part: 'entry' | 'reservation'): boolean {
    const standing = this.standings.get(item);
    if (standing?.state !== 'open' || !standing[part]) return false;
    return part === 'entry' ? !this.added.has(item) : !this.made.has(item);
  }

  /** What was made for it and stays, although it failed. */
  leftOf(item: SceneItem): 'entry' | 'reservation' | null {
    if (this.obstacle === null) return null;
    return this.added.has(item) ? 'entry' : this.made.has(item) ? 'reservation' : null;
  }

  fail(item: SceneItem, outcome: Outcome): void {
    this.obstacle ??= { item, outcome };
  }
}

/** Takes units off the front of the queue that one holding can do: one namespace, few Leases. */
export function takeTogether(queue: Work[]): Work[] {
  const batch: Work[] = [];
  const leases = new Set<string>();
  const rest: Work[] = [];
  let items = 0;
  for (const work of queue) {
    const { unit } = work;
    const more = unit.leases.filter((lease) => !leases.has(lease)).length;
    const fits =
      batch.length === 0 ||
      (unit.namespace === batch[0]?.unit.namespace &&
        leases.size + more <= MOST_LEASES &&
        items + unit.items.length <= MOST_ITEMS);
    if (!fits) {
      rest.push(work);
      continue;
    }
    batch.push(work);
    items += unit.items.length;
    for (const lease of unit.leases) leases.add(lease);
  }
  queue.splice(0, queue.length, ...rest);
  return batch;
}

/** The pools of units, each once; a unit names the plugin's later ranges first. */
export function poolsOf(works: readonly Work[]): Pool[] {
  const items = works.flatMap(({ unit }) => unit.items);
  return [
    ...new Map(
      items.flatMap(
        ({
          judged: {
            claim: { pool },
          },
        }) => (pool === null ? [] : [[refKey(pool), pool]]),
      ),
    ).values(),
  ];
}

/** Whether it is an entry of this pool. */
export function isIn({ judged }: SceneItem, pool: Pool): boolean {
  const own = judged.claim.pool;
  return own !== null && refKey(own) === refKey(pool);
}

/** Key and entry as the run took them. */
export function entryOf({ judged: { claim } }: SceneItem): readonly [key: string, entry: unknown] {
  return [claim.allocation?.key ?? '', claim.allocation?.raw];
}

/** The reservation as the run took it, to be made again. */
export function reservationObject({ namespace, name, spec }: JournalReservation): KubeObject {
  const { group, version, kind } = RESERVATIONS;
  return { apiVersion: `${group}/${version}`, kind, metadata: { namespace, name }, spec };
}

/** The journal's line for what is about to be put back of an item. */
export function intentOf(item: SceneItem, part: 'entry' | 'reservation'): JournalIntent {
  const { judged, reservation } = item;
  const { claim } = judged;
  if (part === 'entry' && claim.pool !== null && claim.allocation !== null) {
    return entryIntent('restore-key', claim.pool, claim.allocation, judged);
  }
  if (reservation === null) throw new Error('an item without entry and reservation');
  const { address, networkName } = claim;
  return reservationIntent('restore-reservation', { address, networkName, judged }, reservation);
}

/** What became of an item of which nothing is missing any more. */
export function restoredAs(work: Work, item: SceneItem): Outcome {
  const isOurs = work.made.has(item) || work.added.has(item);
  return isOurs ? RESTORED : { ...RESTORED, error: 'somebody else put it back meanwhile' };
}

/** What became of an item whose unit was not put back. */
export function endOf(work: Work, item: SceneItem): Outcome {
  const { doubt, obstacle } = work;
  if (doubt !== null) {
    return failed(`it is not known whether it was put back: ${doubt.message}; the next run finds out`, doubt);
  }
  if (obstacle === null) return skipped('not tried');
  const { outcome } = obstacle;
  const why =
    obstacle.item === item
      ? outcome.error
      : `${nameOf(obstacle.item.judged.claim)} of the same pod: ${outcome.error ?? ''}`;
  const left = work.leftOf(item);
  if (left === null) return { ...outcome, error: why };
  const stays = left === 'entry' ? 'its entry' : `reservation ${item.reservation?.name ?? ''}`;
  return { ...outcome, error: `${why ?? ''}; ${stays}, made before, could not be taken back` };
}
