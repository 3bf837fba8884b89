import * as Flags from '@oclif/core/flags';
import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { ClusterReader } from '../cluster/port.js';
import type { ClusterWriter } from '../cluster/writer.js';
import { InputFailure, RefusedFailure, UsageFailure, type ClusterFailure } from '../errors.js';
import { openJournal } from '../journal/write.js';
import { stateDirectory } from '../journal/directory.js';
import { uncertainIntents, type OpenIntents } from '../journal/uncertain.js';
import { FreshLook } from '../reconcile/fresh-look.js';
import type { JournalWriter, UncertainIntent } from '../reconcile/journal.js';
import type { JudgedClaim } from '../reconcile/judged.js';
import { Holdings, type HoldingClock } from '../reconcile/leases/holdings.js';
import { decideEarlier } from '../reconcile/release/earlier.js';
import { tellEvents } from '../reconcile/release/events.js';
import type { MayRelease, ReleasePorts, ReleaseProgress } from '../reconcile/release/ports.js';
import { missingRights } from '../reconcile/release/rights.js';
import { release, type ReleaseReport } from '../reconcile/release/run.js';
import type { Survey } from '../reconcile/survey.js';
import { UpstreamReconcilers } from '../reconcile/upstream.js';
import { grouped } from '../render/number.js';
import { canAsk } from './ask.js';
import type { ExitCode } from './exit-codes.js';
import { variableOf } from './flags.js';
import type { Io } from './io.js';
import type { Progress } from './progress.js';
import { Interruption } from './signals.js';

/** Flags of everything that releases. */
export const releaseFlags = {
  yes: Flags.boolean({ char: 'y', summary: 'go on without asking' }),
  'dry-run': Flags.string({
    summary: 'print the exact writes and send none; server: the API server checks them',
    options: ['client', 'server'],
    helpValue: 'client|server',
  }),
  'max-release': Flags.integer({
    summary: 'refuse to release more than this many addresses (exit 5, nothing is written)',
    helpValue: 'N',
    min: 0,
    env: variableOf('max-release'),
  }),
  'no-lease': Flags.boolean({
    summary: 'take no Lease of whereabouts: entries only; their reservations stay, and block the addresses (exit 6)',
    env: variableOf('no-lease'),
  }),
  'no-events': Flags.boolean({
    summary: 'leave no Event with the pools that lost addresses',
    env: variableOf('no-events'),
  }),
  journal: Flags.string({
    summary: 'directory of the journals; else ipamctl in XDG_STATE_HOME or ~/.local/state',
    helpValue: 'DIR',
    env: variableOf('journal'),
  }),
};

/** The flags of `releaseFlags`, as oclif parses them. */
export interface ReleaseFlagValues {
  readonly yes: boolean;
  readonly 'no-lease': boolean;
  readonly 'no-events': boolean;
  readonly journal?: string | undefined;
  readonly as?: string | undefined;
  readonly 'as-group'?: readonly string[] | undefined;
}

/**
 * Whether the person is to be asked before anything is written.
 * @param forPeople whether stdout carries text for people
 * @param needsYes the flag that asks for more than a script may have without `--yes`; undefined: none
 * @throws UsageFailure where nobody can be asked, and that needs a yes
 */
export function mustAsk(io: Io, yes: boolean, forPeople: boolean, needsYes: string | undefined): boolean {
  if (yes) return false;
  if (canAsk(io)) {
    if (forPeople) return true;
    throw new UsageFailure('nothing is asked where the output is for machines', {
      hints: ['--yes     goes on without asking', 'leave -o out to be asked'],
    });
  }
  if (needsYes === undefined) return false;
  throw new UsageFailure(`${needsYes} needs --yes where nobody can be asked`);
}

/** What a release command is about to do, and where. */
export interface Releasing {
  readonly cluster: ClusterReader & ClusterWriter;
  readonly progress: Progress;
  readonly flags: ReleaseFlagValues;
  /** As the journal has it: `reconcile`, `ips release`. */
  readonly command: string;
  readonly toolVersion: string;
  readonly survey: Survey;
  readonly targets: readonly JudgedClaim[];
  readonly mayRelease: MayRelease;
}

/** What came of it. */
export interface Released {
  readonly outcomes: Pick<ReleaseReport, 'entries' | 'reservations'>;
  /** Path of the journal; null: none was needed. */
  readonly journal: string | null;
  readonly warnings: readonly string[];
  /** How long the Leases were held each time, in ms. */
  readonly heldMs: readonly number[];
  readonly interruption: Interruption;
  readonly stopped: RefusedFailure | null;
}

/** A release that has everything it needs, and has not written anything. */
export class ReadyRelease {
  private constructor(
    private readonly releasing: Releasing,
    private readonly ports: Omit<ReleasePorts, 'journal'>,
    private readonly missing: ReadonlyMap<string, ClusterFailure>,
    private readonly open: readonly UncertainIntent[],
    private readonly interruption: Interruption,
    private readonly surveyedAt: number,
    private readonly problems: readonly string[],
  ) {}

  /**
   * Makes sure of the rights, and reads what earlier runs left open.
   * @throws ClusterFailure where no target is within reach, naming verb and resource
   */
  static async of(releasing: Releasing): Promise<ReadyRelease> {
    const { cluster, flags, survey, targets, progress } = releasing;
    const interruption = new Interruption();
    const clock = systemClock();
    const surveyedAt = clock.monotonic();
    const unique = `${hostname()}_${process.pid}_${randomUUID().slice(0, 8)}`;
    const ports = {
      reader: cluster,
      writer: cluster,
      clock,
      look: new FreshLook({ reader: cluster, clock }, survey),
      leases: flags['no-lease'] ? null : new Holdings(unique, { reader: cluster, writer: cluster, clock }),
      upstream: new UpstreamReconcilers({ reader: cluster }, namespacesOf(survey)),
      signal: interruption.signal,
      progress: (at: ReleaseProgress) => {
        progress.tell(progressText(at));
      },
    };
    const missing = await missingRights(ports, targets);
    const [first] = missing.values();
    if (first !== undefined && targets.every(({ claim }) => missing.has(namespaceOf(claim)))) throw first;
    const { uid } = await cluster.identity();
    const open = uid === null ? NONE_OPEN : await openIntents(directoryOf(flags), uid, targets.length > 0);
    return new ReadyRelease(releasing, ports, missing, open.intents, interruption, surveyedAt, open.problems);
  }

  /** Whether there is nothing to write. */
  get isIdle(): boolean {
    return this.releasing.targets.length === 0 && this.open.length === 0;
  }

  /**
   * Opens the journal, decides what earlier runs left open, and releases.
   * @throws RefusedFailure where the journal cannot be opened: nothing is written then
   */
  async run(): Promise<Released> {
    const { survey, targets, mayRelease, flags, cluster } = this.releasing;
    const { interruption } = this;
    if (this.isIdle) return { ...NOTHING, warnings: this.problems, interruption };
    const journal = await this.#openJournal();
    interruption.begin();
    const warnings = [...this.problems];
    let report: ReleaseReport;
    try {
      const ports = { ...this.ports, journal };
      if (this.open.length > 0) {
        const decided = await decideEarlier(ports, survey.inventory, this.open);
        warnings.push(...decided.warnings);
      }
      report = await release(ports, {
        survey,
        targets,
        mayRelease,
        surveyedAt: this.surveyedAt,
        missingRights: this.missing,
      });
      await journal.end({ summary: countsOf(report), interruptedBy: interruption.by }).catch((error: unknown) => {
        if (!(error instanceof RefusedFailure)) throw error;
        warnings.push(error.message);
      });
    } finally {
      interruption.end();
      await journal.close();
    }
    if (!flags['no-events'] && report.released.size > 0) {
      const instance = `ipamctl-${hostname()}-${process.pid}`;
      const now = (): Date => cluster.now();
      warnings.push(...(await tellEvents(cluster, report.released, { run: journal.run, instance, now })));
    }
    return {
      outcomes: report,
      journal: journal.path,
      warnings,
      heldMs: report.heldMs,
      interruption,
      stopped: report.stopped,
    };
  }

  async #openJournal(): Promise<JournalWriter> {
    const { flags, command, toolVersion, cluster } = this.releasing;
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

const NOTHING = {
  outcomes: { entries: new Map(), reservations: new Map() },
  journal: null,
  heldMs: [],
  stopped: null,
};

/** The exit code of a release: who stopped it, what failed, what could not be seen. */
export function releaseExitCode(
  { outcomes, interruption, stopped }: Pick<Released, 'outcomes' | 'interruption' | 'stopped'>,
  incomplete: boolean,
): ExitCode {
  if (interruption.exitCode !== null) return interruption.exitCode;
  const all = [...outcomes.entries.values(), ...outcomes.reservations.values()];
  const bad = all.filter(({ result }) => result === 'failed' || result === 'skipped');
  if (bad.length > 0 || stopped !== null) {
    if (all.length > bad.length) return 6;
    return bad.some(({ failure }) => failure !== null) ? 4 : 5;
  }
  return incomplete ? 1 : 0;
}

const NONE_OPEN: OpenIntents = { intents: [], problems: [] };

/**
 * What earlier runs left open.
 * @throws RefusedFailure where the directory cannot be read and something is to be released: no journal could be kept
 */
async function openIntents(directory: string, clusterUid: string, isNeeded: boolean): Promise<OpenIntents> {
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

function directoryOf({ journal }: ReleaseFlagValues): string {
  return journal ?? stateDirectory(process.env);
}

function namespaceOf({ pool, reservation }: JudgedClaim['claim']): string {
  return pool?.namespace ?? reservation?.namespace ?? '';
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

function countsOf({ entries, reservations }: Released['outcomes']): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { result } of [...entries.values(), ...reservations.values()]) {
    counts[result] = (counts[result] ?? 0) + 1;
  }
  return counts;
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
      return `waiting for ${why ?? 'others'} · reservations ${count}`;
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
