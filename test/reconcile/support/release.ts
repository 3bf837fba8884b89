import { IP_POOLS, RESERVATIONS } from '../../../src/cluster/resources.js';
import type { Claim } from '../../../src/reconcile/claims.js';
import { FreshLook } from '../../../src/reconcile/fresh-look.js';
import type { JournalDecision, JournalIntent, JournalOutcome } from '../../../src/reconcile/journal.js';
import { Holdings } from '../../../src/reconcile/leases/holdings.js';
import { claimsToRelease, mayRelease, type PlanOptions } from '../../../src/reconcile/plan.js';
import type { Outcome, ReleasePorts, ReleaseProgress } from '../../../src/reconcile/release/ports.js';
import { release, type ReleaseReport } from '../../../src/reconcile/release/run.js';
import { survey } from '../../../src/reconcile/survey.js';
import type { UpstreamState } from '../../../src/reconcile/upstream.js';
import { FakeClock } from './clock.js';
import { POOL_NAMESPACE } from './plugin.js';
import { WorldWriter } from './writer.js';
import { WorldReader, type ReaderOptions, type World } from './world.js';

/** What a run wrote down, in memory. */
export class MemoryJournal {
  readonly run = 'this-run';
  readonly intents: JournalIntent[] = [];
  readonly batches: number[] = [];
  readonly outcomes: JournalOutcome[] = [];
  readonly decisions: JournalDecision[] = [];

  intend(intents: readonly JournalIntent[]): Promise<readonly number[]> {
    if (intents.length > 0) this.batches.push(intents.length);
    const first = this.intents.length + 1;
    this.intents.push(...intents);
    return Promise.resolve(intents.map((_, at) => first + at));
  }

  settle(outcomes: readonly JournalOutcome[]): Promise<void> {
    this.outcomes.push(...outcomes);
    return Promise.resolve();
  }

  decide(decisions: readonly JournalDecision[]): Promise<void> {
    this.decisions.push(...decisions);
    return Promise.resolve();
  }

  /** The last word on each intent: action, address, result. */
  get said(): string[] {
    return this.intents.map(({ action, address }, at) => {
      const last = this.outcomes.filter(({ sequence }) => sequence === at + 1).at(-1);
      return `${action} ${address ?? ''} ${last?.result ?? 'open'}`;
    });
  }
}

/** A release in memory, between any two steps of which a test may stand. */
export interface Stage {
  readonly clock: FakeClock;
  readonly writer: WorldWriter;
  readonly journal: MemoryJournal;
  readonly reader: WorldReader;
}

export interface StageOptions {
  readonly reader?: ReaderOptions;
  /** Gets the stage once the survey is over: here a test takes hold of what follows. */
  readonly before?: (stage: Stage) => void;
  readonly options?: Partial<PlanOptions>;
  readonly upstream?: UpstreamState;
  readonly signal?: AbortSignal;
  readonly progress?: (progress: ReleaseProgress) => void;
}

export interface Played extends Stage {
  readonly report: ReleaseReport;
  /** By address. */
  readonly entries: Readonly<Record<string, string>>;
  /** By name. */
  readonly reservations: Readonly<Record<string, string>>;
  /** Why, by address or name. */
  readonly errors: Readonly<Record<string, string>>;
}

/** Surveys a world and releases what is to go. */
export async function play(world: World, stageOptions: StageOptions = {}): Promise<Played> {
  const { before, upstream = { state: 'idle' } } = stageOptions;
  const clock = new FakeClock();
  const reader = new WorldReader(world, stageOptions.reader);
  const writer = new WorldWriter(world);
  const journal = new MemoryJournal();
  const stage = { clock, reader, writer, journal };
  const options = { includeCompleted: false, includeLost: false, minAgeMs: 0, all: false, ...stageOptions.options };
  const found = await survey(reader, { findingsOnly: true });
  before?.(stage);
  const ports: ReleasePorts = {
    reader,
    writer,
    journal,
    clock,
    look: new FreshLook({ reader, clock }, found),
    leases: new Holdings('test', { reader, writer, clock }),
    upstream: { look: () => Promise.resolve(upstream) },
    signal: stageOptions.signal ?? new AbortController().signal,
    progress: stageOptions.progress ?? (() => undefined),
  };
  const report = await clock.run(
    release(ports, {
      survey: found,
      targets: claimsToRelease(found, options),
      mayRelease: (judged) => mayRelease(judged, options, reader.now()),
      surveyedAt: clock.monotonic(),
      missingRights: new Map(),
    }),
  );
  const named = [
    ...[...report.entries].map(([claim, outcome]) => [nameOf(claim), outcome] as const),
    ...[...report.reservations].map(([{ name }, outcome]) => [name, outcome] as const),
  ];
  const results = (pairs: Iterable<readonly [string, Outcome]>): Record<string, string> =>
    Object.fromEntries([...pairs].map(([name, { result }]) => [name, result]));
  return {
    ...stage,
    report,
    entries: results([...report.entries].map(([claim, outcome]) => [nameOf(claim), outcome] as const)),
    reservations: results([...report.reservations].map(([{ name }, outcome]) => [name, outcome] as const)),
    errors: Object.fromEntries(named.flatMap(([name, { error }]) => (error === null ? [] : [[name, error]]))),
  };
}

function nameOf({ address }: Claim): string {
  return address?.toString() ?? '';
}

/** The entries of a pool. */
export function entriesOf(world: World, pool: string): Record<string, unknown> {
  const spec = world.get(IP_POOLS, POOL_NAMESPACE, pool)?.['spec'] as
    { allocations?: Record<string, unknown> } | undefined;
  return spec?.allocations ?? {};
}

export function hasReservation(world: World, name: string): boolean {
  return world.get(RESERVATIONS, POOL_NAMESPACE, name) !== undefined;
}
