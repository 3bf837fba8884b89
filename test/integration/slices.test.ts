import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pendingForAddress } from '../../src/audit/checks/pending-for-address.js';
import { audit as auditOf } from '../../src/audit/engine.js';
import { DEFAULT_SETTINGS, type AnyCheck, type AuditFinding } from '../../src/audit/model.js';
import { SharedReader } from '../../src/audit/shared-reader.js';
import { openCluster } from '../../src/cluster/live/index.js';
import { poolBytes } from '../../src/whereabouts/object-size.js';
import { parsePool } from '../../src/whereabouts/objects.js';
import { folderWith, removeFolders } from '../support/world.js';
import type { NodeSlicePoolList, NodeSlicePoolReport } from '../../src/pools/slices.js';
import type { PlannedRange } from '../../src/whereabouts/plan.js';
import { attach } from '../cluster/attach.js';
import type { KubeObject } from '../cluster/client.js';
import { POOL_NAMESPACE, TestCluster } from '../cluster/cluster.js';
import { type Controller, startNodeSliceController } from '../cluster/controllers.js';
import { createNad, createNode, createPodEvent, createPool, deletePod } from '../cluster/objects.js';
import { PluginFailure } from '../cluster/plugin.js';
import { waitFor } from '../cluster/wait.js';
import { violations } from '../support/schemas.js';
import { jsonOf, runCli } from './support/cli.js';
import { viewerRules, without } from './support/viewer.js';

/* Node slices as the real controller divides and the real plugin uses them; each number is counted here a second time. */

const WHEREABOUTS = `/apis/whereabouts.cni.cncf.io/v1alpha1`;
const SLICE_POOLS = `${WHEREABOUTS}/namespaces/${POOL_NAMESPACE}/nodeslicepools`;
const NADS = `/apis/k8s.cni.cncf.io/v1/namespaces/${POOL_NAMESPACE}/network-attachment-definitions`;

let cluster: TestCluster;
let controller: Controller | undefined;
let kubeconfig: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
  for (const name of ['node-a', 'node-b', 'node-c']) await createNode(cluster, name);
  kubeconfig = await cluster.kubeconfigFor('viewer', { rules: await viewerRules() });
}, 180_000);

afterAll(() => cluster.stop());

const config = (name: string, ipam: object): object => ({
  cniVersion: '0.3.1',
  name,
  type: 'macvlan',
  ipam: { type: 'whereabouts', ...ipam },
});

async function network(name: string, ipam: object): Promise<void> {
  await createNad(cluster, POOL_NAMESPACE, name, config(name, ipam));
}

async function change(name: string, ipam: object): Promise<void> {
  await cluster.ok('PATCH', `${NADS}/${name}`, { spec: { config: JSON.stringify(config(name, ipam)) } });
}

interface Slice {
  nodeName: string;
  sliceRange: string;
}

async function slicesOf(name: string): Promise<Slice[]> {
  const answer = await cluster.request('GET', `${SLICE_POOLS}/${name}`);
  if (answer.status === 404) return [];
  return ((answer.json['status'] ?? {}) as { allocations?: Slice[] }).allocations ?? [];
}

/** Keys in each pool, counted by the API alone. */
async function keysByPool(): Promise<Map<string, number>> {
  const { items } = await cluster.ok<{ items: KubeObject[] }>('GET', `${WHEREABOUTS}/ippools`);
  return new Map(
    items.map((pool) => {
      const { allocations = {} } = pool['spec'] as { allocations?: object };
      return [pool.metadata?.name ?? '', Object.keys(allocations).length];
    }),
  );
}

async function nodeNames(): Promise<string[]> {
  const { items } = await cluster.ok<{ items: KubeObject[] }>('GET', '/api/v1/nodes');
  return items.map(({ metadata }) => metadata?.name ?? '').sort();
}

/** Works with the controller running, and waits until what it made is as expected. */
async function controlled(what: string, isSo: () => Promise<boolean>): Promise<void> {
  controller = await startNodeSliceController(cluster);
  try {
    await waitFor(what, isSo, 60_000);
  } catch (error) {
    throw new Error(`${(error as Error).message}:\n${controller.output().slice(-3000)}`);
  } finally {
    await controller.stop();
    controller = undefined;
  }
}

async function list(...args: string[]): Promise<NodeSlicePoolList> {
  const run = await runCli(['slices', 'ls', '-o', 'json', ...args], { kubeconfig });
  const document = jsonOf(run) as NodeSlicePoolList;
  expect([run.code, violations(document)]).toEqual([0, []]);
  return document;
}

async function item(name: string): Promise<NodeSlicePoolList['items'][number]> {
  const found = (await list()).items.find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} is not listed`);
  return found;
}

async function show(name: string): Promise<NodeSlicePoolReport> {
  const run = await runCli(['slices', 'show', name, '-o', 'json'], { kubeconfig });
  const document = jsonOf(run) as NodeSlicePoolReport;
  expect([run.code, violations(document)]).toEqual([0, []]);
  return document;
}

type Allocations = NonNullable<Parameters<typeof createPool>[3]>;

interface Finding {
  check: string;
  severity: string;
  message: string;
  object: { kind: string; name: string };
  evidence: Record<string, unknown>;
  fix: string | null;
}

/** What an audit of some checks finds, on the cluster or in files. */
async function audit(checks: readonly string[], from: readonly string[] = []): Promise<Finding[]> {
  const args = checks.flatMap((check) => ['--check', check]);
  const run = await runCli(['audit', '-o', 'json', ...args, ...from], from.length > 0 ? {} : { kubeconfig });
  const report = jsonOf(run) as { findings: Finding[]; skipped: unknown[] };
  expect(report.skipped).toEqual([]);
  return report.findings;
}

/** What a check finds so many minutes later, if nothing happens until then: ages are counted by the reader's clock. */
async function auditLater(minutes: number, check: AnyCheck): Promise<readonly AuditFinding[]> {
  class Later extends SharedReader {
    override now(): Date {
      return new Date(super.now().getTime() + minutes * 60_000);
    }
  }
  const live = await openCluster({ kubeconfig }, {}, { version: 'test' });
  try {
    const clock = { now: () => performance.now(), wait: (ms: number) => sleep(ms) };
    const options = { checks: [check], settings: DEFAULT_SETTINGS, clock };
    const { findings, skipped } = await auditOf(new Later(live), options);
    expect(skipped).toEqual([]);
    return findings;
  } finally {
    await live.close();
  }
}

const codes = ({ problems }: { problems: readonly { code: string }[] }): string[] => problems.map(({ code }) => code);

/** What a list says of a slice pool, against the API. */
async function expectAgreement(name: string, pool: (slice: Slice) => string): Promise<void> {
  const slices = await slicesOf(name);
  const assigned = slices.filter(({ nodeName }) => nodeName !== '');
  const keys = await keysByPool();
  const nodes = await nodeNames();
  const held = assigned.map((slice) => keys.get(pool(slice)) ?? 0);
  expect(slices.length).toBeGreaterThan(0);
  expect(await item(name)).toMatchObject({
    slices: slices.length,
    assigned: assigned.length,
    free: slices.length - assigned.length,
    used: held.reduce((sum, count) => sum + count, 0),
    nodesWithoutSlice: nodes.filter((node) => !assigned.some(({ nodeName }) => nodeName === node)),
    nodesGone: assigned.map(({ nodeName }) => nodeName).filter((node) => !nodes.includes(node)),
  });
  const report = await show(name);
  expect(
    report.nodes
      .filter(({ sliceRange }) => sliceRange !== null)
      .map(({ nodeName, sliceRange, pool: its, capacity, used }) => ({ nodeName, sliceRange, its, capacity, used })),
  ).toEqual(
    assigned.map((slice, i) => ({
      ...slice,
      its: keys.has(pool(slice)) ? pool(slice) : null,
      capacity: (2 ** (32 - Number(slice.sliceRange.split('/')[1])) - 2).toString(),
      used: held[i],
    })),
  );
}

const bluePool = ({ nodeName, sliceRange }: Slice): string => `blue-${nodeName}-${sliceRange.replace('/', '-')}`;
const plainPool = ({ nodeName, sliceRange }: Slice): string => `${nodeName}-${sliceRange.replace('/', '-')}`;

const SLICE_CHECKS = ['leftover-slice-pool', 'missing-slice-pool', 'slice-node-mismatch', 'capacity', 'object-size'];

describe('as they come about', () => {
  test('none at first: empty is an answer', async () => {
    const run = await runCli(['slices', 'ls'], { kubeconfig });
    expect([run.code, run.stdout]).toEqual([0, '']);
    expect(run.stderr).toContain('No node slice pools in any namespace');
  });

  test('a NAD whose slice pool the controller has not made', async () => {
    await network('blue', { range: '10.5.0.0/22', node_slice_size: '/24', network_name: 'blue' });
    const { items, missing } = await list();
    expect([items, missing]).toEqual([
      [],
      [
        {
          nad: { namespace: POOL_NAMESPACE, name: 'blue' },
          slicePool: 'blue',
          reason: 'controller',
          message: 'does the node slice controller run?',
        },
      ],
    ]);
    const [found, ...others] = await audit(['missing-slice-pool']);
    expect([found?.severity, found?.object, found?.evidence, others]).toEqual([
      'error',
      { kind: 'NetworkAttachmentDefinition', namespace: POOL_NAMESPACE, name: 'blue' },
      { slicePool: 'blue', reason: 'controller' },
      [],
    ]);
    // What the plugin says to it is why it matters.
    await expect(attach(cluster, { name: 'early', nets: [`${POOL_NAMESPACE}/blue`] })).rejects.toThrow(PluginFailure);
    await deletePod(cluster, 'default', 'early');
  });

  test('named and unnamed, filled by the plugin', async () => {
    await network('plain', { range: '10.6.0.0/24', node_slice_size: '26' });
    await controlled('slices of both', async () => {
      const both = [...(await slicesOf('blue')), ...(await slicesOf('plain'))];
      return both.filter(({ nodeName }) => nodeName !== '').length === 6;
    });
    await attach(cluster, { name: 'a1', node: 'node-a', nets: [`${POOL_NAMESPACE}/blue`] });
    await attach(cluster, { name: 'a2', node: 'node-a', nets: [`${POOL_NAMESPACE}/blue`, `${POOL_NAMESPACE}/plain`] });
    await attach(cluster, { name: 'b1', node: 'node-b', nets: [`${POOL_NAMESPACE}/blue`] });
    await attach(cluster, { name: 'c1', node: 'node-c', nets: [`${POOL_NAMESPACE}/plain`] });
    await expectAgreement('blue', bluePool);
    await expectAgreement('plain', plainPool);
    const { items, missing, leftoverPools } = await list();
    expect([items.flatMap(codes), missing, leftoverPools]).toEqual([[], [], []]);
    // Healthy, so nothing of what there is about slices is found.
    expect(await audit(SLICE_CHECKS)).toEqual([]);
    expect(items.map(({ name, used, nads }) => [name, used, nads.map((nad) => nad.name)])).toEqual([
      ['blue', 3, ['blue']],
      ['plain', 2, ['plain']],
    ]);
  });

  test('a second NAD of the same network takes from the same slices', async () => {
    await network('blue-too', { range: '10.5.0.0/22', node_slice_size: '/24', network_name: 'blue' });
    await attach(cluster, { name: 'c2', node: 'node-c', nets: [`${POOL_NAMESPACE}/blue-too`] });
    await expectAgreement('blue', bluePool);
    expect((await item('blue')).nads.map(({ name }) => name)).toEqual(['blue', 'blue-too']);
  });

  test('more nodes than slices, as the plan foretold', async () => {
    for (const name of ['node-d', 'node-e']) await createNode(cluster, name);
    await controlled('the last slice', async () => (await slicesOf('blue')).every(({ nodeName }) => nodeName !== ''));
    await expectAgreement('blue', bluePool);
    const found = await item('blue');
    expect([found.nodesWithoutSlice?.length, codes(found)]).toEqual([1, ['node-without-slice']]);
    const run = await runCli(['slices', 'plan', '10.5.0.0/22', '--slice-size', '24', '--nodes', '5', '-o', 'json']);
    const [plan] = (jsonOf(run) as { items: PlannedRange[] }).items;
    expect([run.code, plan?.limits.map(({ code }) => code)]).toEqual([1, ['nodes']]);
    const three = await runCli(['slices', 'plan', '10.5.0.0/22', '--slice-size', '24', '--nodes', '4', '-o', 'json']);
    expect([three.code, (jsonOf(three) as { items: PlannedRange[] }).items[0]?.growth]).toEqual([
      0,
      { nodes: 5, fits: false, nodesWithoutSlice: 1, lacking: null },
    ]);
    const [without] = found.nodesWithoutSlice ?? [];
    expect((await show('blue')).nodes.at(-1)).toMatchObject({ nodeName: without, sliceRange: null, capacity: '0' });
    const human = await runCli(['slices', 'show', 'blue'], { kubeconfig });
    expect(human.stdout).toMatch(
      new RegExp(`^Problem +no slice for node ${without ?? ''}: pods there do not start`, 'm'),
    );
    expect(human.stdout).toMatch(new RegExp(`^${without ?? ''} .*no slice: pods do not start$`, 'm'));
  });

  test('a node that is gone, first unseen by the controller and then seen', async () => {
    await cluster.ok('DELETE', '/api/v1/nodes/node-b', {});
    await expectAgreement('blue', bluePool);
    const unseen = await item('blue');
    expect([unseen.nodesGone, codes(unseen)]).toEqual([['node-b'], ['node-without-slice', 'node-gone']]);
    const mismatches = await audit(['slice-node-mismatch']);
    expect(mismatches.map(({ object, evidence }) => [object.name, evidence['nodesGone']])).toEqual([
      ['blue', ['node-b']],
      ['plain', ['node-b']],
    ]);
    const before = (await slicesOf('blue')).find(({ nodeName }) => nodeName === 'node-b');
    if (before === undefined) throw new Error('node-b had no slice');
    await controlled('the slice taken back', async () =>
      (await slicesOf('blue')).every(({ nodeName }) => nodeName !== 'node-b'),
    );
    await expectAgreement('blue', bluePool);
    const seen = await item('blue');
    const now = (await slicesOf('blue')).find(({ sliceRange }) => sliceRange === before.sliceRange)?.nodeName;
    expect(seen.leftoverPools).toEqual([
      {
        namespace: POOL_NAMESPACE,
        name: bluePool(before),
        range: before.sliceRange,
        nodeName: 'node-b',
        sliceNodeName: now === '' ? null : now,
        used: 1,
      },
    ]);
    expect(codes(seen)).toContain('leftover-pool');
    expect(await audit(['leftover-slice-pool'])).toMatchObject([
      {
        severity: 'warning',
        object: { kind: 'IPPool', name: bluePool(before) },
        evidence: { nodeName: 'node-b', used: 1, slicePool: `${POOL_NAMESPACE}/blue` },
        fix: `ipamctl reconcile --now --pool ${POOL_NAMESPACE}/${bluePool(before)}`,
      },
    ]);
    // Its key is a leak that the list of pools shows, too.
    expect((await keysByPool()).get(bluePool(before))).toBe(1);
  });

  test('another slice size: all slices are new, and every pool with keys is left over', async () => {
    const old = (await slicesOf('plain')).filter(({ nodeName }) => nodeName !== '');
    await change('plain', { range: '10.6.0.0/24', node_slice_size: '/27' });
    const before = await item('plain');
    expect(codes(before)).toContain('nad-differs');
    const [differs] = await audit(['slice-node-mismatch']);
    expect(differs?.message).toContain(
      'NAD openshift-multus/plain wants 10.6.0.0/24 by /27, and it is 10.6.0.0/24 by 26',
    );
    await controlled('slices of /27', async () => (await slicesOf('plain')).length === 8);
    await expectAgreement('plain', plainPool);
    const after = await item('plain');
    const keys = await keysByPool();
    const expected = old.map(plainPool).filter((name) => keys.has(name));
    expect(expected.length).toBe(2);
    expect(after.leftoverPools.map(({ name, used }) => [name, used]).sort()).toEqual(
      expected.map((name) => [name, keys.get(name)]).sort(),
    );
    expect([after.sliceSize, after.used]).toEqual([27, 0]);
  });

  test('another range: what is left is still told whose it was', async () => {
    await change('plain', { range: '10.8.0.0/24', node_slice_size: '/27' });
    await controlled('slices of the other range', async () =>
      (await slicesOf('plain')).every(({ sliceRange }) => sliceRange.startsWith('10.8.')),
    );
    await expectAgreement('plain', plainPool);
    const { leftoverPools } = await item('plain');
    expect(leftoverPools.map(({ nodeName, used }) => [nodeName, used]).sort()).toEqual([
      ['node-a', 1],
      ['node-c', 1],
    ]);
  });

  test('a slice that is full, and a node that still has room', async () => {
    await network('tiny', { range: '10.7.0.0/28', node_slice_size: '/30', network_name: 'tiny' });
    await controlled('tiny slices', async () => (await slicesOf('tiny')).length === 4);
    for (const name of ['t1', 't2']) {
      await attach(cluster, { name, node: 'node-a', nets: [`${POOL_NAMESPACE}/tiny`] });
    }
    // A window of two is full by design, until a pod waits for an address of it.
    expect(await audit(['capacity'])).toEqual([]);
    const third = attach(cluster, { name: 't3', node: 'node-a', phase: 'Pending', nets: [`${POOL_NAMESPACE}/tiny`] });
    const failure = await third.then(
      () => new Error('it got an address'),
      (error: unknown) => error as Error,
    );
    expect(failure.message).toContain('Could not allocate IP in range');
    expect(await audit(['capacity'])).toMatchObject([
      {
        severity: 'error',
        object: { name: 'tiny' },
        evidence: { used: 2, capacity: '2', usedPercent: 100, nodeName: 'node-a', waiting: ['default/t3'] },
      },
    ]);
    await createPodEvent(cluster, {
      namespace: 'default',
      pod: 't3',
      reason: 'FailedCreatePodSandBox',
      message: `Failed to create pod sandbox: ${failure.message}`,
    });
    // It has not waited for long.
    expect(await audit(['pending-for-address'])).toEqual([]);
    expect(await auditLater(1, pendingForAddress)).toEqual([]);
    expect(await auditLater(10, pendingForAddress)).toMatchObject([
      { severity: 'error', object: { kind: 'Pod', name: 't3' }, evidence: { check: 'audit/capacity' } },
    ]);
    const { nodes } = await show('tiny');
    expect(nodes.find(({ nodeName }) => nodeName === 'node-a')).toMatchObject({
      capacity: '2',
      used: 2,
      free: '0',
      usedPercent: 100,
    });
    expect(nodes.find(({ nodeName }) => nodeName === 'node-c')).toMatchObject({ used: 0, free: '2', usedPercent: 0 });
    const plan = await runCli(['slices', 'plan', '10.7.0.0/28', '--slice-size', '30', '--pods-per-node', '3']);
    expect([plan.code, plan.stdout]).toEqual([1, expect.stringContaining('of 3 pods 1 do not start there')]);
  });

  test('two unnamed networks of different ranges get no slices, and it is said why', async () => {
    await network('other', { range: '10.9.0.0/24', node_slice_size: '/27' });
    controller = await startNodeSliceController(cluster);
    await waitFor(
      'the controller to say so',
      () => (controller?.output() ?? '').includes('IPAM conf mismatch'),
      60_000,
    );
    await controller.stop();
    const { missing } = await list();
    expect(missing).toEqual([
      {
        nad: { namespace: POOL_NAMESPACE, name: 'other' },
        slicePool: 'other',
        reason: 'at-odds',
        message: expect.any(String),
      },
    ]);
    expect(missing[0]?.message).toMatch(/openshift-multus\/plain has another range .* neither has a network_name/);
    await cluster.ok('DELETE', `${NADS}/other`, {});
  });
});

describe('how large the object gets', () => {
  test.each([
    [23, true],
    [24, false],
  ])(
    'slices of /%i of a /8: written %s',
    async (size, isWritten) => {
      const name = `huge-${size}`;
      const run = await runCli([
        'slices',
        'plan',
        '10.0.0.0/8',
        '--slice-size',
        `${size}`,
        '--nodes',
        '4',
        '-o',
        'json',
      ]);
      const [plan] = (jsonOf(run) as { items: PlannedRange[] }).items;
      expect([plan?.fits, plan?.slices]).toEqual([isWritten, 2 ** (size - 8)]);
      await network(name, { range: '10.0.0.0/8', node_slice_size: `/${size}`, network_name: name });
      controller = await startNodeSliceController(cluster);
      try {
        if (isWritten) {
          await waitFor(name, async () => (await slicesOf(name)).length > 0, 120_000);
          const { text } = await cluster.request('GET', `${SLICE_POOLS}/${name}`);
          const bytes = Buffer.byteLength(JSON.stringify(JSON.parse(text)));
          // Names of nodes are taken to be longer than those here; everything else is exact.
          expect(Math.abs((plan?.objectBytes ?? 0) - bytes)).toBeLessThan(1500);
          expect((await item(name)).slices).toBe(2 ** (size - 8));
          expect(await audit(['object-size'])).toMatchObject([
            { severity: 'warning', object: { kind: 'NodeSlicePool', name }, evidence: { limit: 1_572_864 } },
          ]);
        } else {
          const refusal = /failed to create nodeslicepool|too large|request is too large/i;
          await waitFor('the refusal', () => refusal.test(controller?.output() ?? ''), 120_000);
          expect(await slicesOf(name)).toEqual([]);
        }
      } finally {
        await controller.stop();
        await cluster.ok('DELETE', `${NADS}/${name}`, {});
        await cluster.request('DELETE', `${SLICE_POOLS}/${name}`, {});
      }
    },
    240_000,
  );
});

test('how large a pool gets is told from its entries, what the server keeps of them included', async () => {
  const id = 'a'.repeat(64);
  const entries = Array.from({ length: 3000 }, (_, i) => [
    (i + 1).toString(),
    { id, podref: `default/some-deployment-6d9f8c7b5-${i}`, ifname: 'net1' },
  ]);
  const object = await createPool(cluster, '10.77.0.0-16', '10.77.0.0/16', Object.fromEntries(entries) as Allocations);
  const written = Buffer.byteLength(JSON.stringify(object));
  const told = poolBytes(parsePool(object));
  expect([told / written > 0.9, told / written < 1.1, written > 500_000]).toEqual([true, true, true]);
  await cluster.ok('DELETE', `${WHEREABOUTS}/namespaces/${POOL_NAMESPACE}/ippools/10.77.0.0-16`, {});
});

describe('in files, where time can be turned', () => {
  const LISTS = ['ippools', 'nodeslicepools', 'overlappingrangeipreservations'];
  const PATHS = [
    ...LISTS.map((plural) => `${WHEREABOUTS}/${plural}`),
    '/apis/k8s.cni.cncf.io/v1/network-attachment-definitions',
    '/api/v1/nodes',
    '/api/v1/pods',
    '/api/v1/events',
    '/apis/coordination.k8s.io/v1/leases',
  ];

  /** What the API has, as kubectl writes it, changed. */
  async function saved(change: (item: KubeObject) => KubeObject): Promise<string[]> {
    const files = await Promise.all(
      PATHS.map(async (path, i) => {
        const list = await cluster.ok<{ kind: string; apiVersion: string; items: KubeObject[] }>('GET', path);
        const { kind, apiVersion } = list;
        const items = list.items.map((item) => change({ ...item, kind: kind.replace(/List$/, ''), apiVersion }));
        return [`${i}.json`, JSON.stringify({ ...list, items })] as const;
      }),
    );
    return ['--from', folderWith(Object.fromEntries(files))];
  }
  afterAll(removeFolders);

  const earlier = (item: KubeObject, ms: number): KubeObject => ({
    ...item,
    metadata: { ...item.metadata, creationTimestamp: new Date(Date.now() - ms).toISOString() },
  });

  test('a pod that has waited long for an address, in the words of the plugin', async () => {
    const late = await saved((item) => (item.metadata?.name === 't3' ? earlier(item, 900_000) : item));
    expect(await audit(['pending-for-address'], late)).toMatchObject([
      { severity: 'error', object: { kind: 'Pod', name: 't3' }, evidence: { check: 'audit/capacity' } },
    ]);
    expect(await audit(['pending-for-address'], await saved((item) => item))).toEqual([]);
  });

  test('a Lease of the plugin that changed hands all the time', async () => {
    expect(await audit(['lease-contention'], await saved((item) => item))).toEqual([]);
    const wild = await saved((item) => {
      if (item.kind !== 'Lease') return item;
      const spec = item['spec'] as { leaseTransitions?: number };
      return { ...earlier(item, 600_000), spec: { ...spec, leaseTransitions: 400 } };
    });
    const found = await audit(['lease-contention'], wild);
    // The plugin took one for each slice that it gave addresses of.
    expect(found.length).toBeGreaterThan(3);
    for (const { object, severity, evidence } of found) {
      expect([object.kind, severity]).toEqual(['Lease', 'info']);
      expect(Number(evidence['transitionsPerMinute'])).toBeGreaterThan(35);
    }
  });
});

describe('filters, formats and gates', () => {
  // The controller does not run: a node that comes now has no slice.
  beforeAll(() => createNode(cluster, 'node-z'));

  test('a selector and a namespace', async () => {
    await cluster.ok('PATCH', `${SLICE_POOLS}/blue`, { metadata: { labels: { team: 'a' } } });
    expect((await list('-l', 'team=a')).items.map(({ name }) => name)).toEqual(['blue']);
    expect((await list('-n', 'default')).items).toEqual([]);
    expect((await list('-n', POOL_NAMESPACE)).items.length).toBeGreaterThan(1);
    expect((await list('--ipam-namespace', 'kube-system')).items).toEqual([]);
  });

  test('-o name, and the metrics say what the list says', async () => {
    const named = await runCli(['slices', 'ls', '-o', 'name', '-l', 'team=a'], { kubeconfig });
    expect(named.stdout).toBe('nodeslicepool.whereabouts.cni.cncf.io/blue\n');
    const metrics = await runCli(['slices', 'ls', '-o', 'prometheus'], { kubeconfig });
    const { free, assigned } = await item('blue');
    const labels = '{namespace="openshift-multus",slice_pool="blue",range="10.5.0.0/22"}';
    expect(metrics.stdout).toContain(`\nipamctl_slice_pool_free_slices${labels} ${free}\n`);
    expect(metrics.stdout).toContain(`\nipamctl_slice_pool_assigned_slices${labels} ${assigned}\n`);
    expect(metrics.stdout).toMatch(/\nipamctl_slices_incomplete 0\n$/);
  });

  test.each([
    ['nodesWithoutSlice>0', 1],
    ['leftoverPools>0', 1],
    ['usedPercent>=100', 1],
    ['slices>1000', 0],
    ['assigned>100%', 0],
  ])('--fail-when %s: %i', async (condition, code) => {
    const run = await runCli(['slices', 'ls', '-o', 'json', '--fail-when', condition], { kubeconfig });
    expect([run.code, run.stderr.includes(`--fail-when ${condition}: met by`)]).toEqual([code, code === 1]);
    expect((jsonOf(run) as NodeSlicePoolList).kind).toBe('NodeSlicePoolList');
  });

  test('a node without a slice is a finding once it has been there for a while', async () => {
    expect((await item('blue')).nodesWithoutSlice).toEqual(['node-z']);
    await waitFor('the finding', async () => (await audit(['slice-node-mismatch'])).length > 0, 90_000, 2000);
    const found = await audit(['slice-node-mismatch']);
    expect(found.map(({ evidence }) => evidence['nodesWithoutSlice'])).toContainEqual(['node-z']);
  }, 180_000);

  test('a name that is not there', async () => {
    const run = await runCli(['slices', 'show', 'bleu'], { kubeconfig });
    expect([run.code, run.stderr]).toEqual([4, expect.stringContaining('there is no node slice pool "bleu"')]);
    expect(run.stderr).toContain('ipamctl slices show blue');
  });
});

describe('without a right', () => {
  test('to list slice pools nothing can be said', async () => {
    const rules = without(await viewerRules(), { resource: 'nodeslicepools' });
    const run = await runCli(['slices', 'ls', '-o', 'json'], {
      kubeconfig: await cluster.kubeconfigFor('no-slices', { rules }),
    });
    expect([run.code, (jsonOf(run) as { message: string }).message]).toEqual([
      4,
      'may not list nodeslicepools.whereabouts.cni.cncf.io at the cluster scope (403)',
    ]);
  });

  test('to list nodes, which have a slice is not known, and the gate is not green', async () => {
    const rules = without(await viewerRules(), { resource: 'nodes' });
    const run = await runCli(['slices', 'ls', '-o', 'json'], {
      kubeconfig: await cluster.kubeconfigFor('no-nodes', { rules }),
    });
    const document = jsonOf(run) as NodeSlicePoolList;
    expect([run.code, document.incomplete, violations(document)]).toEqual([1, true, []]);
    expect(document.items.map(({ nodesWithoutSlice, nodesGone }) => [nodesWithoutSlice, nodesGone])).toEqual(
      document.items.map(() => [null, null]),
    );
    expect(document.warnings.join()).toContain('may not list nodes at the cluster scope (403)');
  });

  test('where slice pools are not defined there are none, and that is said', async () => {
    const crd = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/nodeslicepools.whereabouts.cni.cncf.io';
    await cluster.ok('DELETE', crd, {});
    await waitFor('the definition to be gone', async () => (await cluster.request('GET', SLICE_POOLS)).status === 404);
    const run = await runCli(['slices', 'ls', '-o', 'json'], { kubeconfig });
    const document = jsonOf(run) as NodeSlicePoolList;
    expect([run.code, document.items, document.incomplete]).toEqual([0, [], false]);
    expect(document.warnings).toEqual([
      'nodeslicepools.whereabouts.cni.cncf.io is not defined in this cluster, so there are no node slices',
    ]);
  });
});
