/** Reading and planning on big clusters: beside kubectl, and beside a plain HTTP client that fetches the same lists. */
import { fileURLToPath } from 'node:url';
import { fill, type FillOptions } from '../test/cluster/big.js';
import { TestCluster } from '../test/cluster/cluster.js';
import { seed } from '../test/cluster/seed.js';
import type { Subject } from './measure.js';
import type { Installed } from './packed.js';
import { measureSection, type Section } from './section.js';

/** A cluster of so many pools and pods. */
export type Size = Pick<FillOptions, 'pools' | 'perPool' | 'otherPods' | 'stalePercent'>;

const WHEREABOUTS = '/apis/whereabouts.cni.cncf.io/v1alpha1';
const PLAIN_FETCH = fileURLToPath(new URL('./plain-fetch.mjs', import.meta.url));

/** Starts a cluster for the work and ends it. */
export async function withCluster<T>(
  work: (cluster: TestCluster, env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const cluster = await TestCluster.start({ log: console.error });
  try {
    return await work(cluster, { KUBECONFIG: cluster.kubeconfig });
  } finally {
    await cluster.stop();
  }
}

/** The sandbox, where starting is nearly all of the time. */
export function measureSandbox(ipamctl: Installed, node: Subject): Promise<Section> {
  return withCluster(async (cluster, env) => {
    await seed(cluster, { log: console.error });
    return measureSection('a small cluster, beside bare node', [
      { subject: node },
      { subject: kubectl(cluster, ['get', 'ippools', '-A']) },
      { subject: ipamctl.subject(['pools', 'ls'], { env }), aim: 2.2 },
      { subject: ipamctl.subject(['reconcile'], { env, ok: [1] }) },
    ]);
  });
}

/** What a cluster of a size costs: pools and addresses beside kubectl, the plan beside a plain HTTP client. */
export function measureSize(ipamctl: Installed, size: Size): Promise<Section[]> {
  return withCluster(async (cluster, env) => {
    const filled = await fill(cluster, { ...size, log: console.error });
    const what =
      `${count(size.pools)} pools, ${count(filled.allocations)} allocations ` +
      `(${(size.stalePercent ?? 0).toString()} % stale), ${count(filled.pods)} pods`;
    const plan = { env, ok: filled.stale > 0 ? [1] : [0] };
    const read = await measureSection(
      `reading: ${what}`,
      [
        { subject: kubectl(cluster, ['get', 'ippools', '-A', '-o', 'json']) },
        { subject: ipamctl.subject(['pools', 'ls', '-o', 'json'], { env }), aim: 1 },
        { subject: ipamctl.subject(['pools', 'ls'], { env }), aim: 1 },
        { subject: ipamctl.subject(['ips', 'ls', '-o', 'json'], { env }) },
      ],
      { cluster },
    );
    const lists = [`${WHEREABOUTS}/ippools`, `${WHEREABOUTS}/overlappingrangeipreservations`, 'protobuf:/api/v1/pods'];
    const planned = await measureSection(
      `planning: ${what}`,
      [
        {
          subject: {
            name: 'plain HTTP client, the three lists',
            argv: [process.execPath, PLAIN_FETCH, cluster.kubeconfig, ...lists],
          },
        },
        { subject: ipamctl.subject(['reconcile', '-o', 'json'], plan), aim: 1.5, aimMb: 150 },
      ],
      { cluster },
    );
    return [read, planned];
  });
}

/** All NADs of a cluster that has many of them, checked, beside kubectl that only reads them. */
export function measureNads(ipamctl: Installed, nads: number): Promise<Section> {
  return withCluster(async (cluster, env) => {
    await fill(cluster, { pools: nads, perPool: 0, reservations: false, log: console.error });
    return measureSection(
      `nad lint, ${count(nads)} NADs of a cluster`,
      [
        { subject: kubectl(cluster, ['get', 'network-attachment-definitions', '-A', '-o', 'json']) },
        { subject: ipamctl.subject(['nad', 'lint', '-A'], { env, ok: [0, 1] }) },
      ],
      { cluster, rounds: 3 },
    );
  });
}

function kubectl(cluster: TestCluster, args: readonly string[]): Subject {
  return {
    name: `kubectl ${args.join(' ')}`,
    argv: [cluster.binaries.kubectl, ...args],
    env: { KUBECONFIG: cluster.kubeconfig },
  };
}

/** A number as people read it. */
export function count(value: number): string {
  return value.toLocaleString('en');
}
