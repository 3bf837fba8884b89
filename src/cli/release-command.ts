import type { ClusterReader } from '../cluster/port.js';
import type { ClusterWriter } from '../cluster/writer.js';
import { RefusedFailure } from '../errors.js';
import type { JudgedClaim } from '../reconcile/judged.js';
import type { Outcomes, ReconcilePlan } from '../reconcile/plan.js';
import { plannedWrites, tryWrites } from '../reconcile/release/dry-run.js';
import type { MayRelease } from '../reconcile/release/ports.js';
import type { Survey } from '../reconcile/survey.js';
import { grouped } from '../render/number.js';
import { names } from '../render/output.js';
import { planScreen, releaseClosing, releaseQuestion } from '../render/plan.js';
import { writesClosing, writesText } from '../render/writes.js';
import { confirm } from './ask.js';
import { BaseCommand, exitCodeFor, type SourceFlagValues } from './base.js';
import { isForPeople, planOutput } from './emit.js';
import type { ExitCode } from './exit-codes.js';
import { messageScreen, writeAll } from './io.js';
import type { Progress } from './progress.js';
import { mustAsk, ReadyRelease, releaseExitCode, type ReleaseFlagValues } from './releasing.js';
import { LIST_FORMATS, type CommandResult } from './result.js';

/** What a command found in the cluster, and what of it is to go. */
export interface FoundTargets {
  readonly survey: Survey;
  readonly targets: readonly JudgedClaim[];
  /** Whether a verdict that is found right before or after a write still allows it. */
  readonly mayRelease: MayRelease;
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

export type ReleaseCommandFlags = SourceFlagValues &
  ReleaseFlagValues & {
    readonly output?: string[] | undefined;
    readonly 'no-headers'?: boolean | undefined;
    readonly 'dry-run'?: string | undefined;
    readonly 'max-release'?: number | undefined;
  };

/** What `reconcile --now` and `ips release` have in common: limits, dry runs, consent, the release, and its report. */
export abstract class ReleaseCommand extends BaseCommand {
  /** Finds the targets and releases them, or shows what would be sent. */
  protected async presentRelease(flags: ReleaseCommandFlags, job: ReleaseJob): Promise<void> {
    const by = flags['dry-run'];
    const forPeople = isForPeople(await planOutput(flags.output, LIST_FORMATS, flags['no-headers'] ?? false));
    const ask = by === undefined && mustAsk(this.io, flags.yes, forPeople, job.needsYes);
    await this.present(flags, LIST_FORMATS, () =>
      this.withCluster(flags, async (cluster, progress) => {
        const found = await job.find(cluster);
        refuseTooMany(found.targets.length, flags['max-release']);
        return by === undefined
          ? this.#release(cluster, progress, flags, job, found, ask)
          : this.#dryRun(cluster, flags, found, by);
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
          plan.items.map(({ address, key }) => ({ name: address ?? key })),
        ),
      closing,
      warnings,
      exitCode,
    };
  }

  async #release(
    cluster: ClusterReader & ClusterWriter,
    progress: Progress,
    flags: ReleaseFlagValues,
    { command }: ReleaseJob,
    found: FoundTargets,
    ask: boolean,
  ): Promise<CommandResult> {
    const ready = await ReadyRelease.of({
      ...found,
      cluster,
      progress,
      flags,
      command,
      toolVersion: this.config.version,
    });
    progress.done();
    const asks = ask && found.targets.length > 0;
    if (asks && !(await this.#agrees(cluster, found))) {
      const plan = found.describe(null);
      return { ...this.planResult(plan, [], ['Nothing was released.'], exitCodeFor(true)), human: nothing };
    }
    const released = await ready.run();
    progress.done();
    const plan = { ...found.describe(released.outcomes), journal: released.journal };
    const exitCode = releaseExitCode(released, plan.incomplete);
    const told = this.planResult(plan, [...released.warnings, ...cluster.notes], releaseClosing(plan), exitCode);
    const result = { ...told, document: { ...told.document, heldMs: released.heldMs } };
    // The person has just read the plan, and all of it came true.
    return asks && exitCode === 0 && plan.items.every(isAsPlanned) ? { ...result, human: nothing } : result;
  }

  async #agrees(cluster: ClusterReader, found: FoundTargets): Promise<boolean> {
    const plan = found.describe(null);
    const shown = planScreen(plan, { screen: messageScreen(this.io), wide: false, noHeaders: false });
    await writeAll(this.io.stderr, [shown.text, '\n', ...plan.warnings.map((warning) => `Warning: ${warning}\n`)]);
    const keys = found.targets.flatMap(({ claim }) => claim.pool ?? []);
    const counts = {
      addresses: keys.length,
      pools: new Set(keys).size,
      reservations: found.targets.length - keys.length,
    };
    return confirm(this.io, releaseQuestion(counts, await cluster.identity()));
  }

  async #dryRun(
    cluster: ClusterReader & ClusterWriter,
    flags: ReleaseFlagValues,
    found: FoundTargets,
    by: string,
  ): Promise<CommandResult> {
    const planned = plannedWrites(found.targets, !flags['no-lease']);
    const writes = by === 'server' ? await tryWrites(cluster, planned) : planned;
    const refused = writes.filter(({ refusal }) => refusal !== null).length;
    const plan = found.describe({ entries: new Map(), reservations: new Map() });
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

const nothing = () => ({ text: '', hiddenColumns: [] });

function isAsPlanned({ action, result }: ReconcilePlan['items'][number]): boolean {
  return action !== 'release' || result === 'released';
}

function refuseTooMany(count: number, most: number | undefined): void {
  if (most === undefined || count <= most) return;
  throw new RefusedFailure(
    `${grouped(count)} addresses are to be released, more than --max-release ${grouped(most)}; nothing was released`,
    { hints: ['ipamctl reconcile     shows which, and why'] },
  );
}
