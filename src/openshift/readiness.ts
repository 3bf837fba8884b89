import { record, records, text } from '../cluster/fields.js';
import type { ClusterReader, KubeObject } from '../cluster/port.js';
import { PODS } from '../cluster/resources.js';
import { ClusterFailure } from '../errors.js';
import { isAboutOneList } from '../pools/inventory.js';
import { groupedBy } from '../pools/multimap.js';
import { podSpecOf, selectorOf, type Workload } from './workloads.js';

/** A pod that is not ready, and why. */
export interface WaitingPod {
  readonly name: string;
  readonly nodeName: string | null;
  /** As the kubelet or the scheduler has it: `ImagePullBackOff`, `Unschedulable`; `NotReady` where nobody says. */
  readonly reason: string;
  readonly message: string | null;
}

/** A DaemonSet or Deployment, and how far its rollout is. */
export interface WorkloadDocument {
  readonly kind: 'DaemonSet' | 'Deployment';
  readonly namespace: string;
  readonly name: string;
  /** Pods there should be; null: its controller has not said yet. */
  readonly desired: number | null;
  /** Pods of the present template. */
  readonly updated: number | null;
  readonly ready: number | null;
  readonly generation: number | null;
  /** The generation that its controller has seen. */
  readonly observedGeneration: number | null;
  readonly images: readonly string[];
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** The OpenShift release that it was deployed by; null: none says. */
  readonly release: string | null;
  readonly isReady: boolean;
  /** Why it is not ready; empty where it is. */
  readonly reasons: readonly string[];
  /** Pods that are not ready; looked at only where the workload is not. */
  readonly waiting: readonly WaitingPod[];
}

const RELEASE = 'release.openshift.io/version';
/** Waiting of this kind is how every pod begins. */
const ORDINARY: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing']);

/** How far a workload is, by its status alone. */
export function workloadDocument({ kind, object }: Workload): WorkloadDocument {
  const { metadata } = object;
  const spec = record(object['spec']);
  const status = record(object['status']);
  const generation = count(record(metadata)['generation']);
  const observedGeneration = count(status['observedGeneration']);
  const isSeen = observedGeneration !== null && observedGeneration >= (generation ?? 0);
  const counts =
    kind === 'DaemonSet'
      ? {
          desired: isSeen ? (count(status['desiredNumberScheduled']) ?? 0) : null,
          updated: count(status['updatedNumberScheduled']) ?? 0,
          ready: count(status['numberReady']) ?? 0,
        }
      : {
          desired: count(spec['replicas']) ?? 1,
          updated: count(status['updatedReplicas']) ?? 0,
          // Ready for as long as its minReadySeconds ask.
          ready: count(status['availableReplicas']) ?? 0,
        };
  const podSpec = podSpecOf(object);
  const nodeSelector = Object.fromEntries(
    Object.entries(record(podSpec['nodeSelector'])).map(([key, value]) => [key, String(value)]),
  );
  const reasons = isSeen ? reasonsOf(kind, counts, nodeSelector, status) : ['its controller has not seen it yet'];
  return {
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    ...counts,
    generation,
    observedGeneration,
    images: [...new Set(records(podSpec['containers']).flatMap(({ image }) => text(image) ?? []))],
    nodeSelector,
    release: metadata.annotations?.[RELEASE] ?? null,
    isReady: reasons.length === 0,
    reasons,
    waiting: [],
  };
}

function reasonsOf(
  kind: Workload['kind'],
  { desired, updated, ready }: Pick<WorkloadDocument, 'desired' | 'updated' | 'ready'>,
  nodeSelector: Readonly<Record<string, string>>,
  status: Readonly<Record<string, unknown>>,
): string[] {
  const wanted = desired ?? 0;
  if (wanted === 0) {
    if (kind === 'Deployment') return ['it is scaled to 0'];
    const labels = Object.entries(nodeSelector).map(([key, value]) => `${key}=${value}`);
    return [labels.length === 0 ? 'no node can run it' : `no node matches its selector ${labels.join(',')}`];
  }
  const reasons = [];
  if ((updated ?? 0) < wanted)
    reasons.push(`${(updated ?? 0).toString()} of ${wanted.toString()} are of the present version`);
  if ((ready ?? 0) < wanted) reasons.push(`${(ready ?? 0).toString()} of ${wanted.toString()} ready`);
  if (reasons.length > 0) {
    for (const { type, status: holds, reason, message } of records(status['conditions'])) {
      const isBad = (type === 'Progressing' && holds === 'False') || (type === 'ReplicaFailure' && holds === 'True');
      if (isBad) reasons.push([text(reason), text(message)].filter((each) => each !== null).join(': '));
    }
  }
  return reasons;
}

/**
 * `workloadDocument`, and of a workload that is not ready the pods that are not.
 * @param note told what could not be read
 */
export async function describeWorkload(
  reader: Pick<ClusterReader, 'collect'>,
  workload: Workload,
  note: (failure: ClusterFailure) => void,
): Promise<WorkloadDocument> {
  const document = workloadDocument(workload);
  const labelSelector = selectorOf(workload.object);
  if (document.isReady || labelSelector === '') return document;
  try {
    const pods = await reader.collect(PODS, { namespace: document.namespace, labelSelector }, waitingPod);
    const waiting = pods.sort((a, b) => compareText(a.nodeName ?? a.name, b.nodeName ?? b.name));
    return { ...document, waiting, reasons: [...document.reasons, ...grouped(waiting)] };
  } catch (failure) {
    if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
    note(failure);
    return document;
  }
}

/** What keeps a pod from being ready; undefined where it is. */
export function waitingPod(object: KubeObject): WaitingPod | undefined {
  const status = record(object['status']);
  const conditions = records(status['conditions']);
  if (conditions.some(({ type, status: holds }) => type === 'Ready' && holds === 'True')) return undefined;
  const head = {
    name: object.metadata.name ?? '',
    nodeName: text(record(object['spec'])['nodeName']) ?? assignedNode(object),
  };
  const containers = [...records(status['initContainerStatuses']), ...records(status['containerStatuses'])];
  const waits = containers.map((container) => ({
    waiting: record(record(container['state'])['waiting']),
    ended: record(record(container['lastState'])['terminated']),
  }));
  for (const { waiting, ended } of waits) {
    const reason = text(waiting['reason']);
    if (reason === null || ORDINARY.has(reason)) continue;
    const code = count(ended['exitCode']);
    const exit = code === null ? null : `it ended with exit code ${code.toString()}`;
    return { ...head, reason, message: exit ?? text(waiting['message']) };
  }
  if (object.metadata.deletionTimestamp !== undefined) return { ...head, reason: 'Terminating', message: null };
  const unscheduled = conditions.find(({ type, status: holds }) => type === 'PodScheduled' && holds === 'False');
  if (unscheduled !== undefined) {
    return { ...head, reason: text(unscheduled['reason']) ?? 'Unschedulable', message: text(unscheduled['message']) };
  }
  const starting = waits.map(({ waiting }) => text(waiting['reason'])).find((reason) => reason !== null);
  return { ...head, reason: text(status['reason']) ?? starting ?? 'NotReady', message: text(status['message']) };
}

/** A DaemonSet's pod that is not scheduled yet names its node in its affinity. */
function assignedNode(object: KubeObject): string | null {
  const affinity = record(record(record(object['spec'])['affinity'])['nodeAffinity']);
  const terms = records(record(affinity['requiredDuringSchedulingIgnoredDuringExecution'])['nodeSelectorTerms']);
  const field = terms.flatMap(({ matchFields }) => records(matchFields)).find(({ key }) => key === 'metadata.name');
  const values: unknown = field?.['values'];
  return Array.isArray(values) ? text(values[0]) : null;
}

/** Names of nodes that are said; of more there is a count. */
const MOST_NAMES = 5;

/** One sentence a reason, with the nodes that it holds on. */
function grouped(pods: readonly WaitingPod[]): string[] {
  return [...groupedBy(pods, ({ reason }) => reason)].map(([reason, group]) => {
    const places = group.map(({ nodeName, name }) => nodeName ?? name);
    const more = places.length - MOST_NAMES;
    const shown = `${places.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more.toString()} more` : ''}`;
    const message = group.find((pod) => pod.message !== null)?.message ?? null;
    return `${shown}: ${reason}${message === null ? '' : ` (${message})`}`;
  });
}

function count(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
