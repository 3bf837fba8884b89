/** What is at hand around the commands, on a real cluster: doctor, completion of live names, and the plugin in kubectl. */
import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { POOL_NAMESPACE, TestCluster, type PolicyRule } from '../cluster/cluster.js';
import { createPod, createPool } from '../cluster/objects.js';
import { cleanEnvironment, ROOT } from '../support/program.js';
import { violations } from '../support/schemas.js';
import { jsonOf, runCli } from './support/cli.js';
import { viewerRules, without } from './support/viewer.js';

const run = promisify(execFile);

let cluster: TestCluster;
let viewer: PolicyRule[];
let path: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
  viewer = await viewerRules();
  await createPool(cluster, '10.1.0.0-24', '10.1.0.0/24', { 5: { id: 'c', podref: 'default/web', ifname: 'net1' } });
  await createPod(cluster, { namespace: 'default', name: 'web' });
  const bins = join(cluster.dir, 'bins');
  mkdirSync(bins);
  for (const [name, file] of [
    ['kubectl-ipamctl', 'kubectl-ipamctl.js'],
    ['kubectl_complete-ipamctl', 'kubectl_complete-ipamctl.js'],
  ] as const)
    symlinkSync(join(ROOT, 'bin', file), join(bins, name));
  path = [bins, process.env['PATH'] ?? ''].join(delimiter);
}, 180_000);

afterAll(() => cluster.stop());

interface Report {
  checks: { id: string; status: string; message: string; fix: string | null }[];
}

async function doctor(kubeconfig: string, code: number): Promise<Record<string, Report['checks'][number]>> {
  const result = await runCli(['doctor', '-o', 'json'], { kubeconfig });
  const report = jsonOf(result) as Report;
  expect([result.code, violations(report)]).toEqual([code, []]);
  return Object.fromEntries(report.checks.map((check) => [check.id, check]));
}

describe('doctor', () => {
  test('of an admin finds no problem, and says what is there', async () => {
    const checks = await doctor(cluster.kubeconfig, 0);
    expect(checks['server']).toMatchObject({ status: 'ok', message: expect.stringMatching(/^Kubernetes v1\./) });
    expect(checks['clock']).toMatchObject({ status: 'ok' });
    expect(checks['pools']).toMatchObject({ status: 'ok', message: `pools: 1 in ${POOL_NAMESPACE}` });
    expect(checks['ippools']?.message).toBe('ippools.whereabouts.cni.cncf.io v1alpha1');
    for (const role of ['viewer', 'operator', 'admin']) expect(checks[role]).toMatchObject({ status: 'ok' });
  });

  test('of a viewer: what only writing needs is no problem', async () => {
    const checks = await doctor(await cluster.kubeconfigFor('doctor-viewer', { rules: viewer }), 0);
    expect(checks['viewer']).toMatchObject({ status: 'ok' });
    expect(checks['operator']).toMatchObject({ status: 'info', fix: expect.stringContaining('--role operator') });
  });

  test('names the right that is lacking', async () => {
    const rules = without(viewer, { resource: 'nodes', verb: 'list' });
    const checks = await doctor(await cluster.kubeconfigFor('doctor-lacks', { rules }), 1);
    expect(checks['viewer']).toMatchObject({
      status: 'problem',
      message: expect.stringMatching(/lacks 1 of .*: list nodes$/),
    });
  });

  test('a server that is down: the rest is skipped, never passed', async () => {
    await cluster.stopApiServer();
    try {
      const checks = await doctor(cluster.kubeconfig, 1);
      expect(checks['server']).toMatchObject({ status: 'problem' });
      expect(checks['clock']).toMatchObject({ status: 'skipped' });
      expect(checks['viewer']).toMatchObject({ status: 'skipped' });
    } finally {
      await cluster.startApiServer();
    }
  }, 60_000);
});

describe('completion', () => {
  test.each([
    [['pools', 'show', '10'], '10.1.0.0-24'],
    [['ips', 'show', '10.1'], '10.1.0.5\tdefault/web'],
    [['ips', 'ls', '--pod', 'default/'], 'default/web'],
    [['ips', 'ls', '-n', 'openshift-m'], POOL_NAMESPACE],
  ])('%j', async (words, line) => {
    const { stdout, code } = await runCli(['__complete', ...words], { kubeconfig: cluster.kubeconfig });
    expect([code, stdout]).toEqual([0, `${line}\n:4\n`]);
  });

  test('who may look only where pools live sees them', async () => {
    const kubeconfig = await cluster.kubeconfigFor('completes', { namespaced: { [POOL_NAMESPACE]: viewer } });
    const { stdout } = await runCli(['__complete', 'pools', 'show', ''], { kubeconfig });
    expect(stdout).toBe('10.1.0.0-24\n:4\n');
  });
});

describe('kubectl', () => {
  const kubectl = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    run(cluster.binaries.kubectl, args, {
      env: { ...cleanEnvironment({ KUBECONFIG: cluster.kubeconfig }), PATH: path },
    });

  test('completes commands, flags and names by asking us', async () => {
    expect((await kubectl('__complete', 'ipamctl', 'pools', '')).stdout).toMatch(/^ls\t.*\nshow\t.*\n:4\n/);
    expect((await kubectl('__complete', 'ipamctl', 'pools', 'show', '1')).stdout).toMatch(/^10\.1\.0\.0-24\n:4\n/);
    expect((await kubectl('__complete', 'ipamctl', 'pools', 'ls', '-o', 'jsonp')).stdout).toMatch(/^jsonpath=\n:6\n/);
  });

  test('runs us, and hints and errors have its prefix', async () => {
    const { stdout, stderr } = await kubectl('ipamctl', 'pools', 'ls');
    expect(stdout).toContain('10.1.0.0-24');
    expect(stderr).toContain('kubectl ipamctl pools show 10.1.0.0-24');
    const failed = await kubectl('ipamctl', 'pools', 'lss').catch((error: unknown) => error as { stderr: string });
    expect(failed.stderr).toContain('Try: kubectl ipamctl pools ls');
    const help = await kubectl('ipamctl', 'pools', 'ls', '--help');
    expect(help.stdout).toContain('$ kubectl ipamctl pools ls');
    expect(help.stdout).not.toMatch(/(?<!kubectl )ipamctl pools/);
  });
});
