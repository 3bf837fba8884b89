import type { ClusterFailure } from '../errors.js';
import type { KubeObject } from './port.js';
import type { Resource } from './resources.js';

/** One step of a JSON patch (RFC 6902); paths are JSON pointers (`/` in a key is written `~1`, `~` is `~0`). */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** What a removed object must still be. */
export interface Preconditions {
  readonly uid: string;
  /** Absent: whatever it looks like by now. */
  readonly resourceVersion?: string;
}

/** How a write is sent. */
export interface WriteOptions {
  /** The server checks rights, preconditions and admission as always, and stores nothing. */
  readonly dryRun?: boolean;
  /** What the server may take for it before it gives up; 1 where absent. A write is not done any more after that. */
  readonly timeoutSeconds?: number;
}

/** Why the server said no; nothing was written. */
export type RefusalReason =
  /** 409: the object is not at the resourceVersion or uid that was named. */
  | 'conflict'
  /** 409: an object of that name is there. */
  | 'exists'
  /** 404 of that very object, or of the namespace that it should come into. */
  | 'not-found'
  /** 422: a `test` of the patch did not hold, or the result would be no valid object. */
  | 'invalid'
  /** 403 */
  | 'forbidden'
  /** 429: turned away before anything was looked at. */
  | 'too-many'
  /** Any other 4xx with a Status: 400, 405, 410, 413, 415. */
  | 'other';

/**
 * How a write ended. `T` is what the server answered with: the object as it now is (with `dryRun`: as it would be).
 */
export type WriteOutcome<T = KubeObject> =
  | { readonly state: 'done'; readonly object: T }
  | {
      readonly state: 'refused';
      readonly reason: RefusalReason;
      /** HTTP status. */
      readonly status: number;
      /** What the server said, fit for one line of a terminal. */
      readonly message: string;
      /** The same as a failure that names verb and resource, for who cannot go on without this write. */
      readonly failure: ClusterFailure;
    }
  /** It may have been done, may still be done within its second, or not: only reading decides it. */
  | { readonly state: 'uncertain'; readonly why: string };

/**
 * The writing side of an API server. Each write is sent once, with `timeout=1s` for the server unless it is given longer; what the server answered
 * is an outcome. It throws only where the write was certainly not done, and there was no answer of an API server to it.
 *
 * @throws ClusterFailure `unauthorized`, `unreachable`, `certificate`, `bad-kubeconfig`, `credential-plugin`,
 *   `not-defined`, `not-kubernetes` (a proxy's 3xx or 4xx), `server-error` (the answer is about another object).
 */
export interface ClusterWriter {
  /** Applies all of the operations, or none. */
  patch(
    resource: Resource,
    namespace: string,
    name: string,
    operations: readonly JsonPatchOperation[],
    options?: WriteOptions,
  ): Promise<WriteOutcome>;

  create(resource: Resource, namespace: string, object: KubeObject, options?: WriteOptions): Promise<WriteOutcome>;

  /** Puts the object in the place of the one with its name, if that still has its `resourceVersion` and `uid`. */
  replace(resource: Resource, namespace: string, object: KubeObject, options?: WriteOptions): Promise<WriteOutcome>;

  /** Deletes the very object that was read. `done` with an object: a finalizer still keeps it; with null: it is gone. */
  remove(
    resource: Resource,
    namespace: string,
    name: string,
    preconditions: Preconditions,
    options?: WriteOptions,
  ): Promise<WriteOutcome<KubeObject | null>>;
}

/** The side of an API server that takes wishes; as `ClusterWriter` in all else. */
export interface ClusterApplier {
  /**
   * Server-side apply: makes the object, or sets what it says where that is ours or nobody's. A field of another manager
   * that would change is a `conflict`, whose message names it.
   */
  apply(resource: Resource, namespace: string, object: KubeObject, options?: WriteOptions): Promise<WriteOutcome>;
}
