import type { ConnectionOptions, ReadingObserver } from './options.js';
import type { ClusterReader } from './port.js';
import type { ClusterApplier, ClusterWriter } from './writer.js';

/** A cluster, or files that were taken of one. */
export interface SourceOptions {
  readonly connection: ConnectionOptions;
  /** Paths of a snapshot; absent: the cluster. */
  readonly from?: readonly string[];
  /** Our own version, for the API server's log. */
  readonly version: string;
  /** No credential plugin may ask anything: several are at work at once. */
  readonly unattended?: boolean;
}

/** A cluster that can be written to. */
export type Target = ClusterReader & ClusterWriter & ClusterApplier;

/** Opens what a command reads from; the client and the parsers are loaded only by who needs them. */
export async function openSource(options: SourceOptions, observer: ReadingObserver): Promise<ClusterReader> {
  if (options.from !== undefined && options.from.length > 0) {
    const { openSnapshot } = await import('./snapshot/index.js');
    return openSnapshot(options.from, observer);
  }
  const { openCluster } = await import('./live/index.js');
  return openCluster(options.connection, observer, {
    version: options.version,
    ...(options.unattended === true ? { terminal: { interactive: false } } : {}),
  });
}

/** Opens a cluster to be written to; a snapshot is no such place. */
export async function openTarget(
  { connection, version }: Omit<SourceOptions, 'from'>,
  observer: ReadingObserver,
): Promise<Target> {
  const { openCluster } = await import('./live/index.js');
  return openCluster(connection, observer, { version });
}
