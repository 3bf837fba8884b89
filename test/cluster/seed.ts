import { attach, detach, type Attached, type AttachOptions } from './attach.js';
import type { TestCluster } from './cluster.js';
import type { KubeMeta } from './client.js';
import { makeNodeSlicePool } from './controllers.js';
import { collectFacts, type Fact, type Verdict } from './facts.js';
import {
  createMigration,
  createNad,
  createNode,
  createPod,
  createPool,
  createReservation,
  createStatefulSet,
  deletePod,
  ensureNamespace,
  installMigrationCrd,
  patchAllocations,
  terminatePod,
} from './objects.js';

/** The NADs of a seeded cluster: `namespace/name` and its CNI config. */
export const SEED_NADS: Readonly<Record<string, Record<string, unknown>>> = {
  // Two NADs that share a pool: one leaves the upper part out, the other has a window there.
  'default/macvlan-basic': macvlan({ range: '192.168.2.0/27', exclude: ['192.168.2.0/30', '192.168.2.24/29'] }),
  'storage/macvlan-window': macvlan({
    range: '192.168.2.0/27',
    range_start: '192.168.2.24',
    range_end: '192.168.2.30',
  }),
  'telco/bignet': macvlan({
    range: '10.20.0.0/16',
    gateway: '10.20.0.1',
    exclude: ['10.20.0.0/28'],
    network_name: 'bignet',
  }),
  // Two ranges of one network that overlap: reservations keep them apart.
  'storage/overlap-a': macvlan({ range: '10.30.0.0/24', network_name: 'overlap' }),
  'telco/overlap-b': macvlan({ range: '10.30.0.0/25', network_name: 'overlap' }),
  'telco/dual': macvlan({ ipRanges: [{ range: '10.40.0.0/24' }, { range: 'fd00:40::/64' }] }),
  'default/v6': macvlan({ range: 'fd00:60::/64' }),
  'default/sliced': macvlan({ range: '10.5.0.0/20', node_slice_size: '/24', network_name: 'slices' }),
};

const NODES = { 'node-a': 'True', 'node-b': 'True', 'node-c': 'Unknown' } as const;

const LIVE = verdict('live', 'address-shown');
const GONE = verdict('stale', 'pod-gone');

/** What {@link seed} made. */
export interface Seeded {
  /** Every allocation in the cluster and its expected verdict. */
  facts: Fact[];
  /** Names of reservations that no allocation stands behind. */
  orphanReservations: string[];
  /** Pools whose range cannot be read. */
  badPools: string[];
  /** Addresses that a pod shows and no pool holds. */
  untracked: { address: string; podref: string }[];
  nads: string[];
}

/** Options of {@link seed}. */
export interface SeedOptions {
  log?: (line: string) => void;
  /** False leaves the pools that are broken by hand away; the real reconciler gives up on their sight. */
  broken?: boolean;
}

/**
 * Fills a cluster with a believable state, allocated by the real plugin: eight networks, pods in six namespaces, and one
 * or more allocations for each verdict that does not depend on the clock. Takes about half a minute.
 */
export async function seed(cluster: TestCluster, options: SeedOptions = {}): Promise<Seeded> {
  const log = options.log ?? (() => undefined);
  const story = new Story(cluster);
  log('seeding: nodes, networks and node slices');
  for (const [name, ready] of Object.entries(NODES))
    await createNode(cluster, name, ready, new Date(Date.now() - 600_000));
  for (const namespace of ['storage', 'telco', 'monitoring', 'batch', 'vms']) await ensureNamespace(cluster, namespace);
  for (const [nad, config] of Object.entries(SEED_NADS)) {
    const [namespace = '', name = ''] = nad.split('/');
    await createNad(cluster, namespace, name, { ...config, name });
  }
  await createNad(cluster, 'default', 'no-whereabouts', {
    cniVersion: '0.3.1',
    name: 'no-whereabouts',
    type: 'macvlan',
    ipam: { type: 'dhcp' },
  });
  await makeNodeSlicePool(cluster, 'slices', Object.keys(NODES));

  log('seeding: pods that are alive');
  await livePods(story);
  log('seeding: pods that are gone, done or stuck');
  await gonePods(story);
  await stuckPods(story);
  log('seeding: leftovers and hand-made objects');
  await leftovers(story);
  const seeded: Seeded = {
    facts: [],
    orphanReservations: ['bignet-10.20.9.9'],
    badPools: [],
    untracked: [{ address: '192.168.2.20', podref: 'default/untracked' }],
    nads: Object.keys(SEED_NADS),
  };
  await createReservation(cluster, 'bignet-10.20.9.9', {
    podref: 'telco/gone-long-ago',
    containerid: 'f'.repeat(64),
    ifname: 'net1',
  });
  await createPod(cluster, {
    namespace: 'default',
    name: 'untracked',
    networkStatus: [
      { name: 'ovn-kubernetes', interface: 'eth0', ips: ['10.128.0.7'], default: true, dns: {} },
      { name: 'default/macvlan-basic', interface: 'net1', ips: ['192.168.2.20'], mac: '02:00:00:00:00:20', dns: {} },
    ],
  });
  if (options.broken !== false) {
    await brokenPools(story);
    seeded.badPools.push('bad-range');
  }
  seeded.facts = await collectFacts(cluster, story.expected);
  log(`seeding: done, ${seeded.facts.length} allocations`);
  return seeded;
}

/** Pods in the making, and what is to be said of them in the end. */
class Story {
  readonly expected = new Map<string, Verdict>();
  constructor(readonly cluster: TestCluster) {}

  /** A pod that gets its addresses from the plugin. */
  async pod(
    namespace: string,
    name: string,
    nets: string[],
    expected: Verdict,
    more: Partial<AttachOptions> = {},
  ): Promise<Attached> {
    this.expected.set(`${namespace}/${name}`, expected);
    return attach(this.cluster, { node: 'node-a', ...more, namespace, name, nets });
  }

  /** One that is deleted afterwards, and the plugin never hears of it. */
  async gone(
    namespace: string,
    name: string,
    nets: string[],
    expected: Verdict,
    more: Partial<AttachOptions> = {},
  ): Promise<void> {
    await this.pod(namespace, name, nets, expected, more);
    await deletePod(this.cluster, namespace, name);
  }
}

async function livePods(story: Story): Promise<void> {
  const web = ownedBy('apps/v1', 'ReplicaSet', 'web-6d4cf56db6');
  for (const suffix of ['2xk9p', '7hq4d', 'b8wzn', 'fj5tc', 'm6vrl', 'qs2gh']) {
    await story.pod('default', `web-6d4cf56db6-${suffix}`, ['default/macvlan-basic'], LIVE, {
      ...web,
      node: 'node-b',
      labels: { app: 'web' },
    });
  }
  const ceph = await createStatefulSet(story.cluster, 'storage', 'ceph-osd', 5);
  const owner = ownedBy('apps/v1', 'StatefulSet', 'ceph-osd', ceph.metadata?.uid);
  for (const ordinal of [0, 1, 2, 3]) {
    await story.pod('storage', `ceph-osd-${ordinal}`, ['storage/macvlan-window'], LIVE, {
      ...owner,
      labels: { app: 'ceph-osd' },
    });
  }
  for (const ordinal of [0, 1, 2, 3, 4, 5]) {
    await story.pod('telco', `amf-${ordinal}`, ['telco/bignet', 'telco/overlap-b'], LIVE, {
      node: ordinal % 2 === 0 ? 'node-a' : 'node-b',
    });
  }
  for (const name of ['gateway-a', 'gateway-b', 'gateway-c']) {
    await story.pod('storage', name, ['storage/overlap-a'], LIVE);
  }
  for (const name of ['upf-0', 'upf-1', 'upf-2']) await story.pod('telco', name, ['telco/dual'], LIVE);
  for (const name of ['probe-a', 'probe-b', 'probe-c', 'probe-d'])
    await story.pod('monitoring', name, ['default/v6'], LIVE);
  for (const [index, node] of ['node-a', 'node-a', 'node-b', 'node-b', 'node-c'].entries()) {
    await story.pod('monitoring', `agent-${index}`, ['default/sliced'], LIVE, { node });
  }
  // One that came and went as it should leaves nothing behind.
  const polite = await story.pod('default', 'polite', ['default/macvlan-basic'], LIVE);
  await detach(story.cluster, polite);
  await deletePod(story.cluster, 'default', 'polite');
}

async function gonePods(story: Story): Promise<void> {
  const billing = ownedBy('apps/v1', 'ReplicaSet', 'billing-7d9f8c6b5');
  for (const suffix of ['4kd8s', 'n2p7x', 'zt6mw']) {
    await story.gone('telco', `billing-7d9f8c6b5-${suffix}`, ['telco/bignet'], GONE, billing);
  }
  await story.gone('telco', 'upf-3', ['telco/dual'], GONE);
  await story.gone('default', 'one-off', ['default/macvlan-basic'], GONE, { node: 'node-b' });
  await story.gone('monitoring', 'probe-e', ['default/v6'], GONE);
  await story.gone('monitoring', 'agent-old', ['default/sliced'], GONE, { node: 'node-b' });
  // Its slice tells its node, which does not answer: its container may still run there.
  await story.gone('monitoring', 'agent-lost', ['default/sliced'], verdict('lost', 'pod-gone-node-lost'), {
    node: 'node-c',
  });
  // The StatefulSet wants five pods: number 4 comes back, number 5 was scaled away.
  await story.gone('storage', 'ceph-osd-4', ['storage/macvlan-window'], verdict('kept', 'statefulset-ordinal'));
  await story.gone('storage', 'ceph-osd-5', ['storage/macvlan-window'], GONE);
  // The source of a live migration that is under way.
  await installMigrationCrd(story.cluster);
  await createMigration(story.cluster, 'vms', 'move-db', {
    vmi: 'db',
    phase: 'Running',
    migrationState: { sourcePod: 'virt-launcher-db-k2x9s', targetPod: 'virt-launcher-db-w7c4q' },
  });
  await story.gone('vms', 'virt-launcher-db-k2x9s', ['storage/overlap-a'], verdict('kept', 'migration'));
}

async function stuckPods(story: Story): Promise<void> {
  const job = ownedBy('batch/v1', 'Job', 'nightly-29381040');
  await story.pod('batch', 'nightly-29381040-9dxkw', ['telco/bignet'], verdict('finished', 'succeeded'), {
    ...job,
    phase: 'Succeeded',
  });
  await story.pod('batch', 'nightly-29381040-c5tqz', ['telco/bignet'], verdict('finished', 'failed'), {
    ...job,
    phase: 'Failed',
  });
  await story.pod('default', 'starting', ['default/macvlan-basic'], verdict('pending', 'pending'), {
    phase: 'Pending',
    noNetworkStatus: true,
  });
  await story.pod('telco', 'silent', ['telco/bignet'], verdict('unknown', 'no-network-status'), {
    noNetworkStatus: true,
  });
  await story.pod('telco', 'stranded', ['telco/bignet'], verdict('lost', 'node-unreachable'), { node: 'node-c' });
  await terminatePod(story.cluster, 'telco', 'stranded');
}

async function leftovers(story: Story): Promise<void> {
  // Two pods that hold a second address which they do not show, as after a sandbox that was made anew.
  for (const [name, key, ready, expected] of [
    ['vm-import-a', '300', true, verdict('stale', 'other-address')],
    ['vm-import-b', '301', false, verdict('unknown', 'owner-not-settled')],
  ] as const) {
    await story.pod('vms', name, ['telco/bignet'], LIVE, { ready });
    const podref = `vms/${name}`;
    const id = '0'.repeat(64);
    await patchAllocations(story.cluster, 'bignet-10.20.0.0-16', { [key]: { id, podref, ifname: 'net1' } });
    await createReservation(story.cluster, `bignet-10.20.1.${Number(key) - 256}`, {
      podref,
      containerid: id,
      ifname: 'net1',
    });
    story.expected.set(`bignet-10.20.0.0-16/${key}`, expected);
  }
  // A pod that is gone, and another that shows its address.
  const ghost = await story.pod('telco', 'ghost', ['telco/bignet'], verdict('unknown', 'shown-by-other-pod'));
  await deletePod(story.cluster, 'telco', 'ghost');
  await createPod(story.cluster, { namespace: 'telco', name: 'squatter', networkStatus: ghost.entries });
}

async function brokenPools(story: Story): Promise<void> {
  const id = 'a'.repeat(64);
  await createPool(story.cluster, 'bad-range', '10.99.0.0/33', {
    1: { id, podref: 'default/web-6d4cf56db6-2xk9p', ifname: 'net1' },
  });
  await createPool(story.cluster, '10.90.0.0-24', '10.90.0.0/24', {
    seven: { id, podref: 'default/gone', ifname: 'net1' },
    '8': { id, podref: '', ifname: 'net1' },
    '9': { id, podref: 'default/gone-too', ifname: 'net1' },
  });
  story.expected.set('bad-range', verdict('malformed', 'range-unreadable'));
  story.expected.set('10.90.0.0-24/seven', verdict('malformed', 'key-unreadable'));
  story.expected.set('10.90.0.0-24/8', verdict('malformed', 'podref-unreadable'));
  story.expected.set('default/gone-too', GONE);
}

function macvlan(ipam: Record<string, unknown>): Record<string, unknown> {
  return {
    cniVersion: '0.3.1',
    type: 'macvlan',
    master: 'eth1',
    mode: 'bridge',
    ipam: { type: 'whereabouts', ...ipam },
  };
}

function verdict(name: Verdict['verdict'], reason: string): Verdict {
  return { verdict: name, reason };
}

function ownedBy(
  apiVersion: string,
  kind: string,
  name: string,
  uid = '5f0c7a52-5b1f-4f0e-9b0e-2a54c1c9b7aa',
): { ownerReferences: NonNullable<KubeMeta['ownerReferences']> } {
  return { ownerReferences: [{ apiVersion, kind, name, uid, controller: true }] };
}
