import { record } from '../cluster/fields.js';
import type { ClusterReader, KubeObject } from '../cluster/port.js';
import { CONFIG_MAPS, PODS } from '../cluster/resources.js';
import type { ClusterWriter, JsonPatchOperation, WriteOutcome } from '../cluster/writer.js';
import { ClusterFailure, RefusedFailure } from '../errors.js';
import { trimExpression } from '../whereabouts/schedule.js';
import type { SeenPod } from './reconciler-pods.js';
import { valueOf, type SchedulePlace, type ScheduleSource } from './reconciler-source.js';

/** One write to the ConfigMap, as it is sent. */
export type ScheduleWrite =
  | { readonly verb: 'create'; readonly body: KubeObject }
  | { readonly verb: 'patch'; readonly body: readonly JsonPatchOperation[] };

/** What is, or would be, done with the schedule. */
export interface ScheduleChange {
  readonly result: 'created' | 'changed' | 'unset' | 'unchanged';
  /** As it was set; null: it was not. */
  readonly before: string | null;
  /** As it is to be set; null: not any more. */
  readonly after: string | null;
  /** null: nothing is to be written. */
  readonly write: ScheduleWrite | null;
  readonly warnings: readonly string[];
}

/** What upstream's manifests ship (whereabouts v0.9.4 doc/crds/daemonset-install.yaml). */
const SHIPPED = '30 4 * * *';

/**
 * Decides how the schedule gets there, leaving all other keys alone.
 * @param wanted null: back to the default
 */
export function planSchedule(source: ScheduleSource, wanted: string | null): ScheduleChange {
  const { object = null, place, value: before, isOptional } = source;
  const { namespace, configMap, key } = place;
  const keepsKey = wanted === null && !isOptional;
  const after = keepsKey ? SHIPPED : wanted;
  const warnings = keepsKey
    ? [
        `pods do not start without ${key} in ConfigMap ${namespace}/${configMap}: it gets the schedule that whereabouts ships, ${SHIPPED}`,
      ]
    : [];
  const isSame = before === null || after === null ? before === after : trimExpression(before) === after;
  if (isSame) return { result: 'unchanged', before, after, write: null, warnings };
  if (object === null) {
    const metadata = { name: configMap, namespace };
    const body = { apiVersion: 'v1', kind: CONFIG_MAPS.kind, metadata, data: { [key]: after } };
    return { result: 'created', before, after, write: { verb: 'create', body }, warnings };
  }
  const data = record(object['data']);
  const path = `/data/${key}`;
  const guard: JsonPatchOperation = { op: 'test', path: '/metadata/uid', value: object.metadata.uid };
  const body: JsonPatchOperation[] =
    Object.keys(data).length === 0
      ? [
          guard,
          { op: 'test', path: '/data', value: object['data'] ?? null },
          { op: 'add', path: '/data', value: { [key]: after } },
        ]
      : [
          guard,
          // An absent field passes a test for null.
          { op: 'test', path, value: before },
          after === null ? { op: 'remove', path } : { op: 'add', path, value: after },
        ];
  return { result: after === null ? 'unset' : 'changed', before, after, write: { verb: 'patch', body }, warnings };
}

/** A cluster, as far as the schedule is concerned. */
type Target = Pick<ClusterReader, 'get'> & Pick<ClusterWriter, 'create' | 'patch'>;

/** So often others may change other keys meanwhile. */
const MOST_TRIES = 20;
const WRITE_SECONDS = 10;

/**
 * Writes a planned change. What others changed of other keys meanwhile is kept; where the schedule itself was changed,
 * nothing is written.
 * @throws RefusedFailure where somebody else changed it; ClusterFailure where the server does not take it
 */
export async function writeSchedule(
  cluster: Target,
  source: ScheduleSource,
  wanted: string | null,
  dryRun: boolean,
): Promise<ScheduleChange> {
  const first = planSchedule(source, wanted);
  let plan = first;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (plan.write === null) return tries === 0 ? plan : { ...first, write: null };
    const outcome = await send(cluster, source.place, plan.write, dryRun);
    if (outcome.state === 'done') return plan;
    if (outcome.state === 'refused' && !isRace(outcome)) throw explained(outcome, source.place);
    // It may be done, or somebody was faster: what is there now decides.
    const { namespace, configMap } = source.place;
    const object = (await cluster.get(CONFIG_MAPS, namespace, configMap)) ?? null;
    const value = valueOf(object, source.place);
    const isDone = first.after === null ? value === null : value !== null && trimExpression(value) === first.after;
    if (!isDone && value !== first.before) {
      throw new RefusedFailure(
        `somebody else changed the schedule meanwhile, to ${value ?? 'nothing'}; nothing was written`,
        {
          hints: ['ipamctl reconciler schedule     shows what is set now'],
        },
      );
    }
    if (!isDone && outcome.state === 'refused' && outcome.reason === 'invalid' && isAsBefore(object, source.object)) {
      throw explained(outcome, source.place);
    }
    plan = planSchedule({ ...source, object, value }, wanted);
  }
  throw new ClusterFailure(
    'server-error',
    `ConfigMap ${source.place.namespace}/${source.place.configMap} changes faster than it can be written`,
  );
}

function send(cluster: Target, place: SchedulePlace, write: ScheduleWrite, dryRun: boolean): Promise<WriteOutcome> {
  const { namespace, configMap } = place;
  const options = { dryRun, timeoutSeconds: WRITE_SECONDS };
  return write.verb === 'create'
    ? cluster.create(CONFIG_MAPS, namespace, write.body, options)
    : cluster.patch(CONFIG_MAPS, namespace, configMap, write.body, options);
}

type Refused = Extract<WriteOutcome, { readonly state: 'refused' }>;

function isRace({ reason, message }: Refused): boolean {
  if (reason === 'not-found') return !message.startsWith('namespaces ');
  return reason === 'exists' || reason === 'conflict' || reason === 'invalid';
}

function isAsBefore(now: KubeObject | null, before: KubeObject | null | undefined): boolean {
  return now !== null && before != null && now.metadata.resourceVersion === before.metadata.resourceVersion;
}

function explained({ failure, reason, message }: Refused, { namespace, configMap }: SchedulePlace): Error {
  if (reason === 'invalid' && message.includes('immutable')) {
    return new RefusedFailure(`ConfigMap ${namespace}/${configMap} is immutable, and cannot be changed by anybody`, {
      facts: [message],
      hints: [`kubectl delete configmap ${configMap} -n ${namespace}     so that it can be made anew`],
    });
  }
  if (reason === 'not-found') {
    return new ClusterFailure('not-found', `there is no namespace ${namespace}`, failure.request, {
      hints: ['--configmap NAMESPACE/NAME     names another place'],
    });
  }
  return failure;
}

/** What came of a pod that was to start anew. */
export interface Restart {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly result: 'deleted' | 'gone' | 'failed' | 'skipped';
  /** Why it failed, or was skipped. */
  readonly error: string | null;
}

/**
 * Deletes the very pods that were seen, so that their workload makes new ones.
 * @throws ClusterFailure where pods may not be deleted
 */
export async function restartPods(
  cluster: Pick<ClusterWriter, 'remove'>,
  pods: readonly SeenPod[],
  dryRun: boolean,
): Promise<Restart[]> {
  const restarts: Restart[] = [];
  for (const { pod, isManaged } of pods) {
    const { namespace, name, uid } = pod;
    if (!isManaged) {
      restarts.push({ namespace, name, uid, result: 'skipped', error: 'no controller would make a new one' });
      continue;
    }
    const outcome = await cluster.remove(PODS, namespace, name, { uid }, { dryRun, timeoutSeconds: WRITE_SECONDS });
    if (outcome.state === 'refused' && outcome.reason === 'forbidden' && restarts.length === 0) throw outcome.failure;
    restarts.push({ namespace, name, uid, ...restartResult(outcome) });
  }
  return restarts;
}

function restartResult(outcome: WriteOutcome<KubeObject | null>): Pick<Restart, 'result' | 'error'> {
  if (outcome.state === 'done') return { result: 'deleted', error: null };
  if (outcome.state === 'uncertain') return { result: 'failed', error: outcome.why };
  // Another uid: it was made anew already.
  const isGone = outcome.reason === 'not-found' || outcome.reason === 'conflict';
  return isGone ? { result: 'gone', error: null } : { result: 'failed', error: outcome.message };
}
