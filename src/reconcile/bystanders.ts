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

/** An unfinished migration; active pods are named by uid. */
interface Migration {
  readonly name: string;
  readonly uids: readonly string[];
}

/** Finds who may want pods back that are gone, or are going. What was read once is not read again. */
export class Claimants {
  /** undefined: it could not be found out. */
  readonly #sets = new Map<string, Ordinals | null | undefined>();
  #setsListed = false;
  /** Pods that an unfinished migration names, with its name. */
  readonly #migrating = new Map<string, string>();
  #migrations: Promise<readonly Migration[] | null> | undefined;
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
    const ordinals = this.#sets.get(objectKey(pod.namespace, name));
    if (ordinals === undefined) return { unreadable: 'statefulsets' };
    if (ordinals === null) return null;
    const place = Number(ordinal) - ordinals.start;
    return place >= 0 && place < ordinals.replicas ? { by: 'statefulset', name } : null;
  }

  async #readSets(gone: readonly ObjectRef[]): Promise<void> {
    const names = new Map<string, ObjectRef>();
    for (const { namespace, name } of gone) {
      const set = ORDINAL.exec(name)?.[1];
      if (set === undefined) continue;
      const key = objectKey(namespace, set);
      if (!this.#sets.has(key)) names.set(key, { namespace, name: set });
    }
    if (names.size === 0) return;
    try {
      if (this.#setsListed || names.size > LIST_SETS_ABOVE) {
        if (!this.#setsListed) await this.#listSets();
        for (const [key, { namespace }] of names) {
          if (this.#sets.has(key)) continue;
          const isKnown = this.reader.isComplete(STATEFUL_SETS, namespace);
          this.#sets.set(key, isKnown ? null : undefined);
          if (isKnown) continue;
          this.gaps.warn(`the snapshot does not hold all StatefulSets of namespace ${namespace}: ${SETS_UNKNOWN}`);
        }
        return;
      }
      await inBatches([...names], async ([key, { namespace, name }]) => {
        this.#sets.set(key, await this.#getSet(namespace, name));
      });
    } catch (failure) {
      this.gaps.note(failure, SETS_UNKNOWN);
    }
  }

  async #listSets(): Promise<void> {
    const listed = await this.reader.collect(STATEFUL_SETS, {}, (set) => {
      const { namespace = '', name = '' } = set.metadata;
      return [objectKey(namespace, name), ordinalsOf(set)] as const;
    });
    for (const [key, ordinals] of listed) this.#sets.set(key, ordinals);
    this.#setsListed = true;
  }

  async #getSet(namespace: string, name: string): Promise<Ordinals | null | undefined> {
    try {
      const set = await this.reader.get(STATEFUL_SETS, namespace, name);
      return set === undefined ? null : ordinalsOf(set);
    } catch (failure) {
      this.gaps.note(failure, SETS_UNKNOWN);
      return undefined;
    }
  }

  async #readMigrations(needed: boolean, leaving: readonly (ObjectRef & { readonly uid: string })[]): Promise<void> {
    if (!needed) return;
    this.#migrations ??= this.#listMigrations();
    const migrations = (await this.#migrations) ?? [];
    const byUid = new Map(migrations.flatMap(({ name, uids }) => uids.map((uid) => [uid, name] as const)));
    for (const { namespace, name, uid } of leaving) {
      const migration = byUid.get(uid);
      if (migration !== undefined) this.#migrating.set(objectKey(namespace, name), migration);
    }
  }

  async #listMigrations(): Promise<readonly Migration[] | null> {
    const unfinished = await this.#orUnread(() =>
      this.reader.collect(MIGRATIONS, {}, (migration) => (isUnfinished(migration) ? migration : undefined)),
    );
    this.#migrationsListed = unfinished !== undefined;
    if (unfinished === undefined) return null;
    const migrations: Migration[] = [];
    await inBatches(unfinished, async (migration) => {
      const { namespace = '', name = '' } = migration.metadata;
      const machine = text(record(migration['spec'])['vmiName']);
      const instance =
        machine === null
          ? undefined
          : await this.#orUnread(() => this.reader.get(VIRTUAL_MACHINE_INSTANCES, namespace, machine));
      const status = record(instance?.['status']);
      const states = [record(record(migration['status'])['migrationState']), record(status['migrationState'])];
      const pods = states.flatMap((state) => [text(state['sourcePod']) ?? [], text(state['targetPod']) ?? []].flat());
      for (const pod of pods) this.#migrating.set(objectKey(namespace, pod), name);
      migrations.push({ name, uids: Object.keys(record(status['activePods'])) });
    });
    return migrations;
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
