import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Report } from '../../src/report/document.js';
import { attach } from '../cluster/attach.js';
import { POOL_NAMESPACE, TestCluster } from '../cluster/cluster.js';
import { startNodeSliceController } from '../cluster/controllers.js';
import { createNad, createNode, deletePod } from '../cluster/objects.js';
import { waitFor } from '../cluster/wait.js';
import { violations } from '../support/schemas.js';
import { jsonOf, runCli } from './support/cli.js';
import { viewerRules } from './support/viewer.js';

/* One page of what the real plugin and the real controller made; who only looks may have it. */

const WHEREABOUTS = '/apis/whereabouts.cni.cncf.io/v1alpha1';
const NODES = ['node-a', 'node-b'];

let cluster: TestCluster;
let kubeconfig: string;
let folder: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
  folder = mkdtempSync(join(tmpdir(), 'ipamctl-report-'));
  for (const name of NODES) await createNode(cluster, name);
  await network('default', 'plain', { range: '10.70.0.0/24' });
  await network(POOL_NAMESPACE, 'divided', { range: '10.71.0.0/22', network_name: 'divided', node_slice_size: '/24' });
  await divide();
  for (const name of ['web-0', 'web-1', 'gone']) await pod(name, 'default/plain');
  await pod('sliced', `${POOL_NAMESPACE}/divided`);
  await deletePod(cluster, 'default', 'gone');
  kubeconfig = await cluster.kubeconfigFor('viewer', { rules: await viewerRules() });
}, 240_000);

afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function network(namespace: string, name: string, ipam: object): Promise<void> {
  const config = { cniVersion: '0.3.1', name, type: 'macvlan', master: 'eth1', ipam: { type: 'whereabouts', ...ipam } };
  await createNad(cluster, namespace, name, config);
}

const pod = (name: string, net: string): Promise<unknown> =>
  attach(cluster, { namespace: 'default', name, node: 'node-a', nets: [net] });

async function divide(): Promise<void> {
  const controller = await startNodeSliceController(cluster);
  try {
    await waitFor(
      'a slice for each node',
      async () => {
        const { status, json } = await cluster.request(
          'GET',
          `${WHEREABOUTS}/namespaces/${POOL_NAMESPACE}/nodeslicepools/divided`,
        );
        const { allocations = [] } = (json['status'] ?? {}) as { allocations?: { nodeName: string }[] };
        return status === 200 && NODES.every((node) => allocations.some(({ nodeName }) => nodeName === node));
      },
      60_000,
    );
  } finally {
    await controller.stop();
  }
}

async function reported(...args: string[]): Promise<Report> {
  const run = await runCli(['report', '-o', 'json', ...args], args.includes('--from') ? {} : { kubeconfig });
  const report = jsonOf(run) as Report;
  expect({ violations: violations(report), code: run.code, incomplete: report.incomplete }).toEqual({
    violations: [],
    code: 0,
    incomplete: false,
  });
  return report;
}

/** When it was read: moments, each of which has to be one. */
const MOMENTS = new Set(['createdAt', 'readAt', 'firstSeen']);

/** What does not depend on when, and from what, it was read. */
function lasting({ cluster: { uid }, ...report }: Report): unknown {
  const same = { ...report, source: 'any', cluster: { uid } };
  return JSON.parse(
    JSON.stringify(same, (key, value: unknown) =>
      MOMENTS.has(key) ? Number.isFinite(Date.parse(String(value))) : value,
    ),
  );
}

describe('of a cluster', () => {
  test('counts what the plugin wrote, names who is gone, and has the slices that the controller made', async () => {
    const { cluster: where, source, summary, pools, nodeSlicePools, attention } = await reported();
    const { items } = await cluster.ok<{
      items: { metadata: { name: string }; spec: { allocations?: Record<string, { podref: string }> } }[];
    }>('GET', `${WHEREABOUTS}/ippools`);
    const written = items.flatMap(({ metadata, spec }) =>
      Object.entries(spec.allocations ?? {}).map(([key, { podref }]) => `${metadata.name} ${key} ${podref}`),
    );
    const shown = pools.flatMap(({ name, addresses }) =>
      addresses.map(({ key, podref }) => `${name} ${key} ${podref}`),
    );
    expect(shown.sort()).toEqual(written.sort());
    expect(written).toHaveLength(4);
    expect([source, typeof where.uid]).toEqual(['cluster', 'string']);
    expect(summary).toMatchObject({ pools: 2, used: 4, stale: 1, nads: 2, nodeSlicePools: 1 });
    expect(summary.verdicts).toMatchObject({ stale: 1, live: 3 });
    expect(attention.find(({ check }) => check === 'audit/stale-allocation')).toMatchObject({ count: 1 });
    const shownSlices = jsonOf(await runCli(['slices', 'show', 'divided', '-o', 'json'], { kubeconfig }));
    expect(nodeSlicePools).toHaveLength(1);
    expect(shownSlices).toMatchObject(nodeSlicePools?.[0] ?? {});
    expect(nodeSlicePools?.[0]?.nodes.map(({ nodeName, used }) => [nodeName, used]).sort()).toEqual([
      ['node-a', 1],
      ['node-b', 0],
    ]);
  });

  test('is the same from a snapshot', async () => {
    const snapshot = join(folder, 'snapshot');
    expect((await runCli(['snapshot', 'save', snapshot], { kubeconfig })).code).toBe(0);
    const [live, saved] = [await reported(), await reported('--from', snapshot)];
    expect(saved.source).toBe('snapshot');
    expect(lasting(saved)).toEqual(lasting(live));
  });

  test('is written as a page and as a summary in one run', async () => {
    const [page, summary] = [join(folder, 'report.html'), join(folder, 'report.md')];
    const run = await runCli(['report', '-o', `html=${page}`, '-o', `markdown=${summary}`], { kubeconfig });
    expect([run.code, run.stdout]).toEqual([0, expect.stringMatching(/^Pools +2\nAddresses used +4;/)]);
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>[\s\S]*default\/gone[\s\S]*<\/html>\n$/);
    expect(readFileSync(page, 'utf8')).not.toContain('could not be read');
    expect(readFileSync(summary, 'utf8')).toMatch(/\| 2 \| 4<br>.* \| 1 \| \d+ \|/);
  });
});
