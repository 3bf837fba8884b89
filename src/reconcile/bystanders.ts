import { record, text, timeMs } from '../cluster/fields.js';
import type { ClusterReader, KubeObject } from '../cluster/port.js';
import { EVENTS, MIGRATIONS, STATEFUL_SETS, VIRTUAL_MACHINE_INSTANCES } from '../cluster/resources.js';
import { ClusterFailure } from '../errors.js';
import { objectKey } from '../pools/belonging.js';
import { isAboutOneList, type Gaps } from '../pools/inventory.js';
import type { ObjectRef } from '../whereabouts/objects.js';
import { inBatches } from './batches.js';
import type { WantedBack } from './verdict.js';

/** Above so many sets, one list costs less than asking for each. */
const LIST_SETS_ABOVE = 10;

const SETS_UNKNOWN = 'whether a StatefulSet wants a pod back is not known';

/** A StatefulSet's pod is `SET-ORDINAL`. */
const ORDINAL = /^(.+)-(0|[1-9]\d*)$/;

/** How the pods of a virtual machine are called; a snapshot without migrations is no gap for any other pod. */
const VIRT_LAUNCHER = 'virt-launcher-';

/** Ordinals that a StatefulSet keeps running: `start ≤ n < start + replicas`. */
interface Ordinals {
  readonly start: number;
  readonly replicas: number;
}

/** Finds who may want pods back that are gone, or are going. */
export class Claimants {
  #sets: ReadonlyMap<string, Ordinals> | null = new Map();
  #unreadableSets = new Set<string>();
  /** Pods that an unfinished migration names, with its name. */
  readonly #migrating = new Map<string, string>();
  /** Why some migration may be unknown; null: none is. */
  #migrationsUnread: ClusterFailure | null = null;
  #migrationsListed = false;

  constructor(
    private readonly reader: ClusterReader,
    private readonly gaps: Gaps,
  ) {}

  /**
   * Reads what the questions below need.
   * @param gone pods that are not there
   * @param leaving pods that are there and not plainly live, with their uids
   */
  async read(gone: readonly ObjectRef[], leaving: readonly (ObjectRef & { readonly uid: string })[]): Promise<void> {
    await Promise.all([this.#readSets(gone), this.#readMigrations(gone.length + leaving.length > 0, leaving)]);
  }

  /** Who wants this pod back; a list that could not be read is an answer of its own. */
  wants(pod: ObjectRef, isGone: boolean): WantedBack | null {
    const set = isGone ? this.#setOf(pod) : null;
    if (set !== null && 'by' in set) return set;
    const migration = this.#migrating.get(objectKey(pod.namespace, pod.name));
    if (migration !== undefined) return { by: 'migration', name: migration };
    return this.#mayBeMigrating(pod) ? { unreadable: 'migrations' } : set;
  }

  /** Whether a migration that was not seen may name this pod. */
  #mayBeMigrating(pod: ObjectRef): boolean {
    const unread = this.#migrationsUnread;
    if (unread !== null && unread.reason !== 'not-collected') return true;
    if (!pod.name.startsWith(VIRT_LAUNCHER)) return false;
    return unread !== null || (this.#migrationsListed && !this.reader.isComplete(MIGRATIONS, pod.namespace));
  }

  #setOf(pod: ObjectRef): WantedBack | null {
    const [, name, ordinal] = ORDINAL.exec(pod.name) ?? [];
    if (name === undefined || ordinal === undefined) return null;
    const key = objectKey(pod.namespace, name);
    if (this.#sets === null || this.#unreadableSets.has(key)) return { unreadable: 'statefulsets' };
    const ordinals = this.#sets.get(key);
    if (ordinals === undefined) return null;
    const place = Number(ordinal) - ordinals.start;
    return place >= 0 && place < ordinals.replicas ? { by: 'statefulset', name } : null;
  }

  async #readSets(gone: readonly ObjectRef[]): Promise<void> {
    const names = new Map<string, ObjectRef>();
    for (const { namespace, name } of gone) {
      const set = ORDINAL.exec(name)?.[1];
      if (set !== undefined) names.set(objectKey(namespace, set), { namespace, name: set });
    }
    if (names.size === 0) return;
    const sets = new Map<string, Ordinals>();
    this.#sets = sets;
    try {
      if (names.size > LIST_SETS_ABOVE) {
        const listed = await this.reader.collect(STATEFUL_SETS, {}, (set) => {
          const key = objectKey(set.metadata.namespace ?? '', set.metadata.name ?? '');
          return names.has(key) ? ([key, ordinalsOf(set)] as const) : undefined;
        });
        for (const [key, ordinals] of listed) sets.set(key, ordinals);
        for (const [key, { namespace }] of names) {
          if (sets.has(key) || this.reader.isComplete(STATEFUL_SETS, namespace)) continue;
          this.#unreadableSets.add(key);
          this.gaps.warn(`the snapshot does not hold all StatefulSets of namespace ${namespace}: ${SETS_UNKNOWN}`);
        }
        return;
      }
      await inBatches([...names], async ([key, { namespace, name }]) => {
        const set = await this.#getSet(key, namespace, name);
        if (set !== undefined) sets.set(key, ordinalsOf(set));
      });
    } catch (failure) {
      this.gaps.note(failure, SETS_UNKNOWN);
      this.#sets = null;
    }
  }

  async #getSet(key: string, namespace: string, name: string): Promise<KubeObject | undefined> {
    try {
      return await this.reader.get(STATEFUL_SETS, namespace, name);
    } catch (failure) {
      this.gaps.note(failure, SETS_UNKNOWN);
      this.#unreadableSets.add(key);
      return undefined;
    }
  }

  async #readMigrations(needed: boolean, leaving: readonly (ObjectRef & { readonly uid: string })[]): Promise<void> {
    if (!needed) return;
    const unfinished = await this.#orUnread(() =>
      this.reader.collect(MIGRATIONS, {}, (migration) => (isUnfinished(migration) ? migration : undefined)),
    );
    this.#migrationsListed = unfinished !== undefined;
    const byUid = new Map(leaving.map((pod) => [pod.uid, pod]));
    await inBatches(unfinished ?? [], async (migration) => {
      const { namespace = '', name = '' } = migration.metadata;
      const machine = text(record(migration['spec'])['vmiName']);
      const instance =
        machine === null
          ? undefined
          : await this.#orUnread(() => this.reader.get(VIRTUAL_MACHINE_INSTANCES, namespace, machine));
      const status = record(instance?.['status']);
      for (const state of [record(record(migration['status'])['migrationState']), record(status['migrationState'])]) {
        for (const pod of [text(state['sourcePod']), text(state['targetPod'])]) {
          if (pod !== null) this.#migrating.set(objectKey(namespace, pod), name);
        }
      }
      // Active pods are named by uid.
      for (const uid of Object.keys(record(status['activePods']))) {
        const pod = byUid.get(uid);
        if (pod !== undefined) this.#migrating.set(objectKey(pod.namespace, pod.name), name);
      }
    });
  }

  /** What could not be read leaves a doubt about every migration; what is not defined does not exist. */
  async #orUnread<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (failure) {
      if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
      if (failure.reason === 'not-defined') return undefined;
      this.#migrationsUnread = failure;
      // A snapshot without migrations is a gap for virtual machines only; their verdicts say so.
      if (failure.reason !== 'not-collected') this.gaps.note(failure, 'whether a migration needs a pod is not known');
      return undefined;
    }
  }
}

function ordinalsOf(set: KubeObject): Ordinals {
  const spec = record(set['spec']);
  const start = record(spec['ordinals'])['start'];
  const replicas = spec['replicas'];
  // An absent replicas is 1 (Kubernetes apps/v1 StatefulSetSpec).
  return {
    start: typeof start === 'number' ? start : 0,
    replicas: typeof replicas === 'number' ? replicas : 1,
  };
}

function isUnfinished(migration: KubeObject): boolean {
  const status = record(migration['status']);
  return status['phase'] !== 'Succeeded' && status['phase'] !== 'Failed';
}

/** What events tell of pods that are gone; they expire, so their absence proves nothing. */
export interface PodTraces {
  /** When the pod was last seen being killed, in ms since the epoch. */
  readonly killedAtMs: number | null;
  /** The node that it ran on. */
  readonly nodeName: string | null;
}

/**
 * Reads the events that tell of these pods: `Killing` (kubelet), and `Scheduled` where the node matters.
 * @param withNodes whether some node is not Ready or not known, so that the place where a pod ran decides something
 */
export async function readTraces(
  reader: ClusterReader,
  gone: ReadonlySet<string>,
  withNodes: boolean,
  gaps: Gaps,
): Promise<ReadonlyMap<string, PodTraces>> {
  const traces = new Map<string, PodTraces>();
  if (gone.size === 0) return traces;
  for (const reason of withNodes ? ['Scheduled', 'Killing'] : ['Killing']) {
    try {
      const fieldSelector = `involvedObject.kind=Pod,reason=${reason}`;
      const events = await reader.collect(EVENTS, { fieldSelector }, (event) => {
        const involved = record(event['involvedObject']);
        const pod = objectKey(text(involved['namespace']) ?? '', text(involved['name']) ?? '');
        return gone.has(pod) ? ([pod, event] as const) : undefined;
      });
      for (const [pod, event] of events) {
        const known = traces.get(pod) ?? { killedAtMs: null, nodeName: null };
        const at = reason === 'Killing' ? lastSeen(event) : null;
        traces.set(pod, {
          killedAtMs: at !== null && at > (known.killedAtMs ?? 0) ? at : known.killedAtMs,
          nodeName: nodeOf(event, reason) ?? known.nodeName,
        });
      }
    } catch (failure) {
      if (!(failure instanceof ClusterFailure) || !isAboutOneList(failure)) throw failure;
      // Events only warn.
      gaps.warn(`${failure.message}: pods that were deleted a moment ago are not told from others`);
      return traces;
    }
  }
  return traces;
}

/** Names of nodes that events say were removed within the last hour. */
export async function recentlyRemovedNodes(reader: ClusterReader, nowMs: number): Promise<string[]> {
  try {
    const names = await reader.collect(EVENTS, { fieldSelector: 'involvedObject.kind=Node' }, (event) => {
      if (event['reason'] !== 'RemovingNode' && event['reason'] !== 'DeletingNode') return undefined;
      const at = lastSeen(event);
      if (at === null || nowMs - at > 3_600_000) return undefined;
      return text(record(event['involvedObject'])['name']) ?? undefined;
    });
    return [...new Set(names)];
  } catch (failure) {
    if (failure instanceof ClusterFailure && isAboutOneList(failure)) return [];
    throw failure;
  }
}

function lastSeen(event: KubeObject): number | null {
  return (
    timeMs(record(event['series'])['lastObservedTime']) ??
    timeMs(event['lastTimestamp']) ??
    timeMs(event['eventTime']) ??
    timeMs(event.metadata.creationTimestamp)
  );
}

function nodeOf(event: KubeObject, reason: string): string | null {
  if (reason === 'Killing') return text(record(event['source'])['host']) ?? text(event['reportingInstance']);
  // "Successfully assigned NAMESPACE/NAME to NODE" (kube-scheduler pkg/scheduler/schedule_one.go)
  const message = text(event['message']) ?? '';
  return / to (\S+)$/.exec(message)?.[1] ?? null;
}
