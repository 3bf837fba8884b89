import type { KubeObject } from '../port.js';
import { PODS, type Resource, resourceName } from '../resources.js';
import type { Manifest, Missing, SavedLog } from './manifest.js';

/** What is known of one resource. */
interface Shelf {
  /** By `namespace/name`. */
  readonly objects: Map<string, KubeObject>;
  /** Whether an object or a list of it was read. */
  seen: boolean;
  /** Whether a list of the whole cluster was read. */
  everywhere: boolean;
  /** Namespaces of which a list was read. */
  readonly namespaces: Set<string>;
}

/** A resourceVersion that is a number, without leading zeros; `undefined` for anything else. */
function versionOf(object: KubeObject): string | undefined {
  const version = object.metadata.resourceVersion;
  return version !== undefined && /^\d+$/.test(version) ? version.replace(/^0+(?=\d)/, '') : undefined;
}

/** Whether the left object is the younger one: as numbers of any length. */
function isNewer(left: KubeObject, right: KubeObject): boolean {
  const a = versionOf(left);
  const b = versionOf(right);
  if (a === undefined || b === undefined) return a !== undefined;
  return a.length === b.length ? a > b : a.length > b.length;
}

/** All objects that were read, each once, and what is known of their being all there were. */
export class ObjectIndex {
  readonly #shelves = new Map<string, Shelf>();
  readonly #manifests: Manifest[] = [];
  readonly #sorted = new Map<string, readonly KubeObject[]>();
  /** uids of namespace kube-system: more than one means more than one cluster. */
  readonly clusterUids = new Set<string>();

  #shelf(resource: Resource): Shelf {
    const name = resourceName(resource);
    let shelf = this.#shelves.get(name);
    if (shelf === undefined) {
      shelf = { objects: new Map(), seen: false, everywhere: false, namespaces: new Set() };
      this.#shelves.set(name, shelf);
    }
    return shelf;
  }

  /**
   * Takes an object in. A cluster holds one object of a kind, namespace and name at a time, so of several with the same
   * (and so of several with the same uid) the one with the greatest resourceVersion stays; of equals the first.
   */
  add(resource: Resource, object: KubeObject): void {
    const { name = '', namespace = '', uid } = object.metadata;
    if (resource.group === '' && resource.kind === 'Namespace' && name === 'kube-system' && uid !== undefined) {
      this.clusterUids.add(uid);
    }
    const shelf = this.#shelf(resource);
    shelf.seen = true;
    const key = `${namespace}/${name}`;
    const before = shelf.objects.get(key);
    if (before === undefined || isNewer(object, before)) shelf.objects.set(key, object);
  }

  /** A list of this resource was read; `scope` is what it holds all of: `null` the cluster, `undefined` nothing sure. */
  addList(resource: Resource, scope: string | null | undefined): void {
    const shelf = this.#shelf(resource);
    shelf.seen = true;
    if (scope === null) shelf.everywhere = true;
    else if (scope !== undefined) shelf.namespaces.add(scope);
  }

  addManifest(manifest: Manifest): void {
    this.#manifests.push(manifest);
    if (manifest.cluster.uid !== null) this.clusterUids.add(manifest.cluster.uid);
  }

  /** Whether anything of this resource was read, or a trusted manifest says that there was nothing. */
  isCollected(resource: Resource, trustManifest: boolean): boolean {
    if (this.#shelves.get(resourceName(resource))?.seen === true) return true;
    return trustManifest && this.#claims(resource, undefined, true);
  }

  /**
   * Whether an object of this resource that is not here is known not to have existed: in one namespace, or anywhere
   * (`undefined`). A manifest's word counts only while no file of the snapshot was lost.
   */
  isComplete(resource: Resource, namespace: string | undefined, trustManifest: boolean): boolean {
    const shelf = this.#shelves.get(resourceName(resource));
    if (shelf?.everywhere === true) return true;
    if (namespace !== undefined && shelf?.namespaces.has(namespace) === true) return true;
    return trustManifest && this.#claims(resource, namespace, false);
  }

  #claims(resource: Resource, namespace: string | undefined, anyScope: boolean): boolean {
    return this.#manifests.some((manifest) =>
      manifest.collected.some((entry) => {
        if (resourceName(entry.resource) !== resourceName(resource)) return false;
        if (entry.name !== null) return false;
        if (!anyScope && entry.namespace !== null && entry.namespace !== namespace) return false;
        // Fewer than the manifest counted: a file of the snapshot is gone.
        return entry.count === null || this.#countIn(resource, entry.namespace) >= entry.count;
      }),
    );
  }

  #countIn(resource: Resource, namespace: string | null): number {
    const objects = this.#shelves.get(resourceName(resource))?.objects;
    if (objects === undefined) return 0;
    if (namespace === null) return objects.size;
    let count = 0;
    for (const object of objects.values()) if (object.metadata.namespace === namespace) count++;
    return count;
  }

  /** Whether a trusted manifest says that this object was asked for by name, and was not there. */
  wasAbsent(resource: Resource, namespace: string, name: string): boolean {
    return this.#manifests.some(({ collected }) =>
      collected.some(
        (entry) =>
          entry.name === name &&
          entry.count === 0 &&
          resourceName(entry.resource) === resourceName(resource) &&
          (entry.namespace ?? '') === (resource.namespaced ? namespace : ''),
      ),
    );
  }

  /** What a manifest says of why this resource could not be read with one of these verbs. */
  missing(
    resource: Resource,
    namespace: string | undefined,
    verbs: readonly string[],
    name?: string,
  ): Missing | undefined {
    for (const manifest of this.#manifests) {
      for (const entry of manifest.missing) {
        if (entry.resource !== resourceName(resource) || !verbs.includes(entry.verb)) continue;
        if (entry.name !== null && entry.name !== name) continue;
        if (entry.namespace === null || entry.namespace === namespace) return entry;
      }
    }
    return undefined;
  }

  /** Whether a manifest says that this log is in the snapshot. */
  namesLog({ namespace, pod, container }: SavedLog): boolean {
    return this.#manifests.some(({ logs }) =>
      logs.some((log) => log.namespace === namespace && log.pod === pod && log.container === container),
    );
  }

  /** What a manifest says of why this log could not be read. */
  missingLog(namespace: string, pod: string, container: string | null): Missing | undefined {
    const resource = `${resourceName(PODS)}/log`;
    for (const { missing } of this.#manifests) {
      const found = missing.find((entry) => {
        if (entry.resource !== resource || (entry.namespace !== null && entry.namespace !== namespace)) return false;
        if (entry.name !== null && entry.name !== pod) return false;
        return entry.container === null || container === null || entry.container === container;
      });
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The objects of a resource, sorted by namespace and name as an API server lists them. */
  list(resource: Resource): readonly KubeObject[] {
    const name = resourceName(resource);
    let sorted = this.#sorted.get(name);
    if (sorted === undefined) {
      const objects = this.#shelves.get(name)?.objects ?? new Map<string, KubeObject>();
      const keys = [...objects.keys()].sort(byStorageKey);
      sorted = keys.flatMap((key) => objects.get(key) ?? []);
      this.#sorted.set(name, sorted);
    }
    return sorted;
  }

  get(resource: Resource, namespace: string, name: string): KubeObject | undefined {
    const owner = resource.namespaced ? namespace : '';
    return this.#shelves.get(resourceName(resource))?.objects.get(`${owner}/${name}`);
  }

  /** The API server that a manifest names. */
  get server(): string | null {
    return this.#manifests.find((manifest) => manifest.cluster.server !== null)?.cluster.server ?? null;
  }

  /** The cluster that a manifest names. */
  get manifestUid(): string | null {
    return this.#manifests.find((manifest) => manifest.cluster.uid !== null)?.cluster.uid ?? null;
  }
}

/** etcd's order: by bytes, which for names is by code unit. */
function byStorageKey(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
