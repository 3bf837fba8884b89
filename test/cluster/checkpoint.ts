import type { KubeObject } from './client.js';
import type { TestCluster } from './cluster.js';

/** Kinds that commands of ipamctl and its documentation change, by their list; of the last, only what is new is taken away. */
const RESTORED = [
  '/apis/whereabouts.cni.cncf.io/v1alpha1/ippools',
  '/apis/whereabouts.cni.cncf.io/v1alpha1/overlappingrangeipreservations',
  '/apis/whereabouts.cni.cncf.io/v1alpha1/nodeslicepools',
  '/apis/k8s.cni.cncf.io/v1/network-attachment-definitions',
  '/apis/operator.openshift.io/v1/networks',
];
const TAKEN_AWAY = [
  '/api/v1/configmaps',
  '/api/v1/pods',
  '/apis/apps/v1/daemonsets',
  '/apis/apps/v1/deployments',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
];

/**
 * What stood in a cluster at one moment, to go back to: so that tests which change it can share one, in any order.
 * Restored objects keep their uid where they are still there, and get a new one where they were deleted.
 */
export class Checkpoint {
  readonly #cluster: TestCluster;
  readonly #then: ReadonlyMap<string, ReadonlyMap<string, KubeObject>>;

  private constructor(cluster: TestCluster, then: ReadonlyMap<string, ReadonlyMap<string, KubeObject>>) {
    this.#cluster = cluster;
    this.#then = then;
  }

  static async take(cluster: TestCluster): Promise<Checkpoint> {
    const lists = [...RESTORED, ...TAKEN_AWAY].map(async (list) => [list, await objectsOf(cluster, list)] as const);
    return new Checkpoint(cluster, new Map(await Promise.all(lists)));
  }

  async restore(): Promise<void> {
    for (const [list, then] of this.#then) {
      const now = await objectsOf(this.#cluster, list);
      for (const path of now.keys())
        if (!then.has(path)) await this.#cluster.request('DELETE', `${path}?gracePeriodSeconds=0`);
      if (TAKEN_AWAY.includes(list)) continue;
      for (const [path, object] of then) {
        const there = now.get(path);
        if (there === undefined) await this.#cluster.ok('POST', path.slice(0, path.lastIndexOf('/')), fresh(object));
        else if (there.metadata?.resourceVersion !== object.metadata?.resourceVersion)
          await this.#cluster.ok('PUT', path, {
            ...fresh(object),
            metadata: { ...fresh(object).metadata, resourceVersion: there.metadata?.resourceVersion },
          });
      }
    }
  }
}

async function objectsOf(cluster: TestCluster, list: string): Promise<Map<string, KubeObject>> {
  const { items, apiVersion, kind } = await cluster.ok<{ items: KubeObject[] } & KubeObject>('GET', list);
  const at = list.lastIndexOf('/');
  return new Map(
    items.map((object) => {
      const { namespace, name } = object.metadata ?? {};
      const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
      return [
        `${list.slice(0, at)}${scope}${list.slice(at)}/${name ?? ''}`,
        { apiVersion, kind: kind?.replace(/List$/, ''), ...object } as KubeObject,
      ];
    }),
  );
}

function fresh(object: KubeObject): KubeObject {
  const { resourceVersion: _version, uid: _uid, managedFields: _fields, ...metadata } = object.metadata ?? {};
  return { ...object, metadata };
}
