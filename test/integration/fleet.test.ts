/** Several clusters in one result, on two real API servers and one address where nobody answers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { TestCluster } from '../cluster/cluster.js';
import { createPool } from '../cluster/objects.js';
import { violations } from '../support/schemas.js';
import { jsonOf, runCli, startCli, type CliResult } from './support/cli.js';

let east: TestCluster;
let west: TestCluster;
let kubeconfig: string;

interface Entry {
  name: string;
  cluster?: object;
  user?: object;
}
interface Kubeconfig {
  clusters: Entry[];
  users: Entry[];
}

beforeAll(async () => {
  east = await TestCluster.start();
  west = await TestCluster.start();
  const held = (owner: string) => ({ id: owner, podref: `default/${owner}`, ifname: 'net1' });
  await createPool(east, '10.1.0.0-24', '10.1.0.0/24', { '1': held('a'), '2': held('b') });
  await createPool(west, '10.1.0.0-24', '10.1.0.0/24', { '1': held('c') });
  await createPool(west, '10.2.0.0-28', '10.2.0.0/28', { '1': held('d') });
  kubeconfig = join(east.dir, 'kubeconfig-fleet');
  const named = (cluster: TestCluster, name: string): { cluster: Entry; user: Entry } => {
    const config = parse(readFileSync(cluster.kubeconfig, 'utf8')) as Kubeconfig;
    return { cluster: { ...config.clusters[0], name }, user: { ...config.users[0], name } };
  };
  const [one, two] = [named(east, 'east'), named(west, 'west')];
  const dead = { name: 'dead', cluster: { server: 'https://127.0.0.1:1' } };
  const context = (name: string, cluster: string, namespace = 'default') => ({
    name,
    context: { cluster, user: cluster === 'dead' ? 'east' : cluster, namespace },
  });
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [one.cluster, two.cluster, dead],
    users: [one.user, two.user],
    contexts: [
      context('east', 'east'),
      context('west', 'west'),
      context('dead', 'dead'),
      context('again', 'west', 'x'),
    ],
    'current-context': 'east',
  };
  writeFileSync(kubeconfig, stringify(config), { mode: 0o600 });
}, 240_000);

afterAll(async () => {
  await east.stop();
  await west.stop();
});

const run = (...args: string[]): Promise<CliResult> => runCli(args, { kubeconfig });
const BOTH = ['--context', 'east', '--context', 'west'];

interface List {
  kind: string;
  items: { cluster: unknown; name?: string; address?: string }[];
  clusters: { name: string; uid: string | null; error: { reason: string } | null }[];
  incomplete: boolean;
}

async function list(code: number, ...args: string[]): Promise<List> {
  const result = await run(...args, '-o', 'json');
  const document = jsonOf(result) as List;
  expect([result.code, violations(document)]).toEqual([code, []]);
  return document;
}

describe('two clusters that answer', () => {
  test('are one table, the cluster first', async () => {
    const { code, stdout, stderr } = await run('pools', 'ls', ...BOTH, '--sort-by', 'used');
    expect(code).toBe(0);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/).slice(0, 2));
    expect(rows).toEqual([
      ['CLUSTER', 'NAME'],
      ['west', '10.2.0.0-28'],
      ['east', '10.1.0.0-24'],
      ['west', '10.1.0.0-24'],
    ]);
    expect(stderr).toContain('3 pools in 2 clusters');
    expect(stderr).toContain('ipamctl pools show 10.2.0.0-28 --context west');
  });

  test('are one document, each row with its cluster', async () => {
    const pools = await list(0, 'pools', 'ls', ...BOTH);
    expect(pools.items.map(({ cluster, name }) => [cluster, name])).toEqual([
      ['east', '10.1.0.0-24'],
      ['west', '10.1.0.0-24'],
      ['west', '10.2.0.0-28'],
    ]);
    expect(pools.clusters.map(({ name, error }) => [name, error])).toEqual([
      ['east', null],
      ['west', null],
    ]);
    expect(new Set(pools.clusters.map(({ uid }) => uid)).size).toBe(2);
    expect((await list(0, 'ips', 'ls', ...BOTH)).items).toHaveLength(4);
    expect((await list(0, 'slices', 'ls', ...BOTH)).items).toEqual([]);
    expect((await list(0, 'nad', 'ls', '-A', ...BOTH)).items).toEqual([]);
  });

  test('have a plan and an audit each, whole', async () => {
    for (const [kind, command] of [
      ['ReconcilePlanList', 'reconcile'],
      ['AuditReportList', 'audit'],
    ] as const) {
      const document = await list(1, command, ...BOTH);
      expect(document.kind).toBe(kind);
      expect(document.items.map(({ cluster }) => (cluster as { name: string }).name)).toEqual(['east', 'west']);
      for (const item of document.items) expect(violations(item)).toEqual([]);
    }
  });

  test('jsonpath, names and metrics tell the cluster', async () => {
    const path = '{range .items[*]}{.cluster}/{.name} {end}';
    expect((await run('pools', 'ls', ...BOTH, '-o', `jsonpath=${path}`)).stdout).toBe(
      'east/10.1.0.0-24 west/10.1.0.0-24 west/10.2.0.0-28 ',
    );
    expect((await run('pools', 'ls', ...BOTH, '-o', 'name')).stdout).toContain(
      'west\tippool.whereabouts.cni.cncf.io/10.2',
    );
    const metrics = await run('pools', 'ls', ...BOTH, '-o', 'prometheus');
    expect(metrics.stdout).toContain('ipamctl_pool_used_addresses{cluster="east",');
    expect(metrics.stdout).toContain('ipamctl_pools_incomplete{cluster="west"} 0');
    expect(metrics.stdout.match(/# TYPE ipamctl_pool_used_addresses /g)).toHaveLength(1);
  });

  test('a plan of both is taken for the one that is written to', async () => {
    const plan = join(east.dir, 'plan.json');
    await run('reconcile', ...BOTH, '-o', `json=${plan}`);
    const args = ['ips', 'release', '--from-report', plan, '--context', 'west', '--dry-run=client', '-o', 'json'];
    const result = await run(...args);
    const { items } = jsonOf(result) as { items: { podref: string; action: string }[] };
    expect(
      items
        .filter(({ action }) => action === 'release')
        .map(({ podref }) => podref)
        .sort(),
    ).toEqual(['default/c', 'default/d']);
  });
});

describe('a cluster that does not answer', () => {
  test('is named, the others are shown, and the code is 6', async () => {
    const { code, stdout, stderr } = await run('pools', 'ls', ...BOTH, '--context', 'dead');
    expect([code, stdout.split('\n').length]).toEqual([6, 5]);
    expect(stderr).toContain('dead could not be read: cannot reach the API server https://127.0.0.1:1');
    expect(stderr).toContain('1 of 3 clusters could not be read');
    const document = await list(6, 'pools', 'ls', ...BOTH, '--context', 'dead');
    expect([document.incomplete, document.clusters[2]?.error?.reason]).toEqual([true, 'unreachable']);
    const metrics = await run('pools', 'ls', '--context', 'east', '--context', 'dead', '-o', 'prometheus');
    expect(metrics.stdout).toContain('ipamctl_pools_incomplete{cluster="dead"} 1');
  });

  test('alone it is an error of the cluster', async () => {
    const result = await run('pools', 'ls', '--context', 'dead', '--context', 'dead', '-o', 'json');
    expect([result.code, (jsonOf(result) as { reason: string }).reason]).toEqual([4, 'unreachable']);
  });
});

describe('which contexts are meant', () => {
  test('all: each server once', async () => {
    const { code, stderr } = await run('pools', 'ls', '--all-contexts');
    expect(code).toBe(6);
    expect(stderr).toContain('context "west" stands for "again"');
    expect((await list(6, 'pools', 'ls', '--all-contexts')).clusters.map(({ name }) => name)).toEqual([
      'east',
      'west',
      'dead',
    ]);
  });

  test('two of the same server are both listed, and that is said', async () => {
    const { stderr } = await run('pools', 'ls', '--context', 'west', '--context', 'again');
    expect(stderr).toContain('contexts "west", "again" name the same server');
  });

  test.each([
    [['pools', 'ls', ...BOTH, '--context', 'nope'], 4, 'the kubeconfig has no context "nope"'],
    [['reconcile', '--now', ...BOTH], 2, 'one cluster at a time'],
    [['reconcile', '--now', '--all-contexts'], 2, 'one cluster at a time'],
    [['audit', '--fix', 'untracked-live-ip', '--yes', ...BOTH], 2, 'one cluster at a time'],
    [['ips', 'release', '10.1.0.1', '--yes', ...BOTH], 2, 'one cluster at a time'],
    [['pools', 'show', '10.1.0.0-24', ...BOTH], 2, 'one cluster at a time'],
    [['pools', 'ls', '-w', ...BOTH], 2, '-w follows one cluster'],
    [['pools', 'ls', '--all-contexts', '--context', 'east'], 2, 'do not go together'],
    [['pools', 'ls', '--all-contexts', '--from', 'x'], 2, '--from reads files'],
    [['pools', 'ls', ...BOTH, '--cluster', 'east'], 2, '--cluster would make one cluster'],
  ])('%j: %d', async (args, code, text) => {
    const result = await run(...args);
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(text)]);
  });

  test('completion offers what is not there yet', async () => {
    const { stdout } = await run('__complete', 'pools', 'ls', '--context', 'east', '--context', '');
    expect(stdout.split('\n').slice(0, -2)).toEqual(['west', 'dead', 'again']);
  });
});

test('slices ls -w: a condition that is not met in time ends with 8', async () => {
  const watching = startCli(['slices', 'ls', '-w', '--exit-when', 'free<1', '--timeout', '2s'], { kubeconfig });
  const { code, stderr } = await watching.ended;
  expect([code, stderr]).toEqual([8, expect.stringContaining('was not met within 2s')]);
});
