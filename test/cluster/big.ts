import { createHash } from 'node:crypto';
import { bigPod, bigPodTemplate } from './big-pod.js';
import { cloned, KINDS, storedForm, waitUntilServed, writeAll } from './bulk.js';
import { POOL_NAMESPACE, type TestCluster } from './cluster.js';
import type { KubeObject } from './client.js';
import { createNode, ensureNamespace, NETWORKS, NETWORK_STATUS, type Allocation } from './objects.js';

/** How much to write. */
export interface FillOptions {
  pools: number;
  /** Allocations of each pool. */
  perPool: number;
  /** The share of allocations whose pod is gone; 0 by default. */
  stalePercent?: number;
  /** Bytes added to each pod. */
  padBytes?: number;
  /** A reservation for each allocation, as the plugin makes them; true by default. */
  reservations?: boolean;
  /** Pods on no secondary network beside them; 0 by default. */
  otherPods?: number;
  log?: (line: string) => void;
}

/** What was written. */
export interface Filled {
  pools: number;
  allocations: number;
  /** Allocations whose pod does not exist. */
  stale: number;
  pods: number;
  reservations: number;
  /** The names of the pools, in the order of their ranges. */
  poolNames: string[];
  seconds: number;
}

interface Slot {
  index: number;
  pool: number;
  key: number;
  address: string;
  namespace: string;
  pod: string;
  containerId: string;
  stale: boolean;
}

/** Pools lie from here upwards, where the seeded networks are not. */
const BASE = 10 * 2 ** 24 + 128 * 2 ** 16;
const SPACE = 2 ** 23;
const NAMESPACES = 10;
const NODES = 20;

/**
 * Fills a cluster for benchmarks: pools full of allocations, a NAD for each, reservations, and pods of realistic size that
 * show their addresses, except those of `stalePercent`. May be called once a cluster.
 */
export async function fill(cluster: TestCluster, options: FillOptions): Promise<Filled> {
  const started = Date.now();
  const plan = new Plan(options);
  const log = options.log ?? (() => undefined);
  log(`filling: ${options.pools} pools of ${options.perPool} allocations`);
  for (let index = 0; index < NAMESPACES; index += 1) await ensureNamespace(cluster, `big-${index}`);
  for (let index = 0; index < NODES; index += 1) await createNode(cluster, `big-node-${index}`);
  await writeAll(cluster, KINDS.nads, await nads(cluster, plan));
  await writeAll(cluster, KINDS.pools, await pools(cluster, plan));
  if (options.reservations !== false) await writeAll(cluster, KINDS.reservations, await reservations(cluster, plan));
  log('filling: pods');
  const template = await bigPodTemplate(cluster, 'big-0');
  await writeAll(cluster, KINDS.pods, pods(template, plan));
  await addPods(cluster, template, options.otherPods ?? 0);
  const allocations = options.pools * options.perPool;
  const filled: Filled = {
    pools: options.pools,
    allocations,
    stale: plan.staleBefore(allocations),
    pods: allocations - plan.staleBefore(allocations) + (options.otherPods ?? 0),
    reservations: options.reservations === false ? 0 : allocations,
    poolNames: Array.from({ length: options.pools }, (_, pool) => plan.poolName(pool)),
    seconds: (Date.now() - started) / 1000,
  };
  await waitUntilServed(cluster, KINDS.pods, filled.pods);
  await waitUntilServed(cluster, KINDS.pools, filled.pools);
  if (filled.reservations > 0) await waitUntilServed(cluster, KINDS.reservations, filled.reservations);
  filled.seconds = (Date.now() - started) / 1000;
  log(`filling: done in ${filled.seconds.toFixed(1)} s`);
  return filled;
}

/** Writes pools and reservations once more as `fill` left them: what was freed since is held again. */
export async function refill(cluster: TestCluster, options: FillOptions): Promise<void> {
  const plan = new Plan(options);
  await writeAll(cluster, KINDS.pools, await pools(cluster, plan));
  await waitUntilServed(cluster, KINDS.pools, options.pools);
  if (options.reservations === false) return;
  await writeAll(cluster, KINDS.reservations, await reservations(cluster, plan));
  await waitUntilServed(cluster, KINDS.reservations, options.pools * options.perPool);
}

/** Which address, pod and node each allocation has; all of it follows from its index. */
class Plan {
  readonly prefix: number;
  readonly #size: number;

  constructor(readonly options: FillOptions) {
    // Network and broadcast address are never allocated.
    this.prefix = 32 - Math.max(2, Math.ceil(Math.log2(options.perPool + 2)));
    this.#size = 2 ** (32 - this.prefix);
    if (options.pools * this.#size > SPACE) throw new Error('that many addresses do not fit into 10.128.0.0/9');
  }

  range(pool: number): string {
    return `${dotted(BASE + pool * this.#size)}/${this.prefix}`;
  }

  poolName(pool: number): string {
    return this.range(pool).replace('/', '-');
  }

  /** How many of the first `count` allocations are stale: they are spread evenly. */
  staleBefore(count: number): number {
    return Math.floor((count * (this.options.stalePercent ?? 0)) / 100);
  }

  slot(pool: number, key: number): Slot {
    const index = pool * this.options.perPool + key - 1;
    return {
      index,
      pool,
      key,
      address: dotted(BASE + pool * this.#size + key),
      namespace: `big-${index % NAMESPACES}`,
      pod: `load-6d4cf56db6-${index.toString(36).padStart(5, '0')}`,
      containerId: createHash('sha256').update(String(index)).digest('hex'),
      stale: this.staleBefore(index + 1) > this.staleBefore(index),
    };
  }

  *slots(): Generator<Slot> {
    for (let pool = 0; pool < this.options.pools; pool += 1) {
      for (let key = 1; key <= this.options.perPool; key += 1) yield this.slot(pool, key);
    }
  }

  allocations(pool: number): Record<string, Allocation> {
    const entries: Record<string, Allocation> = {};
    for (let key = 1; key <= this.options.perPool; key += 1) {
      const { containerId, namespace, pod } = this.slot(pool, key);
      entries[key] = { id: containerId, ifname: 'net1', podref: `${namespace}/${pod}` };
    }
    return entries;
  }
}

async function nads(cluster: TestCluster, plan: Plan): Promise<Iterable<KubeObject>> {
  const object = {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name: 'template', namespace: 'big-0' },
    spec: { config: '{}' },
  };
  const template = await storedForm(cluster, KINDS.nads, object, 'kubectl-create');
  return mapRange(plan.options.pools, (pool) => {
    const ipam = { type: 'whereabouts', range: plan.range(pool) };
    const config = JSON.stringify({
      cniVersion: '0.3.1',
      name: `big-${pool}`,
      type: 'macvlan',
      master: 'eth1',
      mode: 'bridge',
      ipam,
    });
    return cloned(template, `big-${pool}`, 'big-0', { spec: { config } });
  });
}

async function pools(cluster: TestCluster, plan: Plan): Promise<Iterable<KubeObject>> {
  // managedFields name every key, so the template has them all.
  const object = {
    apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
    kind: 'IPPool',
    metadata: { name: 'template', namespace: POOL_NAMESPACE },
    spec: { range: plan.range(0), allocations: plan.allocations(0) },
  };
  const template = await storedForm(cluster, KINDS.pools, object, 'whereabouts');
  return mapRange(plan.options.pools, (pool) =>
    cloned(template, plan.poolName(pool), POOL_NAMESPACE, {
      spec: { range: plan.range(pool), allocations: plan.allocations(pool) },
    }),
  );
}

async function reservations(cluster: TestCluster, plan: Plan): Promise<Iterable<KubeObject>> {
  const spec = (slot: Slot): object => ({
    containerid: slot.containerId,
    ifname: 'net1',
    podref: `${slot.namespace}/${slot.pod}`,
  });
  const object = {
    apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
    kind: 'OverlappingRangeIPReservation',
    metadata: { name: 'template', namespace: POOL_NAMESPACE },
    spec: spec(plan.slot(0, 1)),
  };
  const template = await storedForm(cluster, KINDS.reservations, object, 'whereabouts');
  return mapEach(plan.slots(), (slot) => cloned(template, slot.address, POOL_NAMESPACE, { spec: spec(slot) }));
}

function* pods(template: KubeObject, plan: Plan): Generator<KubeObject> {
  for (const slot of plan.slots()) {
    if (slot.stale) continue;
    const { annotations, ...rest } = bigPod(template, {
      namespace: slot.namespace,
      name: slot.pod,
      node: `big-node-${slot.index % NODES}`,
      nad: `big-0/big-${slot.pool}`,
      address: slot.address,
      podIP: dotted(172 * 2 ** 24 + 16 * 2 ** 16 + (slot.index % 2 ** 20)),
      padBytes: plan.options.padBytes ?? 0,
    });
    const object = cloned(template, slot.pod, slot.namespace, rest);
    yield { ...object, metadata: { ...object.metadata, annotations } };
  }
}

/** Pods of the same size that have their default network only. */
async function addPods(cluster: TestCluster, template: KubeObject, count: number): Promise<void> {
  const { annotations = {}, ...metadata } = template.metadata ?? {};
  const own = Object.entries(annotations).filter(([key]) => key !== NETWORKS && key !== NETWORK_STATUS);
  const plain = { ...template, metadata: { ...metadata, annotations: Object.fromEntries(own) } };
  await writeAll(
    cluster,
    KINDS.pods,
    mapRange(count, (index) => cloned(plain, `other-${index}`, `big-${index % NAMESPACES}`, {})),
  );
}

function* mapRange<T>(count: number, make: (index: number) => T): Generator<T> {
  for (let index = 0; index < count; index += 1) yield make(index);
}

function* mapEach<S, T>(source: Iterable<S>, make: (item: S) => T): Generator<T> {
  for (const item of source) yield make(item);
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
