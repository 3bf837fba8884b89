import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { ClusterReader } from '../cluster/port.js';
import type { ClusterWriter } from '../cluster/writer.js';
import { Failure, InputFailure, RefusedFailure } from '../errors.js';
import { stateDirectory } from '../journal/directory.js';
import { uncertainIntents, type OpenIntents } from '../journal/uncertain.js';
import { openJournal } from '../journal/write.js';
import type { ObjectId } from '../reconcile/documents.js';
import { FreshLook } from '../reconcile/fresh-look.js';
import type { JournalWriter } from '../reconcile/journal.js';
import { Holdings, type HoldingClock } from '../reconcile/leases/holdings.js';
import { tellEvents, type Told } from '../reconcile/release/events.js';
import type { ReleasePorts, ReleaseProgress } from '../reconcile/release/ports.js';
import type { Survey } from '../reconcile/survey.js';
import { UpstreamReconcilers } from '../reconcile/upstream.js';
import { grouped } from '../render/number.js';
import type { Progress } from './progress.js';
import { Interruption } from './signals.js';

/** The flags that a run which writes goes by. */
export interface RunFlagValues {
  readonly 'no-events': boolean;
  readonly journal?: string | undefined;
  readonly as?: string | undefined;
  readonly 'as-group'?: readonly string[] | undefined;
}

/** Where a run writes, and as what. */
export interface RunOptions {
  readonly cluster: ClusterReader & ClusterWriter;
  readonly progress: Progress;
  readonly flags: RunFlagValues;
  /** As the journal has it: `reconcile`, `ips release`, `restore`. */
  readonly command: string;
  readonly toolVersion: string;
}

/** What the work of a run says when it is over. */
export interface RunReport {
  /** How often each result occurred. */
  readonly counts: Readonly<Record<string, number>>;
  /** What pools lost or got back, for their Events. */
  readonly told: ReadonlyMap<ObjectId, readonly string[]>;
  /** Pools that were deleted. */
  readonly deleted?: readonly ObjectId[];
}

/** A run that writes: what it is made with, its journal, and whether it was asked to stop. */
export class Run {
  readonly interruption = new Interruption();
  readonly clock = systemClock();

  constructor(private readonly options: RunOptions) {}

  /** What the executors need but the journal. */
  ports(survey: Survey, withLeases = true): Omit<ReleasePorts, 'journal'> {
    const { cluster, progress } = this.options;
    const { clock } = this;
    const unique = `${hostname()}_${process.pid}_${randomUUID().slice(0, 8)}`;
    return {
      reader: cluster,
      writer: cluster,
      clock,
      look: new FreshLook({ reader: cluster, clock }, survey),
      leases: withLeases ? new Holdings(unique, { reader: cluster, writer: cluster, clock }) : null,
      upstream: new UpstreamReconcilers({ reader: cluster }, namespacesOf(survey)),
      signal: this.interruption.signal,
      progress: (at) => {
        progress.tell(progressText(at));
      },
    };
  }

  /**
   * Opens the journal, does the work, which a signal interrupts between two writes, ends the journal, and leaves Events.
   * @throws RefusedFailure where the journal cannot be opened: nothing is written then
   */
  async journalled<T extends RunReport>(
    told: Told,
    warnings: string[],
    work: (journal: JournalWriter) => Promise<T>,
  ): Promise<{ readonly report: T; readonly journal: string }> {
    const { cluster, flags, progress } = this.options;
    const { interruption } = this;
    const journal = await this.#openJournal();
    interruption.begin((text) => {
      progress.say(text);
    });
    let report: T;
    try {
      report = await work(journal);
      await journal.end({ summary: report.counts, interruptedBy: interruption.by }).catch((error: unknown) => {
        if (!(error instanceof RefusedFailure)) throw error;
        warnings.push(error.message);
      });
      if (!flags['no-events']) {
        const instance = `ipamctl-${hostname()}-${process.pid}`;
        const about = { run: journal.run, instance, now: () => cluster.now() };
        const gone = new Map((report.deleted ?? []).map((pool) => [pool, []] as const));
        warnings.push(...(await tellEvents(cluster, report.told, { ...about, told })));
        warnings.push(...(await tellEvents(cluster, gone, { ...about, told: 'Delete' })));
      }
    } catch (failure) {
      // It ended by itself, having begun nothing that it does not tell of: a journal without an end is of a run that died.
      if (failure instanceof Failure) {
        await journal.end({ summary: {}, interruptedBy: interruption.by }).catch(() => undefined);
      }
      throw failure;
    } finally {
      interruption.end();
      await journal.close();
    }
    return { report, journal: journal.path };
  }

  async #openJournal(): Promise<JournalWriter> {
    const { flags, command, toolVersion, cluster } = this.options;
    const { uid, server, name, user } = await cluster.identity();
    return openJournal({
      directory: directoryOf(flags),
      now: () => new Date(),
      run: {
        command,
        argv: process.argv.slice(2),
        toolVersion,
        cluster: { uid, server },
        context: name,
        who: {
          machineUser: machineUser(),
          clusterUser: user,
          as: flags.as ?? null,
          asGroups: flags['as-group'] ?? [],
        },
        host: hostname(),
        pid: process.pid,
      },
    });
  }
}

/** The directory of the journals. */
export function directoryOf({ journal }: { readonly journal?: string | undefined }): string {
  return journal ?? stateDirectory(process.env);
}

/**
 * What earlier runs left open.
 * @throws RefusedFailure where the directory cannot be read and something is to be written: no journal could be kept
 */
export async function openIntents(directory: string, clusterUid: string, isNeeded: boolean): Promise<OpenIntents> {
  try {
    return await uncertainIntents(directory, clusterUid);
  } catch (failure) {
    if (!(failure instanceof InputFailure)) throw failure;
    if (!isNeeded) return { intents: [], problems: [failure.message] };
    throw new RefusedFailure(`${failure.message}; nothing was released`, {
      hints: ['name another directory with --journal DIR, or set XDG_STATE_HOME'],
      cause: failure,
    });
  }
}

/** How often each result occurs. */
export function countResults(outcomes: Iterable<{ readonly result: string }>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { result } of outcomes) counts[result] = (counts[result] ?? 0) + 1;
  return counts;
}

function namespacesOf({ inventory }: Survey): string[] {
  return [...new Set(inventory.pools.map(({ namespace }) => namespace))];
}

function machineUser(): string | null {
  try {
    return userInfo().username;
  } catch {
    // A uid without an entry, as containers have it.
    return process.getuid?.().toString() ?? null;
  }
}

function progressText({ phase, done, of, why }: ReleaseProgress): string {
  const count = `${grouped(done)}/${grouped(of)}`;
  switch (phase) {
    case 'entries':
      return `releasing addresses ${count}`;
    case 'reservations':
      return `releasing reservations ${count}`;
    case 'looking again':
      return `looking at the owners again · reservations ${count}`;
    case 'waiting':
      return `waiting for ${why ?? 'others'} · ${count}`;
    case 'restoring':
      return `putting back ${count}`;
  }
}

function systemClock(): HoldingClock {
  return {
    monotonic: () => performance.now(),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const end = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        signal?.addEventListener('abort', end, { once: true });
      }),
  };
}
