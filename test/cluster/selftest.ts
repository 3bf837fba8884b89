// `npm run test:cluster`: shows that the test cluster does what the integration tests rely on. Takes little more than a minute.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { attach, detach } from './attach.js';
import { BinariesUnavailable, ensureBinaries } from './binaries.js';
import { POOL_NAMESPACE, TestCluster } from './cluster.js';
import { makeNodeSlicePool, runReconciler, startControlLoop } from './controllers.js';
import { fill } from './big.js';
import { allocationsOf, createNad, createNode, createPod, deletePod } from './objects.js';
import { add, del, PluginFailure } from './plugin.js';
import { seed } from './seed.js';
import { waitFor } from './wait.js';

const PODS = '/api/v1/pods';
const POOLS = '/apis/whereabouts.cni.cncf.io/v1alpha1/ippools';
const NET = {
  cniVersion: '0.3.1',
  name: 'plain',
  type: 'macvlan',
  ipam: { type: 'whereabouts', range: '192.0.2.0/27' },
};

let passed = 0;
let failed = 0;

async function step(what: string, body: () => Promise<void>): Promise<void> {
  const started = Date.now();
  try {
    await body();
    passed += 1;
    console.log(`ok     ${what} (${Date.now() - started} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${what} (${Date.now() - started} ms)\n${String((error as Error).stack)}`);
  }
}

function isAlive(pid: number | undefined): boolean {
  try {
    process.kill(pid ?? 0, 0);
    return true;
  } catch {
    return false;
  }
}

async function expectGone(pids: Readonly<Record<string, number | undefined>>, dir: string): Promise<void> {
  await waitFor('the end of all processes', () => !Object.values(pids).some(isAlive), 10_000);
  await waitFor('the removal of the data', () => !existsSync(dir), 10_000);
}

async function continueToken(cluster: TestCluster, path: string): Promise<string> {
  const list = await cluster.ok('GET', `${path}?limit=1`);
  assert.ok(list.metadata?.continue, `${path} has more than one page`);
  return list.metadata.continue;
}

async function expectExpired(cluster: TestCluster): Promise<void> {
  const tokens = await Promise.all(
    [PODS, POOLS].map(async (path) => [path, await continueToken(cluster, path)] as const),
  );
  for (const [path, token] of tokens) {
    assert.equal((await cluster.request('GET', `${path}?limit=1&continue=${token}`)).status, 200, `${path} before`);
  }
  await cluster.compact();
  for (const [path, token] of tokens) {
    const answer = await cluster.request('GET', `${path}?limit=1&continue=${token}`);
    assert.equal(answer.status, 410, `${path} after`);
    assert.equal(answer.json['reason'], 'Expired');
  }
}

async function withCluster(cluster: TestCluster): Promise<void> {
  await step('serves, with a kubeconfig that kubectl takes', async () => {
    assert.equal((await cluster.request('GET', '/readyz')).status, 200);
    const names = execFileSync(cluster.binaries.kubectl, ['get', 'crd', '-o', 'name'], {
      env: { KUBECONFIG: cluster.kubeconfig },
    }).toString();
    for (const name of [
      'ippools.whereabouts',
      'nodeslicepools.whereabouts',
      'network-attachment-definitions.k8s',
      'networks.operator',
    ]) {
      assert.ok(names.includes(name), name);
    }
  });

  await step('the real plugin adds and deletes', async () => {
    const call = { cluster, namespace: 'default', pod: 'a', containerId: 'c-a', netConf: NET };
    assert.deepEqual((await add(call)).ips, ['192.0.2.1']);
    assert.deepEqual(await allocationsOf(cluster, '192.0.2.0-27'), {
      1: { id: 'c-a', ifname: 'net1', podref: 'default/a' },
    });
    await del(call);
    assert.deepEqual(await allocationsOf(cluster, '192.0.2.0-27'), {});
  });

  await step('a dozen calls at once get a dozen addresses', async () => {
    const calls = Array.from({ length: 12 }, (_, index) => ({
      cluster,
      namespace: 'default',
      pod: `p${index}`,
      containerId: `c${index}`,
      netConf: NET,
    }));
    const ips = (await Promise.all(calls.map(add))).flatMap((added) => added.ips);
    assert.equal(new Set(ips).size, 12);
    for (const call of calls) await del(call);
  });

  await step('a plugin that fails says why', async () => {
    const netConf = { ...NET, ipam: { type: 'whereabouts', range: 'nonsense' } };
    await assert.rejects(
      add({ cluster, namespace: 'default', pod: 'x', containerId: 'x', netConf }),
      (error: unknown) => {
        assert.ok(error instanceof PluginFailure);
        assert.match(error.message, /nonsense/);
        return true;
      },
    );
  });

  await step('node slices: the real controller divides, the plugin allocates from the slice of the node', async () => {
    for (const name of ['node-a', 'node-b']) await createNode(cluster, name);
    await createNad(cluster, 'default', 'sliced', {
      ...NET,
      name: 'sliced',
      ipam: { type: 'whereabouts', range: '198.51.100.0/24', node_slice_size: '/28', network_name: 'slices' },
    });
    await makeNodeSlicePool(cluster, 'slices', ['node-a', 'node-b']);
    const attached = await attach(cluster, { name: 'sliced', node: 'node-b', nets: ['default/sliced'] });
    const list = await cluster.ok<{ items: { metadata: { name: string } }[] }>('GET', POOLS);
    assert.ok(list.items.some((pool) => pool.metadata.name.startsWith('slices-node-b-198.51.100.')));
    await detach(cluster, attached, 'node-b');
  });

  await step('the real pod controller frees what a deleted pod held', async () => {
    await createNad(cluster, 'default', 'plain', NET);
    await attach(cluster, { name: 'freed', node: 'node-a', nets: ['default/plain'] });
    const controller = await startControlLoop(cluster, 'node-a');
    await waitFor('the controller', () => controller.output().includes('starting network controller'));
    await deletePod(cluster, 'default', 'freed');
    await waitFor('the release', async () => Object.keys(await allocationsOf(cluster, '192.0.2.0-27')).length === 0);
    await controller.stop();
  });

  await step('the real reconciler frees what no pod shows', async () => {
    const kept = await attach(cluster, { name: 'kept', nets: ['default/plain'] });
    await attach(cluster, { name: 'dropped', nets: ['default/plain'] });
    await deletePod(cluster, 'default', 'dropped');
    assert.match(await runReconciler(cluster), /reconciler run succeeded$/);
    const owners = Object.values(await allocationsOf(cluster, '192.0.2.0-27')).map(({ podref }) => podref);
    assert.deepEqual(owners, ['default/kept']);
    await detach(cluster, kept);
  });

  await step('users have the rights that they are given, and no others', async () => {
    const list = { apiGroups: [''], resources: ['pods'], verbs: ['list'] };
    const nobody = await cluster.tokenFor('nobody');
    assert.equal((await cluster.request('GET', PODS, undefined, { token: nobody })).status, 403);
    const somebody = await cluster.tokenFor('somebody', { namespaced: { default: [list] } });
    assert.equal(
      (await cluster.request('GET', '/api/v1/namespaces/default/pods', undefined, { token: somebody })).status,
      200,
    );
    assert.equal((await cluster.request('GET', PODS, undefined, { token: somebody })).status, 403);
    assert.ok(existsSync(await cluster.kubeconfigFor('anybody', { rules: [list] })));
  });

  await step('somebody else can attach to it', async () => {
    const other = await TestCluster.attach(cluster.kubeconfig);
    assert.equal((await other.request('GET', `/api/v1/namespaces/${POOL_NAMESPACE}`)).status, 200);
    await add({ cluster: other, namespace: 'default', pod: 'attached', containerId: 'c-attached', netConf: NET });
    await assert.rejects(other.stopApiServer(), /attached/);
    await other.stop();
    assert.equal((await cluster.request('GET', '/readyz')).status, 200);
  });

  await step('the API server stops, crashes and starts again with its data', async () => {
    await createPod(cluster, { name: 'survivor' });
    for (const hard of [false, true]) {
      await cluster.stopApiServer({ hard });
      await assert.rejects(cluster.request('GET', '/readyz'), /ECONNREFUSED/);
      await cluster.startApiServer();
      assert.equal((await cluster.request('GET', '/api/v1/namespaces/default/pods/survivor')).status, 200);
      assert.equal((await cluster.request('GET', POOLS)).status, 200);
    }
  });

  await step('a fill is what it says', async () => {
    const filled = await fill(cluster, { pools: 20, perPool: 50, stalePercent: 10 });
    assert.deepEqual([filled.allocations, filled.stale, filled.pods], [1000, 100, 900]);
    const running = await cluster.ok<{ items: unknown[] }>(
      'GET',
      `${PODS}?fieldSelector=status.phase=Running&labelSelector=app=load`,
    );
    assert.equal(running.items.length, 900);
    assert.equal(Object.keys(await allocationsOf(cluster, filled.poolNames[19] ?? '')).length, 50);
  });

  await step('continue tokens expire (with snapshots, as from 1.34 on)', () => expectExpired(cluster));

  await step('stop leaves nothing', async () => {
    const { pids, dir } = cluster;
    await cluster.stop();
    await expectGone(pids, dir);
  });
}

async function main(): Promise<void> {
  await step('without Go and cache there is a clear error', async () => {
    const { PATH, IPAMCTL_TEST_CACHE } = process.env;
    const empty = mkdtempSync(join(tmpdir(), 'ipamctl-no-cache-'));
    try {
      process.env['PATH'] = empty;
      process.env['IPAMCTL_TEST_CACHE'] = empty;
      await assert.rejects(ensureBinaries({ log: () => undefined }), (error: unknown) => {
        assert.ok(error instanceof BinariesUnavailable);
        assert.match(error.message, /no Go found/);
        return true;
      });
    } finally {
      process.env['PATH'] = PATH;
      if (IPAMCTL_TEST_CACHE === undefined) delete process.env['IPAMCTL_TEST_CACHE'];
      else process.env['IPAMCTL_TEST_CACHE'] = IPAMCTL_TEST_CACHE;
      rmSync(empty, { recursive: true, force: true });
    }
  });

  let cluster: TestCluster | undefined;
  await step('starts', async () => {
    cluster = await TestCluster.start({ log: (line) => console.log(`       ${line}`) });
  });
  if (cluster !== undefined) await withCluster(cluster);

  await step('continue tokens expire at once without snapshots', async () => {
    const other = await TestCluster.start({ noSnapshots: true });
    try {
      await fill(other, { pools: 2, perPool: 5 });
      await expectExpired(other);
    } finally {
      await other.stop();
    }
  });

  await step('the seeded state is allocated, and every allocation has its verdict', async () => {
    const other = await TestCluster.start();
    try {
      const { facts } = await seed(other);
      assert.ok(facts.length > 60);
      const verdicts = new Set(facts.map(({ verdict }) => verdict));
      for (const verdict of ['live', 'stale', 'lost', 'finished', 'pending', 'kept', 'unknown', 'malformed'] as const) {
        assert.ok(verdicts.has(verdict), verdict);
      }
    } finally {
      await other.stop();
    }
  });

  await step('a SIGKILL of the process that started it leaves nothing', async () => {
    const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), 'hold'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await new Promise<unknown[]>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', (text) => resolve([text]));
      child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
    })) as [string];
    const held = JSON.parse(line) as { pids: Record<string, number>; dir: string };
    assert.equal(Object.keys(held.pids).length, 4);
    assert.ok(Object.values(held.pids).every(isAlive));
    child.kill('SIGKILL');
    await expectGone(held.pids, held.dir);
  });

  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** What the SIGKILL test kills: a process with a cluster and a plugin that waits for a lease that nobody gives back. */
async function hold(): Promise<void> {
  const cluster = await TestCluster.start();
  await cluster.ok('POST', `/apis/coordination.k8s.io/v1/namespaces/${POOL_NAMESPACE}/leases`, {
    metadata: { name: 'whereabouts' },
    spec: {
      holderIdentity: 'somebody',
      leaseDurationSeconds: 3600,
      renewTime: new Date().toISOString().replace('Z', '000Z'),
    },
  });
  void add({ cluster, namespace: 'default', pod: 'waits', containerId: 'waits', netConf: NET });
  const { pids, dir } = cluster;
  const plugin = await waitFor('the plugin', () =>
    childrenOf(pids.supervisor).find((pid) => !Object.values(pids).includes(pid)),
  );
  console.log(JSON.stringify({ pids: { ...pids, plugin }, dir }));
}

function childrenOf(pid: number): number[] {
  return execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)])
    .toString()
    .split('\n')
    .filter(Boolean)
    .map(Number);
}

await (process.argv[2] === 'hold' ? hold() : main());
