import type { ClusterIdentity, ClusterReader, KubeObject, ListOptions, LogOptions } from '../../../src/cluster/port.js';
import { PODS, resourceName, type Resource } from '../../../src/cluster/resources.js';
import { fieldMatch, labelMatch } from '../../../src/cluster/snapshot/selectors.js';
import { ClusterFailure, type ClusterFailureReason } from '../../../src/errors.js';

/** All objects at one moment; nothing in it ever changes. */
export interface Moment {
  readonly nowMs: number;
  readonly objects: ReadonlyMap<string, KubeObject>;
}

type Fields = Readonly<Record<string, unknown>>;

/** One cluster's objects, as an API server keeps them: versions, uids, and a write that tests the version. */
export class World {
  nowMs = Date.parse('2026-09-01T12:00:00Z');
  /** Who holds the Lease of the plugin. */
  lease: string | null = null;
  /** What the container of a pod wrote, by `namespace/name`. */
  readonly logs = new Map<string, string>();
  #objects = new Map<string, KubeObject>();
  #version = 0;
  #uids = 0;
  #history: Moment[] | null = null;

  /** Makes or replaces an object; a new one gets a uid. */
  put(
    resource: Resource,
    namespace: string,
    name: string,
    fields: Fields & { readonly metadata?: Fields } = {},
  ): KubeObject {
    const { metadata, ...rest } = fields;
    const key = keyOf(resource, namespace, name);
    const uid = this.#objects.get(key)?.metadata.uid ?? `uid-${(++this.#uids).toString()}`;
    const object: KubeObject = {
      ...rest,
      kind: resource.kind,
      metadata: {
        creationTimestamp: new Date(this.nowMs).toISOString(),
        uid,
        ...metadata,
        name,
        ...(resource.namespaced ? { namespace } : {}),
        resourceVersion: (++this.#version).toString(),
      },
    };
    this.#objects.set(key, object);
    return object;
  }

  get(resource: Resource, namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(keyOf(resource, namespace, name));
  }

  /** Replaces an object that is still as it was read; false: somebody else was first. */
  replace(resource: Resource, read: KubeObject, fields: Fields & { readonly metadata?: Fields }): boolean {
    const { namespace = '', name = '', resourceVersion } = read.metadata;
    const now = this.get(resource, namespace, name);
    if (now === undefined || now.metadata.resourceVersion !== resourceVersion) return false;
    this.put(resource, namespace, name, { ...now, ...fields, metadata: { ...now.metadata, ...fields.metadata } });
    return true;
  }

  /** Changes an object as it is now; nothing where it is gone. */
  patch(resource: Resource, namespace: string, name: string, fields: Fields & { readonly metadata?: Fields }): void {
    const now = this.get(resource, namespace, name);
    if (now !== undefined) this.replace(resource, now, fields);
  }

  remove(resource: Resource, namespace: string, name: string): boolean {
    return this.#objects.delete(keyOf(resource, namespace, name));
  }

  moment(): Moment {
    return { nowMs: this.nowMs, objects: new Map(this.#objects) };
  }

  /** From here on every moment is kept; the array goes on growing. */
  record(): readonly Moment[] {
    this.#history = [this.moment()];
    return this.#history;
  }

  /** To be called after each step of whoever changes the world. */
  tick(ms: number): void {
    this.nowMs += ms;
    this.#history?.push(this.moment());
  }
}

/** The objects of a resource at a moment. */
export function objectsAt(moment: Moment, resource: Resource): KubeObject[] {
  const prefix = `${resourceName(resource)}/`;
  return [...moment.objects].filter(([key]) => key.startsWith(prefix)).map(([, object]) => object);
}

function keyOf(resource: Resource, namespace: string, name: string): string {
  return `${resourceName(resource)}/${resource.namespaced ? namespace : ''}/${name}`;
}

/** One request that a reader was asked for. */
export interface Request {
  readonly verb: 'list' | 'get' | 'log';
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly options: ListOptions;
}

export interface ReaderOptions {
  readonly source?: 'cluster' | 'snapshot';
  /** Runs before a request is answered, and between two pages of a list: the world may change meanwhile. */
  readonly turn?: () => Promise<void> | void;
  readonly pageSize?: number;
  /** Why a request is refused, if it is. */
  readonly refuse?: (request: Request) => ClusterFailureReason | undefined;
  /** Stands for the moment at which a request is answered, if not now. */
  readonly answeredAt?: (request: Request, now: Moment) => Moment;
  readonly contextNamespace?: string;
  /** What a snapshot knows to be complete. */
  readonly complete?: (resource: Resource, namespace: string | undefined) => boolean;
}

/**
 * Reads a world as the port says: each GET and each list is one moment, a list by pages shows the moment of its first
 * page, and metadata is all that a list of metadata holds.
 */
export class WorldReader implements ClusterReader {
  readonly source: 'cluster' | 'snapshot';
  readonly contextNamespace: string;
  readonly notes: readonly string[] = [];
  readonly requests: Request[] = [];

  constructor(
    private readonly world: World,
    private readonly options: ReaderOptions = {},
  ) {
    this.source = options.source ?? 'cluster';
    this.contextNamespace = options.contextNamespace ?? 'default';
  }

  identity(): Promise<ClusterIdentity> {
    return Promise.resolve({ uid: 'cluster-uid', server: 'https://api.example:6443', name: 'world', user: null });
  }

  async collect<T>(
    resource: Resource,
    options: ListOptions,
    project: (object: KubeObject) => T | undefined,
  ): Promise<T[]> {
    const { namespace } = options;
    const moment = await this.#ask({ verb: 'list', resource, namespace, name: undefined, options });
    const byField = fieldMatch(options.fieldSelector, resource);
    const byLabel = labelMatch(options.labelSelector);
    const matching = objectsAt(moment, resource).filter(
      (object) =>
        (namespace === undefined || object.metadata.namespace === namespace) && byField(object) && byLabel(object),
    );
    const size = this.options.pageSize ?? 500;
    const kept: T[] = [];
    for (const [index, object] of matching.entries()) {
      if (index > 0 && index % size === 0) await this.options.turn?.();
      const sent = options.metadataOnly === true ? { metadata: object.metadata } : object;
      const result = project(structuredClone(sent));
      if (result !== undefined) kept.push(result);
    }
    return kept;
  }

  async get(resource: Resource, namespace: string, name: string): Promise<KubeObject | undefined> {
    const moment = await this.#ask({ verb: 'get', resource, namespace, name, options: {} });
    const object = moment.objects.get(keyOf(resource, namespace, name));
    return object === undefined ? undefined : structuredClone(object);
  }

  /** Of what {@link World.logs} has; a pod without a log is one whose kubelet does not answer. */
  async log(namespace: string, pod: string, container: string | null, options: LogOptions): Promise<string> {
    await this.#ask({ verb: 'log', resource: PODS, namespace, name: pod, options: {} });
    const text = this.world.logs.get(`${namespace}/${pod}`);
    if (text !== undefined && 'headBytes' in options) return text.slice(0, options.headBytes);
    if (text !== undefined && 'tailLines' in options)
      return `${text.split('\n').slice(-options.tailLines).join('\n')}\n`;
    throw new ClusterFailure('server-error', `no log of ${container ?? 'the container'} of ${namespace}/${pod}`, {});
  }

  now(): Date {
    return new Date(this.world.nowMs);
  }

  isComplete(resource: Resource, namespace?: string): boolean {
    return this.options.complete?.(resource, namespace) ?? true;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The requests in words: `list ippools`, `get pods default/a`. */
  get asked(): string[] {
    return this.requests.map(({ verb, resource, namespace, name, options }) => {
      const object = name === undefined ? (namespace ?? '') : `${namespace ?? ''}/${name}`;
      const details = [object, options.fieldSelector ?? '', options.metadataOnly === true ? 'metadata' : ''];
      return [verb, resource.plural, ...details.filter((detail) => detail !== '')].join(' ');
    });
  }

  async #ask(request: Request): Promise<Moment> {
    this.requests.push(request);
    await Promise.resolve();
    await this.options.turn?.();
    const reason = this.options.refuse?.(request);
    if (reason !== undefined) {
      const { verb, resource, namespace } = request;
      throw new ClusterFailure(reason, `${verb} ${resourceName(resource)}: ${reason}`, {
        verb,
        resource: resourceName(resource),
        ...(namespace === undefined ? {} : { namespace }),
      });
    }
    const now = this.world.moment();
    return this.options.answeredAt?.(request, now) ?? now;
  }
}
