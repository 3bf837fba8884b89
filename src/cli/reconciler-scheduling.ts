import { setTimeout as pause } from 'node:timers/promises';
import type { Target } from '../cluster/open.js';
import { RefusedFailure, UsageFailure } from '../errors.js';
import {
  planSchedule,
  restartPods,
  writeSchedule,
  type Restart,
  type ScheduleChange,
} from '../openshift/reconciler-change.js';
import type { ScheduleSource, SourceFlags } from '../openshift/reconciler-source.js';
import { readStatus, type ReconcilerSight } from '../openshift/reconciler-status.js';
import { waitInForce, type Waited } from '../openshift/reconciler-wait.js';
import { scheduleFacts, type ScheduleFacts } from '../openshift/schedule-document.js';
import { scheduleResult, type ScheduleResult } from '../openshift/schedule-result.js';
import { safe } from '../render/safe.js';
import { changeText, resultClosing, resultScreen, type ChangeView } from '../render/schedule.js';
import { confirm } from './ask.js';
import { FINDINGS, OK, PARTIAL, PENDING, type ExitCode } from './exit-codes.js';
import { messageScreen, writeAll, type Io } from './io.js';
import { mustAsk } from './consent.js';
import type { Progress } from './progress.js';
import type { CommandResult } from './result.js';
import { Interruption } from './signals.js';

/** What of the schedule is to be changed. */
export interface ScheduleJob {
  /** null: back to the default; undefined: it stays. */
  readonly wanted: string | null | undefined;
  readonly source: SourceFlags;
  readonly restartMissed: boolean;
}

/** How it is changed. */
export interface ScheduleSettings {
  readonly io: Io;
  readonly yes: boolean;
  readonly forPeople: boolean;
  readonly dryRun: 'client' | 'server' | undefined;
  readonly diff: boolean;
  /** For how long it is waited; null: not at all. */
  readonly waitMs: number | null;
  readonly progress: Progress;
}

/** Changes the schedule, waits until it is in force, and has pods that missed it start anew; each as it was asked for. */
export async function runSchedule(
  cluster: Target,
  job: ScheduleJob,
  settings: ScheduleSettings,
): Promise<CommandResult> {
  const { io, dryRun, diff, progress } = settings;
  const before = await readStatus(cluster, job.source);
  const facts = typeof job.wanted === 'string' ? scheduleFacts(job.wanted, cluster.now()) : null;
  const planned = job.wanted === undefined ? null : planFor(before.source, job.wanted, facts);
  const warnings = [...(planned?.warnings ?? []), ...workloadWarnings(before)];
  const view: ChangeView = viewOf(before, diff);
  const finish = (
    sight: ReconcilerSight,
    done: Parameters<typeof scheduleResult>[1],
    exitCode: ExitCode,
    ended?: Waited['state'],
  ): CommandResult => {
    const result = scheduleResult(sight, done, facts);
    return presented(result, view, { exitCode, ended, isOpenShift: sight.source.isOpenShift });
  };
  if (planned !== null && planned.write !== null && dryRun === undefined) {
    const asks = mustAsk(io, settings.yes, settings.forPeople, 'changing the schedule');
    if (asks && !(await agreesToChange(cluster, planned, facts, warnings, view, settings))) {
      return {
        ...finish(before, { change: null, dryRun: null, restarted: [], warnings: [] }, FINDINGS),
        closing: ['Nothing was changed.'],
      };
    }
  }
  const done =
    planned === null || dryRun === 'client'
      ? planned
      : await writeSchedule(cluster, before.source, planned.after, dryRun === 'server');
  if (dryRun !== undefined) {
    const restarted = job.restartMissed ? await tryRestarts(cluster, before, dryRun) : [];
    return finish(before, { change: done, dryRun, restarted, warnings }, OK);
  }
  const interruption = new Interruption();
  if (settings.waitMs !== null)
    interruption.begin((text) => {
      progress.say(text);
    });
  try {
    return await settled(cluster, job, settings, interruption, (sight, restarted, exitCode, ended) =>
      finish(sight, { change: done, dryRun: null, restarted, warnings }, exitCode, ended),
    );
  } finally {
    interruption.end();
    progress.done();
  }
}

type Finish = (
  sight: ReconcilerSight,
  restarted: readonly Restart[],
  exitCode: ExitCode,
  ended?: Waited['state'],
) => CommandResult;

/** What comes after the write: waiting, restarts, and waiting for those. */
async function settled(
  cluster: Target,
  job: ScheduleJob,
  settings: ScheduleSettings,
  interruption: Interruption,
  finish: Finish,
): Promise<CommandResult> {
  const clock = (): number => performance.now();
  const until = clock() + (settings.waitMs ?? 0);
  const wait = (stopAtMissed: boolean): Promise<Waited> =>
    waitInForce(
      {
        reader: cluster,
        sleep: (ms) => pause(ms, undefined, { signal: interruption.signal }).catch(() => undefined),
        now: () => (interruption.by === null ? clock() : Number.POSITIVE_INFINITY),
        tell: (text) => {
          settings.progress.tell(text);
        },
      },
      job.source,
      until,
      stopAtMissed,
    );
  const isWaiting = settings.waitMs !== null;
  let waited: Waited | null = isWaiting ? await wait(job.restartMissed) : null;
  let sight = waited?.sight ?? (await readStatus(cluster, job.source));
  let restarted: readonly Restart[] = [];
  if (job.restartMissed && interruption.by === null) {
    restarted = await restarts(cluster, sight, job.source, settings);
    if (restarted.some(({ result }) => result === 'deleted')) {
      waited = isWaiting ? await wait(false) : null;
      sight = waited?.sight ?? sight;
    }
  }
  const failed = restarted.filter(({ result }) => result === 'failed' || result === 'skipped');
  if (failed.length > 0)
    return finish(sight, restarted, failed.length === restarted.length ? 4 : PARTIAL, waited?.state);
  if (interruption.exitCode !== null) return finish(sight, restarted, interruption.exitCode, 'time-is-up');
  if (waited === null)
    return finish(sight, restarted, job.wanted === undefined && restarted.length === 0 ? lookedCode(sight) : OK);
  const codes = { 'in-force': OK, missed: PENDING, 'time-is-up': PENDING, blind: FINDINGS } as const;
  return finish(sight, restarted, codes[waited.state], waited.state);
}

/**
 * Plans the change.
 * @throws UsageFailure for what the scheduler refuses, RefusedFailure for what OpenShift does not support
 */
function planFor(source: ScheduleSource, wanted: string | null, facts: ScheduleFacts | null): ScheduleChange {
  if (source.object === undefined) {
    throw new RefusedFailure('the ConfigMap may not be read, so nothing can be changed in it without risk', {
      facts: source.warnings,
      hints: ['ipamctl rbac --role admin     the least role that this needs'],
    });
  }
  if (facts !== null && !facts.supported && source.isOpenShift === true) {
    throw new RefusedFailure(`OpenShift supports plain five fields in UTC only, and not ${facts.expression}`, {
      facts: [`the scheduler itself would take it: ${facts.description ?? ''}`],
      hints: ["ipamctl reconciler schedule '0 * * * *'     is @hourly in five fields"],
    });
  }
  return planSchedule(source, facts === null ? wanted : facts.expression);
}

/** @throws UsageFailure for what the scheduler refuses */
export function checkExpression(text: string, after: Date): ScheduleFacts {
  const facts = scheduleFacts(text, after);
  if (facts.valid) return facts;
  throw new UsageFailure(`whereabouts' scheduler refuses "${facts.expression}": ${facts.error ?? ''}`, {
    facts: ['with it in the ConfigMap the reconciler would crash and start again for ever'],
    hints: [`ipamctl reconciler schedule --check '${facts.expression}'     says what the scheduler would do`],
  });
}

function workloadWarnings({ status, source }: ReconcilerSight): string[] {
  if (status.workloads.length > 0) return [];
  const how = source.isOpenShift === true ? ': the shim is missing (ipamctl shim apply whereabouts)' : '';
  return [`nothing that reconciles is deployed${how}; a schedule comes into force when it is`];
}

async function agreesToChange(
  cluster: Target,
  planned: ScheduleChange,
  facts: ScheduleFacts | null,
  warnings: readonly string[],
  view: ChangeView,
  { io, progress }: ScheduleSettings,
): Promise<boolean> {
  progress.done();
  const screen = messageScreen(io);
  const said = [...warnings, ...(facts?.warnings ?? [])].map((warning) => `Warning: ${safe(warning)}\n`);
  await writeAll(io.stderr, [changeText(planned, view, screen), ...said]);
  const { namespace, configMap } = view.place;
  const to =
    planned.after === null
      ? 'Take the schedule out of'
      : `Set the schedule ${planned.after}${facts === null ? '' : ` (${facts.description ?? ''})`} in`;
  return confirm(io, `${to} ConfigMap ${namespace}/${configMap} of ${await clusterTitle(cluster)}?`);
}

async function clusterTitle(cluster: Target): Promise<string> {
  const { name, server } = await cluster.identity();
  return `cluster "${name}"${server === null ? '' : ` (${server})`}`;
}

function viewOf({ source: { place, object } }: ReconcilerSight, diff: boolean): ChangeView {
  const data = object == null ? null : ((object['data'] ?? {}) as Readonly<Record<string, unknown>>);
  return { place, diff, data };
}

function missedOf({ pods }: ReconcilerSight): ReconcilerSight['pods'] {
  return pods.filter(({ pod }) => pod.missedChange);
}

function tryRestarts(cluster: Target, sight: ReconcilerSight, dryRun: 'client' | 'server'): Promise<Restart[]> {
  const missed = missedOf(sight);
  if (dryRun === 'server') return restartPods(cluster, missed, true);
  return Promise.resolve(
    missed.map(({ pod: { namespace, name, uid } }) => ({ namespace, name, uid, result: 'deleted', error: null })),
  );
}

/** Deletes the pods that missed the change, once somebody agreed, and if they still go by another schedule then. */
async function restarts(
  cluster: Target,
  sight: ReconcilerSight,
  source: SourceFlags,
  settings: ScheduleSettings,
): Promise<readonly Restart[]> {
  const missed = missedOf(sight);
  if (missed.length === 0) return [];
  const { io } = settings;
  if (mustAsk(io, settings.yes, settings.forPeople, '--restart-missed')) {
    settings.progress.done();
    await writeAll(
      io.stderr,
      missed.map(({ pod }) => `${safe(`${pod.namespace}/${pod.name}`)} goes by ${safe(pod.expression ?? '')}\n`),
    );
    const what = missed.length === 1 ? 'this pod' : `these ${missed.length.toString()} pods`;
    if (
      !(await confirm(
        io,
        `Delete ${what} of ${await clusterTitle(cluster)}, so that new ones start with the schedule?`,
      ))
    )
      return [];
  }
  const still = new Set(missedOf(await readStatus(cluster, source)).map(({ pod }) => pod.uid));
  return restartPods(
    cluster,
    missed.filter(({ pod }) => still.has(pod.uid)),
    false,
  );
}

/** Problems that concern the schedule, for who only asks for that. */
const OF_SCHEDULE: ReadonlySet<string> = new Set([
  'no-workload',
  'schedule-missing',
  'schedule-invalid',
  'schedule-unsupported',
  'not-in-force',
]);

/** The exit code of who only looks. */
export function lookedCode({ status }: ReconcilerSight): ExitCode {
  return status.incomplete || status.problems.some(({ code }) => OF_SCHEDULE.has(code)) ? FINDINGS : OK;
}

/** The schedule as it is, nothing changed. */
export function lookedResult(sight: ReconcilerSight, diff: boolean): CommandResult {
  const none = { change: null, dryRun: null, restarted: [], warnings: [] };
  const result = scheduleResult(sight, none, sight.status.configured.schedule);
  const view = viewOf(sight, diff);
  return presented(result, view, {
    exitCode: lookedCode(sight),
    ended: undefined,
    isOpenShift: sight.source.isOpenShift,
  });
}

function presented(
  result: ScheduleResult,
  view: ChangeView,
  {
    exitCode,
    ended,
    isOpenShift,
  }: { readonly exitCode: ExitCode; readonly ended: Waited['state'] | undefined; readonly isOpenShift: boolean | null },
): CommandResult {
  const { configMap } = result.configured;
  return {
    document: result,
    human: (shown) => resultScreen(result, view, shown),
    names: () => `configmap/${safe(configMap.name)}\n`,
    closing: resultClosing(result, ended, isOpenShift),
    warnings: result.warnings,
    exitCode,
  };
}
