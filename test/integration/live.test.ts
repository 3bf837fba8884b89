import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCluster, type LiveCluster } from '../../src/cluster/live/index.js';
import type { ConnectionOptions, ReadingObserver } from '../../src/cluster/options.js';
import { IP_POOLS, MIGRATIONS, NADS, NAMESPACES, PODS } from '../../src/cluster/resources.js';
import { ClusterFailure } from '../../src/errors.js';
import { TestCluster } from '../cluster/cluster.js';
import { createPod, ensureNamespace } from '../cluster/objects.js';

let cluster: TestCluster;
const opened: LiveCluster[] = [];
const NAMESPACE = 'live-pages';
const PODS_MADE = 230;

beforeAll(async () => {
  // A cluster of its own: compacting etcd would expire the lists of other tests.
  cluster = await TestCluster.start({ noSnapshots: true });
  await ensureNamespace(cluster, NAMESPACE);
  for (let at = 0; at < PODS_MADE; at += 10) {
    const batch = Array.from({ length: 10 }, (_, i) => `p${(at + i).toString().padStart(3, '0')}`);
    await Promise.all(batch.map((name) => createPod(cluster, { namespace: NAMESPACE, name, node: 'node-a' })));
  }
}, 120_000);

afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()));
  await cluster.stop();
});

async function open(
  options: ConnectionOptions = {},
  observer: ReadingObserver = {},
  chunkSize?: number,
): Promise<LiveCluster> {
  const all = { kubeconfig: cluster.kubeconfig, ...options };
  const live = await openCluster(all, observer, { version: 'test', ...(chunkSize === undefined ? {} : { chunkSize }) });
  opened.push(live);
  return live;
}

const nameOf = (object: { metadata: { name?: string } }): string | undefined => object.metadata.name;

async function failureOf(promise: Promise<unknown>): Promise<ClusterFailure> {
  const error: unknown = await promise.then(
    () => new Error('no failure'),
    (reason: unknown) => reason,
  );
  if (error instanceof ClusterFailure) return error;
  throw error instanceof Error ? error : new Error(String(error));
}

describe('lists', () => {
  test.each([false, true])('are paged to the end (metadata only: %s)', async (metadataOnly) => {
    const debug: string[] = [];
    const live = await open({}, { debug: (line) => debug.push(line) }, 50);
    const names = await live.collect(PODS, { namespace: NAMESPACE, metadataOnly }, (object) => {
      expect('spec' in object).toBe(!metadataOnly);
      expect(object.metadata).not.toHaveProperty('managedFields.0');
      return object.metadata.name;
    });
    expect(names).toHaveLength(PODS_MADE);
    expect(new Set(names).size).toBe(PODS_MADE);
    expect(debug.filter((line) => line.includes('/pods?'))).toHaveLength(5);
  });

  test('take selectors, and an empty one is empty', async () => {
    const live = await open();
    const options = { namespace: NAMESPACE, metadataOnly: true, fieldSelector: 'metadata.name=p007' };
    expect(await live.collect(PODS, options, nameOf)).toEqual(['p007']);
    expect(await live.collect(PODS, { ...options, fieldSelector: 'metadata.name=none' }, nameOf)).toEqual([]);
    expect(await live.collect(IP_POOLS, { namespace: NAMESPACE }, nameOf)).toEqual([]);
    expect(await live.collect(NAMESPACES, {}, nameOf)).toContain('kube-system');
  });

  test('start again when etcd was compacted meanwhile, and stay complete', async () => {
    const debug: string[] = [];
    let compacted: Promise<unknown> | undefined;
    const live = await open({}, { debug: (line) => debug.push(line) }, 50);
    let page = 0;
    const client = (live as unknown as { client: { send: (...args: unknown[]) => Promise<unknown> } }).client;
    const send = client.send.bind(client);
    client.send = async (...args) => {
      page++;
      if (page === 3 && compacted === undefined) {
        compacted = (async () => {
          await createPod(cluster, { namespace: NAMESPACE, name: 'late', node: 'node-a' });
          await cluster.compact();
        })();
        await compacted;
      }
      return send(...args);
    };
    const names = await live.collect(PODS, { namespace: NAMESPACE }, nameOf);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(PODS_MADE + 1);
    expect(names).toContain('late');
    expect(live.notes).toEqual(['the list of pods changed too fast and was read again from the start']);
    expect(debug.some((line) => line.includes(' 410 '))).toBe(true);
  }, 60_000);
});

describe('objects', () => {
  test('found, and missing for sure', async () => {
    const live = await open();
    expect((await live.get(PODS, NAMESPACE, 'p000'))?.metadata.name).toBe('p000');
    expect(await live.get(PODS, NAMESPACE, 'nope')).toBeUndefined();
    expect(await live.get(PODS, 'no-such-namespace', 'nope')).toBeUndefined();
    expect(await live.get(IP_POOLS, NAMESPACE, 'nope')).toBeUndefined();
    expect(await live.get(NAMESPACES, '', 'nope')).toBeUndefined();
  });

  test('identity and clock', async () => {
    const live = await open();
    const { metadata } = await cluster.ok<{ metadata: { uid: string } }>('GET', '/api/v1/namespaces/kube-system');
    expect(await live.identity()).toEqual({
      uid: metadata.uid,
      server: cluster.server,
      name: 'sandbox',
      user: expect.any(String),
    });
    expect(Math.abs(live.now().getTime() - Date.now())).toBeLessThan(3000);
  });
});

describe('what the server refuses', () => {
  test('403: whom, where, and the way on', async () => {
    const live = await open({ kubeconfig: await cluster.kubeconfigFor('nobody-live') });
    const here = await failureOf(live.collect(IP_POOLS, { namespace: 'openshift-multus' }, nameOf));
    expect(here.reason).toBe('forbidden');
    expect(here.message).toBe('may not list ippools.whereabouts.cni.cncf.io in namespace openshift-multus (403)');
    expect(here.facts[0]).toMatch(/^as "system:serviceaccount:.*nobody-live" in context /);
    expect((await failureOf(live.collect(PODS, {}, nameOf))).message).toBe(
      'may not list pods at the cluster scope (403)',
    );
    expect((await failureOf(live.get(PODS, NAMESPACE, 'p000'))).message).toBe(
      `may not get pods "p000" in namespace ${NAMESPACE} (403)`,
    );
    expect((await live.identity()).uid).toBeNull();
  });

  test('what is not defined, for an admin and for one who may do nothing', async () => {
    for (const kubeconfig of [cluster.kubeconfig, await cluster.kubeconfigFor('nobody-live')]) {
      const live = await open({ kubeconfig });
      expect((await failureOf(live.collect(MIGRATIONS, {}, nameOf))).reason).toBe('not-defined');
      expect((await failureOf(live.get(MIGRATIONS, 'default', 'x'))).reason).toBe('not-defined');
      const later = { ...NADS, version: 'v9' };
      expect((await failureOf(live.collect(later, {}, nameOf))).reason).toBe('not-defined');
    }
  });

  test('a wrong token, and acting as somebody', async () => {
    expect((await failureOf((await open({ token: 'wrong' })).collect(PODS, {}, nameOf))).reason).toBe('unauthorized');
    const acting = await open({ as: 'jane', asGroups: ['a', 'b'] });
    expect((await failureOf(acting.collect(PODS, {}, nameOf))).facts[0]).toMatch(/^as "jane" in context "sandbox"/);
    const admin = await open({ as: 'jane', asGroups: ['x', 'system:masters'] });
    expect(await admin.collect(PODS, { namespace: NAMESPACE, fieldSelector: 'metadata.name=p001' }, nameOf)).toEqual([
      'p001',
    ]);
  });

  test('a selector that cannot be', async () => {
    const error = await failureOf((await open()).collect(PODS, { fieldSelector: 'spec.nothing=1' }, nameOf));
    expect(error).toMatchObject({ reason: 'server-error', request: { status: 400 } });
  });
});
