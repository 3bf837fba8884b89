import { IP_POOLS, NADS, NODE_SLICE_POOLS, resourceName } from '../../cluster/resources.js';
import { ClusterFailure, RefusedFailure } from '../../errors.js';
import { NO_CONFIG, readNad } from '../../nad/nad.js';
import { networkIsKnown, ObjectIndex, PoolAtlas, refKey, type Belonging } from '../../pools/belonging.js';
import { append } from '../../pools/multimap.js';
import { isOrphan } from '../../pools/orphans.js';
import { leaseName } from '../../whereabouts/names.js';
import { parseNodeSlicePool, parsePool, type Pool } from '../../whereabouts/objects.js';
import type { JournalIntent } from '../journal.js';
import type { Held, Tenure } from '../leases/holdings.js';
import { decideByReading } from './decide.js';
import type { PlannedWrite } from './dry-run.js';
import { journalOutcome } from './intents.js';
import {
  changed,
  failed,
  GONE,
  isDeadly,
  notTried,
  PLUGIN_BUDGET_MS,
  RELEASED,
  skipped,
  type Outcome,
} from './ports.js';
import type { RestorePorts } from './restore.js';

const HOLDING_TRIES = 5;
/** Pools of one holding: each is read, deleted and maybe asked about within a second. */
const MOST_POOLS = 8;

/** A pool that is to go, and what is known of it. */
export interface Doomed {
  readonly pool: Pool;
  readonly belonging: Belonging | undefined;
}

export interface DeletionReport {
  readonly outcomes: ReadonlyMap<Pool, Outcome>;
  /** How long the Leases were held each time, in ms. */
  readonly heldMs: readonly number[];
  /** The journal could not be written any more: nothing was begun after that. */
  readonly stopped: RefusedFailure | null;
}

type DeletionPorts = Pick<RestorePorts, 'reader' | 'writer' | 'journal' | 'clock' | 'leases' | 'signal'>;

/**
 * Deletes pools, each inside a holding in which a fresh read found it empty and unmapped, by uid and resourceVersion
 * (release protocol "Putting back"): an ADD that has read the pool writes it under that Lease, or finds it gone.
 */
export async function deletePools(ports: DeletionPorts, doomed: readonly Doomed[]): Promise<DeletionReport> {
  const outcomes = new Map<Pool, Outcome>();
  const heldMs: number[] = [];
  let stopped: RefusedFailure | null = null;
  const byNamespace = new Map<string, Doomed[]>();
  for (const each of doomed) append(byNamespace, each.pool.namespace, each);
  try {
    for (const group of byNamespace.values()) {
      for (let at = 0; at < group.length; at += MOST_POOLS) {
        await deleteTogether(ports, group.slice(at, at + MOST_POOLS), outcomes, heldMs);
      }
    }
  } catch (failure) {
    if (!(failure instanceof RefusedFailure)) throw failure;
    stopped = failure;
  }
  for (const { pool } of doomed) if (!outcomes.has(pool)) outcomes.set(pool, skipped(stopped?.message ?? 'not tried'));
  return { outcomes, heldMs, stopped };
}

/** The writes that it would send. */
export function plannedDeletions(doomed: readonly Doomed[]): PlannedWrite[] {
  return doomed.map(({ pool: { namespace, name, uid, resourceVersion } }) => ({
    verb: 'delete',
    resource: resourceName(IP_POOLS),
    namespace,
    name,
    body: { preconditions: { uid, resourceVersion } },
    refusal: null,
  }));
}

/**
 * Whether the Leases may be taken and the pools deleted; writes nothing.
 * @returns why a namespace is out of reach, for those that are
 */
export async function missingDeletionRights(
  { writer, leases }: Pick<DeletionPorts, 'writer' | 'leases'>,
  doomed: readonly Doomed[],
): Promise<Map<string, ClusterFailure>> {
  const missing = new Map<string, ClusterFailure>();
  const first = new Map(doomed.map(({ pool }) => [pool.namespace, pool]));
  for (const [namespace, { name, uid, resourceVersion }] of first) {
    await leases.checkRights({ namespace, names: leasesOf(doomed.filter(({ pool }) => pool.namespace === namespace)) });
    const outcome = await writer.remove(IP_POOLS, namespace, name, { uid, resourceVersion }, { dryRun: true });
    if (outcome.state === 'refused' && outcome.reason === 'forbidden') missing.set(namespace, outcome.failure);
  }
  return missing;
}

async function deleteTogether(
  ports: DeletionPorts,
  batch: readonly Doomed[],
  outcomes: Map<Pool, Outcome>,
  heldMs: number[],
): Promise<void> {
  const { journal, leases, clock, signal } = ports;
  const [first] = batch;
  if (first === undefined) return;
  const isInterrupted = (): boolean => signal.aborted;
  if (isInterrupted()) return;
  const sequences = await journal.intend(batch.map(intentOf));
  const uncertain = new Set<Pool>();
  let notBefore = -Infinity;
  for (let tried = 0; tried < HOLDING_TRIES && !isInterrupted(); tried++) {
    const open = batch.filter(({ pool }) => !outcomes.has(pool));
    if (open.length === 0) break;
    const waitMs = notBefore - clock.monotonic();
    if (waitMs > 0) await clock.sleep(waitMs, signal);
    const set = { namespace: first.pool.namespace, names: leasesOf(open) };
    let held: Held<void>;
    try {
      held = await leases.hold(
        set,
        async (tenure) => {
          if (tenure.tookOver) {
            // Whoever lost the Lease goes on for its whole budget, by what it read before.
            notBefore = clock.monotonic() + PLUGIN_BUDGET_MS;
            return;
          }
          await inHolding(ports, tenure, open, outcomes, uncertain);
        },
        { signal },
      );
    } catch (failure) {
      // Nobody could be asked for a Lease: of these no more is done, and the journal says so.
      if (!(failure instanceof ClusterFailure)) throw failure;
      for (const { pool } of open) {
        if (!outcomes.has(pool)) outcomes.set(pool, failed(failure.message, failure));
      }
      break;
    }
    if (held.state === 'held') heldMs.push(held.heldMs);
    else if (held.state === 'busy') {
      for (const { pool } of open) {
        outcomes.set(pool, failed(`Lease ${held.lease} was never free; ${held.holder} holds it`));
      }
    }
  }
  for (const { pool } of batch) {
    if (!outcomes.has(pool)) {
      outcomes.set(
        pool,
        isInterrupted() ? skipped('interrupted before it was tried') : failed('the Leases were lost each time'),
      );
    }
  }
  await journal.settle(
    batch.map(({ pool }, at) =>
      journalOutcome(sequences[at] ?? 0, outcomes.get(pool) ?? skipped('not tried'), uncertain.has(pool)),
    ),
  );
}

async function inHolding(
  { reader, writer, clock }: DeletionPorts,
  tenure: Tenure,
  open: readonly Doomed[],
  outcomes: Map<Pool, Outcome>,
  uncertain: Set<Pool>,
): Promise<void> {
  try {
    if (!(await tenure.verify())) return;
    const { nads, atlas } = await surroundingsNow(reader);
    for (const { pool } of open) {
      const { namespace, name } = pool;
      const object = await reader.get(IP_POOLS, namespace, name);
      const now = object === undefined ? undefined : parsePool(object);
      if (now?.uid !== pool.uid) {
        outcomes.set(pool, GONE);
        continue;
      }
      const hidden = nads.find(({ error }) => error === NO_CONFIG);
      const why = !isOrphan(now, atlas.belongingOf(now))
        ? now.allocations.length > 0
          ? 'it has entries by now'
          : 'a NAD or a node slice draws from it by now'
        : hidden === undefined
          ? null
          : `the configuration of NAD ${refKey(hidden)} lies on the nodes, and may draw from it`;
      if (why !== null) {
        outcomes.set(pool, changed(why));
        continue;
      }
      const { uid, resourceVersion } = now;
      const outcome = await tenure.write(() => writer.remove(IP_POOLS, namespace, name, { uid, resourceVersion }));
      if (outcome.state === 'unsent') return;
      if (outcome.state === 'done') outcomes.set(pool, RELEASED);
      else if (outcome.state === 'uncertain') {
        const read = await decideByReading(clock, () => reader.get(IP_POOLS, namespace, name));
        if (read.state === 'unread') {
          uncertain.add(pool);
          outcomes.set(
            pool,
            failed(
              `it is not known whether it was deleted: ${read.failure.message}; the next run finds out`,
              read.failure,
            ),
          );
          return;
        }
        tenure.decided();
        if (read.object?.metadata.uid !== uid) outcomes.set(pool, RELEASED);
      } else if (outcome.reason === 'not-found') outcomes.set(pool, GONE);
      else if (outcome.reason !== 'conflict' && outcome.reason !== 'too-many') {
        outcomes.set(pool, failed(outcome.failure.message, outcome.failure));
      }
    }
  } catch (failure) {
    if (!(failure instanceof ClusterFailure)) throw failure;
    for (const { pool } of open) {
      if (outcomes.has(pool)) continue;
      outcomes.set(pool, isDeadly(failure) ? notTried(failure) : failed(failure.message, failure));
    }
  }
}

/** What tells by now whether somebody draws from a pool; what cannot be read ends the holding. */
async function surroundingsNow(
  reader: DeletionPorts['reader'],
): Promise<{ nads: ReturnType<typeof readNad>[]; atlas: PoolAtlas }> {
  const [nads, nodeSlicePools] = await Promise.all([
    orNone(reader.collect(NADS, {}, readNad)),
    orNone(reader.collect(NODE_SLICE_POOLS, {}, parseNodeSlicePool)),
  ]);
  return { nads, atlas: new PoolAtlas({ nads, nodeSlicePools, nodeNames: null }, new ObjectIndex([])) };
}

/** What is not defined does not exist. */
async function orNone<T>(reading: Promise<T[]>): Promise<T[]> {
  try {
    return await reading;
  } catch (failure) {
    if (failure instanceof ClusterFailure && failure.reason === 'not-defined') return [];
    throw failure;
  }
}

/** The shared Lease, and those of pools that may be of a slice. */
function leasesOf(doomed: readonly Doomed[]): string[] {
  const own = doomed.flatMap(({ pool, belonging }) =>
    belonging?.nodeName !== null || !networkIsKnown(belonging) ? [pool.name] : [],
  );
  return [...new Set([leaseName(), ...own])];
}

function intentOf({ pool, belonging }: Doomed): JournalIntent {
  const { namespace, name, uid, rangeText: range } = pool;
  return {
    action: 'delete-pool',
    pool: { namespace, name, uid, range },
    key: null,
    entry: null,
    address: null,
    networkName: belonging?.networkName ?? null,
    podref: null,
    containerId: null,
    ifName: null,
    verdict: null,
    reason: null,
    reservation: null,
  };
}
