import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { TestCluster } from '../../cluster/cluster.js';
import { createPool } from '../../cluster/objects.js';
import { ipamctl, ROOT, type Ran } from '../../support/program.js';
import { violations } from '../../support/schemas.js';
import { folderWith } from '../../support/world.js';

/** An installed program: how it is started, and with which PATH. */
export interface Installed {
  readonly command: readonly [string, ...string[]];
  readonly path: string;
}

const SAMPLE_CLUSTER = join(ROOT, 'examples/sample-cluster');
const GATEWAY_OUTSIDE = `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: { name: a, namespace: default }
spec:
  config: '{"cniVersion": "0.3.1", "name": "a", "type": "macvlan", "ipam": {"type": "whereabouts", "range": "10.0.0.0/33"}}'
`;

/** Ends as said, and its standard output is of that kind. */
interface Case {
  readonly args: readonly string[];
  readonly code: number;
  readonly kind?: string;
  readonly stdout?: RegExp;
  readonly stdin?: string;
}

const GENERATE = ['nad', 'generate', 'whereabouts', '--name', 'a', '--main', 'macvlan', '--master', 'eth1'];

/** What is asked of each installed program without a cluster. */
export const CASES: readonly Case[] = [
  { args: ['--help'], code: 0, stdout: /reconcile/ },
  { args: ['help', 'exit-codes'], code: 0, stdout: /143/ },
  { args: ['pools', 'lss'], code: 2 },
  { args: ['nad', 'lint', join(ROOT, 'examples/nads')], code: 0 },
  { args: ['nad', 'lint', '-', '-o', 'json'], code: 1, kind: 'LintReport', stdin: GATEWAY_OUTSIDE },
  { args: ['nad', 'lint', '-', '-o', 'sarif'], code: 1, stdout: /"version": ?"2\.1\.0"/, stdin: GATEWAY_OUTSIDE },
  { args: [...GENERATE, '--range', '10.0.0.0/24'], code: 0, stdout: /kind: NetworkAttachmentDefinition/ },
  { args: ['slices', 'plan', '10.0.0.0/16', '--slice-size', '24', '-o', 'json'], code: 0, kind: 'RangeReport' },
  { args: ['reconciler', 'schedule', '--check', '*/15 * * * *', '-o', 'json'], code: 0, kind: 'Schedule' },
  { args: ['rbac', '-o', 'json'], code: 0, stdout: /"ClusterRole"/ },
  { args: ['completion', 'bash'], code: 0, stdout: /complete/ },
  { args: ['__complete', 'pools', ''], code: 0, stdout: /^ls\t/m },
  { args: ['pools', 'ls', '--from', SAMPLE_CLUSTER, '-o', 'json'], code: 0, kind: 'PoolList' },
  { args: ['pools', 'ls', '--from', SAMPLE_CLUSTER], code: 0, stdout: /^NAME +RANGE/ },
  { args: ['ips', 'ls', '--from', SAMPLE_CLUSTER, '-o', 'yaml'], code: 0, stdout: /^kind: IPList$/m },
  { args: ['reconcile', '--from', SAMPLE_CLUSTER, '-o', 'json'], code: 1, kind: 'ReconcilePlan' },
  { args: ['audit', '--from', SAMPLE_CLUSTER, '-o', 'json'], code: 1, kind: 'AuditReport' },
  { args: ['report', '--from', SAMPLE_CLUSTER, '-o', 'html'], code: 0, stdout: /^<!doctype html>[^]*<\/html>\s*$/i },
];

/** Runs one of the cases. */
export async function drive({ command, path }: Installed, { args, code, kind, stdout, stdin = '' }: Case) {
  const ran = await ipamctl(args, { command, env: { PATH: path }, stdin });
  expect({ code: ran.code, bug: ran.stderr.includes('a bug in') }).toEqual({ code, bug: false });
  if (kind !== undefined) {
    const document = JSON.parse(ran.stdout) as { kind: string };
    expect([document.kind, violations(document)]).toEqual([kind, []]);
  }
  if (stdout !== undefined) expect(ran.stdout).toMatch(stdout);
}

/**
 * On a cluster: sees a leaked address, releases it, watches the pool empty, saves what it saw.
 * @param net a number that no other caller on this cluster has, below 256
 */
export async function driveLive({ command, path }: Installed, cluster: TestCluster, net: number): Promise<void> {
  const pool = `10.${net}.0.0-24`;
  await createPool(cluster, pool, `10.${net}.0.0/24`, {
    5: { id: 'c', podref: `default/gone-${net}`, ifname: 'net1' },
  });
  const state = folderWith({});
  mkdirSync(join(state, 'state'));
  const env = { PATH: path, KUBECONFIG: cluster.kubeconfig, XDG_STATE_HOME: join(state, 'state') };
  const run = (...args: string[]): Promise<Ran> => ipamctl(args, { command, env });
  const json = async (code: number, ...args: string[]): Promise<Record<string, unknown>> => {
    const ran = await run(...args, '-o', 'json');
    expect({ args, code: ran.code, stderr: ran.code === code ? '' : ran.stderr }).toEqual({ args, code, stderr: '' });
    const document = JSON.parse(ran.stdout) as Record<string, unknown>;
    expect(violations(document)).toEqual([]);
    return document;
  };

  expect((await run('doctor')).code).toBe(0);
  const { items } = (await json(0, 'ips', 'ls', '--pool', pool)) as { items: object[] };
  expect(items).toMatchObject([{ address: `10.${net}.0.5`, verdict: 'stale', reason: 'pod-gone' }]);
  const archive = join(state, 'saved.tar.gz');
  expect((await run('snapshot', 'save', archive)).code).toBe(0);
  expect(await json(1, 'reconcile', '--pool', pool)).toMatchObject({ summary: { stale: 1 } });
  expect(await json(1, 'reconcile', '--pool', pool, '--from', archive)).toMatchObject({ summary: { stale: 1 } });
  const released = await json(0, 'reconcile', '--now', '--max-release', '5', '--pool', pool);
  expect(released).toMatchObject({ summary: { released: 1, failed: 0 } });
  const watched = await run('pools', 'ls', '-w', '--exit-when', 'used==0', '--timeout', '1m', '-o', 'json');
  expect(watched.code).toBe(0);
  expect(await json(0, 'pools', 'show', pool)).toMatchObject({ used: 0 });
}
