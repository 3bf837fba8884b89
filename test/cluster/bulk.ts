import { randomUUID } from 'node:crypto';
import type { TestCluster } from './cluster.js';
import type { KubeObject } from './client.js';
import { waitFor } from './wait.js';

/** A kind of object that is written in bulk. */
export interface Kind {
  /** Its collection in a namespace, as in a URL. */
  path: (namespace: string) => string;
  /** Its collection over all namespaces. */
  everywhere: string;
  /** Where the API server keeps it in etcd. */
  registry: string;
  /** Whether its status has to be written by a request of its own. */
  hasStatus?: boolean;
}

const WHEREABOUTS = 'whereabouts.cni.cncf.io';
const NAD_GROUP = 'k8s.cni.cncf.io';

/** The kinds that {@link writeAll} knows. */
export const KINDS = {
  pods: {
    path: (namespace) => `/api/v1/namespaces/${namespace}/pods`,
    everywhere: '/api/v1/pods',
    registry: '/registry/pods',
    hasStatus: true,
  },
  pools: custom(WHEREABOUTS, 'v1alpha1', 'ippools'),
  reservations: custom(WHEREABOUTS, 'v1alpha1', 'overlappingrangeipreservations'),
  nads: custom(NAD_GROUP, 'v1', 'network-attachment-definitions'),
} satisfies Record<string, Kind>;

function custom(group: string, version: string, plural: string): Kind {
  return {
    path: (namespace) => `/apis/${group}/${version}/namespaces/${namespace}/${plural}`,
    everywhere: `/apis/${group}/${version}/${plural}`,
    registry: `/registry/${group}/${plural}`,
  };
}

/** The part of an object's answer that nobody reads: asking for its metadata alone is faster. */
const BRIEF = { headers: { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' } };

/**
 * Writes many objects of one kind. On a cluster of our own they go straight into etcd, which is some ten times as fast as
 * the API; so they have to be complete, as the API server would have stored them: make them from one that it did store.
 * On an attached cluster they are created through the API.
 */
export async function writeAll(cluster: TestCluster, kind: Kind, objects: Iterable<KubeObject>): Promise<void> {
  if (cluster.etcd === undefined) await throughApi(cluster, kind, objects);
  else await cluster.etcd.putAll(stored(kind, objects));
}

function* stored(kind: Kind, objects: Iterable<KubeObject>): Generator<readonly [string, string]> {
  for (const object of objects) {
    const { namespace, name } = object.metadata ?? {};
    yield [`${kind.registry}/${namespace}/${name}`, JSON.stringify(object)] as const;
  }
}

async function throughApi(cluster: TestCluster, kind: Kind, objects: Iterable<KubeObject>): Promise<void> {
  const source = objects[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let next = source.next(); next.done !== true; next = source.next()) {
        const object = next.value;
        const { name, namespace, labels, annotations, ownerReferences } = object.metadata ?? {};
        const path = kind.path(namespace ?? '');
        const metadata = { name, namespace, labels, annotations, ownerReferences };
        await cluster.ok('POST', path, { ...object, metadata }, BRIEF);
        if (kind.hasStatus === true)
          await cluster.ok('PATCH', `${path}/${name}/status`, { status: object['status'] }, BRIEF);
      }
    }),
  );
}

/**
 * Waits until the API server shows at least `count` objects of a kind, from its cache too: that learns from etcd what went
 * past the server, and may be some seconds behind.
 */
export async function waitUntilServed(cluster: TestCluster, kind: Kind, count: number): Promise<void> {
  interface List {
    items: unknown[];
    metadata: { resourceVersion: string; remainingItemCount?: number };
  }
  const path = `${kind.everywhere}?limit=1`;
  let shown = 0;
  // Objects written in one transaction share a revision, so the cache may think itself fresh after the first of them.
  const fresh = await waitFor(
    `${kind.registry}: ${count} objects in the API`,
    async () => {
      const { status, json } = await cluster.request<List>('GET', path);
      if (status === 200) shown = json.items.length + (json.metadata.remainingItemCount ?? 0);
      return shown >= count ? json : undefined;
    },
    120_000,
  );
  const cached = `${path}&resourceVersionMatch=NotOlderThan&resourceVersion=${fresh.metadata.resourceVersion}`;
  await waitFor(
    `${kind.registry} to be cached`,
    async () => (await cluster.request('GET', cached)).status === 200,
    120_000,
  );
}

/**
 * Stores one object through the API, gives it back as it is stored, with defaults and managedFields, and deletes it.
 * `steps` are the patches of other managers after its creation, such as the kubelet's.
 */
export async function storedForm(
  cluster: TestCluster,
  kind: Kind,
  object: KubeObject,
  manager: string,
  steps: { manager: string; body: KubeObject }[] = [],
): Promise<KubeObject> {
  const path = kind.path(object.metadata?.namespace ?? '');
  const one = `${path}/${object.metadata?.name}`;
  await cluster.ok('POST', `${path}?fieldManager=${manager}`, object);
  for (const step of steps) await cluster.ok('PATCH', `${one}/status?fieldManager=${step.manager}`, step.body);
  const template = await cluster.ok('GET', one);
  await cluster.ok('DELETE', one, { gracePeriodSeconds: 0 });
  // etcd's own revision of the key is the resourceVersion; it is not part of what is stored.
  const { resourceVersion: _, ...metadata } = template.metadata ?? {};
  return { ...template, metadata };
}

/** A copy of a stored object under another name. */
export function cloned(
  template: KubeObject,
  name: string,
  namespace: string,
  changes: Record<string, unknown>,
): KubeObject {
  return { ...template, ...changes, metadata: { ...template.metadata, name, namespace, uid: randomUUID() } };
}
