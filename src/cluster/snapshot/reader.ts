import { ClusterFailure, type ClusterFailureReason } from '../../errors.js';
import type { ReadingObserver } from '../options.js';
import type { ClusterIdentity, ClusterReader, KubeObject, ListOptions, LogOptions } from '../port.js';
import { NAMESPACES, PODS, type Resource, resourceName } from '../resources.js';
import type { ObjectIndex } from './index-of-objects.js';
import { type KeptLogs, readLog, selected } from './logs.js';
import { fieldMatch, labelMatch } from './selectors.js';

/** What a reader is made of. */
export interface SnapshotContents {
  readonly paths: readonly string[];
  readonly index: ObjectIndex;
  /** Those of archives. */
  readonly logs: KeptLogs;
  readonly now: Date;
  readonly notes: readonly string[];
  /** Whether no file was lost, so that a manifest's word on what was collected holds. */
  readonly trustManifest: boolean;
  readonly observer: ReadingObserver;
}

/** Why a snapshot lacks a resource, in words, by the reason in its manifest. */
const WHY: Partial<Record<ClusterFailureReason, string>> = {
  forbidden: 'was forbidden',
  unauthorized: 'was refused (not logged in)',
  'not-defined': 'found no such resource on the API server',
  timeout: 'took too long',
  unreachable: 'did not reach the API server',
  'server-error': 'failed on the API server',
};

/** Objects between two tellings of progress. */
const PROGRESS_STEP = 500;

/** Answers from the objects of a snapshot as the API server would have. */
export class SnapshotReader implements ClusterReader {
  readonly source = 'snapshot';
  readonly contextNamespace = 'default';
  readonly notes: readonly string[];
  readonly #contents: SnapshotContents;

  constructor(contents: SnapshotContents) {
    this.#contents = contents;
    this.notes = contents.notes;
  }

  identity(): Promise<ClusterIdentity> {
    const { index, paths } = this.#contents;
    const uid = index.get(NAMESPACES, '', 'kube-system')?.metadata.uid ?? index.manifestUid;
    return Promise.resolve({ uid, server: index.server, name: paths.join(', '), user: null });
  }

  /** @throws ClusterFailure `not-collected`, or the reason that the manifest gives; UsageFailure for a bad selector. */
  collect<T>(resource: Resource, options: ListOptions, project: (object: KubeObject) => T | undefined): Promise<T[]> {
    return answer(() => this.#collect(resource, options, project));
  }

  #collect<T>(resource: Resource, options: ListOptions, project: (object: KubeObject) => T | undefined): T[] {
    const { index, observer, trustManifest } = this.#contents;
    const namespace = options.namespace === '' ? undefined : options.namespace;
    const byLabel = labelMatch(options.labelSelector);
    const byField = fieldMatch(options.fieldSelector, resource);
    const missing = index.missing(resource, namespace, ['list', 'watch']);
    if (missing !== undefined && !this.isComplete(resource, namespace)) {
      throw this.#refused(resource, missing.reason, {
        verb: 'list',
        ...(namespace === undefined ? {} : { namespace }),
      });
    }
    if (!index.isCollected(resource, trustManifest)) throw this.#notCollected(resource, 'list');

    const results: T[] = [];
    let count = 0;
    for (const object of index.list(resource)) {
      if (resource.namespaced && namespace !== undefined && object.metadata.namespace !== namespace) continue;
      if (!byLabel(object) || !byField(object)) continue;
      const result = project(object);
      if (result !== undefined) results.push(result);
      if (++count % PROGRESS_STEP === 0) observer.progress?.(resource.plural, count);
    }
    if (count % PROGRESS_STEP !== 0) observer.progress?.(resource.plural, count);
    return results;
  }

  /**
   * `undefined` only where a complete list shows that there was no such object.
   * @throws ClusterFailure `not-collected`, or the reason that the manifest gives.
   */
  get(resource: Resource, namespace: string, name: string): Promise<KubeObject | undefined> {
    return answer(() => this.#get(resource, namespace, name));
  }

  #get(resource: Resource, namespace: string, name: string): KubeObject | undefined {
    const { index, trustManifest } = this.#contents;
    const object = index.get(resource, namespace, name);
    if (object !== undefined) return object;
    if (this.isComplete(resource, namespace)) return undefined;
    if (trustManifest && index.wasAbsent(resource, namespace, name)) return undefined;
    const request = { verb: 'get', name, ...(resource.namespaced ? { namespace } : {}) };
    const missing = index.missing(resource, namespace, ['get', 'list'], name);
    if (missing !== undefined) throw this.#refused(resource, missing.reason, request);
    if (!index.isCollected(resource, trustManifest)) throw this.#notCollected(resource, 'get');
    const where = resource.namespaced ? ` in namespace ${namespace}` : '';
    throw new ClusterFailure(
      'not-collected',
      `${resource.kind} ${name}${where} is not in the snapshot, which does not hold all ${resource.plural}${where}`,
      { ...request, resource: resourceName(resource) },
      { facts: [this.#lookedAt()], hints: [collectHint(resource)] },
    );
  }

  /** @throws ClusterFailure `not-collected`, or the reason that the manifest gives. */
  async log(namespace: string, pod: string, container: string | null, options: LogOptions): Promise<string> {
    const { index, logs, paths } = this.#contents;
    const text = await readLog(paths, namespace, pod, container, options);
    if (text !== undefined) return text;
    const kept = logs.get(namespace, pod, container);
    if (kept !== undefined) return selected(kept, options);
    const missing = index.missingLog(namespace, pod, container);
    if (missing !== undefined) {
      const request = { verb: 'get', resource: `${resourceName(PODS)}/log`, namespace, name: pod };
      throw new ClusterFailure(missing.reason, missing.message ?? `the log of pod ${pod} was not read`, request);
    }
    throw new ClusterFailure(
      'not-collected',
      `the log of pod ${pod} in namespace ${namespace} is not in the snapshot`,
      { verb: 'get', resource: `${resourceName(PODS)}/log`, namespace, name: pod },
      {
        facts: [this.#lookedAt()],
        hints: [`collect it: oc adm inspect pod/${pod} -n ${namespace}, and give that folder`],
      },
    );
  }

  now(): Date {
    return new Date(this.#contents.now);
  }

  isComplete(resource: Resource, namespace?: string): boolean {
    const { index, trustManifest } = this.#contents;
    return index.isComplete(resource, resource.namespaced ? namespace : undefined, trustManifest);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #lookedAt(): string {
    return `looked at: ${this.#contents.paths.join(', ')}`;
  }

  #notCollected(resource: Resource, verb: string): ClusterFailure {
    const facts = [this.#lookedAt()];
    if (!this.#contents.trustManifest) facts.push('some files of the snapshot could not be read');
    return new ClusterFailure(
      'not-collected',
      `the snapshot holds no ${resource.kind} and no list of ${resourceName(resource)}`,
      { verb, resource: resourceName(resource) },
      { facts, hints: [collectHint(resource)] },
    );
  }

  #refused(
    resource: Resource,
    reason: ClusterFailureReason,
    request: { verb: string; namespace?: string; name?: string },
  ): ClusterFailure {
    const where = request.namespace === undefined ? '' : ` in namespace ${request.namespace}`;
    return new ClusterFailure(
      reason,
      `${resourceName(resource)}${where}: reading them ${WHY[reason] ?? `failed (${reason})`} when the snapshot was taken`,
      { ...request, resource: resourceName(resource) },
      { facts: [this.#lookedAt()], hints: [collectHint(resource)] },
    );
  }
}

/** What is known already, as a promise: what `work` throws rejects it. */
function answer<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}

/** The command that collects what is lacking. */
function collectHint(resource: Resource): string {
  return `collect them: kubectl get ${resourceName(resource)}${resource.namespaced ? ' -A' : ''} -o yaml > ${resource.plural}.yaml, and give that file to --from as well`;
}
