import type { TestCluster } from '../test/cluster/cluster.js';

/** What an API server was asked and what it sent, by its own count. */
export interface Traffic {
  readonly requests: number;
  /** Bytes of response bodies as they were sent, lists compressed. */
  readonly bytes: number;
}

/** Counts the requests of one run on a cluster that nobody else uses. */
export async function trafficOf(cluster: TestCluster, run: () => Promise<unknown>): Promise<Traffic> {
  const before = await read(cluster);
  await run();
  const after = await read(cluster);
  return { requests: after.requests - before.requests, bytes: after.bytes - before.bytes };
}

/** Only the resources that ipamctl reads: the API server also talks to itself. */
const RESOURCES =
  /resource="(ippools|leases|daemonsets|deployments|configmaps|overlappingrangeipreservations|nodeslicepools|network-attachment-definitions|pods|nodes|statefulsets|events|namespaces|virtualmachineinstance\w*)"/;

async function read(cluster: TestCluster): Promise<Traffic> {
  const text = await cluster.metrics();
  let requests = 0;
  let bytes = 0;
  for (const line of text.split('\n')) {
    if (!RESOURCES.test(line) || /verb="(WATCH|CONNECT)"/.test(line)) continue;
    const value = Number(line.slice(line.lastIndexOf(' ') + 1));
    if (line.startsWith('apiserver_request_total{')) requests += value;
    else if (line.startsWith('apiserver_response_sizes_sum{')) bytes += value;
  }
  return { requests, bytes };
}
