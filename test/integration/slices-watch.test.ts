/** `slices ls -w` on a real API server, with slices that the real controller divides and the real plugin fills. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { NodeSlicePoolDocument } from '../../src/pools/slice-pools.js';
import { attach } from '../cluster/attach.js';
import { POOL_NAMESPACE, TestCluster, type PolicyRule } from '../cluster/cluster.js';
import { makeNodeSlicePool, startNodeSliceController, type Controller } from '../cluster/controllers.js';
import { createNad, createNode, patchAllocations } from '../cluster/objects.js';
import { waitFor } from '../cluster/wait.js';
import type { Running } from '../support/program.js';
import { violations } from '../support/schemas.js';
import { jsonOf, runCli, startCli } from './support/cli.js';
import { WatchLines } from './support/lines.js';
import { openTerminal } from './support/pty.js';
import { viewerRules, without } from './support/viewer.js';
import { layWire } from './support/wire.js';

const WHEREABOUTS = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}`;
const BLUE = `${WHEREABOUTS}/nodeslicepools/blue`;

let cluster: TestCluster;
let viewer: PolicyRule[];
let kubeconfig: string;
let controller: Controller | undefined;
const running: Running[] = [];
const undo: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start({ noSnapshots: true });
  viewer = await viewerRules();
  kubeconfig = await cluster.kubeconfigFor('watcher', { rules: viewer });
  for (const name of ['node-a', 'node-b']) await createNode(cluster, name);
  const ipam = { type: 'whereabouts', range: '10.5.0.0/22', node_slice_size: '/24', network_name: 'blue' };
  await createNad(cluster, POOL_NAMESPACE, 'blue', { cniVersion: '0.3.1', name: 'blue', type: 'macvlan', ipam });
  await makeNodeSlicePool(cluster, 'blue', ['node-a', 'node-b']);
  await attach(cluster, { name: 'a1', node: 'node-a', nets: [`${POOL_NAMESPACE}/blue`] });
}, 180_000);

afterEach(async () => {
  for (const one of running.splice(0)) {
    one.kill('SIGKILL');
    await one.ended;
  }
  for (const step of undo.splice(0)) await step();
  await controller?.stop();
  controller = undefined;
});

afterAll(() => cluster.stop());

type Item = NodeSlicePoolDocument;

function lines(args: readonly string[] = [], from = kubeconfig): WatchLines<Item> {
  const words = ({ assigned, slices, used, nodesWithoutSlice, nodesGone }: Item): string =>
    `${assigned.toString()}/${slices.toString()} used ${used.toString()}, ` +
    `without ${String(nodesWithoutSlice)}, gone ${String(nodesGone)}`;
  const made = new WatchLines<Item>(['slices', 'ls', '-w', ...args], from, words);
  running.push(made.run);
  return made;
}

/** The pool of node-a's slice, whichever of the four it has. */
async function poolOfA(): Promise<string> {
  const { items } = await cluster.ok<{ items: { metadata: { name: string } }[] }>('GET', `${WHEREABOUTS}/ippools`);
  return items.find(({ metadata }) => metadata.name.startsWith('blue-node-a-'))?.metadata.name ?? '';
}

async function hold(key: string, owner: string | null): Promise<void> {
  const entry = owner === null ? null : { id: `container-${owner}`, podref: `default/${owner}`, ifname: 'net1' };
  await patchAllocations(cluster, await poolOfA(), { [key]: entry });
}

/** What `slices ls` says now, without a watch. */
async function listed(): Promise<Item[]> {
  const run = await runCli(['slices', 'ls', '-o', 'json'], { kubeconfig });
  return (jsonOf(run) as { items: Item[] }).items;
}

const FIRST = 'ADDED 2/4 used 1, without , gone ';

describe('in a pipe', () => {
  test('a node comes and gets a slice, the plugin fills it, the node goes and its slice is free again', async () => {
    const watch = lines();
    await watch.sees(1);
    expect(watch.told).toEqual([FIRST]);
    controller = await startNodeSliceController(cluster);
    await createNode(cluster, 'node-c');
    await watch.sees(({ item }) => item.assigned === 3 && item.nodesWithoutSlice?.length === 0);
    await attach(cluster, { name: 'c1', node: 'node-c', nets: [`${POOL_NAMESPACE}/blue`] });
    await watch.sees(({ item }) => item.used === 2);
    expect(watch.events.at(-1)?.item).toEqual((await listed())[0]);
    await cluster.ok('DELETE', '/api/v1/nodes/node-c');
    await watch.sees(({ item }) => item.assigned === 2 && item.nodesGone?.length === 0);
    // What node-c held is still there, in a pool of a slice that nobody has.
    expect(watch.events.at(-1)?.item.leftoverPools).toHaveLength(1);
    expect(watch.events.at(-1)?.item).toEqual((await listed())[0]);
    for (const event of watch.events) expect([event.kind, violations(event)]).toEqual(['NodeSlicePoolEvent', []]);
    // Nothing is told that is not new.
    expect(watch.events.slice(1).map(({ type }) => type)).toEqual(watch.events.slice(1).map(() => 'MODIFIED'));
    const items = watch.events.map(({ item }) => JSON.stringify(item));
    expect(items.filter((item, i) => item === items[i - 1])).toEqual([]);
    watch.run.kill('SIGINT');
    expect((await watch.run.ended).code).toBe(130);
    const [left] = watch.events.at(-1)?.item.leftoverPools ?? [];
    await cluster.ok('DELETE', `${WHEREABOUTS}/ippools/${left?.name ?? ''}`);
  }, 180_000);

  test('a node that comes while no controller runs is seen to lack a slice, though no watch tells of nodes', async () => {
    const watch = lines();
    await watch.sees(1);
    await createNode(cluster, 'node-d');
    undo.push(() => cluster.ok('DELETE', '/api/v1/nodes/node-d'));
    await watch.sees(({ item }) => item.nodesWithoutSlice?.includes('node-d') === true);
    expect(watch.told).toEqual([FIRST, 'MODIFIED 2/4 used 1, without node-d, gone ']);
  });

  test('a slice pool that is deleted and made again', async () => {
    const watch = lines();
    await watch.sees(1);
    const { status } = await cluster.ok<{ status: object }>('GET', BLUE);
    // The controller deals slices in any order: another one than before may be node-a's.
    undo.push(() => cluster.ok('PATCH', BLUE, { status }));
    await cluster.ok('DELETE', BLUE);
    await watch.sees(2);
    await makeNodeSlicePool(cluster, 'blue', ['node-a', 'node-b']);
    await watch.sees(({ type, item }) => type !== 'DELETED' && item.assigned === 2);
    expect(watch.events.map(({ type }) => type).slice(0, 3)).toEqual(['ADDED', 'DELETED', 'ADDED']);
  });

  test('what changed while the connection was cut is told once, also when its history is gone', async () => {
    const wire = await layWire(cluster);
    undo.push(() => wire.close());
    const watch = lines(['-v'], wire.kubeconfig);
    await watch.sees(1);
    wire.cut();
    await waitFor('the trouble', () => watch.run.told().includes('trying again'), 30_000, 50);
    await hold('77', 'x');
    wire.mend();
    await watch.sees(2);

    wire.cut();
    await hold('77', null);
    await hold('78', 'y');
    await hold('79', 'z');
    await cluster.compact();
    // Without what it remembers of the past, the server can only say that it is gone.
    await cluster.stopApiServer({ hard: true });
    await cluster.startApiServer();
    wire.mend();
    await watch.sees(3);
    await hold('78', null);
    await hold('79', null);
    await watch.sees(({ item }) => item.used === 1);
    expect(watch.told.slice(0, 3).map((line) => line.split(',')[0])).toEqual([
      'ADDED 2/4 used 1',
      'MODIFIED 2/4 used 2',
      'MODIFIED 2/4 used 3',
    ]);
    expect(watch.run.told()).toMatch(/watch of ippools: .*its list is read again/);
    expect(watch.run.told()).toContain('connected again');
  });

  test('memory is bounded by what is there, not by what happens', async () => {
    const watch = lines();
    await watch.sees(1);
    const before = watch.resident;
    // Some 60 MB pass by.
    const ballast = 'x'.repeat(200_000);
    for (let round = 0; round < 300; round++) {
      await cluster.ok('PATCH', BLUE, { metadata: { annotations: { ballast: `${round.toString()}${ballast}` } } });
    }
    await hold('77', 'x');
    await watch.sees(2);
    expect(watch.resident - before).toBeLessThan(50);
    expect(watch.events).toHaveLength(2);
    await hold('77', null);
    await cluster.ok('PATCH', BLUE, { metadata: { annotations: null } });
  }, 120_000);

  test('nothing but nodes is asked for again while nothing happens', async () => {
    const watch = lines(['-v', '--timeout', '20s']);
    const { code, stderr } = await watch.run.ended;
    expect([code, watch.told]).toEqual([0, [FIRST]]);
    const lists = stderr.split('\n').filter((line) => /^GET \S+\?limit=/.test(line));
    const counts = new Map<string, number>();
    for (const line of lists) {
      const plural = /\/([a-z-]+)\?limit/.exec(line)?.[1] ?? '';
      counts.set(plural, (counts.get(plural) ?? 0) + 1);
    }
    // At first, and once or twice after 15 s.
    expect([1, 2, 3]).toContain(counts.get('nodes'));
    for (const plural of ['ippools', 'nodeslicepools', 'network-attachment-definitions']) {
      expect([plural, counts.get(plural)]).toEqual([plural, 1]);
    }
  });
});

describe('--exit-when', () => {
  const until = (condition: string, ...more: string[]): Running => {
    const run = startCli(['slices', 'ls', '-w', '--exit-when', condition, ...more], { kubeconfig });
    running.push(run);
    return run;
  };

  test.each(['assigned>=2', 'free<=50%', 'nodesWithoutSlice==0', 'usedPercent<5'])(
    'met from the beginning: %s',
    async (condition) => {
      const { code, stderr } = await until(condition, '--timeout', '20s').ended;
      expect([code, stderr]).toEqual([0, '']);
    },
  );

  test('met once something changes', async () => {
    const watch = lines(['--exit-when', 'used>=2']);
    await watch.sees(1);
    await hold('77', 'x');
    undo.push(() => hold('77', null));
    const { code, stderr } = await watch.run.ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(watch.events.map(({ item }) => item.used)).toEqual([1, 2]);
  });

  test('met by a node that nothing but a look at the nodes tells of', async () => {
    const run = until('nodesWithoutSlice>0', '--timeout', '40s');
    await createNode(cluster, 'node-e');
    undo.push(() => cluster.ok('DELETE', '/api/v1/nodes/node-e'));
    expect((await run.ended).code).toBe(0);
  });

  test('not met in time', async () => {
    const { code, stderr } = await until('free<1', '--timeout', '2s').ended;
    expect([code, stderr]).toEqual([8, 'free<1 was not met within 2s\n']);
  });
});

describe('rights', () => {
  test.each([
    ['ippools', 'ippools.whereabouts.cni.cncf.io'],
    ['nodeslicepools', 'nodeslicepools.whereabouts.cni.cncf.io'],
    ['network-attachment-definitions', 'network-attachment-definitions.k8s.cni.cncf.io'],
  ])('without the right to watch %s: it says which', async (resource, spelled) => {
    const rules = without(viewer, { resource, verb: 'watch' });
    const own = await cluster.kubeconfigFor(`no-watch-${resource}`, { rules });
    const { code, stderr } = await startCli(['slices', 'ls', '-w', '--timeout', '20s'], { kubeconfig: own }).ended;
    expect([code, stderr]).toEqual([4, expect.stringContaining(`may not watch ${spelled} at the cluster scope (403)`)]);
    expect(stderr).toContain('in context "sandbox"');
  });

  test('a viewer needs no more', async () => {
    const { code, stderr } = await startCli(['slices', 'ls', '-w', '--timeout', '2s'], { kubeconfig }).ended;
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('at a terminal', () => {
  test.each([[[]], [['-o', 'wide']], [['--no-truncate']]])(
    'the table is always the newest, and the screen is clean afterwards: %j',
    async (flags) => {
      const terminal = openTerminal(['slices', 'ls', '-w', ...flags], { env: { KUBECONFIG: kubeconfig } });
      await terminal.sees(/blue .*10\.5\.0\.0\/22[\s\S]*Ctrl-C ends/);
      await hold('77', 'x');
      undo.push(() => hold('77', null));
      await terminal.sees(/\b2 addresses|USED[^]*\b2\b[^]*Ctrl-C ends/);
      terminal.type('\u0003');
      expect(await terminal.code).toBe(130);
      const { raw } = terminal;
      expect(raw.split('\u001b[?1049h')).toHaveLength(2);
      const [during = '', after = ''] = raw.split('\u001b[?1049l');
      expect(raw.indexOf('\u001b[?25h')).toBeGreaterThan(raw.lastIndexOf('\u001b[?25l'));
      // Too long a line ends at the edge while the frame is drawn over, and is whole in what stays.
      expect(during).toContain('\u001b[?7l');
      expect(raw.indexOf('\u001b[?7h')).toBeGreaterThan(raw.lastIndexOf('\u001b[?7l'));
      expect(after).toMatch(/^(NAMESPACE +)?NAME[^\n]*\r?\n[^]*blue /);
      expect(raw).not.toContain('\u001b[2J');
    },
  );
});
