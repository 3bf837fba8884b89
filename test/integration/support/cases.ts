import { attach, detach, type Attached, type AttachOptions } from '../../cluster/attach.js';
import type { TestCluster } from '../../cluster/cluster.js';
import { makeNodeSlicePool } from '../../cluster/controllers.js';
import { installCrds } from '../../cluster/crds.js';
import { addressAt, type Verdict } from '../../cluster/facts.js';
import {
  allocationsOf,
  createMigration,
  createNad,
  createNode,
  createPod,
  createPodEvent,
  createPool,
  createReservation,
  createStatefulSet,
  deletePod,
  ensureNamespace,
  patchAllocations,
  setNetworkStatus,
  setNodeReady,
  setPodStatus,
  terminatePod,
  type NetworkStatusEntry,
} from '../../cluster/objects.js';

/** Where the owners of the cases live. */
export const CASES = 'cases';

type Expected = readonly [verdict: Verdict['verdict'], reason: string];

const ID = 'c'.repeat(64);
const HOUR_MS = 3_600_000;

/**
 * The rows of the verdict table that a seeded cluster has no case of, each with a neighbour that just misses it. All
 * addresses are allocated by the real plugin; only leftovers and what cannot be read are made by hand.
 */
export class Cases {
  /** By `podref`, or by `pool/key`, which wins. */
  readonly expected = new Map<string, Verdict>();
  /** Reservations that no key stands behind, and what is to be said of them. */
  readonly reservations = new Map<string, Verdict>();
  #lastOctet = 0;
  #lastKey = 180;

  constructor(readonly cluster: TestCluster) {}

  async make(): Promise<void> {
    await this.#surroundings();
    await this.#malformed();
    await this.#live();
    await this.#shownByOther();
    await this.#keptByStatefulSet();
    await this.#keptByMigration();
    await this.#lostAfterDeletion();
    await this.#justDeleted();
    await this.#lost();
    await this.#finishedAndPending();
    await this.#noNetworkStatus();
    await this.#otherAddress();
    await this.#reservations();
    await this.refresh();
  }

  /** What must have happened a moment ago: done again before each reading, since a busy machine may take its time. */
  async refresh(): Promise<void> {
    for (const pod of ['just-killed', 'just-killed-on-node-b']) {
      await createPodEvent(this.cluster, { namespace: CASES, pod, reason: 'Killing' });
    }
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const condition = { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: now };
    await setPodStatus(this.cluster, CASES, 'ready-a-moment', { conditions: [condition] });
  }

  async #surroundings(): Promise<void> {
    const { cluster } = this;
    await ensureNamespace(cluster, CASES);
    await createNode(cluster, 'node-d');
    // A kubelet that reports that it is not ready: it still tears pods down.
    await setNodeReady(cluster, 'node-d', 'False');
    for (const [name, ipam] of Object.entries({
      plain: { range: '10.70.0.0/24' },
      net: { range: '10.71.0.0/24', network_name: 'casenet' },
      narrow: { range: '10.71.0.0/25', network_name: 'casenet' },
      other: { range: '10.71.0.0/24', network_name: 'othernet' },
      v6: { range: 'fd00:70::/64', network_name: 'casenet6' },
      dual: { ipRanges: [{ range: '10.72.0.0/24' }, { range: 'fd00:72::/64' }] },
    })) {
      const config = { cniVersion: '0.3.1', name, type: 'macvlan', ipam: { type: 'whereabouts', ...ipam } };
      await createNad(cluster, CASES, name, config);
    }
    await createNad(cluster, CASES, 'broken', '{"cniVersion": "0.3.1", "ipam": ');
    await installMachineCrd(cluster);
  }

  async #malformed(): Promise<void> {
    // What cannot be read is malformed, whoever lives or shows the address.
    const reader = await this.#pod('malformed-neighbour', ['cases/plain'], 'live', 'address-shown');
    await this.#show(reader, [{ name: 'cases/plain', interface: 'net9', ips: ['10.73.0.5'] }]);
    const podref = `${CASES}/malformed-neighbour`;
    await createPool(this.cluster, '10.73.0.0-24', '10.73.0.0/24', {
      '5': { id: ID, podref: 'no-slash', ifname: 'net1' },
      '6': { id: ID, podref: 'a/b/c', ifname: 'net1' },
      '1.5': { id: ID, podref, ifname: 'net1' },
      '-1': { id: ID, podref, ifname: 'net1' },
      '9223372036854775808': { id: ID, podref, ifname: 'net1' },
    });
    await createPool(this.cluster, 'no-range', 'nonsense', { '1': { id: ID, podref, ifname: 'net9' } });
    this.#expectKey('no-range/1', 'malformed', 'range-unreadable');
    for (const key of ['5', '6']) this.#expectKey(`10.73.0.0-24/${key}`, 'malformed', 'podref-unreadable');
    for (const key of ['1.5', '-1', '9223372036854775808']) {
      this.#expectKey(`10.73.0.0-24/${key}`, 'malformed', 'key-unreadable');
    }
  }

  async #live(): Promise<void> {
    const inDefault = await this.#pod('live-default-entry', ['cases/net'], 'live', 'address-shown');
    await setNetworkStatus(this.cluster, CASES, inDefault.name, [
      { name: 'ovn-kubernetes', interface: 'eth0', ips: ips(inDefault), default: true },
    ]);
    // S6: the entry is unchanged while another interface shows its address.
    const moved = await this.#pod('live-other-interface', ['cases/net'], 'live', 'address-shown');
    await setNetworkStatus(this.cluster, CASES, moved.name, [
      { name: 'cases/net', interface: 'net1', ips: ['10.71.0.250'] },
      { name: 'cases/net', interface: 'net2', ips: ips(moved) },
    ]);
    // Addresses are numbers: another spelling, and a prefix length, are the same address.
    const spelled = await this.#pod('live-other-spelling', ['cases/v6'], 'live', 'address-shown');
    await setNetworkStatus(this.cluster, CASES, spelled.name, [
      { name: 'cases/v6', interface: 'net1', ips: ips(spelled).map((ip) => `${inFull(ip).toUpperCase()}/64`) },
    ]);
    await this.#pod('live-terminating', ['cases/dual'], 'live', 'address-shown', { node: 'node-b' });
    await terminatePod(this.cluster, CASES, 'live-terminating');
    await this.#pod('live-terminating-not-ready-node', ['cases/net'], 'live', 'address-shown', { node: 'node-d' });
    await terminatePod(this.cluster, CASES, 'live-terminating-not-ready-node');
    // A running pod comes back with its node.
    await this.#pod('live-on-unreachable-node', ['cases/net'], 'live', 'address-shown', { node: 'node-c' });
    await this.#pod('live-on-deleted-node', ['cases/v6'], 'live', 'address-shown', { node: 'node-z' });
    await this.#pod('live-pending', ['cases/net'], 'live', 'address-shown', { phase: 'Pending' });
    const shared = await this.#pod('live-and-shown-by-other', ['cases/net'], 'live', 'address-shown');
    await this.#shownBy('shares-it', shared);
  }

  async #shownByOther(): Promise<void> {
    const unknown: Expected = ['unknown', 'shown-by-other-pod'];
    const stale: Expected = ['stale', 'pod-gone'];
    for (const [name, nad, expected] of [
      ['same-network', 'cases/net', unknown],
      ['same-network-other-range', 'cases/narrow', unknown],
      ['nad-deleted', 'cases/deleted', unknown],
      ['nad-unreadable', 'cases/broken', unknown],
      ['no-nad-at-all', 'ovn-kubernetes', unknown],
      ['other-network', 'cases/other', stale],
      ['unnamed-network', 'cases/plain', stale],
      ['no-whereabouts', 'default/no-whereabouts', stale],
    ] as const) {
      const gone = await this.#gone(`shown-${name}`, ['cases/net'], ...expected);
      await this.#shownBy(`shows-${name}`, gone, { nad });
    }
    const finished = await this.#gone('shown-by-finished', ['cases/v6'], ...stale);
    await this.#shownBy('shows-and-finished', finished, { phase: 'Succeeded' });
    const v6 = await this.#gone('shown-v6', ['cases/v6'], ...unknown);
    await this.#shownBy('shows-v6', v6, { phase: 'Pending' });

    // The row before: kept, lost, just deleted, finished and pending owners give way to the objection.
    await createStatefulSet(this.cluster, CASES, 'shownset', 1);
    await this.#shownBy('shows-shownset', await this.#gone('shownset-0', ['cases/net'], ...unknown));
    const killed = await this.#gone('shown-killed', ['cases/net'], ...unknown);
    await createPodEvent(this.cluster, { namespace: CASES, pod: killed.name, reason: 'Killing', node: 'node-c' });
    await this.#shownBy('shows-killed', killed);
    for (const phase of ['Succeeded', 'Pending'] as const) {
      const name = `shown-${phase.toLowerCase()}`;
      const owner = await this.#pod(name, ['cases/net'], ...unknown, { phase, noNetworkStatus: true });
      await this.#shownBy(`shows-${phase.toLowerCase()}`, owner);
    }
    const stranded = await this.#pod('shown-stranded', ['cases/net'], ...unknown, { node: 'node-c' });
    await terminatePod(this.cluster, CASES, stranded.name);
    await this.#shownBy('shows-stranded', stranded);
  }

  async #keptByStatefulSet(): Promise<void> {
    const kept: Expected = ['kept', 'statefulset-ordinal'];
    const stale: Expected = ['stale', 'pod-gone'];
    await createStatefulSet(this.cluster, CASES, 'late', 3, 5);
    for (const [ordinal, expected] of [
      ['4', stale],
      ['5', kept],
      ['7', kept],
      ['8', stale],
      // No ordinal is written like this.
      ['06', stale],
    ] as const) {
      await this.#gone(`late-${ordinal}`, ['cases/dual'], ...expected);
    }
    await createStatefulSet(this.cluster, CASES, 'asleep', 0);
    await this.#gone('asleep-0', ['cases/net'], ...stale);
    // The rows after: a node that is lost, and a kill of a moment ago.
    await createStatefulSet(this.cluster, CASES, 'agents', 1);
    await this.#gone('agents-0', ['default/sliced'], ...kept, { node: 'node-c' });
    await createStatefulSet(this.cluster, CASES, 'killedset', 1);
    await this.#gone('killedset-0', ['cases/net'], ...kept);
    await createPodEvent(this.cluster, { namespace: CASES, pod: 'killedset-0', reason: 'Killing' });
    // A StatefulSet wants back only what is gone.
    await createStatefulSet(this.cluster, CASES, 'done', 1);
    await this.#pod('done-0', ['cases/net'], 'finished', 'failed', { phase: 'Failed' });
  }

  async #keptByMigration(): Promise<void> {
    const kept: Expected = ['kept', 'migration'];
    const state = { sourcePod: 'launcher-source', targetPod: 'launcher-target' };
    await createMigration(this.cluster, CASES, 'moving', { vmi: 'vm', phase: 'Running', migrationState: state });
    // The source finished already and the target has not come up: both are needed.
    await this.#pod('launcher-source', ['cases/net'], ...kept, { phase: 'Succeeded' });
    await this.#pod('launcher-target', ['cases/net'], ...kept, { phase: 'Pending', noNetworkStatus: true });
    await createMigration(this.cluster, CASES, 'preparing', {
      vmi: 'vm2',
      phase: 'TargetReady',
      migrationState: { sourcePod: 'launcher2-source', targetPod: 'launcher2-target' },
    });
    await this.#pod('launcher2-source', ['cases/v6'], ...kept, { node: 'node-c' });
    await terminatePod(this.cluster, CASES, 'launcher2-source');
    await this.#gone('launcher2-target', ['cases/v6'], ...kept);
    // The machine itself names pods too, by name and by uid.
    await createMigration(this.cluster, CASES, 'starting', { vmi: 'vm3', phase: 'Pending' });
    await this.#gone('launcher3-target', ['cases/net'], ...kept);
    const active = await this.#pod('launcher3-active', ['cases/net'], ...kept, { noNetworkStatus: true });
    const pod = await this.cluster.ok('GET', `/api/v1/namespaces/${CASES}/pods/${active.name}`);
    await this.cluster.ok('POST', `/apis/kubevirt.io/v1/namespaces/${CASES}/virtualmachineinstances`, {
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachineInstance',
      metadata: { name: 'vm3', namespace: CASES },
      status: {
        activePods: { [pod.metadata?.uid ?? '']: 'node-a' },
        migrationState: { targetPod: 'launcher3-target' },
      },
    });
    for (const phase of ['Succeeded', 'Failed']) {
      const name = `moved-${phase.toLowerCase()}`;
      await createMigration(this.cluster, CASES, name, {
        vmi: name,
        phase,
        migrationState: { sourcePod: `${name}-source`, targetPod: `${name}-target` },
      });
      await this.#gone(`${name}-source`, ['cases/net'], 'stale', 'pod-gone');
    }
    // Another namespace's pod of the same name is another pod.
    await this.#gone('launcher-source', ['cases/net'], 'stale', 'pod-gone', { namespace: 'vms' });
  }

  async #lostAfterDeletion(): Promise<void> {
    const lost: Expected = ['lost', 'pod-gone-node-lost'];
    const stale: Expected = ['stale', 'pod-gone'];
    for (const [name, node, expected] of [
      ['unreachable', 'node-c', lost],
      ['not-ready', 'node-d', lost],
      ['ready', 'node-b', stale],
      // Gone for good, and its containers with it.
      ['deleted', 'node-z', stale],
    ] as const) {
      for (const reason of ['Scheduled', 'Killing']) {
        const pod = `${reason.toLowerCase()}-${name}`;
        await this.#gone(pod, ['cases/net'], ...expected);
        await createPodEvent(this.cluster, {
          namespace: CASES,
          pod,
          reason,
          at: new Date(Date.now() - 180_000),
          ...(reason === 'Killing' ? { node } : { message: `Successfully assigned ${CASES}/${pod} to ${node}` }),
        });
      }
    }
    // Its slice still names a node whose object was deleted.
    await createNode(this.cluster, 'node-e');
    await makeNodeSlicePool(this.cluster, 'slices', ['node-e']);
    await this.#gone('slice-of-deleted', ['default/sliced'], 'stale', 'pod-gone', { node: 'node-e' });
    await this.cluster.ok('DELETE', '/api/v1/nodes/node-e');
    // The row after it: killed a moment ago, on a lost node.
    await this.#gone('killed-on-lost', ['cases/net'], ...lost);
    await createPodEvent(this.cluster, { namespace: CASES, pod: 'killed-on-lost', reason: 'Killing', node: 'node-c' });
  }

  async #justDeleted(): Promise<void> {
    await this.#gone('just-killed', ['cases/dual'], 'unknown', 'just-deleted');
    await this.#gone('just-killed-on-node-b', ['default/sliced'], 'unknown', 'just-deleted', { node: 'node-b' });
    await this.#gone('killed-long-ago', ['cases/dual'], 'stale', 'pod-gone');
    const at = new Date(Date.now() - 125_000);
    await createPodEvent(this.cluster, { namespace: CASES, pod: 'killed-long-ago', reason: 'Killing', at });
  }

  async #lost(): Promise<void> {
    for (const [node, reason] of [
      ['node-c', 'node-unreachable'],
      ['node-z', 'node-gone'],
    ] as const) {
      await this.#pod(`dying-on-${node}`, ['cases/dual'], 'lost', reason, { node });
      await terminatePod(this.cluster, CASES, `dying-on-${node}`);
      // Before finished, and before pending.
      await this.#pod(`failed-on-${node}`, ['cases/net'], 'lost', reason, { node, phase: 'Failed' });
      await this.#pod(`succeeded-on-${node}`, ['cases/v6'], 'lost', reason, { node, phase: 'Succeeded' });
      const pending = { node, phase: 'Pending', noNetworkStatus: true } as const;
      await this.#pod(`dying-pending-on-${node}`, ['cases/net'], 'lost', reason, pending);
      await terminatePod(this.cluster, CASES, `dying-pending-on-${node}`);
    }
  }

  async #finishedAndPending(): Promise<void> {
    for (const phase of ['Succeeded', 'Failed'] as const) {
      const name = phase.toLowerCase();
      const expected: Expected = ['finished', name];
      await this.#pod(`finished-${name}-v6`, ['cases/v6'], ...expected, { phase });
      // A node that is only not ready loses nothing; a pod that is also being deleted is still only finished.
      await this.#pod(`finished-${name}-not-ready`, ['cases/net'], ...expected, { phase, node: 'node-d' });
      await this.#pod(`finished-${name}-dying`, ['cases/net'], ...expected, { phase, noNetworkStatus: true });
      await terminatePod(this.cluster, CASES, `finished-${name}-dying`);
    }
    await this.#pod('pending-v6', ['cases/dual'], 'pending', 'pending', { phase: 'Pending', noNetworkStatus: true });
    const unreadable = await this.#pod('pending-unreadable', ['cases/net'], 'pending', 'pending', { phase: 'Pending' });
    await setNetworkStatus(this.cluster, CASES, unreadable.name, '[{');
    await this.#pod('pending-unscheduled', ['cases/net'], 'pending', 'pending', {
      phase: 'Pending',
      node: null,
      noNetworkStatus: true,
    });
  }

  async #noNetworkStatus(): Promise<void> {
    const expected: Expected = ['unknown', 'no-network-status'];
    await this.#pod('silent', ['cases/dual'], ...expected, { noNetworkStatus: true });
    for (const [index, text] of ['[{', '{"name": "x"}', '[{"ips": "10.71.0.1"}]'].entries()) {
      const pod = await this.#pod(`unreadable-${index.toString()}`, ['cases/net'], ...expected);
      await setNetworkStatus(this.cluster, CASES, pod.name, text);
    }
    await this.#pod('silent-dying', ['cases/net'], ...expected, { noNetworkStatus: true });
    await terminatePod(this.cluster, CASES, 'silent-dying');
  }

  async #otherAddress(): Promise<void> {
    const stale: Expected = ['stale', 'other-address'];
    const unsettled: Expected = ['unknown', 'owner-not-settled'];
    await this.#leftover('ready-long-enough', 'cases/net', stale, { readySince: new Date(Date.now() - 160_000) });
    await this.#leftover('ready-a-moment', 'cases/net', unsettled, { readySince: new Date() });
    await this.#leftover('not-ready', 'cases/net', unsettled, { ready: false });
    await this.#leftover('ready-v6', 'cases/v6', stale, {});
    await this.#leftover('dying-and-ready', 'cases/net', stale, {});
    await terminatePod(this.cluster, CASES, 'dying-and-ready');

    // What it shows on that interface is held under another interface's name.
    const swapped = await this.#leftover('swapped', 'cases/net', unsettled, {}, 'net2');
    await this.#show(swapped, [{ name: 'cases/net', interface: 'net2', ips: ips(swapped) }]);
    // One of the addresses that it shows there is nobody's.
    const more = await this.#leftover('shows-more', 'cases/net', unsettled, {});
    await this.#show(more, [{ name: 'cases/net', interface: 'net1', ips: [...ips(more), '10.71.0.251'] }]);
    // It says nothing of that interface, or nothing of that family.
    const another = await this.#leftover('no-such-interface', 'cases/net', unsettled, {});
    await setNetworkStatus(this.cluster, CASES, another.name, [
      { name: 'cases/net', interface: 'net3', ips: ips(another) },
    ]);
    const dual = await this.#pod('other-family', ['cases/dual'], 'live', 'address-shown');
    const [v4 = '', v6 = ''] = ips(dual);
    await setNetworkStatus(this.cluster, CASES, dual.name, [{ name: 'cases/dual', interface: 'net1', ips: [v4] }]);
    const v6Keys = await allocationsOf(this.cluster, 'fd00-72---64');
    const v6Key = Object.keys(v6Keys).find((key) => addressAt('fd00:72::/64', key) === v6);
    this.#expectKey(`fd00-72---64/${v6Key ?? ''}`, ...unsettled);

    // Without an interface's name, every network that the pod asks for must show such addresses.
    await this.#leftover('nameless', 'cases/net', stale, {}, null);
    const half = await this.#leftover(
      'nameless-half',
      'cases/net',
      unsettled,
      {
        networks: 'cases/net@net1,cases/plain@net2',
      },
      null,
    );
    await setNetworkStatus(this.cluster, CASES, half.name, [{ name: 'cases/net', interface: 'net1', ips: ips(half) }]);
  }

  async #reservations(): Promise<void> {
    // Reservations that lost their key: of nobody, of a finished pod, of one that lives and shows the address.
    await createReservation(this.cluster, 'casenet-10.71.0.201', { podref: `${CASES}/never-was`, ifname: 'net1' });
    this.reservations.set('casenet-10.71.0.201', { verdict: 'stale', reason: 'pod-gone' });
    const detached = await this.#pod('detached', ['cases/net'], 'live', 'address-shown');
    const [address = ''] = ips(detached);
    await detach(this.cluster, detached);
    await createReservation(this.cluster, `casenet-${address}`, { podref: `${CASES}/detached`, ifname: 'net1' });
    this.reservations.set(`casenet-${address}`, { verdict: 'live', reason: 'address-shown' });
    await createReservation(this.cluster, 'casenet6-fd00-70--c0', { podref: 'no-pod', ifname: 'net1' });
    this.reservations.set('casenet6-fd00-70--c0', { verdict: 'malformed', reason: 'podref-unreadable' });
  }

  /** A pod whose addresses the plugin allocates. */
  async #pod(
    name: string,
    nets: AttachOptions['nets'],
    verdict: Verdict['verdict'],
    reason: string,
    more: Partial<AttachOptions> = {},
  ): Promise<Attached> {
    const namespace = more.namespace ?? CASES;
    this.expected.set(`${namespace}/${name}`, { verdict, reason });
    const podIP = `10.128.7.${(++this.#lastOctet).toString()}`;
    return attach(this.cluster, { node: 'node-a', podIP, ...more, namespace, name, nets });
  }

  /** One that is deleted, and no DEL runs. */
  async #gone(
    name: string,
    nets: AttachOptions['nets'],
    verdict: Verdict['verdict'],
    reason: string,
    more: Partial<AttachOptions> = {},
  ): Promise<Attached> {
    const attached = await this.#pod(name, nets, verdict, reason, more);
    await deletePod(this.cluster, attached.namespace, attached.name);
    return attached;
  }

  /** A live pod that holds a second address by hand which it does not show, under the same interface or another. */
  async #leftover(
    name: string,
    nad: string,
    [verdict, reason]: Expected,
    more: Partial<AttachOptions>,
    ifname: string | null = 'net1',
  ): Promise<Attached> {
    const attached = await this.#pod(name, [nad], 'live', 'address-shown', { readySince: anHourAgo(), ...more });
    const pool = nad === 'cases/v6' ? 'casenet6-fd00-70---64' : 'casenet-10.71.0.0-24';
    const key = (++this.#lastKey).toString();
    const podref = `${CASES}/${name}`;
    if (ifname === null) {
      // As whereabouts 0.7 wrote them: no key of this pod has an interface.
      const entries = Object.entries(await allocationsOf(this.cluster, pool));
      const own = entries.find(([, entry]) => entry.podref === podref)?.[0] ?? '';
      await patchAllocations(this.cluster, pool, { [own]: null });
      await patchAllocations(this.cluster, pool, { [own]: { id: attached.containerId, podref } });
    }
    await patchAllocations(this.cluster, pool, { [key]: { id: ID, podref, ...(ifname === null ? {} : { ifname }) } });
    this.#expectKey(`${pool}/${key}`, verdict, reason);
    return attached;
  }

  /** Another pod that shows the addresses of the first. */
  async #shownBy(
    name: string,
    { entries }: Attached,
    { nad, phase }: { nad?: string; phase?: AttachOptions['phase'] } = {},
  ): Promise<void> {
    const networkStatus = entries.slice(1).map((entry) => ({ ...entry, name: nad ?? entry.name }));
    await createPod(this.cluster, { namespace: CASES, name, networkStatus, ...(phase === undefined ? {} : { phase }) });
  }

  /** Writes the network-status of a pod anew: the default entry as it was, the others as given. */
  async #show({ name, namespace, entries }: Attached, others: NetworkStatusEntry[]): Promise<void> {
    const own = others.some(({ interface: ifname }) => ifname === 'net1') ? entries.slice(0, 1) : entries;
    await setNetworkStatus(this.cluster, namespace, name, [...own, ...others]);
  }

  #expectKey(key: string, verdict: Verdict['verdict'], reason: string): void {
    this.expected.set(key, { verdict, reason });
  }
}

/** Defines KubeVirt's virtual machine instances, as small as tests need them. */
export async function installMachineCrd(cluster: TestCluster): Promise<void> {
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  await installCrds(cluster.client, [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'virtualmachineinstances.kubevirt.io' },
      spec: {
        group: 'kubevirt.io',
        scope: 'Namespaced',
        names: {
          plural: 'virtualmachineinstances',
          singular: 'virtualmachineinstance',
          kind: 'VirtualMachineInstance',
          listKind: 'VirtualMachineInstanceList',
        },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: anything, status: anything } } },
          },
        ],
      },
    },
  ]);
}

function ips({ networks }: Attached): string[] {
  return networks.flatMap((network) => network.ips);
}

function anHourAgo(): Date {
  return new Date(Date.now() - HOUR_MS);
}

/** An IPv6 address with all of its groups. */
function inFull(address: string): string {
  const [head = '', tail = ''] = address.split('::');
  const left = head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join(':');
}
