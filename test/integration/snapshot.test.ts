import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { shimEntry } from '../../src/openshift/entry.js';
import { POOL_NAMESPACE, TestCluster } from '../cluster/cluster.js';
import { FakeKubelet } from '../cluster/kubelet.js';
import type { KubeObject } from '../cluster/client.js';
import { createNad, createPod } from '../cluster/objects.js';
import {
  createClusterOperator,
  createOperand,
  createOperatorNetwork,
  createStuckPod,
  READY,
} from '../cluster/openshift.js';
import { seed } from '../cluster/seed.js';
import type { ShimStatus } from '../../src/openshift/documents.js';
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
  ['shim', 'status'],
  ['slices', 'ls'],
  ['reconciler', 'status'],
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
  await makeOperator();
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

/** The Cluster Network Operator, with what it deploys of whereabouts and of DHCP: of the latter a part is not ready. */
async function makeOperator(): Promise<void> {
  await createOperatorNetwork(cluster, {
    additionalNetworks: [
      shimEntry({ type: 'whereabouts' }),
      shimEntry({ type: 'dhcp', namespace: 'telco' }),
      {
        name: 'office',
        namespace: 'storage',
        type: 'SimpleMacvlan',
        simpleMacvlanConfig: {
          master: 'eth1',
          ipamConfig: {
            type: 'Static',
            staticIPAMConfig: {
              addresses: [{ address: '10.40.0.2/24' }],
              dns: { nameservers: ['10.40.0.1'], domain: 'acme.example', search: ['intern.acme.example'] },
            },
          },
        },
      },
    ],
  });
  await createNad(cluster, 'default', 'whereabouts-shim', {
    cniVersion: '0.3.1',
    name: 'whereabouts-shim',
    type: 'bridge',
    ipam: { type: 'whereabouts' },
  });
  const controller = { kind: 'Deployment', name: 'whereabouts-controller' } as const;
  await createOperand(cluster, { ...controller, status: READY('Deployment', 1) });
  const status = { ...READY('DaemonSet', 3), numberReady: 2, numberAvailable: 2 };
  await createOperand(cluster, { kind: 'DaemonSet', name: 'dhcp-daemon', status });
  await createStuckPod(cluster, {
    workload: 'dhcp-daemon',
    name: 'dhcp-daemon-4kq',
    node: 'node-b',
    waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "registry.acme.example/dhcp"' },
  });
  await createClusterOperator(cluster, [
    {
      type: 'Degraded',
      status: 'True',
      reason: 'RolloutHung',
      message: 'DaemonSet "openshift-multus/dhcp-daemon" hangs',
    },
    { type: 'Available', status: 'True' },
  ]);
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
  /** Words of this cluster's names that are its software's own, and those that also stand where no name is. */
  const PUBLIC_WORDS = new Set(
    (
      'batch controller daemon default dhcp ipamctl kube launcher lease linux macvlan multus node openshift public ' +
      'reconciler shim slices system virt whereabouts gateway range starting'
    ).split(' '),
  );

  /** Every word of every name that this cluster's people gave. */
  async function privateWords(): Promise<string[]> {
    const names = new Set(['sandbox', 'acme', 'intern', 'office', 'registry', new URL(cluster.server).host]);
    for (const path of [
      '/api/v1/namespaces',
      '/api/v1/pods',
      '/api/v1/nodes',
      '/apis/apps/v1/statefulsets',
      '/apis/apps/v1/daemonsets',
      '/apis/apps/v1/deployments',
      '/apis/k8s.cni.cncf.io/v1/network-attachment-definitions',
      '/apis/whereabouts.cni.cncf.io/v1alpha1/ippools',
      '/apis/whereabouts.cni.cncf.io/v1alpha1/overlappingrangeipreservations',
      '/apis/whereabouts.cni.cncf.io/v1alpha1/nodeslicepools',
      '/apis/kubevirt.io/v1/virtualmachineinstancemigrations',
    ]) {
      const { items } = await cluster.ok<{ items: KubeObject[] }>('GET', path);
      for (const { metadata } of items) {
        const texts = [metadata?.name ?? '', ...Object.values(metadata?.labels ?? {})];
        for (const word of texts.join('-').split(/[^A-Za-z0-9]+/)) names.add(word);
      }
      // Of those that are gone the pools still tell.
      for (const [, owner = ''] of JSON.stringify(items).matchAll(/"podref":"([^"]+)"/g)) {
        for (const word of owner.split(/[^A-Za-z0-9]+/)) names.add(word);
      }
    }
    // A few hexadecimal digits may be a part of an address.
    return [...names].filter((word) => !/^(?:\d*|[0-9a-f]{1,4})$/.test(word) && !PUBLIC_WORDS.has(word)).sort();
  }

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

  test('no word of a name is left, in no file and no path', async () => {
    const words = await privateWords();
    expect(words).toEqual(expect.arrayContaining(['telco', 'storage', 'bignet', 'ceph', 'billing']));
    const found = new Map<string, Set<string>>();
    for (const [name, text] of filesOf(join(folder, 'redacted'))) {
      // It says what is defined, in words of the definitions.
      if (name.endsWith('customresourcedefinitions.yaml')) continue;
      const here = new Set(`${name}\n${text}`.split(/[^A-Za-z0-9]+/));
      const left = words.filter((word) => here.has(word) || (/[^A-Za-z0-9]/.test(word) && text.includes(word)));
      if (left.length > 0) found.set(name, new Set(left));
    }
    expect(Object.fromEntries(found)).toEqual({});
  });

  test('definitions are as they were', () => {
    const name = 'cluster-scoped-resources/apiextensions.k8s.io/customresourcedefinitions.yaml';
    expect(filesOf(join(folder, 'redacted')).get(name)).toBe(filesOf(join(folder, 'dir')).get(name));
  });

  test('shim status: the same parts in the same states', async () => {
    const states = (result: CliResult): unknown => {
      const { platform, operator, items, incomplete } = jsonOf(result) as ShimStatus;
      const { messages: _told, ...rest } = operator ?? { messages: [] };
      const parts = items.map(({ type, state, nads, parts: own }) => [
        type,
        state,
        nads?.length,
        own.map(({ part, state: is }) => [part, is]),
      ]);
      return { code: result.code, platform, operator: rest, parts, incomplete };
    };
    const saved = await run(['shim', 'status', '--from', join(folder, 'redacted')]);
    expect(states(saved)).toEqual(states(await run(['shim', 'status'], cluster.kubeconfig)));
  });

  test.each(['pools ls --stale', 'ips ls', 'reconcile --all'])('%s: the same counts and verdicts', async (line) => {
    const given = line.split(' ');
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
