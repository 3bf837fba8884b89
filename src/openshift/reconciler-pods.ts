import { record, records, text, timeMs } from '../cluster/fields.js';
import type { ClusterReader, KubeObject } from '../cluster/port.js';
import { PODS } from '../cluster/resources.js';
import { readReconcilerStory, type ReconcilerRun } from '../whereabouts/reconciler-log.js';
import { lastTick, nextTick, readSchedule, type Schedule } from '../whereabouts/schedule.js';
import { readPodLog, type SeenLog } from './reconciler-logs.js';
import { podSpecOf, runs, type ReconcilerWorkload } from './workloads.js';

/** A run, as a pod's log tells it; moments are RFC 3339, null where the log does not tell. */
export interface RunDocument {
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly result: 'succeeded' | 'failed' | 'running';
  /** What it failed of. */
  readonly error: string | null;
}

/** How a container ended. */
export interface CrashDocument {
  readonly exitCode: number | null;
  /** As the kubelet has it: `Error`, `OOMKilled`. */
  readonly reason: string | null;
  readonly finishedAt: string | null;
  /** Whether it waits to be started again. */
  readonly looping: boolean;
  /** What the exit code of this program stands for. */
  readonly meaning: string;
}

/** A pod that reconciles. */
export interface ReconcilerPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly nodeName: string | null;
  readonly phase: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** When its container last started. */
  readonly startedAt: string | null;
  /** The schedule in force, as its log tells it; null: not seen. */
  readonly expression: string | null;
  /** Whether that is the schedule that is set; null: not known. */
  readonly inForce: boolean | null;
  /** It goes by another schedule than the one that is set, and a change that is so old has come to it. */
  readonly missedChange: boolean;
  readonly lastRun: RunDocument | null;
  readonly nextRun: string | null;
  /** It is old enough, its log was read whole, and it did not run when it should have. */
  readonly notRunning: boolean;
  readonly crash: CrashDocument | null;
  /** How much of its log was read. */
  readonly log: 'whole' | 'part' | 'none';
  /** Why something of it is not known; null: all is. */
  readonly unknown: string | null;
}

/** A pod, with what only others of this program look at. */
export interface SeenPod {
  readonly pod: ReconcilerPod;
  readonly workload: ReconcilerWorkload;
  readonly log: SeenLog;
  /** Whether a controller makes a new one where it is deleted. */
  readonly isManaged: boolean;
}

/** What is set, by which pods are judged. */
export interface Wanted {
  /** null: not known. */
  readonly expression: string | null;
  /** When it was last changed. */
  readonly changedMs: number | null;
}

/**
 * A kubelet looks for changes of a ConfigMap about once a minute, by a cache that is as old at most
 * (syncFrequency, configMapAndSecretChangeDetectionStrategy).
 */
export const PROPAGATION_MS = 150_000;

/** What a log tells that was not read. */
const NOTHING = readReconcilerStory('');

/** Logs that are read at the same time: each is a request to another kubelet. */
const SIDE_BY_SIDE = 8;

/**
 * Reads pods and logs of the reconcilers.
 * @throws ClusterFailure where pods may not be listed, or the cluster cannot be asked
 */
export async function readPods(
  reader: ClusterReader,
  workloads: readonly ReconcilerWorkload[],
  wanted: Wanted,
): Promise<SeenPod[]> {
  const nowMs = reader.now().getTime();
  const seen: SeenPod[] = [];
  for (const workload of workloads) {
    const { namespace, labelSelector } = workload;
    const pods = await reader.collect(PODS, { namespace, labelSelector }, (object) =>
      isOver(object) ? undefined : object,
    );
    const read = async (object: KubeObject): Promise<void> => {
      const { name = '' } = object.metadata;
      const container = containerOf(object, workload);
      const startedMs = timeMs(record(record(container['state'])['running'])['startedAt']);
      const isStarted = Object.keys(container).length > 0 && record(container['state'])['running'] !== undefined;
      const log = isStarted
        ? await readPodLog(reader, { namespace, pod: name, container: workload.container, startedMs })
        : ({ read: 'none', why: 'its container does not run', isForbidden: false } as const);
      seen.push({
        pod: podOf(object, container, workload, log, wanted, nowMs),
        workload,
        log,
        isManaged: hasController(object),
      });
    };
    for (let at = 0; at < pods.length; at += SIDE_BY_SIDE) {
      await Promise.all(pods.slice(at, at + SIDE_BY_SIDE).map(read));
    }
  }
  return seen.sort((a, b) => (a.pod.name < b.pod.name ? -1 : 1));
}

/** Pods that ended reconcile no more, and those that are on their way out are no longer to be judged. */
function isOver(object: KubeObject): boolean {
  if (object.metadata.deletionTimestamp !== undefined) return true;
  return ['Succeeded', 'Failed'].includes(String(record(object['status'])['phase']));
}

type Fields = Readonly<Record<string, unknown>>;

function containerOf(object: KubeObject, { container }: ReconcilerWorkload): Fields {
  const statuses = records(record(object['status'])['containerStatuses']);
  return statuses.find(({ name }) => name === container) ?? {};
}

function podOf(
  object: KubeObject,
  container: Fields,
  workload: ReconcilerWorkload,
  log: SeenLog,
  wanted: Wanted,
  nowMs: number,
): ReconcilerPod {
  const { namespace = '', name = '', uid = '' } = object.metadata;
  const running = record(record(container['state'])['running']);
  const startedMs = timeMs(running['startedAt']);
  const story = log.read === 'none' ? NOTHING : log.story;
  // A schedule that was refused is in no force, and the panic that follows is on its way.
  const expression = story.refusal === null ? (story.schedule?.expression ?? null) : null;
  const read = expression === null ? null : readSchedule(expression);
  const schedule = read?.ok === true ? read.schedule : null;
  const inForce = expression === null || wanted.expression === null ? null : expression === wanted.expression;
  const since = story.schedule?.atMs ?? startedMs;
  return {
    namespace,
    name,
    uid,
    nodeName: text(record(object['spec'])['nodeName']),
    phase: text(record(object['status'])['phase']) ?? 'Unknown',
    ready: container['ready'] === true,
    restarts: Number(container['restartCount'] ?? 0),
    startedAt: stamp(startedMs),
    expression,
    inForce,
    missedChange: inForce === false && wanted.changedMs !== null && nowMs - wanted.changedMs > PROPAGATION_MS,
    lastRun: runOf(story.lastRun),
    nextRun: schedule === null ? null : stamp(nextRun(schedule, nowMs)),
    notRunning:
      log.read === 'whole' && schedule !== null && isIdle(schedule, log.story.lastRun?.startedMs ?? null, since, nowMs),
    crash: crashOf(container, workload),
    log: log.read,
    unknown: unknownOf(log, expression),
  };
}

function unknownOf(log: SeenLog, expression: string | null): string | null {
  if (log.read === 'none') return log.why;
  if (log.story.refusal !== null) return `the scheduler refused a change: ${log.story.refusal}`;
  if (expression !== null) return null;
  const began = log.read === 'part' ? log.head.schedule : null;
  if (began === null) return 'no line of its log tells its schedule';
  return `its log was read in part: it began with ${began.expression}, and a change since was not seen`;
}

function runOf(run: ReconcilerRun | null): RunDocument | null {
  if (run === null) return null;
  const { startedMs, endedMs, result, error } = run;
  return { startedAt: stamp(startedMs), endedAt: stamp(endedMs), result, error };
}

/** An interval counts from a start that the log does not tell well enough. */
function nextRun(schedule: Schedule, nowMs: number): number | null {
  return schedule.kind === 'interval' ? null : nextTick(schedule, nowMs);
}

/** Starting a run takes moments, and clocks differ. */
const SLACK_MS = 60_000;

/** Whether two ticks went by without a run. */
function isIdle(schedule: Schedule, lastStartMs: number | null, sinceMs: number | null, nowMs: number): boolean {
  if (sinceMs === null) return false;
  const secondLast = ticksAgo(schedule, nowMs - SLACK_MS);
  if (secondLast === null || secondLast - SLACK_MS <= sinceMs) return false;
  return lastStartMs === null || lastStartMs < secondLast - SLACK_MS;
}

function ticksAgo(schedule: Schedule, atMs: number): number | null {
  if (schedule.kind === 'interval') return atMs - 2 * schedule.everyMs;
  const last = lastTick(schedule.calendar, atMs);
  return last === null ? null : lastTick(schedule.calendar, last - 1);
}

function crashOf(container: Fields, workload: ReconcilerWorkload): CrashDocument | null {
  const state = record(container['state']);
  const waiting = record(state['waiting']);
  const ended = state['terminated'] ?? record(container['lastState'])['terminated'];
  const looping = waiting['reason'] === 'CrashLoopBackOff' || state['terminated'] !== undefined;
  if (ended === undefined && !looping) return null;
  const { exitCode, reason, finishedAt } = record(ended);
  const code = typeof exitCode === 'number' ? exitCode : null;
  return {
    exitCode: code,
    reason: text(reason),
    finishedAt: text(finishedAt),
    looping,
    meaning: meaningOf(code, text(reason), workload),
  };
}

/**
 * Exit codes of `/ip-reconciler` (whereabouts v0.9.4 cmd/reconciler/main.go) and of `ip-control-loop` up to v0.9.3
 * (cmd/controlloop), which neither of them explains in its log. Go's own code for a panic is 2.
 */
function meaningOf(code: number | null, reason: string | null, { workload, container }: ReconcilerWorkload): string {
  if (reason === 'OOMKilled') return 'it was given too little memory';
  const own = records(podSpecOf(workload.object)['containers']).find(({ name }) => name === container) ?? {};
  const isReconciler = runs(own, 'ip-reconciler');
  const meanings: Readonly<Record<number, string>> = isReconciler ? RECONCILER_CODES : LOOP_CODES;
  if (code === null) return 'how it ended is not told';
  if (code === 0) return 'it was asked to end';
  return meanings[code] ?? (code > 128 ? `it was ended by signal ${(code - 128).toString()}` : 'its log may tell why');
}

const NO_SCHEDULE =
  'its schedule is refused, or there is none: neither the ConfigMap nor the file on the node gives it one';
const PANIC =
  'it panicked, as it does when a schedule that the scheduler refuses is set while it runs; or it could not watch the file of its schedule';
const RECONCILER_CODES: Readonly<Record<number, string>> = {
  1: 'the scheduler could not be made',
  2: PANIC,
  3: NO_SCHEDULE,
};
const LOOP_CODES: Readonly<Record<number, string>> = {
  1: 'the controller of pods could not be made: rights, definitions or the API server are lacking',
  2: PANIC,
  3: 'it could not watch the file of its schedule',
  4: `${NO_SCHEDULE}; addresses of deleted pods are not freed either`,
};

function stamp(ms: number | null): string | null {
  return ms === null || Number.isNaN(ms) ? null : new Date(ms).toISOString().replace('.000Z', 'Z');
}

function hasController(object: KubeObject): boolean {
  const { ownerReferences } = object.metadata as { readonly ownerReferences?: unknown };
  return records(ownerReferences).some(({ controller }) => controller === true);
}
