import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openCluster, type LiveCluster } from '../../src/cluster/live/index.js';
import { ClusterFailure } from '../../src/errors.js';
import { UpstreamReconcilers } from '../../src/reconcile/upstream.js';
import { POOL_NAMESPACE, TestCluster } from '../cluster/cluster.js';
import { runReconciler } from '../cluster/controllers.js';
import { FakeKubelet } from '../cluster/kubelet.js';
import { createPod, ensureNamespace } from '../cluster/objects.js';

const NAMESPACE = 'logs';
const NODE = 'node-with-kubelet';
const REQUEST = { verb: 'get', resource: 'pods/log', namespace: NAMESPACE };

let cluster: TestCluster;
let kubelet: FakeKubelet;
let live: LiveCluster;
const opened: LiveCluster[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start();
  kubelet = await FakeKubelet.start(cluster, NODE);
  await ensureNamespace(cluster, NAMESPACE);
  await createPod(cluster, { namespace: NAMESPACE, name: 'one', node: NODE });
  await createPod(cluster, { namespace: NAMESPACE, name: 'astray', node: 'no-such-node' });
  live = await open(cluster.kubeconfig);
}, 120_000);

afterAll(async () => {
  for (const each of opened) await each.close();
  await kubelet.stop();
  await cluster.stop();
});

async function open(kubeconfig: string): Promise<LiveCluster> {
  const each = await openCluster({ kubeconfig }, {}, { version: 'test' });
  opened.push(each);
  return each;
}

async function failureOf(promise: Promise<unknown>): Promise<ClusterFailure> {
  const error: unknown = await promise.then(
    () => new Error('no failure'),
    (reason: unknown) => reason,
  );
  if (error instanceof ClusterFailure) return error;
  throw error instanceof Error ? error : new Error(String(error));
}

test('the end of a log comes from the node, whatever the container', async () => {
  kubelet.setLog(NAMESPACE, 'one', 'app', 'first\nsecond ü\nthird\n');
  expect(await live.log(NAMESPACE, 'one', 'app', { tailLines: 2 })).toBe('second ü\nthird\n');
  expect(await live.log(NAMESPACE, 'one', null, { tailLines: 50 })).toBe('first\nsecond ü\nthird\n');
  expect(kubelet.asked).toContain(`/containerLogs/${NAMESPACE}/one/app?tailLines=2`);
  kubelet.setLog(NAMESPACE, 'one', 'app', '');
  expect(await live.log(NAMESPACE, 'one', 'app', { tailLines: 2 })).toBe('');
});

test('what cannot be read is told as a failure of pods/log, and asked for once', async () => {
  const options = { tailLines: 10 };
  const container = await failureOf(live.log(NAMESPACE, 'one', 'other', options));
  expect(container).toMatchObject({ reason: 'server-error', request: { ...REQUEST, name: 'one', status: 400 } });
  expect(container.facts.join('\n')).toMatch(/container other is not valid for pod one/);

  const none = await failureOf(live.log(NAMESPACE, 'none', null, options));
  expect(none).toMatchObject({ reason: 'not-found', request: { ...REQUEST, name: 'none', status: 404 } });

  const astray = await failureOf(live.log(NAMESPACE, 'astray', null, options));
  expect(astray).toMatchObject({ reason: 'not-found', request: { ...REQUEST, name: 'astray' } });

  kubelet.setLog(NAMESPACE, 'one', 'app', null);
  const noLog = await failureOf(live.log(NAMESPACE, 'one', 'app', options));
  expect(noLog).toMatchObject({ reason: 'not-found', request: { ...REQUEST, name: 'one', status: 404 } });
  expect(noLog.message).toBe('there is no log of pod "one" in namespace logs');

  kubelet.trouble = 500;
  const before = kubelet.asked.length;
  const trouble = await failureOf(live.log(NAMESPACE, 'one', 'app', options));
  kubelet.trouble = null;
  expect(trouble).toMatchObject({ reason: 'server-error', request: { ...REQUEST, name: 'one' } });
  expect(kubelet.asked.length - before).toBe(1);

  const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }];
  const stranger = await open(await cluster.kubeconfigFor('no-logs', { rules }));
  const forbidden = await failureOf(stranger.log(NAMESPACE, 'one', 'app', options));
  expect(forbidden).toMatchObject({ reason: 'forbidden', request: { ...REQUEST, name: 'one', status: 403 } });
  expect(forbidden.message).toBe('may not get pods/log "one" in namespace logs (403)');
});

test('the log of the real reconciler tells when a run began and that it ended; the rights are the ones that are said', async () => {
  const labels = { app: 'whereabouts-reconciler' };
  const container = { name: 'whereabouts-reconciler', image: 'registry.example.com/whereabouts:0.9.4' };
  await cluster.ok('POST', `/apis/apps/v1/namespaces/${POOL_NAMESPACE}/daemonsets`, {
    metadata: { name: 'whereabouts-reconciler' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
  });
  const name = 'whereabouts-reconciler-x7k2p';
  await createPod(cluster, { namespace: POOL_NAMESPACE, name, labels, node: NODE, spec: { containers: [container] } });
  const rules = [
    { apiGroups: ['apps'], resources: ['daemonsets', 'deployments'], verbs: ['list'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  ];
  const reader = await open(await cluster.kubeconfigFor('logs', { rules }));
  const upstream = new UpstreamReconcilers({ reader }, []);

  expect(await upstream.look()).toMatchObject({
    state: 'unknown',
    why: expect.stringMatching(/^there is no log of pod/),
  });
  const log = await runReconciler(cluster);
  kubelet.setLog(POOL_NAMESPACE, name, container.name, `${log}\n`);
  expect(await upstream.look()).toEqual({ state: 'idle' });

  const start = log.split('\n').find((line) => line.includes('starting reconciler run')) ?? '';
  kubelet.setLog(POOL_NAMESPACE, name, container.name, `${log}\n${start}\n`);
  const sinceMs = Date.parse(start.split(' ')[0] ?? '');
  expect(await upstream.look()).toEqual({ state: 'running', pod: `${POOL_NAMESPACE}/${name}`, sinceMs });
}, 120_000);
