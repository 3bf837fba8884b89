import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditReport } from '../../src/audit/report.js';
import { PROPAGATION_MS } from '../../src/openshift/reconciler-pods.js';
import type { ReconcilerStatus } from '../../src/openshift/reconciler-status.js';
import type { ScheduleResult } from '../../src/openshift/schedule-result.js';
import { TestCluster, type PolicyRule } from '../cluster/cluster.js';
import { startReconciler } from '../cluster/controllers.js';
import { FakeKubelet } from '../cluster/kubelet.js';
import { deletePod, ensureNamespace } from '../cluster/objects.js';
import { waitFor } from '../cluster/wait.js';
import { violations } from '../support/schemas.js';
import { jsonOf, runCli, startCli, type CliResult } from './support/cli.js';
import { openTerminal } from './support/pty.js';
import {
  addPod,
  deploy,
  oldLog,
  OPERATORS,
  reloaded,
  setReady,
  UPSTREAMS,
  type Reconcilers,
} from './support/reconcilers.js';
import { viewerRules, without } from './support/viewer.js';

const NODE = 'node-with-kubelet';
const MINUTE_MS = 60_000;

let cluster: TestCluster;
let kubelet: FakeKubelet;

/** Changed when this file began, and by its end older than a kubelet needs: only the API server dates changes. */
const AGED = 'aged-config';
let agedSinceMs: number;

beforeAll(async () => {
  cluster = await TestCluster.start();
  kubelet = await FakeKubelet.start(cluster, NODE);
  await ensureNamespace(cluster, OPERATORS.namespace);
  await setConfigMap(OPERATORS, { [OPERATORS.key]: '*/15 * * * *' }, AGED);
  agedSinceMs = performance.now();
}, 180_000);

afterAll(async () => {
  await kubelet.stop();
  await cluster.stop();
});

beforeEach(async () => {
  for (const { namespace, kind } of [OPERATORS, UPSTREAMS]) {
    await cluster.request(
      'DELETE',
      `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s/whereabouts-reconciler`,
    );
    await cluster.request('DELETE', `/api/v1/namespaces/${namespace}/configmaps/whereabouts-config`);
    const pods = await cluster.request('GET', `/api/v1/namespaces/${namespace}/pods`);
    for (const { metadata } of (pods.json['items'] ?? []) as { metadata: { name: string } }[]) {
      await deletePod(cluster, namespace, metadata.name);
    }
  }
});

/** So many minutes ago, in whole seconds. */
function ago(minutes: number): string {
  return new Date(Date.now() - minutes * MINUTE_MS).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** When a schedule of every 15 minutes last fired, and so many times before. */
function tick(before = 0): string {
  const last = Math.floor(Date.now() / (15 * MINUTE_MS)) - before;
  return new Date(last * 15 * MINUTE_MS).toISOString().replace(/\.\d+Z$/, 'Z');
}

function run(...args: string[]): Promise<CliResult> {
  return runCli(['reconciler', ...args], { kubeconfig: cluster.kubeconfig });
}

async function status(...args: string[]): Promise<{ code: number | null; answer: ReconcilerStatus; stderr: string }> {
  const { code, ...ran } = await run('status', '-o', 'json', ...args);
  const answer = jsonOf({ code, ...ran }) as ReconcilerStatus;
  expect(violations(answer)).toEqual([]);
  return { code, answer, stderr: ran.stderr };
}

async function schedule(...args: string[]): Promise<{ code: number | null; answer: ScheduleResult; stderr: string }> {
  const { code, ...ran } = await run('schedule', '-o', 'json', ...args);
  const answer = jsonOf({ code, ...ran }) as ScheduleResult;
  expect(violations(answer)).toEqual([]);
  return { code, answer, stderr: ran.stderr };
}

const problems = ({ problems: all }: ReconcilerStatus): string[] => all.map(({ code }) => code);

async function setConfigMap(
  which: Reconcilers,
  data: Record<string, string>,
  name = 'whereabouts-config',
): Promise<void> {
  const path = `/api/v1/namespaces/${which.namespace}/configmaps`;
  await cluster.ok('POST', path, { metadata: { name }, data });
}

async function configMap(which: Reconcilers): Promise<Record<string, string> | undefined> {
  const answer = await cluster.request('GET', `/api/v1/namespaces/${which.namespace}/configmaps/whereabouts-config`);
  return answer.status === 404 ? undefined : (answer.json['data'] as Record<string, string>);
}

/** OpenShift, with so many nodes that all run the schedule. */
async function openshift(
  logs: Record<string, string | null>,
  expression: string | null = '*/15 * * * *',
): Promise<string> {
  if (expression !== null) await setConfigMap(OPERATORS, { [OPERATORS.key]: expression, other: 'stays' });
  const owner = await deploy(cluster, OPERATORS, Object.keys(logs).length);
  for (const [name, log] of Object.entries(logs)) {
    await addPod(cluster, kubelet, OPERATORS, { name, node: NODE, owner, log, startedAt: ago(120) });
  }
  return owner;
}

const healthy = (): string => oldLog(ago(120), '*/15 * * * *', [[tick(1)], [tick()]]);
const lost = (): string => oldLog(ago(120), '*/15 * * * *', [[tick(1)], [tick(), 'the server rejected our request']]);

describe('audit', () => {
  const CHECKS = ['--check', 'reconciler-not-running', '--check', 'schedule-not-in-force'];

  /** Its findings of those two checks, by pod. */
  async function audited(): Promise<{ readonly code: number | null; readonly raised: readonly string[] }> {
    const ran = await runCli(['audit', '-o', 'json', ...CHECKS], { kubeconfig: cluster.kubeconfig });
    const report = jsonOf(ran) as AuditReport;
    expect(violations(report)).toEqual([]);
    expect([report.incomplete, report.skipped]).toEqual([false, []]);
    return { code: ran.code, raised: report.findings.map(({ check, object }) => `${check} ${object.name}`).sort() };
  }

  test('reconcilers that run by the schedule that is set raise nothing', async () => {
    await openshift({ 'whereabouts-reconciler-a': healthy(), 'whereabouts-reconciler-b': healthy() });
    expect(await audited()).toEqual({ code: 0, raised: [] });
  });

  test('one that stopped running, and one that goes by another schedule', async () => {
    await openshift({
      'whereabouts-reconciler-a': oldLog(ago(120), '*/15 * * * *', []),
      'whereabouts-reconciler-b': oldLog(ago(120), '*/5 * * * *', [[ago(1)]]),
      'whereabouts-reconciler-c': healthy(),
    });
    const { raised } = await audited();
    expect(raised).toEqual([
      'audit/reconciler-not-running whereabouts-reconciler-a',
      'audit/schedule-not-in-force whereabouts-reconciler-b',
    ]);
  });

  test('logs that a viewer may not read: warned of, and a failure only for who asks by name', async () => {
    await openshift({ 'whereabouts-reconciler-a': healthy() });
    const kubeconfig = await cluster.kubeconfigFor('audit-viewer', { rules: await viewerRules() });
    const said = 'openshift-multus/whereabouts-reconciler-a: may not get pods/log "whereabouts-reconciler-a"';
    for (const [args, incomplete] of [
      [[], false],
      [CHECKS, true],
    ] as const) {
      const ran = await runCli(['audit', '-o', 'json', '--fail-on', 'never', ...args], { kubeconfig });
      const report = jsonOf(ran) as AuditReport;
      expect([ran.code, report.incomplete]).toEqual([incomplete ? 1 : 0, incomplete]);
      expect(report.warnings).toEqual([expect.stringContaining(said)]);
      const unread = report.skipped.filter(({ why }) => why.startsWith(said));
      expect(unread.map(({ check }) => check)).toEqual(['audit/reconciler-not-running', 'audit/schedule-not-in-force']);
      expect(ran.stderr).toMatch(/^Warning: .*may not get pods\/log/m);
    }
  });
});

describe('status', () => {
  test('a healthy DaemonSet: one pod that succeeded speaks for all', async () => {
    await openshift({ 'whereabouts-reconciler-a': lost(), 'whereabouts-reconciler-b': healthy() });
    const { code, answer, stderr } = await status();
    expect([code, problems(answer), answer.incomplete, stderr]).toEqual([0, [], false, '']);
    expect(answer.workloads).toEqual([
      {
        kind: 'DaemonSet',
        namespace: 'openshift-multus',
        name: 'whereabouts-reconciler',
        container: 'whereabouts',
        image: OPERATORS.image,
        desired: 2,
        ready: 2,
      },
    ]);
    expect(answer.configured).toMatchObject({
      source: 'configmap',
      foundBy: 'volume',
      configMap: { namespace: 'openshift-multus', name: 'whereabouts-config', key: 'reconciler_cron_expression' },
      schedule: { expression: '*/15 * * * *', description: 'every 15 minutes, UTC', supported: true },
    });
    expect(
      answer.pods.map(({ name, expression, inForce, lastRun, log }) => [
        name,
        expression,
        inForce,
        lastRun?.result,
        log,
      ]),
    ).toEqual([
      ['whereabouts-reconciler-a', '*/15 * * * *', true, 'failed', 'whole'],
      ['whereabouts-reconciler-b', '*/15 * * * *', true, 'succeeded', 'whole'],
    ]);
    expect(answer.lastRun).toMatchObject({ startedAt: tick(), result: 'succeeded' });
    expect(Date.parse(answer.nextRun ?? '') - Date.parse(tick())).toBe(15 * MINUTE_MS);
    const human = await run('status');
    expect(human.stdout).toContain('✓  reconciler DaemonSet openshift-multus/whereabouts-reconciler: 2 of 2 ready');
    expect(human.stdout).toMatch(/in force +2 of 2 pods/);
    // Each log is read from its beginning, bounded; a short one needs no more.
    expect(kubelet.asked.filter((path) => path.includes('whereabouts-reconciler-b')).slice(0, 1)).toEqual([
      '/containerLogs/openshift-multus/whereabouts-reconciler-b/whereabouts?limitBytes=65536',
    ]);
  });

  test('the log of the real reconciler: start, change, run, and what a schedule that it refuses does to it', async () => {
    const owner = await deploy(cluster, UPSTREAMS, 1);
    await setConfigMap(UPSTREAMS, { [UPSTREAMS.key]: '@every 1s' });
    const real = await startReconciler(cluster, '30 4 * * *');
    const pod = { name: 'whereabouts-reconciler-x', node: NODE, owner, log: null, startedAt: ago(0) };
    await addPod(cluster, kubelet, UPSTREAMS, pod);
    const show = (): void => {
      kubelet.setLog('kube-system', pod.name, UPSTREAMS.container, real.output());
    };
    try {
      await waitFor('its first line', () => real.output().includes('using expression'));
      show();
      const before = await status();
      expect(problems(before.answer)).toEqual(['not-in-force']);
      expect(before.answer.pods[0]).toMatchObject({
        expression: '30 4 * * *',
        inForce: false,
        missedChange: false,
        lastRun: null,
      });

      real.reschedule('@every 1s');
      await waitFor('a run', () => /reconciler run (succeeded|failed)/.test(real.output()), 60_000);
      show();
      const after = await status();
      expect([after.code, problems(after.answer)]).toEqual([0, []]);
      expect(after.answer.pods[0]).toMatchObject({ expression: '@every 1s', inForce: true });
      expect(after.answer.pods[0]?.lastRun?.startedAt).toMatch(/^\d{4}-/);

      real.reschedule('0 0 * * 7');
      expect(await real.ended).toBe(2);
      show();
      const refused = await status();
      expect(refused.answer.pods[0]).toMatchObject({ expression: null, inForce: null });
      expect(refused.answer.pods[0]?.unknown).toBe(
        'the scheduler refused a change: gocron: CronJob: crontab parse failure',
      );
    } finally {
      await real.stop();
    }
    // Its container starts again, and finds the same.
    const again = await startReconciler(cluster, '0 0 * * 7');
    expect(await again.ended).toBe(3);
    expect(again.output()).toContain('using expression: 0 0 * * 7');
  }, 120_000);

  test.each([
    ['the reconciler of v0.9.4', UPSTREAMS, 3, /the schedule.*refused|its schedule is refused/],
    ['the control loop before', OPERATORS, 4, /addresses of deleted pods are not freed either/],
    ['a panic', OPERATORS, 2, /panicked/],
  ])('a crash loop of %s is explained by its exit code', async (_, which, exitCode, meaning) => {
    await setConfigMap(which, { [which.key]: '0 0 * * 7' });
    const owner = await deploy(cluster, which, 1);
    await setReady(cluster, which, 1, 0);
    const terminated = { exitCode, reason: 'Error', finishedAt: ago(1), startedAt: ago(1) };
    const container = {
      ready: false,
      restartCount: 7,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated },
    };
    await addPod(cluster, kubelet, which, {
      name: 'crashing',
      node: NODE,
      owner,
      log: null,
      startedAt: ago(1),
      container,
    });
    const { code, answer } = await status();
    expect([code, answer.incomplete]).toEqual([1, false]);
    expect(problems(answer)).toEqual(['schedule-invalid', 'not-ready', 'crash-loop']);
    expect(answer.pods[0]).toMatchObject({ restarts: 7, inForce: null, crash: { exitCode, looping: true } });
    expect(answer.pods[0]?.crash?.meaning).toMatch(meaning);
    const human = await run('status');
    expect(human.stdout).toContain(`exit code ${exitCode.toString()}`);
    expect(human.stderr).toContain("ipamctl reconciler schedule '30 4 * * *'");
  });

  test('a line that is not there is not seen, never not in force; long logs are read at both ends', async () => {
    const chatter = `${ago(30)} [debug] ${'pod deleted '.repeat(8)}\n`.repeat(4000);
    await openshift({
      // Its start was lost by rotation, and its end tells no schedule.
      rotated:
        chatter +
        oldLog(tick(), 'x', [[tick()]])
          .split('\n')
          .slice(2)
          .join('\n'),
      // The change is among its last lines.
      changed: oldLog(ago(120), '30 4 * * *', []) + chatter + reloaded(ago(20), '*/15 * * * *'),
      // Nobody knows what came between.
      between: oldLog(ago(120), '30 4 * * *', []) + chatter,
    });
    const { code, answer, stderr } = await status();
    // That one pod tells its schedule says nothing of the others.
    expect([code, problems(answer), answer.incomplete]).toEqual([1, [], true]);
    const seen = new Map(answer.pods.map((pod) => [pod.name, pod]));
    expect(seen.get('rotated')).toMatchObject({
      expression: null,
      inForce: null,
      log: 'part',
      lastRun: { startedAt: tick(), result: 'succeeded' },
    });
    expect(seen.get('changed')).toMatchObject({ expression: '*/15 * * * *', inForce: true, log: 'part' });
    expect(seen.get('between')).toMatchObject({
      expression: null,
      inForce: null,
      missedChange: false,
      notRunning: false,
    });
    expect(seen.get('between')?.unknown).toContain('it began with 30 4 * * *');
    expect(stderr).toContain('2 of 3 pods: no line that was read tells the schedule in force');
  });

  test('a pod that should have run twice, and did not', async () => {
    await openshift({ idle: oldLog(ago(120), '*/15 * * * *', [[tick(5)]]) });
    const { code, answer } = await status();
    expect([code, problems(answer)]).toEqual([1, ['not-running']]);
  });

  test('all pods failed', async () => {
    await openshift({ a: lost(), b: lost() });
    const { code, answer } = await status();
    expect([code, problems(answer)]).toEqual([1, ['all-failed']]);
    expect(answer.problems[0]?.message).toContain('the server rejected our request');
  });

  test("nothing set on OpenShift: the operator's file on the nodes decides", async () => {
    const conf = JSON.stringify({ reconciler_cron_expression: '30 4 * * *' });
    await openshift(
      {
        a: oldLog(ago(120), 'x', []).replace(
          'using expression: x',
          'could not read file: open /cron-schedule/config: no such file or directory, using expression from flatfile: 30 4 * * *',
        ),
      },
      null,
    );
    const path = '/api/v1/namespaces/openshift-multus/configmaps';
    await cluster.ok('POST', path, {
      metadata: { name: 'whereabouts-flatfile-config' },
      data: { 'whereabouts.conf': conf },
    });
    try {
      const { code, answer } = await status();
      expect([code, answer.configured.source, answer.configured.schedule?.expression]).toEqual([
        0,
        'file',
        '30 4 * * *',
      ]);
      expect(answer.pods[0]).toMatchObject({ expression: '30 4 * * *', inForce: true });
    } finally {
      await cluster.ok('DELETE', `${path}/whereabouts-flatfile-config`);
    }
  });

  test('upstream without its ConfigMap starts no pod', async () => {
    await deploy(cluster, UPSTREAMS, 1);
    await setReady(cluster, UPSTREAMS, 1, 0);
    const { code, answer } = await status();
    expect([code, problems(answer), answer.configured.source]).toEqual([
      1,
      ['schedule-missing', 'not-ready'],
      'missing',
    ]);
  });

  test('no workload: 1, and the command that makes one', async () => {
    const plain = await run('status');
    expect([plain.code, plain.stdout]).toEqual([1, expect.stringContaining('nothing that reconciles is deployed')]);
    await cluster.ok('POST', '/apis/operator.openshift.io/v1/networks', {
      apiVersion: 'operator.openshift.io/v1',
      kind: 'Network',
      metadata: { name: 'cluster' },
      spec: {},
    });
    try {
      const ran = await run('status');
      expect([ran.code, ran.stdout]).toEqual([1, expect.stringContaining('the shim is missing')]);
      expect(ran.stderr).toContain('ipamctl shim apply whereabouts');
    } finally {
      await cluster.ok('DELETE', '/apis/operator.openshift.io/v1/networks/cluster');
    }
  });
});

describe('rights', () => {
  const rules: PolicyRule[] = [
    { apiGroups: ['apps'], resources: ['daemonsets', 'deployments'], verbs: ['list'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    { apiGroups: [''], resources: ['pods/log', 'configmaps'], verbs: ['get'] },
    { apiGroups: ['operator.openshift.io'], resources: ['networks'], verbs: ['list'] },
    { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
  ];

  async function as(user: string, mine: PolicyRule[], ...args: string[]) {
    const kubeconfig = await cluster.kubeconfigFor(user, { rules: mine });
    const ran = await runCli(['reconciler', ...args, '-o', 'json'], { kubeconfig });
    return {
      code: ran.code,
      stderr: ran.stderr,
      answer: jsonOf(ran) as ReconcilerStatus & { message?: string; hints?: string[] },
    };
  }

  beforeEach(() => openshift({ a: healthy(), b: healthy() }));

  test('these are all that status needs', async () => {
    expect(await as('status', rules, 'status')).toMatchObject({ code: 0, stderr: '' });
  });

  test('without logs: incomplete, nothing is claimed, and said once', async () => {
    const { code, answer, stderr } = await as('no-log', without(rules, { resource: 'pods/log' }), 'status');
    expect([code, answer.incomplete, problems(answer)]).toEqual([1, true, []]);
    expect(answer.pods.map(({ inForce, lastRun, log }) => [inForce, lastRun, log])).toEqual([
      [null, null, 'none'],
      [null, null, 'none'],
    ]);
    expect(stderr).toContain('may not get pods/log');
  });

  test('without logs waiting ends at once, with 1', async () => {
    const mine = without(rules, { resource: 'pods/log' });
    const { code } = await as('no-log', mine, 'schedule', '--wait', '--timeout', '1h');
    expect(code).toBe(1);
  });

  test('without ConfigMaps: what is set is unknown, and nothing is written', async () => {
    const mine = without(rules, { resource: 'configmaps' });
    const { code, answer } = await as('no-maps', mine, 'status');
    expect([code, answer.configured.source, answer.incomplete]).toEqual([1, 'unknown', true]);
    expect((await as('no-maps', mine, 'schedule', '0 * * * *', '--yes')).code).toBe(5);
  });

  test.each([
    ['daemonsets', 'may not list daemonsets.apps'],
    ['deployments', 'may not list deployments.apps'],
    ['pods', 'may not list pods'],
  ])('without %s: 4', async (resource, message) => {
    const { code, answer } = await as(`no-${resource}`, without(rules, { resource }), 'status');
    expect([code, answer.message]).toEqual([4, expect.stringContaining(message)]);
  });

  test.each([
    ['create', ['schedule', '0 * * * *', '--yes', '--configmap', 'other'], 'may not create configmaps'],
    ['patch', ['schedule', '0 * * * *', '--yes'], 'may not patch configmaps'],
  ])('without %s of ConfigMaps: 4, and the role to ask for', async (verb, args, message) => {
    const { code, answer } = await as(`no-${verb}`, rules, ...args);
    expect([code, answer.message]).toEqual([4, expect.stringContaining(message)]);
    expect(answer.hints?.join('\n')).toContain('rbac --role admin');
    expect(await configMap(OPERATORS)).toEqual({ [OPERATORS.key]: '*/15 * * * *', other: 'stays' });
  });

  test('an admin may all of it', async () => {
    const role = jsonOf(await runCli(['rbac', '--role', 'admin', '-o', 'json'])) as { rules: PolicyRule[] };
    expect((await as('admin', role.rules, 'schedule', '0 * * * *', '--yes')).code).toBe(0);
    expect(
      (await as('admin', role.rules, 'schedule', '0 5 * * *', '--yes', '--configmap', 'kube-system/other')).code,
    ).toBe(0);
    await cluster.ok('DELETE', '/api/v1/namespaces/kube-system/configmaps/other');
  });
});

describe('schedule', () => {
  test('as it is: in words, the next runs, where, and who goes by it', async () => {
    await openshift({ a: healthy() });
    const { code, answer } = await schedule();
    expect([code, answer.result, answer.before]).toEqual([0, null, '*/15 * * * *']);
    expect(answer.configured.schedule?.next).toHaveLength(5);
    const human = await run('schedule');
    expect(human.stdout).toContain('*/15 * * * *   every 15 minutes, UTC');
    expect(human.stdout).toContain(
      'Set in ConfigMap openshift-multus/whereabouts-config, key reconciler_cron_expression',
    );
  });

  test('changed by a patch that tests what it was; other keys stay', async () => {
    await openshift({ a: healthy() });
    const dry = await schedule('0 */6 * * *', '--dry-run=client');
    expect(dry.answer.write).toMatchObject({
      verb: 'patch',
      body: [
        { op: 'test', path: '/metadata/uid' },
        { op: 'test', path: '/data/reconciler_cron_expression', value: '*/15 * * * *' },
        { op: 'add', path: '/data/reconciler_cron_expression', value: '0 */6 * * *' },
      ],
    });
    expect((await schedule('0 */6 * * *', '--dry-run=server')).code).toBe(0);
    const diff = await run('schedule', '0 */6 * * *', '--dry-run=server', '--diff');
    expect(diff.stdout).toContain(
      '-  reconciler_cron_expression: "*/15 * * * *"\n+  reconciler_cron_expression: "0 */6 * * *"',
    );
    expect(await configMap(OPERATORS)).toEqual({ [OPERATORS.key]: '*/15 * * * *', other: 'stays' });

    expect((await schedule('0 */6 * * *')).code).toBe(2);
    const done = await schedule(' 0 */6 * * * ', '--yes');
    expect([done.code, done.answer.result, done.answer.before]).toEqual([0, 'changed', '*/15 * * * *']);
    expect(await configMap(OPERATORS)).toEqual({ [OPERATORS.key]: '0 */6 * * *', other: 'stays' });
    // So already: nothing is asked, nothing written.
    const again = await schedule('0 */6 * * *');
    expect([again.code, again.answer.result, again.answer.write]).toEqual([0, 'unchanged', null]);

    const unset = await schedule('--unset', '--yes');
    expect([unset.code, unset.answer.result, unset.answer.configured.source]).toEqual([0, 'unset', 'file']);
    expect(await configMap(OPERATORS)).toEqual({ other: 'stays' });
    expect((await schedule('0 1 * * *', '--yes')).answer.result).toBe('changed');
    expect(await configMap(OPERATORS)).toEqual({ [OPERATORS.key]: '0 1 * * *', other: 'stays' });
  });

  test('created where there is none, and written ahead where nothing reads it yet', async () => {
    const ahead = await schedule('0 1 * * *', '--yes');
    expect([ahead.code, ahead.answer.result, ahead.answer.configured.foundBy]).toEqual([0, 'created', 'usual']);
    expect(ahead.stderr).toContain('nothing that reconciles is deployed');
    expect(await configMap(UPSTREAMS)).toEqual({ 'cron-expression': '0 1 * * *' });
    await openshift({ a: healthy() }, null);
    expect((await schedule('0 2 * * *', '--yes')).answer.result).toBe('created');
    expect(await configMap(OPERATORS)).toEqual({ reconciler_cron_expression: '0 2 * * *' });
    const named = await schedule('0 3 * * *', '--yes', '--configmap', 'kube-system/mine', '--key', 'cron');
    expect([named.code, named.answer.configured.foundBy]).toEqual([0, 'flags']);
    const mine = await cluster.ok('GET', '/api/v1/namespaces/kube-system/configmaps/mine');
    expect(mine['data']).toEqual({ cron: '0 3 * * *' });
    await cluster.ok('DELETE', '/api/v1/namespaces/kube-system/configmaps/mine');
    expect((await schedule('0 3 * * *', '--yes', '--configmap', 'no-such-namespace/x')).code).toBe(4);
    expect((await schedule('0 3 * * *', '--yes', '--configmap', 'a/b/c')).code).toBe(2);
  });

  test('upstream starts no pod without the key: --unset puts the shipped one there', async () => {
    await setConfigMap(UPSTREAMS, { [UPSTREAMS.key]: '*/5 * * * *' });
    await deploy(cluster, UPSTREAMS, 1);
    const { code, stderr } = await schedule('--unset', '--yes');
    expect([code, await configMap(UPSTREAMS)]).toEqual([0, { 'cron-expression': '30 4 * * *' }]);
    expect(stderr).toContain('pods do not start without cron-expression');
  });

  test('what OpenShift does not support is 5 there and taken elsewhere; what the scheduler refuses is 2', async () => {
    await openshift({ a: healthy() });
    for (const text of ['@hourly', '@every 30m', 'TZ=Europe/Berlin 0 4 * * *']) {
      const { code, answer } = await schedule(text, '--yes');
      expect([code, answer]).toMatchObject([5, { kind: 'Error' }]);
    }
    await cluster.ok('DELETE', '/apis/apps/v1/namespaces/openshift-multus/daemonsets/whereabouts-reconciler');
    await deploy(cluster, UPSTREAMS, 1);
    expect((await schedule('@hourly', '--yes')).code).toBe(0);
    expect(await configMap(UPSTREAMS)).toEqual({ 'cron-expression': '@hourly' });
    for (const text of ['0 0 * * 7', '0 0 30 2 *', '0 */5 * * * *', 'TZ=UTC']) {
      const ran = await run('schedule', text, '--yes');
      expect([ran.code, ran.stdout]).toEqual([2, '']);
      expect(ran.stderr).toMatch(/^Error: whereabouts' scheduler refuses/);
    }
  });

  test('an immutable ConfigMap is refused with the way on', async () => {
    await openshift({ a: healthy() });
    await cluster.ok('PATCH', '/api/v1/namespaces/openshift-multus/configmaps/whereabouts-config', { immutable: true });
    const ran = await run('schedule', '0 1 * * *', '--yes');
    expect([ran.code, ran.stderr]).toEqual([5, expect.stringContaining('kubectl delete configmap whereabouts-config')]);
  });

  test('a second writer in a loop loses none of its keys', async () => {
    await openshift({ a: healthy() });
    const path = '/api/v1/namespaces/openshift-multus/configmaps/whereabouts-config';
    let written = 0;
    const stop = new AbortController();
    const other = (async () => {
      while (!stop.signal.aborted) {
        await cluster.ok(
          'PATCH',
          path,
          { data: { [`other-${written.toString()}`]: 'x' } },
          { headers: { 'content-type': 'application/merge-patch+json' } },
        );
        written += 1;
      }
    })();
    for (const hour of [1, 2, 3]) expect((await schedule(`0 ${hour.toString()} * * *`, '--yes')).code).toBe(0);
    stop.abort();
    await other;
    const data = (await configMap(OPERATORS)) ?? {};
    expect(data[OPERATORS.key]).toBe('0 3 * * *');
    expect(Object.keys(data).filter((key) => key.startsWith('other-'))).toHaveLength(written);
    expect(written).toBeGreaterThan(3);
  }, 60_000);

  test('at a terminal it asks, and no is the answer without a word', async () => {
    await openshift({ a: healthy() });
    const terminal = openTerminal(['reconciler', 'schedule', '0 1 * * *'], { env: { KUBECONFIG: cluster.kubeconfig } });
    await terminal.sees(
      /Set the schedule 0 1 \* \* \* \(at 01:00 every day, UTC\) in ConfigMap openshift-multus\/whereabouts-config of cluster .*\(y\/N\)/,
    );
    terminal.type('\r');
    expect(await terminal.code).toBe(1);
    expect(await configMap(OPERATORS)).toMatchObject({ [OPERATORS.key]: '*/15 * * * *' });
    const yes = openTerminal(['reconciler', 'schedule', '0 1 * * *'], { env: { KUBECONFIG: cluster.kubeconfig } });
    await yes.sees(/\(y\/N\)/);
    yes.type('y\r');
    expect(await yes.code).toBe(0);
    expect(await configMap(OPERATORS)).toMatchObject({ [OPERATORS.key]: '0 1 * * *' });
  }, 60_000);
});

describe('in force', () => {
  test('--wait ends when each pod logs the new schedule', async () => {
    await openshift({ a: healthy(), b: healthy() });
    const running = startCli(['reconciler', 'schedule', '0 1 * * *', '--yes', '--wait', '-o', 'json'], {
      kubeconfig: cluster.kubeconfig,
    });
    await waitFor('the write', async () => (await configMap(OPERATORS))?.[OPERATORS.key] === '0 1 * * *');
    kubelet.setLog('openshift-multus', 'a', 'whereabouts', healthy() + reloaded(ago(0), '0 1 * * *'));
    kubelet.setLog('openshift-multus', 'b', 'whereabouts', healthy() + reloaded(ago(0), '0 1 * * *'));
    const ran = await running.ended;
    expect([ran.code, (jsonOf(ran) as ScheduleResult).pods.map(({ inForce }) => inForce)]).toEqual([0, [true, true]]);
  }, 60_000);

  test('8 when the time is up, with who lacks it', async () => {
    await openshift({ a: healthy() });
    const ran = await run('schedule', '0 1 * * *', '--yes', '--wait', '--timeout', '1s');
    expect([ran.code, ran.stderr]).toEqual([
      8,
      expect.stringContaining('In force on 0 of 1 pod when the time was up.'),
    ]);
    expect(ran.stdout).toMatch(/^a .*\*\/15 \* \* \* \* +not yet/m);
  });

  test('pods that a change did not reach, and only those, are made anew', async () => {
    await openshift({
      had: healthy(),
      missed: oldLog(ago(120), '30 4 * * *', []),
      unseen: `${ago(120)} [debug] nothing\n`,
    });
    // What is set came just now, and may still be on its way.
    const young = await status();
    expect(young.answer.pods.some(({ missedChange }) => missedChange)).toBe(false);
    await pause(Math.max(0, PROPAGATION_MS + 2000 - (performance.now() - agedSinceMs)));
    const aged = ['--configmap', AGED];
    const seen = await status(...aged);
    expect(seen.code).toBe(1);
    expect(seen.answer.pods.map(({ name, missedChange }) => [name, missedChange])).toEqual([
      ['had', false],
      ['missed', true],
      ['unseen', false],
    ]);
    const human = await run('status', ...aged);
    expect(human.stderr).toContain('ipamctl reconciler schedule --restart-missed');

    expect((await run('schedule', '--restart-missed', ...aged)).code).toBe(2);
    const dry = await schedule('--restart-missed', '--dry-run=server', ...aged);
    expect(dry.answer.restarted.map(({ name, result }) => [name, result])).toEqual([['missed', 'deleted']]);
    const done = await schedule('--restart-missed', '--yes', ...aged);
    expect([done.code, done.answer.restarted.map(({ name, result }) => [name, result])]).toEqual([
      0,
      [['missed', 'deleted']],
    ]);
    const pods = await cluster.ok('GET', '/api/v1/namespaces/openshift-multus/pods');
    const items = pods['items'] as { metadata: { name: string; deletionTimestamp?: string } }[];
    expect(items.map(({ metadata }) => [metadata.name, metadata.deletionTimestamp !== undefined])).toEqual([
      ['had', false],
      ['missed', true],
      ['unseen', false],
    ]);
  }, 240_000);
});
