import type { ClusterReader, Follower, KubeObject, ListOptions } from './port.js';
import { resourceName, type Resource } from './resources.js';

/** A cluster whose lists can be followed. */
export type FollowedReader = ClusterReader & { readonly follow: NonNullable<ClusterReader['follow']> };

/** Whether a reader can tell what changes: an API server can, a snapshot has nothing to tell. */
export function canFollow(reader: ClusterReader): reader is FollowedReader {
  return reader.follow !== undefined;
}

/** What of a cluster is watched for one view of it. */
export interface Watching {
  /** Lists of these are read once and kept up to date in memory: whoever collects them anew asks no server. */
  readonly kept: readonly Resource[];
  /** Changes of these only tell that the view is old; metadata alone are read. */
  readonly signs: readonly Sign[];
}

/** A resource of which some objects concern a view. */
export interface Sign {
  readonly resource: Resource;
  readonly concerns: (object: KubeObject) => boolean;
}

/** Who is told what the watches bring. */
export interface Watcher {
  changed(): void;
  /** The API server does not answer; null: it does again. */
  trouble(message: string | null): void;
  /** A watch that cannot go on, and with it the view. */
  failed(error: unknown): void;
}

/**
 * A reader that answers from watches where it can, so that the very operation which makes a list once can make it again
 * and again. All of it ends with `close`, which leaves the cluster behind it open.
 */
export class WatchedReader implements ClusterReader {
  readonly source = 'cluster';
  readonly #stores = new Map<string, Store>();
  readonly #end = new AbortController();
  readonly #running: Promise<void>[] = [];

  constructor(
    private readonly inner: FollowedReader,
    private readonly watching: Watching,
    private readonly watcher: Watcher,
  ) {}

  /** Starts watching for signs, and returns once all of them are watched. */
  async begin(): Promise<void> {
    const options = { metadataOnly: true };
    const stores = this.watching.signs.map(({ resource, concerns }) =>
      this.#start(resource, options, (object) => (concerns(object) ? true : undefined)),
    );
    await Promise.all(stores.map(({ ready }) => ready));
  }

  /**
   * As the interface says. Of a kept list the first projection is the one that lasts: whoever reads it again must project
   * alike.
   */
  async collect<T>(
    resource: Resource,
    options: ListOptions,
    project: (object: KubeObject) => T | undefined,
  ): Promise<T[]> {
    if (!this.watching.kept.includes(resource)) return this.inner.collect(resource, options, project);
    const key = `${resourceName(resource)} ${JSON.stringify(options)}`;
    let store = this.#stores.get(key);
    if (store === undefined) {
      store = this.#start(resource, options, project);
      this.#stores.set(key, store);
    }
    try {
      await store.ready;
    } catch (error) {
      // What was refused may be allowed next time.
      this.#stores.delete(key);
      throw error;
    }
    return store.values() as T[];
  }

  get contextNamespace(): string {
    return this.inner.contextNamespace;
  }

  get notes(): readonly string[] {
    return this.inner.notes;
  }

  identity(): ReturnType<ClusterReader['identity']> {
    return this.inner.identity();
  }

  get(resource: Resource, namespace: string, name: string): Promise<KubeObject | undefined> {
    return this.inner.get(resource, namespace, name);
  }

  log(...about: Parameters<ClusterReader['log']>): Promise<string> {
    return this.inner.log(...about);
  }

  now(): Date {
    return this.inner.now();
  }

  isComplete(resource: Resource, namespace?: string): boolean {
    return this.inner.isComplete(resource, namespace);
  }

  async close(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#running);
  }

  #start(resource: Resource, options: ListOptions, project: (object: KubeObject) => unknown): Store {
    const store = new Store(this.watcher);
    const following = this.inner.follow(resource, options, project, store, this.#end.signal).catch((error: unknown) => {
      if (!store.fail(error)) this.watcher.failed(error);
    });
    this.#running.push(following);
    return store;
  }
}

/** What one followed list holds. */
class Store implements Follower<unknown> {
  readonly ready: Promise<void>;
  #items = new Map<string, unknown>();
  #sorted: readonly unknown[] | undefined;
  #isReady = false;
  #succeed: () => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;

  constructor(private readonly watcher: Watcher) {
    this.ready = new Promise((resolve, reject) => {
      this.#succeed = resolve;
      this.#fail = reject;
    });
    this.ready.catch(() => undefined);
  }

  /** In the order of names, in which a server lists. */
  values(): unknown[] {
    this.#sorted ??= [...this.#items].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
    return [...this.#sorted];
  }

  /** Whether somebody waits for the first list, and is told. */
  fail(error: unknown): boolean {
    if (this.#isReady) return false;
    this.#fail(error);
    return true;
  }

  listed(items: ReadonlyMap<string, unknown>): void {
    this.#items = new Map(items);
    this.#sorted = undefined;
    if (this.#isReady) this.watcher.changed();
    this.#isReady = true;
    this.#succeed();
  }

  changed(key: string, value: unknown): void {
    const was = this.#items.has(key);
    if (value === undefined && !was) return;
    if (value === undefined) this.#items.delete(key);
    else this.#items.set(key, value);
    this.#sorted = undefined;
    this.watcher.changed();
  }

  trouble(message: string | null): void {
    this.watcher.trouble(message);
  }
}
