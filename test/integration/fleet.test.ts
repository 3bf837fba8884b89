/** Several clusters in one result, on two real API servers and one address where nobody answers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { TestCluster } from '../cluster/cluster.js';
import { createPool } from '../cluster/objects.js';
import { displayWidth } from '../../src/render/width.js';
import { refusedByJenkins } from '../support/junit.js';
import { sarifViolations } from '../support/sarif.js';
import { violations } from '../support/schemas.js';
import { jsonOf, runCli, startCli, type CliResult } from './support/cli.js';
import { openTerminal } from './support/pty.js';

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

describe('every format of every reading command, one cluster down', () => {
  const ALL = [...BOTH, '--context', 'dead'];
  const READING = [
    ['pools', 'ls'],
    ['pools', 'ls', '--stale'],
    ['ips', 'ls'],
    ['slices', 'ls'],
    ['nad', 'ls', '-A'],
    ['reconcile'],
    ['audit'],
  ];

  test.each(READING.map((args) => [args]))('%j', async (args) => {
    const byFormat: Record<string, CliResult> = {};
    for (const format of ['table', 'json', 'yaml', 'jsonpath={.clusters[*].name}']) {
      const ran = await run(...args, ...ALL, '-o', format);
      expect([format, ran.code]).toEqual([format, 6]);
      expect(ran.stderr).toContain('dead could not be read: cannot reach the API server');
      // Which context of which file.
      expect(ran.stderr).toMatch(/in context "dead" \(\S*kubeconfig-fleet\)/);
      byFormat[format] = ran;
    }
    const document = JSON.parse(byFormat['json']?.stdout ?? '') as List & { warnings: string[] };
    expect(violations(document)).toEqual([]);
    expect([document.incomplete, document.clusters.map(({ name, error }) => [name, error?.reason ?? null])]).toEqual([
      true,
      [
        ['east', null],
        ['west', null],
        ['dead', 'unreachable'],
      ],
    ]);
    expect(document.warnings.join()).toContain('dead could not be read');
    const { clusters, items } = parse(byFormat['yaml']?.stdout ?? '') as List;
    expect([clusters, items.length]).toEqual([document.clusters, document.items.length]);
    expect(byFormat['jsonpath={.clusters[*].name}']?.stdout).toBe('east west dead');
    for (const item of document.items) {
      const of = typeof item.cluster === 'string' ? item.cluster : (item.cluster as { name: string }).name;
      expect(['east', 'west']).toContain(of);
    }
  });

  test.each([
    [['pools', 'ls'], 'ipamctl_pools_incomplete'],
    [['slices', 'ls'], 'ipamctl_slices_incomplete'],
    [['audit'], 'ipamctl_audit_incomplete'],
  ])('%j -o prometheus: each metric once, and the dead one counts as incomplete', async (args, incomplete) => {
    const { code, stdout } = await run(...args, ...ALL, '-o', 'prometheus');
    expect(code).toBe(6);
    expect(stdout).toContain(`${incomplete}{cluster="east"} 0\n`);
    expect(stdout).toContain(`${incomplete}{cluster="dead"} 1\n`);
    const types = stdout.split('\n').filter((line) => line.startsWith('# TYPE '));
    expect(types).toEqual([...new Set(types)]);
    const samples = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const series = samples.map((line) => line.slice(0, line.lastIndexOf(' ')));
    expect(series).toEqual([...new Set(series)]);
    for (const line of samples) expect(line).toMatch(/\{(?:.*,)?cluster="(?:east|west|dead)"/);
  });

  test('-o name is a line of each, the cluster first', async () => {
    for (const [args, count] of [
      [['pools', 'ls'], 3],
      [['ips', 'ls'], 4],
    ] as const) {
      const { code, stdout } = await run(...args, ...ALL, '-o', 'name');
      const lines = stdout.trim().split('\n');
      expect([code, lines.length]).toEqual([6, count]);
      for (const line of lines) expect(line).toMatch(/^(?:east|west)\t\S+$/);
    }
  });

  test('audit as SARIF: a run of each, the dead one as one that failed', async () => {
    const { code, stdout } = await run('audit', ...ALL, '-o', 'sarif');
    const sarif = JSON.parse(stdout) as {
      runs: {
        automationDetails: { id: string };
        invocations: { executionSuccessful: boolean; toolExecutionNotifications: { message: { text: string } }[] }[];
        results: unknown[];
      }[];
    };
    expect([code, sarifViolations(sarif)]).toEqual([6, []]);
    expect(sarif.runs.map(({ automationDetails: { id } }) => id)).toEqual(
      ['east', 'west', 'dead'].map((name) => `ipamctl/audit/${name}/`),
    );
    expect(sarif.runs.map(({ results }) => results.length)).toEqual([2, 2, 0]);
    const [, , dead] = sarif.runs;
    expect([dead?.results, dead?.invocations[0]?.executionSuccessful]).toEqual([[], false]);
    expect(dead?.invocations[0]?.toolExecutionNotifications[0]?.message.text).toContain('dead could not be read');
  });

  test('audit as JUnit: suites of each, the dead one an error', async () => {
    const { code, stdout } = await run('audit', ...ALL, '-o', 'junit');
    expect([code, refusedByJenkins(stdout)]).toEqual([6, []]);
    for (const name of ['east', 'west']) expect(stdout).toContain(`<testsuite name="${name}: audit/untracked-live-ip"`);
    expect(stdout).toMatch(/<testsuites [^>]*errors="1">/);
    expect(stdout).toMatch(
      /<testsuite name="dead: audit"[^>]*errors="1"[^>]*>\n.*<error message="could not be read: cannot/,
    );
  });

  test('audit as workflow commands: each names its cluster', async () => {
    const { code, stdout } = await run('audit', ...ALL, '-o', 'github');
    const lines = stdout.trim().split('\n');
    expect(code).toBe(6);
    for (const line of lines) expect(line).toMatch(/^::(?:error|warning|notice) title=(?:east|west|dead)%3A /);
    expect(lines.filter((line) => line.includes('title=dead'))).toEqual([
      expect.stringMatching(/^::error title=dead%3A audit::could not be read: cannot reach/),
    ]);
  });

  test('several formats in one run', async () => {
    const [sarif, junit] = [join(east.dir, 'fleet.sarif'), join(east.dir, 'fleet.xml')];
    const { code, stdout } = await run('audit', ...ALL, '-o', `sarif=${sarif}`, '-o', `junit=${junit}`, '-o', 'json');
    expect([code, (JSON.parse(stdout) as List).kind]).toEqual([6, 'AuditReportList']);
    expect(readFileSync(sarif, 'utf8')).toContain('ipamctl/audit/dead/');
    expect(readFileSync(junit, 'utf8')).toContain('dead: audit');
  });

  test('findings do not hide that a cluster is down, nor does --fail-on never', async () => {
    expect((await run('audit', ...ALL, '--fail-on', 'never')).code).toBe(6);
    expect((await run('pools', 'ls', ...ALL, '--fail-when', 'used>=1')).code).toBe(6);
  });
});

describe('at a terminal', () => {
  test.each([60, 160])('%i columns: the cluster stays, and no line wraps', async (columns) => {
    for (const args of [['pools', 'ls'], ['ips', 'ls'], ['reconcile']]) {
      const terminal = openTerminal([...args, ...BOTH], {
        env: { KUBECONFIG: kubeconfig },
        columns,
        redirect: '2>/dev/null',
      });
      await terminal.code;
      const lines = terminal.shown.trimEnd().split('\n');
      expect(lines[0]).toMatch(/^CLUSTER {2}/);
      expect(lines.filter((line) => /^(?:east|west) {2}/.test(line)).length).toBeGreaterThan(2);
      expect(lines.filter((line) => line.length > columns)).toEqual([]);
    }
  });

  test('long and wide names of contexts are cut, and whole with --no-truncate', async () => {
    const config = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig & { contexts: { name: string }[] };
    const long = 'default/api-production-frankfurt-1-example-com:6443/kube:admin';
    const wide = '本番環境-東京-クラスタ-その一-とても長い名前';
    const names: Record<string, string> = { east: long, west: wide };
    const renamed = {
      ...config,
      contexts: config.contexts.map((each) => ({ ...each, name: names[each.name] ?? each.name })),
    };
    const file = join(east.dir, 'kubeconfig-long');
    writeFileSync(file, stringify(renamed), { mode: 0o600 });
    const shown = async (...more: string[]): Promise<string[]> => {
      const args = ['pools', 'ls', '--context', long, '--context', wide, ...more];
      const terminal = openTerminal(args, { env: { KUBECONFIG: file }, columns: 60, redirect: '2>/dev/null' });
      await terminal.code;
      return terminal.shown.trimEnd().split('\n');
    };
    const cut = await shown();
    expect(cut.slice(1).filter((line) => line.includes('…'))).toHaveLength(3);
    for (const line of cut) expect(displayWidth(line)).toBeLessThanOrEqual(60);
    const whole = (await shown('--no-truncate')).join('\n');
    expect(whole).toContain(long);
    expect(whole).toContain(wide);
  });
});

describe('names that are alike', () => {
  test('contexts whose clusters have the same name in two files are two clusters', async () => {
    const files = [east, west].map((cluster, i) => {
      const config = parse(readFileSync(cluster.kubeconfig, 'utf8')) as Kubeconfig & {
        contexts: { name: string; context: object }[];
      };
      const [context] = config.contexts;
      // Both call their cluster and user alike; only the contexts differ, as two log-ins leave them.
      const file = join(east.dir, `kubeconfig-alike-${i.toString()}`);
      const named = {
        ...config,
        contexts: [{ ...context, name: `site-${i.toString()}` }],
        'current-context': `site-${i.toString()}`,
      };
      writeFileSync(file, stringify(named), { mode: 0o600 });
      return file;
    });
    // As kubectl: the first file to name an entry owns it, so both contexts reach the first cluster.
    const joined = await runCli(['pools', 'ls', '--all-contexts', '-o', 'json'], { kubeconfig: files.join(':') });
    const document = jsonOf(joined) as List & { warnings: string[] };
    expect(document.clusters.map(({ name }) => name)).toEqual(['site-0']);
    expect(document.warnings.join()).toContain('context "site-0" stands for "site-1"');
  });

  test('the same cluster by two addresses is told by its uid', async () => {
    const config = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig & { contexts: unknown[] };
    const url = new URL((config.clusters[0]?.cluster as { server: string }).server);
    const other = {
      ...config.clusters[0],
      name: 'other',
      cluster: {
        ...config.clusters[0]?.cluster,
        server: `https://localhost:${url.port}`,
        'tls-server-name': 'kubernetes.default.svc',
      },
    };
    const file = join(east.dir, 'kubeconfig-twice');
    const contexts = [...config.contexts, { name: 'outside', context: { cluster: 'other', user: 'east' } }];
    writeFileSync(file, stringify({ ...config, clusters: [...config.clusters, other], contexts }), { mode: 0o600 });
    const ran = await runCli(['pools', 'ls', '--context', 'east', '--context', 'outside'], { kubeconfig: file });
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('contexts east, outside are one cluster')]);
  });

  test('-v and -vv name the cluster of each line', async () => {
    const { stderr } = await run('pools', 'ls', ...BOTH, '-vv');
    expect(stderr).toMatch(/^east: GET https:\S+ 200 in/m);
    expect(stderr).toMatch(/^west: > Authorization: \*\*\*$/m);
    expect(stderr.split('\n').filter((line) => /^(?:GET|[<>]) /.test(line))).toEqual([]);
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
