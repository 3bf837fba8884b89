import { record, records, text } from '../cluster/fields.js';
import type { ClusterReader, KubeObject } from '../cluster/port.js';
import { DAEMON_SETS, DEPLOYMENTS } from '../cluster/resources.js';

/** A DaemonSet or Deployment, as it was read. */
export interface Workload {
  readonly kind: 'DaemonSet' | 'Deployment';
  readonly object: KubeObject;
}

/** Reads the DaemonSets and Deployments of a namespace, or of all. */
export async function readWorkloads(reader: Pick<ClusterReader, 'collect'>, namespace?: string): Promise<Workload[]> {
  const where = namespace === undefined ? {} : { namespace };
  const [sets, deployments] = await Promise.all([
    reader.collect(DAEMON_SETS, where, (object): Workload => ({ kind: 'DaemonSet', object })),
    reader.collect(DEPLOYMENTS, where, (object): Workload => ({ kind: 'Deployment', object })),
  ]);
  return [...sets, ...deployments];
}

/** The labels by which a workload knows its pods, as a selector. */
export function selectorOf(object: KubeObject): string {
  const labels = Object.entries(record(record(record(object['spec'])['selector'])['matchLabels']));
  return labels.map(([key, value]) => `${key}=${String(value)}`).join(',');
}

/** The spec of a workload's pods. */
export function podSpecOf(object: KubeObject): Fields {
  return record(record(record(object['spec'])['template'])['spec']);
}

/** A DaemonSet or Deployment that runs whereabouts' reconciler. */
export interface ReconcilerWorkload {
  /** In words. */
  readonly title: string;
  readonly namespace: string;
  readonly labelSelector: string;
  readonly container: string;
  /** Where the schedule comes from; null: the workload mounts no ConfigMap for it. */
  readonly schedule: {
    readonly configMap: string;
    readonly key: string;
    /** Whether pods start without it. */
    readonly isOptional: boolean;
  } | null;
  readonly workload: Workload;
}

/** Where the container that reconciles finds its schedule. */
const SCHEDULE_FOLDER = '/cron-schedule';
const SCHEDULE_FILE = 'config';
/** The name of OpenShift's DaemonSet and of upstream's Deployment. */
const RECONCILER = 'whereabouts-reconciler';

/**
 * The workloads of one namespace that run the reconciler. Where none surely does, those that run the pod controller: it
 * reconciled on a schedule of its own before it had a file for it.
 */
export function reconcilersAmong(workloads: readonly Workload[]): ReconcilerWorkload[] {
  for (const reconciles of [isReconciler, isControlLoop]) {
    const found = workloads.flatMap((workload) => {
      const containers = records(podSpecOf(workload.object)['containers']);
      const byName =
        reconciles === isReconciler && workload.object.metadata.name === RECONCILER ? containers[0] : undefined;
      const container = containers.find(reconciles) ?? byName;
      return container === undefined ? [] : [reconcilerOf(workload, container)];
    });
    if (found.length > 0) return found;
  }
  return [];
}

type Fields = Readonly<Record<string, unknown>>;

/** The controller of node slices mounts the schedule too (doc/crds/node-slice-controller.yaml), and never reads it. */
function isReconciler(container: Fields): boolean {
  if (runs(container, 'node-slice-controller')) return false;
  return container['name'] === RECONCILER || scheduleMount(container) !== undefined || runs(container, 'ip-reconciler');
}

function isControlLoop(container: Fields): boolean {
  return runs(container, 'ip-control-loop');
}

/** Whether a container's command or arguments name a program. */
export function runs(container: Fields, program: string): boolean {
  return ['command', 'args'].some((field) => JSON.stringify(container[field] ?? []).includes(program));
}

function scheduleMount(container: Fields): Fields | undefined {
  return records(container['volumeMounts']).find(
    (mount) => text(mount['mountPath'])?.replace(/\/+$/, '') === SCHEDULE_FOLDER,
  );
}

function reconcilerOf(workload: Workload, container: Fields): ReconcilerWorkload {
  const { namespace = '', name = '' } = workload.object.metadata;
  const mount = scheduleMount(container);
  const volumes = records(podSpecOf(workload.object)['volumes']);
  const volume = mount === undefined ? undefined : volumes.find((each) => each['name'] === mount['name']);
  const source = record(volume?.['configMap']);
  const configMap = text(source['name']);
  const item = records(source['items']).find((each) => each['path'] === SCHEDULE_FILE);
  return {
    title: `${workload.kind} ${namespace}/${name}`,
    namespace,
    labelSelector: selectorOf(workload.object),
    container: text(container['name']) ?? '',
    schedule:
      configMap === null
        ? null
        : { configMap, key: text(item?.['key']) ?? SCHEDULE_FILE, isOptional: source['optional'] === true },
    workload,
  };
}
