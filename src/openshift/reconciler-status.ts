import { record, records, text } from '../cluster/fields.js';
import type { ClusterReader } from '../cluster/port.js';
import { trimExpression } from '../whereabouts/schedule.js';
import { readPods, type ReconcilerPod, type RunDocument, type SeenPod } from './reconciler-pods.js';
import { fallbackSchedule, findSchedule, type ScheduleSource, type SourceFlags } from './reconciler-source.js';
import { scheduleFacts, type ScheduleFacts } from './schedule-document.js';
import { podSpecOf, runs, type ReconcilerWorkload } from './workloads.js';

/** What is wrong with the reconcilers, in one word for scripts. */
export type ReconcilerProblemCode =
  | 'no-workload'
  | 'not-ready'
  | 'no-pods'
  | 'schedule-missing'
  | 'schedule-invalid'
  | 'schedule-unsupported'
  | 'not-in-force'
  | 'crash-loop'
  | 'all-failed'
  | 'not-running';

export interface ReconcilerProblem {
  readonly code: ReconcilerProblemCode;
  readonly message: string;
}

/** A DaemonSet or Deployment that reconciles. */
export interface WorkloadDocument {
  readonly kind: 'DaemonSet' | 'Deployment';
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
  readonly image: string | null;
  readonly desired: number;
  readonly ready: number;
}

/** The schedule that is set, and where. */
export interface ConfiguredSchedule {
  /**
   * `configmap`: the key is there. `file`: it is not, and pods go by the file on their node. `missing`: it is not, and
   * pods do not start without it. `unknown`: it may not be read.
   */
  readonly source: 'configmap' | 'file' | 'missing' | 'unknown';
  readonly configMap: { readonly namespace: string; readonly name: string; readonly key: string };
  /** How the place was found: by the volume of the workload, by flags, or by what is usual. */
  readonly foundBy: 'volume' | 'flags' | 'usual';
  /** null where it is not known. */
  readonly schedule: ScheduleFacts | null;
  /** When somebody last changed it, RFC 3339; null where that is not told. */
  readonly changedAt: string | null;
}

/** The answer of `reconciler status`. */
export interface ReconcilerStatus {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'ReconcilerStatus';
  readonly cluster: { readonly uid: string | null; readonly server: string | null };
  readonly createdAt: string;
  readonly workloads: readonly WorkloadDocument[];
  readonly configured: ConfiguredSchedule;
  readonly pods: readonly ReconcilerPod[];
  /** Of all pods: the last run that began, and whether any pod's run of that time succeeded. */
  readonly lastRun: RunDocument | null;
  readonly nextRun: string | null;
  readonly problems: readonly ReconcilerProblem[];
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

/** The status, with what was read for it. */
export interface ReconcilerSight {
  readonly status: ReconcilerStatus;
  readonly source: ScheduleSource;
  readonly pods: readonly SeenPod[];
}

/**
 * Looks how whereabouts' reconcilers are: which schedule is set, which is in force, whether they run.
 * @throws ClusterFailure where workloads or pods may not be listed; UsageFailure as `findSchedule`
 */
export async function readStatus(reader: ClusterReader, flags: SourceFlags): Promise<ReconcilerSight> {
  const source = await findSchedule(reader, flags);
  const now = reader.now();
  const configured = await configuredSchedule(reader, source, now);
  const wanted = { expression: configured.schedule?.expression ?? null, changedMs: source.changedMs };
  const pods = await readPods(reader, source.reconcilers, wanted);
  const documents = pods.map(({ pod }) => pod);
  const running = pods.filter(({ pod }) => pod.startedAt !== null);
  const unread = new Set(running.flatMap(({ log }) => (log.read === 'none' ? [log.why] : [])));
  const warnings = [...source.warnings, ...unread];
  // Each pod goes by itself: what another's log tells says nothing of one whose log tells no schedule.
  const unseen = running.filter(({ pod }) => pod.expression === null);
  const silent = unseen.filter(({ log }) => log.read !== 'none');
  if (silent.length > 0) {
    warnings.push(
      `${silent.length.toString()} of ${count(documents.length, 'pod')}: no line that was read tells the schedule in force`,
    );
  }
  const { uid, server } = await reader.identity();
  const status: ReconcilerStatus = {
    apiVersion: 'ipamctl.io/v1',
    kind: 'ReconcilerStatus',
    cluster: { uid, server },
    createdAt: now.toISOString(),
    workloads: source.reconcilers.map(workloadDocument),
    configured,
    pods: documents,
    lastRun: lastRunOf(documents),
    nextRun: documents.flatMap(({ nextRun }) => nextRun ?? []).sort()[0] ?? null,
    problems: problemsOf(source, configured, pods),
    incomplete: source.incomplete || unseen.length > 0,
    warnings,
  };
  return { status, source, pods };
}

async function configuredSchedule(
  reader: ClusterReader,
  source: ScheduleSource,
  now: Date,
): Promise<ConfiguredSchedule> {
  const { place, foundBy, object, value, changedMs, isOptional } = source;
  const { namespace, configMap: name, key } = place;
  const isSet = value !== null;
  const expression = isSet
    ? trimExpression(value)
    : object === undefined
      ? null
      : await fallbackSchedule(reader, source);
  const absent = object === undefined ? 'unknown' : isOptional ? 'file' : 'missing';
  return {
    source: isSet ? 'configmap' : absent,
    configMap: { namespace, name, key },
    foundBy,
    schedule: expression === null ? null : scheduleFacts(expression, now),
    changedAt: isSet && changedMs !== null ? new Date(changedMs).toISOString().replace('.000Z', 'Z') : null,
  };
}

function workloadDocument({ workload: { kind, object }, namespace, container }: ReconcilerWorkload): WorkloadDocument {
  const status = record(object['status']);
  const isSet = kind === 'DaemonSet';
  const own = records(podSpecOf(object)['containers']).find(({ name }) => name === container);
  return {
    kind,
    namespace,
    name: object.metadata.name ?? '',
    container,
    image: text(own?.['image']),
    desired: Number((isSet ? status['desiredNumberScheduled'] : record(object['spec'])['replicas']) ?? (isSet ? 0 : 1)),
    ready: Number((isSet ? status['numberReady'] : status['readyReplicas']) ?? 0),
  };
}

/** Runs of one tick begin within moments. */
const SAME_TICK_MS = 60_000;

/**
 * The last run of all pods. They start at the same second, the first to write wins, and the others fail of its changes:
 * one that succeeded speaks for all.
 */
function lastRunOf(pods: readonly ReconcilerPod[]): RunDocument | null {
  const told = pods.flatMap(({ lastRun }) => lastRun ?? []);
  const startOf = ({ startedAt, endedAt }: RunDocument): number => Date.parse(startedAt ?? endedAt ?? '') || 0;
  const newest = Math.max(...told.map(startOf));
  const ofTick = told.filter((run) => newest - startOf(run) < SAME_TICK_MS);
  return (
    ofTick.find(({ result }) => result === 'succeeded') ??
    ofTick.find(({ result }) => result === 'running') ??
    ofTick[0] ??
    null
  );
}

function problemsOf(
  source: ScheduleSource,
  configured: ConfiguredSchedule,
  seen: readonly SeenPod[],
): ReconcilerProblem[] {
  const pods = seen.map(({ pod }) => pod);
  const problems: ReconcilerProblem[] = [];
  const add = (code: ReconcilerProblemCode, message: string): void => {
    problems.push({ code, message });
  };
  const { place, isOpenShift, reconcilers } = source;
  const where = `ConfigMap ${place.namespace}/${place.configMap}`;
  const dumb = seen.length === 0 ? undefined : reconcilers.find((each) => isWithoutScheduler(each, seen));
  if (dumb !== undefined) {
    add(
      'no-workload',
      `${dumb.title} no longer reconciles: since v0.9.4 that is Deployment whereabouts-reconciler, which is not there`,
    );
  }
  if (reconcilers.length === 0) {
    add(
      'no-workload',
      isOpenShift === true ? 'no whereabouts-reconciler: the shim is missing' : 'nothing that reconciles is deployed',
    );
  }
  const { schedule } = configured;
  if (configured.source === 'missing') {
    const what = source.object === null ? `${where} is not there` : `${where} has no key ${place.key}`;
    if (reconcilers.length > 0) add('schedule-missing', `${what}, and no pod starts without it`);
  }
  if (schedule !== null && !schedule.valid) {
    add('schedule-invalid', `the scheduler refuses ${JSON.stringify(schedule.expression)}: ${schedule.error ?? ''}`);
  } else if (schedule !== null && !schedule.supported && isOpenShift === true) {
    add('schedule-unsupported', `OpenShift supports plain five fields only, and ${schedule.expression} is set`);
  }
  for (const workload of reconcilers.map(workloadDocument)) {
    const { kind, namespace, name, desired, ready } = workload;
    if (desired === 0) add('no-pods', `${kind} ${namespace}/${name} is to have no pods`);
    else if (ready < desired) {
      add('not-ready', `${kind} ${namespace}/${name}: ${ready.toString()} of ${desired.toString()} ready`);
    }
  }
  for (const { namespace, name, crash } of pods) {
    if (crash?.looping !== true) continue;
    const code = crash.exitCode === null ? '' : ` with exit code ${crash.exitCode.toString()}`;
    add('crash-loop', `pod ${namespace}/${name} ends${code} again and again: ${crash.meaning}`);
  }
  const others = pods.filter(({ inForce }) => inForce === false);
  if (others.length > 0) {
    const missed = others.some(({ missedChange }) => missedChange);
    const by = [...new Set(others.map(({ expression }) => expression ?? ''))].join(', ');
    add(
      'not-in-force',
      `${others.length.toString()} of ${count(pods.length, 'pod')} ${others.length === 1 ? 'goes' : 'go'} by ${by}${
        missed ? ' and missed the change' : ': a change takes up to two minutes to reach a pod'
      }`,
    );
  }
  const ended = pods.filter(({ lastRun }) => lastRun !== null && lastRun.result !== 'running');
  if (ended.length > 0 && ended.length === pods.length && ended.every(({ lastRun }) => lastRun?.result === 'failed')) {
    add('all-failed', `the last run failed on every pod: ${ended[0]?.lastRun?.error ?? 'the log does not tell why'}`);
  }
  const idle = pods.filter(({ notRunning }) => notRunning);
  if (idle.length > 0) {
    add(
      'not-running',
      `${count(idle.length, 'pod')} did not run for two periods of the schedule: ${idle.map(({ name }) => name).join(', ')}`,
    );
  }
  return problems;
}

/** From this release on the pod controller does not reconcile any more (cmd/controlloop/controlloop.go). */
const SPLIT = [0, 9, 4] as const;

/**
 * Whether what is taken for a reconciler only frees the addresses of deleted pods: its release is told by the image's
 * tag, or its log from the start has no word of a schedule.
 */
export function isWithoutScheduler(reconciler: ReconcilerWorkload, pods: readonly SeenPod[]): boolean {
  const own = records(podSpecOf(reconciler.workload.object)['containers']).find(
    ({ name }) => name === reconciler.container,
  );
  if (own === undefined || !runs(own, 'ip-control-loop') || reconciler.schedule !== null) return false;
  const [, ...tag] = /:v?(\d+)\.(\d+)\.(\d+)/.exec(text(own['image']) ?? '') ?? [];
  if (tag.length === SPLIT.length) {
    const differs = tag.map((part, at) => Number(part) - (SPLIT[at] ?? 0)).find((difference) => difference !== 0);
    return (differs ?? 0) >= 0;
  }
  const logs = pods.filter(({ workload }) => workload === reconciler).map(({ log }) => log);
  return logs.length > 0 && logs.every((log) => log.read === 'whole' && log.story.schedule === null);
}

function count(amount: number, what: string): string {
  return `${amount.toString()} ${what}${amount === 1 ? '' : 's'}`;
}
