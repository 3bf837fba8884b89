import type { ClusterReader } from '../cluster/port.js';
import type { ClusterWriter } from '../cluster/writer.js';
import { RefusedFailure } from '../errors.js';
import type { JudgedClaim } from '../reconcile/judged.js';
import type { Outcomes, ReconcilePlan, Result } from '../reconcile/plan.js';
import { plannedWrites, tryWrites, type PlannedWrite } from '../reconcile/release/dry-run.js';
import type { MayRelease } from '../reconcile/release/ports.js';
import type { Survey } from '../reconcile/survey.js';
import { grouped } from '../render/number.js';
import { names } from '../render/output.js';
import { safe } from '../render/safe.js';
import { wrap } from '../render/wrap.js';
import { planScreen, releaseClosing, releaseQuestion } from '../render/plan.js';
import { writesClosing, writesText } from '../render/writes.js';
import { confirm, typed } from './ask.js';
import { BaseCommand, exitCodeFor, type SourceFlagValues } from './base.js';
import { consentTo, type Consent } from './consent.js';
import { isForPeople, planOutput } from './emit.js';
import type { ExitCode } from './exit-codes.js';
import { messageScreen, writeAll, type Io } from './io.js';
import type { Progress } from './progress.js';
import { ReadyRelease, releaseExitCode, type ReleaseFlagValues, type Releasing } from './releasing.js';
import { LIST_FORMATS, type CommandResult } from './result.js';

/** What a command found in the cluster, and what of it is to go. */
export interface FoundTargets {
  readonly survey: Survey;
  readonly targets: readonly JudgedClaim[];
  /** Whether a verdict that is found right before or after a write still allows it. */
  readonly mayRelease: MayRelease;
  /** What is to be said of what was asked for and is not released. */
  readonly notes?: readonly string[];
  /** What a person must type besides, and after which words. */
  readonly mustType?: readonly { readonly question: string; readonly answer: string }[];
  /** The plan, or with outcomes the result. */
  describe(outcomes: Outcomes | null): ReconcilePlan;
}

/** A command that releases addresses. */
export interface ReleaseJob {
  /** As the journal has it. */
  readonly command: string;
  /** The flag that asks for more than a script may have without `--yes`. */
  readonly needsYes: string | undefined;
  readonly find: (cluster: ClusterReader & ClusterWriter) => Promise<FoundTargets>;
}

export type WriteCommandFlags = SourceFlagValues & {
  readonly yes: boolean;
  readonly output?: string[] | undefined;
  readonly 'no-headers'?: boolean | undefined;
  readonly 'dry-run'?: string | undefined;
};

export type ReleaseCommandFlags = WriteCommandFlags &
  ReleaseFlagValues & { readonly 'max-release'?: number | undefined };

/** Everything that is known of a write before it is agreed to. */
export interface PreparedWrite {
  /** Nothing to do: nobody is asked. */
  readonly isEmpty: boolean;
  /** What would be done. */
  plan(): ReconcilePlan;
  /** Asks the person, who has just seen the plan. */
  ask(io: Io): Promise<boolean>;
  /** What is said where the answer was no. */
  readonly declined: string;
  /** Makes sure of rights and of what earlier runs left, writes nothing, and hands over what does. */
  ready(): Promise<() => Promise<Written>>;
  /** The exact writes, for a dry run. */
  writes(): Promise<readonly PlannedWrite[]>;
}

/** What came of a write. */
export interface Written {
  readonly plan: ReconcilePlan;
  readonly warnings: readonly string[];
  /** How long the Leases were held each time, in ms. */
  readonly heldMs: readonly number[];
  readonly closing: readonly string[];
  readonly exitCode: ExitCode;
}

/** A command that writes to pools. */
export interface WriteJob {
  /** What a script may not have without `--yes`; undefined: nothing. */
  readonly needsYes: string | undefined;
  readonly prepare: (cluster: ClusterReader & ClusterWriter, progress: Progress) => Promise<PreparedWrite>;
}

/** What `reconcile --now`, `ips release` and `restore` have in common: dry runs, consent, the write, and its report. */
export abstract class ReleaseCommand extends BaseCommand {
  /** Finds the targets and releases them, or shows what would be sent. */
  protected async presentRelease(flags: ReleaseCommandFlags, job: ReleaseJob): Promise<void> {
    const prepare = async (cluster: ClusterReader & ClusterWriter, progress: Progress): Promise<PreparedWrite> => {
      const found = await job.find(cluster);
      refuseTooMany(found.targets.length, flags['max-release']);
      const options = { ...found, cluster, progress, flags, command: job.command, toolVersion: this.config.version };
      return preparedRelease(options, found);
    };
    await this.presentWrite(flags, { needsYes: job.needsYes, prepare });
  }

  /** Does the work of a job, or shows what would be sent. */
  protected async presentWrite(flags: WriteCommandFlags, job: WriteJob): Promise<void> {
    const by = flags['dry-run'];
    const forPeople = isForPeople(await planOutput(flags.output, LIST_FORMATS, flags['no-headers'] ?? false));
    const consent = consentTo(this.io, flags.yes, forPeople, job.needsYes);
    await this.present(flags, LIST_FORMATS, () =>
      this.withCluster(flags, async (cluster, progress) => {
        const prepared = await job.prepare(cluster, progress);
        return by === undefined
          ? this.#write(cluster, progress, prepared, consent)
          : this.#dryRun(cluster, prepared, by);
      }),
    );
  }

  /** A plan as a result, as it also comes without a release. */
  protected planResult(
    plan: ReconcilePlan,
    notes: readonly string[],
    closing: readonly string[],
    exitCode: ExitCode,
  ): CommandResult {
    const warnings = [...new Set([...plan.warnings, ...notes])];
    return {
      document: { ...plan, warnings },
      human: (view) => planScreen(plan, view),
      names: () =>
        names(
          'ip',
          // What was done, where something was; as kubectl names what it deleted.
          plan.items
            .filter(({ action, result }) => plan.kind === 'ReconcilePlan' || (action !== 'keep' && isDone(result)))
            .map(({ cluster, address, key }) => ({
              name: address ?? key,
              ...(cluster === undefined ? {} : { cluster }),
            })),
        ),
      closing,
      warnings,
      exitCode,
    };
  }

  async #write(
    cluster: ClusterReader & ClusterWriter,
    progress: Progress,
    prepared: PreparedWrite,
    { asks: mustAsk, refusal }: Consent,
  ): Promise<CommandResult> {
    if (refusal !== null && !prepared.isEmpty) throw refusal;
    const asks = mustAsk && !prepared.isEmpty;
    const run = await prepared.ready();
    progress.done();
    if (asks && !(await this.#agrees(prepared))) {
      return {
        ...this.planResult(prepared.plan(), [], [prepared.declined], exitCodeFor(true)),
        human: nothing,
      };
    }
    const { plan, warnings, heldMs, closing, exitCode } = await run();
    progress.done();
    const told = this.planResult(plan, [...warnings, ...cluster.notes], closing, exitCode);
    const result = { ...told, document: { ...told.document, heldMs } };
    if (!asks) return result;
    // The person has just read the plan and its warnings; where all of it came true there is nothing to add.
    const seen = prepared.plan().warnings;
    const news = { ...result, warnings: result.warnings.filter((warning) => !seen.includes(warning)) };
    return exitCode === 0 && plan.items.every(isAsPlanned) ? { ...news, human: nothing } : news;
  }

  async #agrees(prepared: PreparedWrite): Promise<boolean> {
    const plan = prepared.plan();
    const screen = messageScreen(this.io);
    const shown = planScreen(plan, { screen, wide: false, noHeaders: false });
    const warnings = plan.warnings.map((warning) => `${wrap(safe(`Warning: ${warning}`), screen.width)}\n`);
    await writeAll(this.io.stderr, [shown.text, '\n', ...warnings]);
    return prepared.ask(this.io);
  }

  async #dryRun(cluster: ClusterReader & ClusterWriter, prepared: PreparedWrite, by: string): Promise<CommandResult> {
    const planned = await prepared.writes();
    const writes = by === 'server' ? await tryWrites(cluster, planned) : planned;
    const refused = writes.filter(({ refusal }) => refusal !== null).length;
    const plan = { ...prepared.plan(), kind: 'ReconcileResult' as const };
    const pending = exitCodeFor(plan.incomplete, writes.length > 0);
    const exitCode = refused === 0 ? pending : refused === writes.length ? 4 : 6;
    const result = this.planResult(plan, cluster.notes, writesClosing(writes, by === 'server'), exitCode);
    return {
      ...result,
      document: { ...result.document, writes },
      human: (view) => {
        const screen = planScreen(plan, view);
        return { ...screen, text: [screen.text, writesText(writes)].filter((text) => text !== '').join('\n') };
      },
    };
  }
}

function preparedRelease(options: Releasing, found: FoundTargets): PreparedWrite {
  const { cluster, flags } = options;
  return {
    isEmpty: found.targets.length === 0,
    plan: () => found.describe(null),
    declined: 'Nothing was released.',
    ask: async (io) => {
      const keys = found.targets.flatMap(({ claim }) => claim.pool ?? []);
      const counts = {
        addresses: keys.length,
        pools: new Set(keys).size,
        reservations: found.targets.length - keys.length,
      };
      for (const asked of found.mustType ?? []) if (!(await typed(io, asked.question, asked.answer))) return false;
      return confirm(io, releaseQuestion(counts, await cluster.identity()));
    },
    ready: async () => {
      const ready = await ReadyRelease.of(options);
      return async () => {
        const released = await ready.run();
        const plan = { ...found.describe(released.outcomes), journal: released.journal };
        const { warnings, heldMs } = released;
        const closing = [...(found.notes ?? []), ...releaseClosing(plan)];
        return { plan, warnings, heldMs, closing, exitCode: releaseExitCode(released, plan.incomplete) };
      };
    },
    writes: () => Promise.resolve(plannedWrites(found.targets, !flags['no-lease'])),
  };
}

const nothing = () => ({ text: '', hiddenColumns: [] });

/** What was done, or in a dry run would be. */
function isDone(result: Result | null): boolean {
  return result === null || result === 'released' || result === 'restored';
}

function isAsPlanned({ action, result }: ReconcilePlan['items'][number]): boolean {
  return action === 'keep' || result === (action === 'release' ? 'released' : 'restored');
}

function refuseTooMany(count: number, most: number | undefined): void {
  if (most === undefined || count <= most) return;
  throw new RefusedFailure(
    `${grouped(count)} addresses are to be released, more than --max-release ${grouped(most)}; nothing was released`,
    { hints: ['ipamctl reconcile     shows which, and why'] },
  );
}
