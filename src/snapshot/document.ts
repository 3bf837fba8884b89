import type { ClusterFailureReason } from '../errors.js';

/** A list that was read to its end, or one object that was asked for by its name. */
export interface CollectedEntry {
  /** `plural.group`, or `plural` for the core group. */
  readonly resource: string;
  /** null: of the whole cluster. */
  readonly namespace: string | null;
  /** null: all of them. */
  readonly name: string | null;
  readonly count: number;
}

/** What could not be read. */
export interface MissingEntry {
  /** `plural.group`, or `plural` for the core group; logs are `pods/log`. */
  readonly resource: string;
  readonly verb: 'get' | 'list';
  readonly namespace: string | null;
  readonly name: string | null;
  readonly container: string | null;
  readonly reason: ClusterFailureReason;
  /** What was said; null in a redacted snapshot. */
  readonly message: string | null;
}

/** A log, its beginning and its end. */
export interface LogEntry {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly bytes: number;
}

/** What a snapshot says of itself: its file `ipamctl-snapshot.json`. */
export interface SnapshotManifest {
  readonly apiVersion: 'ipamctl.io/v1';
  readonly kind: 'Snapshot';
  /** By the server's clock, when the reading began. */
  readonly createdAt: string;
  readonly toolVersion: string;
  /** Null where it was not told. */
  readonly serverVersion: string | null;
  readonly cluster: { readonly uid: string | null; readonly server: string | null };
  /** Null in a redacted snapshot. */
  readonly context: string | null;
  /** Namespace of the context. */
  readonly contextNamespace: string;
  readonly redacted: boolean;
  readonly collected: readonly CollectedEntry[];
  readonly missing: readonly MissingEntry[];
  readonly logs: readonly LogEntry[];
}

/** What `snapshot save` did. */
export interface SnapshotResult extends Omit<SnapshotManifest, 'kind' | 'contextNamespace'> {
  readonly kind: 'SnapshotResult';
  readonly path: string;
  readonly format: 'directory' | 'archive';
  /** Objects in it. */
  readonly objects: number;
  /** Of the archive, or of all files. */
  readonly bytes: number;
  /** A kind could not be read; logs are not counted. */
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}
