import type { Resource } from './resources.js';

/** Metadata of an object, as far as ipamctl reads it. All values come from outside and may be missing. */
export interface ObjectMeta {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** An object as it came from the API server or a snapshot: metadata, and the rest unknown. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** Which objects of a resource are asked for. */
export interface ListOptions {
  /** One namespace; absent: all. */
  readonly namespace?: string;
  /** `a.b=c` or `a.b!=c`, joined by commas. */
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** Only metadata is needed; the objects then hold nothing else for sure. */
  readonly metadataOnly?: boolean;
}

/** Takes what a followed list holds and how that changes. Called in order; none of its functions waits. */
export interface Follower<T> {
  /** The whole list: at the beginning, and again whenever its history was lost (410). Keys are `NAMESPACE/NAME`. */
  listed(items: ReadonlyMap<string, T>): void;
  /** One object as it is now; `undefined`: it is gone, or `project` lets it go. */
  changed(key: string, value: T | undefined): void;
  /** The API server does not answer, with the reason in words; null: it does again. What is held may be old meanwhile. */
  trouble?(message: string | null): void;
}

/**
 * Which part of a container's log is asked for: so many lines from its end (of those not more than `limitBytes`, and then
 * the older ones), or so many bytes from its beginning (the last line may then be cut).
 */
export type LogOptions = { readonly tailLines: number; readonly limitBytes?: number } | { readonly headBytes: number };

/**
 * Begins the line that stands in a saved log where lines were left out: a log that contains it is not whole.
 */
export const LOG_GAP = '[ipamctl: left out here: ';

/** A row of a result of several clusters tells which one it is of, by its context; a result of one cluster has no such field. */
export interface OfCluster {
  readonly cluster?: string;
}

/** Whom the answers come from. */
export interface ClusterIdentity {
  /** uid of namespace kube-system; null where it may not be read. */
  readonly uid: string | null;
  /** URL of the API server; null in a snapshot that does not tell. */
  readonly server: string | null;
  /** Name for people: the context, or the path of the snapshot. */
  readonly name: string;
  /** Name of the kubeconfig's user; null in a snapshot, and where there is none. */
  readonly user: string | null;
}

/**
 * The reading side of a cluster: an API server, or a snapshot of one. What cannot be read is thrown as a
 * `ClusterFailure`, whose `reason` says whether the right, the definition or the answer was lacking.
 */
export interface ClusterReader {
  readonly source: 'cluster' | 'snapshot';

  /** `in context "prod" (~/.kube/config)`, for a message; absent: it is no API server. */
  readonly place?: string;

  /** Namespace that the kubeconfig's context names, `default` otherwise. */
  readonly contextNamespace: string;

  identity(): Promise<ClusterIdentity>;

  /**
   * Reads a list to its end, page by page; each object passes through `project`, and what that does not keep
   * (`undefined`) is let go with its page. A list whose continue token expired starts again from nothing, so the
   * result always is one consistent list. Never asks for `resourceVersion=0`.
   */
  collect<T>(resource: Resource, options: ListOptions, project: (object: KubeObject) => T | undefined): Promise<T[]>;

  /**
   * Reads a list as `collect` does and then follows it by a watch until `signal` is aborted; absent where nothing ever
   * changes (a snapshot). Lost connections and a lost history are made good without end; a right that is lacking, and
   * whatever else waiting does not mend, throws, as does everything before the first list was read.
   */
  follow?<T>(
    resource: Resource,
    options: ListOptions,
    project: (object: KubeObject) => T | undefined,
    follower: Follower<T>,
    signal: AbortSignal,
  ): Promise<void>;

  /**
   * Reads one object. `undefined` only for a 404 that is a Status of reason NotFound naming that very object; any
   * other failure throws: it proves nothing about the object.
   */
  get(resource: Resource, namespace: string, name: string): Promise<KubeObject | undefined>;

  /**
   * Reads the end or the beginning of the log of a container as it runs now (not of one that ended before it); null
   * names the only container of a pod. What cannot be read throws, a pod that is not there too (`not-found`). From a
   * snapshot it may have a gap, see `LOG_GAP`.
   */
  log(namespace: string, pod: string, container: string | null, options: LogOptions): Promise<string>;

  /**
   * Whether who asks may do that, to one object where `name` is given; absent where nobody can tell (a snapshot). Asks
   * once and writes nothing. A plural such as `pods/log` names a subresource; an empty namespace stands for all.
   */
  can?(
    verb: string,
    resource: Pick<Resource, 'group' | 'plural' | 'namespaced'>,
    namespace: string,
    name?: string,
  ): Promise<boolean>;

  /** The versions in which the server serves a group, the preferred one first; empty: it has no such group. */
  servedVersions?(group: string): Promise<readonly string[]>;

  /** The version of the API server (`v1.33.4`), null where it is not told; absent where there is none to ask. */
  serverVersion?(): Promise<string | null>;

  /** The clock of whoever answers: the server's `Date`, or the moment that a snapshot was taken. */
  now(): Date;

  /**
   * Whether an object of this resource that was not found is known not to exist, in one namespace or (without one)
   * anywhere. Always so on an API server; in a snapshot only where a whole list was collected.
   */
  isComplete(resource: Resource, namespace?: string): boolean;

  /** What a person should know of the reading itself (a list that started again, a file that was skipped). */
  readonly notes: readonly string[];

  close(): Promise<void>;
}
