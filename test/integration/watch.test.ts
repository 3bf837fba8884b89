/** `-w` on a real API server: what changes is seen once, whatever happens to the connection. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { POOL_NAMESPACE, TestCluster, type PolicyRule } from '../cluster/cluster.js';
import { createPod, createPool, deletePod, NETWORKS, patchAllocations } from '../cluster/objects.js';
import { waitFor } from '../cluster/wait.js';
import { violations } from '../support/schemas.js';
import { startCli, type CliResult } from './support/cli.js';
import { WatchLines } from './support/lines.js';
import { openTerminal } from './support/pty.js';
import { viewerRules, without } from './support/viewer.js';
import { layWire } from './support/wire.js';
import type { Running } from '../support/program.js';

const POOLS = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}/ippools`;

let cluster: TestCluster;
let viewer: PolicyRule[];
const running: Running[] = [];
const undo: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start({ noSnapshots: true });
  viewer = await viewerRules();
  await pool('10.1.0.0-24', ['a', 'b']);
  await pool('10.2.0.0-24', ['c']);
}, 180_000);

afterEach(async () => {
  for (const one of running.splice(0)) {
    one.kill('SIGKILL');
    await one.ended;
  }
  for (const step of undo.splice(0)) await step();
});

afterAll(() => cluster.stop());

interface Item {
  readonly name: string;
  readonly used: number;
  readonly address: string;
  readonly verdict: string;
}

async function pool(name: string, owners: readonly string[]): Promise<void> {
  const allocations = Object.fromEntries(owners.map((owner, i) => [(i + 1).toString(), allocationOf(owner)]));
  await createPool(cluster, name, name.replace(/-(\d+)$/, '/$1'), allocations);
}

const allocationOf = (owner: string) => ({ id: `container-${owner}`, podref: `default/${owner}`, ifname: 'net1' });

async function allocate(name: string, key: string, owner: string | null): Promise<void> {
  await patchAllocations(cluster, name, { [key]: owner === null ? null : allocationOf(owner) });
}

function lines(args: readonly string[], kubeconfig: string = cluster.kubeconfig): WatchLines<Item> {
  const made = new WatchLines<Item>(args, kubeconfig, ({ name, used }) => `${name} ${used.toString()}`);
  running.push(made.run);
  return made;
}

const BEGINNING = ['ADDED 10.1.0.0-24 2', 'ADDED 10.2.0.0-24 1'];

describe('pools ls -w in a pipe', () => {
  test('tells what is there, and then each change once', async () => {
    const watch = lines(['pools', 'ls', '-w']);
    await watch.sees(2);
    await allocate('10.2.0.0-24', '9', 'd');
    await watch.sees(3);
    await pool('10.3.0.0-24', ['e']);
    await watch.sees(4);
    await cluster.ok('DELETE', `${POOLS}/10.3.0.0-24`);
    await watch.sees(5);
    await allocate('10.2.0.0-24', '9', null);
    await watch.sees(6);
    expect(watch.told).toEqual([
      ...BEGINNING,
      'MODIFIED 10.2.0.0-24 2',
      'ADDED 10.3.0.0-24 1',
      'DELETED 10.3.0.0-24 1',
      'MODIFIED 10.2.0.0-24 1',
    ]);
    for (const event of watch.events) expect([event.kind, violations(event)]).toEqual(['PoolEvent', []]);
    watch.run.kill('SIGINT');
    const { code, stderr } = await watch.run.ended;
    expect([code, stderr]).toEqual([130, '']);
  });

  test('a NAD that comes changes what a pool can hand out', async () => {
    const nads = '/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions';
    const watch = lines(['pools', 'ls', '-w']);
    await watch.sees(2);
    const ipam = { type: 'whereabouts', range: '10.1.0.0/24', range_start: '10.1.0.1', range_end: '10.1.0.9' };
    await cluster.ok('POST', nads, {
      apiVersion: 'k8s.cni.cncf.io/v1',
      kind: 'NetworkAttachmentDefinition',
      metadata: { name: 'small' },
      spec: { config: JSON.stringify({ cniVersion: '0.3.1', name: 'small', type: 'macvlan', ipam }) },
    });
    undo.push(() => cluster.ok('DELETE', `${nads}/small`));
    await watch.sees(3);
    expect(watch.events[2]).toMatchObject({ type: 'MODIFIED', item: { name: '10.1.0.0-24', capacity: '9' } });
    watch.run.kill('SIGTERM');
    expect((await watch.run.ended).code).toBe(143);
  });

  test('nothing is asked for again while nothing happens', async () => {
    const watch = lines(['pools', 'ls', '-w', '-v']);
    await watch.sees(2);
    await allocate('10.2.0.0-24', '9', 'd');
    await watch.sees(3);
    await allocate('10.2.0.0-24', '9', null);
    await watch.sees(4);
    watch.run.kill('SIGINT');
    const { stderr } = await watch.run.ended;
    const lists = stderr.split('\n').filter((line) => line.includes('ippools?limit'));
    expect(lists).toHaveLength(1);
  });

  test('what changed while the connection was cut is told once, also when its history is gone', async () => {
    const wire = await layWire(cluster);
    undo.push(() => wire.close());
    const watch = lines(['pools', 'ls', '-w', '-v'], wire.kubeconfig);
    await watch.sees(2);
    wire.cut();
    await waitFor('the trouble', () => watch.run.told().includes('trying again'), 30_000, 50);
    await allocate('10.1.0.0-24', '7', 'x');
    wire.mend();
    await watch.sees(3);

    wire.cut();
    await allocate('10.1.0.0-24', '7', null);
    await pool('10.4.0.0-24', []);
    await cluster.compact();
    // Without what it remembers of the past, the server can only say that it is gone.
    await cluster.stopApiServer({ hard: true });
    await cluster.startApiServer();
    wire.mend();
    await watch.sees(5);
    await cluster.ok('DELETE', `${POOLS}/10.4.0.0-24`);
    await watch.sees(6);
    expect(watch.told).toEqual([
      ...BEGINNING,
      'MODIFIED 10.1.0.0-24 3',
      'MODIFIED 10.1.0.0-24 2',
      'ADDED 10.4.0.0-24 0',
      'DELETED 10.4.0.0-24 0',
    ]);
    expect(watch.run.told()).toMatch(/watch of ippools: .*its list is read again/);
    expect(watch.run.told()).toContain('connected again');
  });

  test('an API server that restarts is waited for', async () => {
    const watch = lines(['pools', 'ls', '-w']);
    await watch.sees(2);
    await cluster.stopApiServer();
    await cluster.startApiServer();
    await allocate('10.1.0.0-24', '7', 'x');
    await watch.sees(3);
    await allocate('10.1.0.0-24', '7', null);
    await watch.sees(4);
    expect(watch.told.slice(2)).toEqual(['MODIFIED 10.1.0.0-24 3', 'MODIFIED 10.1.0.0-24 2']);
  });

  test('memory is bounded by what is there, not by what happens', async () => {
    const watch = lines(['pools', 'ls', '-w']);
    await watch.sees(2);
    const before = watch.resident;
    // Some 250 MB pass by.
    const ballast = 'x'.repeat(200_000);
    for (let round = 0; round < 1250; round++) {
      const annotations = { ballast: `${round.toString()}${ballast}` };
      await cluster.ok('PATCH', `${POOLS}/10.1.0.0-24`, { metadata: { annotations } });
    }
    await allocate('10.1.0.0-24', '7', 'x');
    await watch.sees(3);
    expect(watch.resident - before).toBeLessThan(100);
    await allocate('10.1.0.0-24', '7', null);
    await cluster.ok('PATCH', `${POOLS}/10.1.0.0-24`, { metadata: { annotations: null } });
  }, 180_000);
});

describe('--exit-when', () => {
  const until = (condition: string, ...more: string[]): Running => {
    const run = startCli(['pools', 'ls', '-w', '--exit-when', condition, ...more], { kubeconfig: cluster.kubeconfig });
    running.push(run);
    return run;
  };

  test('met from the beginning', async () => {
    expect((await until('used>=2').ended).code).toBe(0);
  });

  test('met once something changes', async () => {
    const watch = lines(['pools', 'ls', '-w', '--exit-when', 'used>1%']);
    await watch.sees(2);
    await allocate('10.1.0.0-24', '7', 'x');
    undo.push(() => allocate('10.1.0.0-24', '7', null));
    const { code, stderr } = await watch.run.ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(watch.told).toEqual([...BEGINNING, 'MODIFIED 10.1.0.0-24 3']);
  });

  test('not met in time', async () => {
    const { code, stderr } = await until('used>99%', '--timeout', '2s').ended;
    expect([code, stderr]).toEqual([8, 'used>99% was not met within 2s\n']);
  });

  test('time without a condition is what was asked for', async () => {
    const run = startCli(['pools', 'ls', '-w', '--timeout', '1s'], { kubeconfig: cluster.kubeconfig });
    expect((await run.ended).code).toBe(0);
  });
});

describe('ips ls -w', () => {
  test('tells when an owner goes', async () => {
    const annotations = { [NETWORKS]: 'net' };
    await createPod(cluster, { namespace: 'default', name: 'owner', node: 'node-a', annotations });
    await pool('10.6.0.0-24', ['owner']);
    undo.push(() => cluster.ok('DELETE', `${POOLS}/10.6.0.0-24`));
    const watch = lines(['ips', 'ls', '-w', '--pool', '10.6.0.0-24']);
    await watch.sees(1);
    await deletePod(cluster, 'default', 'owner');
    await watch.sees(2);
    const [first, second] = watch.events;
    expect(first).toMatchObject({ kind: 'IPEvent', type: 'ADDED', item: { address: '10.6.0.1' } });
    expect(first?.item.verdict).not.toBe('stale');
    expect(second).toMatchObject({ type: 'MODIFIED', item: { address: '10.6.0.1', verdict: 'stale' } });
    for (const event of watch.events) expect(violations(event)).toEqual([]);
  });

  test('a condition counts verdicts', async () => {
    const run = startCli(['ips', 'ls', '-w', '--exit-when', 'stale==3', '--timeout', '20s'], {
      kubeconfig: cluster.kubeconfig,
    });
    expect((await run.ended).code).toBe(0);
  });
});

describe('without the right to watch', () => {
  test.each([
    ['pools', 'ippools', 'ippools.whereabouts.cni.cncf.io'],
    ['pools', 'overlappingrangeipreservations', 'overlappingrangeipreservations.whereabouts.cni.cncf.io'],
    ['pools', 'nodeslicepools', 'nodeslicepools.whereabouts.cni.cncf.io'],
    ['pools', 'network-attachment-definitions', 'network-attachment-definitions.k8s.cni.cncf.io'],
    ['ips', 'ippools', 'ippools.whereabouts.cni.cncf.io'],
    ['ips', 'overlappingrangeipreservations', 'overlappingrangeipreservations.whereabouts.cni.cncf.io'],
    ['ips', 'pods', 'pods'],
  ])('%s ls -w, %s: it says which', async (topic, resource, spelled) => {
    const rules = without(viewer, { resource, verb: 'watch' });
    const kubeconfig = await cluster.kubeconfigFor(`watches-${topic}-no-${resource}`, { rules });
    const run = startCli([topic, 'ls', '-w', '--timeout', '20s'], { kubeconfig });
    const { code, stderr }: CliResult = await run.ended;
    expect(code).toBe(4);
    expect(stderr).toContain(`may not watch ${spelled} at the cluster scope (403)`);
    expect(stderr).toContain('ipamctl rbac --role viewer');
  });

  test('a viewer may watch everything', async () => {
    const kubeconfig = await cluster.kubeconfigFor('watching-viewer', { rules: viewer });
    for (const args of [
      ['pools', 'ls'],
      ['pools', 'ls', '--stale'],
      ['ips', 'ls'],
    ]) {
      const { code, stderr } = await startCli([...args, '-w', '--timeout', '2s'], { kubeconfig }).ended;
      expect([args, code, stderr]).toEqual([args, 0, '']);
    }
  });
});

describe('at a terminal', () => {
  test('the table is always the newest, and the screen is clean afterwards', async () => {
    const terminal = openTerminal(['pools', 'ls', '-w'], { env: { KUBECONFIG: cluster.kubeconfig } });
    await terminal.sees(/10\.1\.0\.0-24 .*\n.*10\.2\.0\.0-24 [\s\S]*Ctrl-C ends/);
    await pool('10.5.0.0-24', []);
    undo.push(() => cluster.ok('DELETE', `${POOLS}/10.5.0.0-24`));
    await terminal.sees(/10\.5\.0\.0-24/);
    terminal.type('\u0003');
    expect(await terminal.code).toBe(130);
    const { raw } = terminal;
    // In and out of the second screen once, and the cursor is back.
    expect(raw.split('\u001b[?1049h')).toHaveLength(2);
    const [, after = ''] = raw.split('\u001b[?1049l');
    expect(raw.indexOf('\u001b[?25h')).toBeGreaterThan(raw.lastIndexOf('\u001b[?25l'));
    expect(after).toMatch(/^NAME[^\n]*\r?\n10\.1\.0\.0-24[^]*10\.5\.0\.0-24[^]*3 pools in openshift-multus/);
    // A frame is drawn over the last one: nothing is cleared before it is there.
    expect(raw).not.toContain('\u001b[2J');
  });
});
