import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { POOL_NAMESPACE, TestCluster } from '../cluster/cluster.js';
import { FakeKubelet } from '../cluster/kubelet.js';
import { createPod } from '../cluster/objects.js';
import { seed } from '../cluster/seed.js';
import { violations } from '../support/schemas.js';
import { jsonOf, runCli, startCli, type CliResult } from './support/cli.js';

const RECONCILER = 'whereabouts-reconciler-x7';
const LOG = [
  '2026-01-01T00:00:00Z [debug] defaulting to expression from configuration: 30 4 * * *',
  '2026-01-01T04:30:00Z [verbose] starting reconciler run',
  '2026-01-01T04:30:01Z [verbose] reconciler run succeeded',
  '',
].join('\n');

/** Every command that reads, with what narrows it. */
const COMMANDS: readonly string[][] = [
  ['pools', 'ls', '--stale'],
  ['pools', 'show', 'bignet-10.20.0.0-16'],
  ['ips', 'ls'],
  ['ips', 'show', '10.20.0.17'],
  ['reconcile', '--all'],
  ['nad', 'ls', '-A'],
  ['nad', 'lint', '-A'],
  ['nad', 'lint', '-n', 'telco'],
];

let cluster: TestCluster;
let kubelet: FakeKubelet;
let folder: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
  folder = mkdtempSync(join(tmpdir(), 'ipamctl-save-'));
  await seed(cluster);
  kubelet = await FakeKubelet.start(cluster, 'node-with-kubelet');
  await makeReconciler();
}, 240_000);

afterAll(async () => {
  await kubelet.stop();
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Whereabouts' reconciler as OpenShift deploys it, with a schedule, a secret in its environment, and a log. */
async function makeReconciler(): Promise<void> {
  const labels = { app: 'whereabouts-reconciler' };
  await cluster.ok('POST', `/apis/apps/v1/namespaces/${POOL_NAMESPACE}/daemonsets`, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'whereabouts-reconciler' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: 'whereabouts-reconciler',
              image: 'quay.example/whereabouts:v0.9.4',
              args: ['/ip-control-loop', '-log-level', 'debug'],
              env: [{ name: 'TOKEN', value: 'hunter2' }],
              volumeMounts: [{ name: 'cron', mountPath: '/cron-schedule' }],
            },
          ],
          volumes: [
            { name: 'cron', configMap: { name: 'my-schedule', items: [{ key: 'reconciler', path: 'config' }] } },
          ],
        },
      },
    },
  });
  await cluster.ok('POST', `/api/v1/namespaces/${POOL_NAMESPACE}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'my-schedule' },
    data: { reconciler: '30 4 * * *' },
  });
  await cluster.ok('POST', `/api/v1/namespaces/${POOL_NAMESPACE}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'hidden' },
    stringData: { password: 'hunter2' },
  });
  await createPod(cluster, {
    namespace: POOL_NAMESPACE,
    name: RECONCILER,
    node: 'node-with-kubelet',
    labels,
    spec: { containers: [{ name: 'whereabouts-reconciler', image: 'x' }] },
  });
  kubelet.setLog(POOL_NAMESPACE, RECONCILER, 'whereabouts-reconciler', LOG);
}

function run(args: readonly string[], kubeconfig?: string): Promise<CliResult> {
  return runCli([...args, '-o', 'json'], kubeconfig === undefined ? {} : { kubeconfig });
}

async function save(name: string, ...flags: string[]): Promise<Record<string, unknown>> {
  const result = await run(['snapshot', 'save', join(folder, name), ...flags], cluster.kubeconfig);
  expect([result.code, result.stderr]).toEqual([0, expect.any(String)]);
  const document = jsonOf(result) as Record<string, unknown>;
  expect(violations(document)).toEqual([]);
  return document;
}

/** What differs between two moments, and between a cluster and files, and is no part of the answer. */
function answerOf(result: CliResult): unknown {
  return JSON.parse(
    JSON.stringify(jsonOf(result), (key, value: unknown) =>
      ['createdAt', 'readAt', 'ageSeconds', 'confirmedByGet'].includes(key) ? undefined : value,
    ),
  ) as unknown;
}

describe('a snapshot answers as the cluster did', () => {
  beforeAll(async () => {
    await save('dir');
    await save('archive.tar.gz');
  }, 120_000);

  test.each(COMMANDS.map((args) => [args.join(' '), args] as const))('%s', async (_, args) => {
    const live = await run(args, cluster.kubeconfig);
    for (const name of ['dir', 'archive.tar.gz']) {
      const saved = await run([...args, '--from', join(folder, name)]);
      expect({ name, code: saved.code, answer: answerOf(saved) }).toEqual({
        name,
        code: live.code,
        answer: answerOf(live),
      });
    }
  });
});

/** Every file of a folder, by its place in it. */
function filesOf(root: string): Map<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]),
  );
}

describe('what is in a snapshot', () => {
  test('lists of a kind and namespace where oc adm inspect puts them, schedule, Lease and log; no secret', async () => {
    const files = filesOf(join(folder, 'dir'));
    for (const name of [
      'ipamctl-snapshot.json',
      'cluster-scoped-resources/core/nodes.yaml',
      'cluster-scoped-resources/apiextensions.k8s.io/customresourcedefinitions.yaml',
      `namespaces/${POOL_NAMESPACE}/whereabouts.cni.cncf.io/ippools.yaml`,
      `namespaces/${POOL_NAMESPACE}/apps/daemonsets.yaml`,
      `namespaces/${POOL_NAMESPACE}/core/configmaps.yaml`,
      `namespaces/${POOL_NAMESPACE}/coordination.k8s.io/leases.yaml`,
      'namespaces/telco/core/pods.yaml',
      'namespaces/telco/k8s.cni.cncf.io/network-attachment-definitions.yaml',
    ]) {
      expect([name, files.has(name)]).toEqual([name, true]);
    }
    const logs = `namespaces/${POOL_NAMESPACE}/pods/${RECONCILER}/whereabouts-reconciler/whereabouts-reconciler/logs/current.log`;
    expect(files.get(logs)).toBe(LOG);
    expect(files.get(`namespaces/${POOL_NAMESPACE}/core/configmaps.yaml`)).toContain('reconciler: 30 4 * * *');
    const all = [...files.values()].join('\n');
    expect(all).not.toMatch(/hunter2|managedFields|kind: Secret/);
    expect(all).toContain('- name: TOKEN');
    for (const [name] of files) expect([name, statSync(join(folder, 'dir', name)).mode & 0o777]).toEqual([name, 0o600]);
    expect(statSync(join(folder, 'dir')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'archive.tar.gz')).mode & 0o777).toBe(0o600);
    const manifest = JSON.parse(files.get('ipamctl-snapshot.json') ?? '') as Record<string, unknown>;
    const uid = (await cluster.ok('GET', '/api/v1/namespaces/kube-system')).metadata?.uid;
    expect(manifest).toMatchObject({
      kind: 'Snapshot',
      redacted: false,
      cluster: { uid, server: cluster.server },
      serverVersion: expect.stringMatching(/^v1\.\d+/),
      context: 'sandbox',
    });
    expect(manifest['missing']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ resource: 'networks.config.openshift.io', reason: 'not-defined' }),
      ]),
    );
  });

  test('kubectl reads its files', async () => {
    const file = join(folder, 'dir', `namespaces/${POOL_NAMESPACE}/whereabouts.cni.cncf.io/ippools.yaml`);
    const args = ['get', '-f', file, '-o', 'name', '--kubeconfig', cluster.kubeconfig];
    const names = execFileSync(cluster.binaries.kubectl, args, { encoding: 'utf8' });
    expect(names).toContain('ippool.whereabouts.cni.cncf.io/bignet-10.20.0.0-16');
  });
});

describe('a place that is taken', () => {
  test.each([
    ['dir', 'is not empty'],
    ['archive.tar.gz', 'is there already'],
  ])('%s is left as it is, and replaced by --force', async (name, message) => {
    const before = statSync(join(folder, name)).ino;
    const refused = await run(['snapshot', 'save', join(folder, name)], cluster.kubeconfig);
    expect(refused.code).toBe(5);
    expect(jsonOf(refused)).toMatchObject({
      message: expect.stringContaining(message),
      hints: [expect.stringContaining('--force')],
    });
    expect(statSync(join(folder, name)).ino).toBe(before);
    await save(name, '--force');
    expect(statSync(join(folder, name)).ino).not.toBe(before);
  });

  test('a folder of other things is never replaced; an empty one is taken', async () => {
    mkdirSync(join(folder, 'other'));
    await save('other');
    mkdirSync(join(folder, 'things'));
    writeFileSync(join(folder, 'things', 'x'), '');
    const refused = await run(['snapshot', 'save', join(folder, 'things'), '--force'], cluster.kubeconfig);
    expect([refused.code, readdirSync(join(folder, 'things'))]).toEqual([5, ['x']]);
  });

  test('what is stopped leaves nothing behind', async () => {
    const before = readdirSync(folder).sort();
    const running = startCli(['snapshot', 'save', join(folder, 'stopped.tar.gz')], { kubeconfig: cluster.kubeconfig });
    for (let tries = 0; readdirSync(folder).length === before.length && tries < 2000; tries++) await sleep(2);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toHaveLength(1);
    running.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(readdirSync(folder).sort()).toEqual(before);
  });
});

describe('with --redact', () => {
  /** Names of this cluster that nobody but its people gave. */
  const PRIVATE = /telco|storage|bignet|overlap-|macvlan-basic|node-a\b|node-with|sandbox|127\.0\.0\.1|my-secret/;
  const counts = (document: unknown): unknown => {
    const { items } = document as { items: Record<string, unknown>[] };
    const fields = [
      'capacity',
      'used',
      'free',
      'blocked',
      'allocatable',
      'stale',
      'family',
      'range',
      'address',
      'key',
      'verdict',
      'reason',
      'action',
    ];
    const rows = items.map((item) => JSON.stringify(fields.map((field) => item[field] ?? null)));
    return rows.sort();
  };

  beforeAll(async () => {
    writeFileSync(join(folder, 'key'), 'k'.repeat(32));
    await save('redacted', '--redact', '--redact-key', join(folder, 'key'));
    await save('redacted.tar.gz', '--redact', '--redact-key', join(folder, 'key'));
    await save('other-key', '--redact');
  }, 120_000);

  test('no name is left, in no file and no path', () => {
    for (const [name, text] of filesOf(join(folder, 'redacted'))) {
      // Interfaces of nodes, and what is no name.
      expect([name, PRIVATE.exec(`${name}\n${text}`)?.[0]]).toEqual([name, undefined]);
    }
  });

  test.each([
    ['pools', 'ls', '--stale'],
    ['ips', 'ls'],
    ['reconcile', '--all'],
  ])('%s %s %s: the same counts and verdicts', async (...args) => {
    const given = args as readonly string[];
    const live = await run(given, cluster.kubeconfig);
    for (const name of ['redacted', 'redacted.tar.gz']) {
      const saved = await run([...given, '--from', join(folder, name)]);
      expect([name, saved.code, counts(jsonOf(saved))]).toEqual([name, live.code, counts(jsonOf(live))]);
      expect((jsonOf(saved) as { summary?: unknown }).summary).toEqual((jsonOf(live) as { summary?: unknown }).summary);
    }
  });

  test('nad lint: the same findings', async () => {
    const found = (result: CliResult): unknown => {
      const report = jsonOf(result) as { findings: { rule: string; severity: string }[]; summary: unknown };
      return [result.code, report.summary, report.findings.map(({ rule }) => rule).sort()];
    };
    const saved = await run(['nad', 'lint', '-A', '--from', join(folder, 'redacted')]);
    expect(found(saved)).toEqual(found(await run(['nad', 'lint', '-A'], cluster.kubeconfig)));
  });

  test('the same key, the same hashes; no key, others each time', async () => {
    const names = async (name: string): Promise<string[]> => {
      const list = jsonOf(await run(['nad', 'ls', '-A', '--from', join(folder, name)])) as {
        items: { name: string }[];
      };
      return list.items.map((item) => item.name).sort();
    };
    expect(await names('redacted.tar.gz')).toEqual(await names('redacted'));
    expect(await names('other-key')).not.toEqual(await names('redacted'));
  });

  test.each([
    [['--redact-key', 'key'], 2, '--redact'],
    [['--redact', '--redact-key', 'none'], 3, 'none'],
    [['--redact', '--redact-key', 'archive.tar.gz.short'], 3, 'bytes'],
  ])('%j is refused', async (flags, code, said) => {
    writeFileSync(join(folder, 'archive.tar.gz.short'), 'short');
    const args = flags.map((flag) => (flag.startsWith('--') ? flag : join(folder, flag)));
    const result = await run(['snapshot', 'save', join(folder, 'never'), ...args], cluster.kubeconfig);
    expect([result.code, result.stdout.includes(said)]).toEqual([code, true]);
  });
});

test('snapshots of snapshots are not made', async () => {
  const result = await run(['snapshot', 'save', join(folder, 'x'), '--from', join(folder, 'dir')]);
  expect(result.code).toBe(2);
});
