/**
 * The scenarios of the release protocol's table, on the real API server with the real plugin (and, for S8, the real
 * reconciler), each of which goes through a door of its own where the named request is delayed or refused. ipamctl's
 * release runs in this process, so that one of its rules can be taken away, and so that something can happen between two
 * of its requests. Each scenario is played twice: without the rule the harm is there, with it it is not, and in the end
 * nothing stale is left.
 *
 * S4 is of `audit --fix orphan-pool`, the only one that deletes pools. S15 is in restore.test.ts. How the same goes in every
 * order of the steps is searched in test/reconcile/model.test.ts.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FixResult } from '../../src/audit/fix-result.js';
import { openCluster, type LiveCluster } from '../../src/cluster/live/index.js';
import { IP_POOLS, LEASES, RESERVATIONS } from '../../src/cluster/resources.js';
import type { ClusterWriter } from '../../src/cluster/writer.js';
import type { Survey } from '../../src/reconcile/survey.js';
import { readReconcilerLog } from '../../src/whereabouts/reconciler-log.js';
import { POOL_NAMESPACE, TestCluster } from '../cluster/cluster.js';
import { startReconciler, type Controller } from '../cluster/controllers.js';
import { FakeKubelet } from '../cluster/kubelet.js';
import { createNode, createPod, deletePod, patchAllocations, setPodStatus } from '../cluster/objects.js';
import { waitFor } from '../cluster/wait.js';
import {
  byOwnInterfaceOnly,
  clearingAnyLease,
  deletingByName,
  impatientClock,
  withoutHolding,
  withoutRegardForTakeovers,
  withoutSecondLook,
  withOneLease,
  answeringAsBefore,
} from './support/broken-rules.js';
import { jsonOf, runCli } from './support/cli.js';
import {
  DELETE_RESERVATION,
  GET_LEASE,
  GET_POOL,
  once,
  PATCH_POOL,
  POST_RESERVATION,
  PUT_LEASE,
  Scene,
  type Changes,
  type Network,
  type Pod,
} from './support/scene.js';

let cluster: TestCluster;
let live: LiveCluster;

beforeAll(async () => {
  cluster = await TestCluster.start();
  await createNode(cluster, 'node-a');
  live = await openCluster({ kubeconfig: cluster.kubeconfig }, {}, { version: 'test' });
});

afterAll(async () => {
  await live.close();
  await cluster.stop();
});

type Play = (scene: Scene, isOn: boolean) => Promise<void>;

/** Plays it without the rule and with it. The play itself says what harm there is, and that there is none. */
function scenario(name: string, rule: string, play: Play): void {
  describe(`${name}: ${rule}`, () => {
    test.each([
      ['without the rule there is harm', false],
      ['with the rule there is none', true],
    ])('%s', async (_, isOn) => {
      const scene = new Scene(cluster, live, name.toLowerCase());
      try {
        await play(scene, isOn);
        if (isOn) {
          await scene.sweep();
          expect(await scene.leftovers()).toEqual([]);
        }
      } finally {
        await scene.close();
      }
    });
  });
}

/** Something happens while the patch of a pool is on its way. */
function beforePatch(happens: () => Promise<void>): Pick<ClusterWriter, 'patch'> {
  return {
    patch: async (resource, ...args) => {
      if (resource === IP_POOLS) await happens();
      return live.patch(resource, ...args);
    },
  };
}

/** Something happens while the deletion of a reservation is on its way. */
function beforeDelete(
  happens: () => Promise<void>,
  through: Pick<ClusterWriter, 'remove'> = live,
): Pick<ClusterWriter, 'remove'> {
  return {
    remove: async (resource, ...args) => {
      if (resource === RESERVATIONS) await happens();
      return through.remove(resource, ...args);
    },
  };
}

/** Something happens before the Leases are asked for. */
function beforeHolding(happens: () => Promise<void>): NonNullable<Changes['leases']> {
  return (leases) => ({
    hold: async (set, work, options) => {
      await happens();
      return leases.hold(set, work, options);
    },
    checkRights: (set) => leases.checkRights(set),
  });
}

/** Something happens five seconds before a wait of ten is over. */
function halfway(happens: () => Promise<void>): NonNullable<Changes['clock']> {
  const first = once(happens);
  return (clock) => ({
    monotonic: () => clock.monotonic(),
    sleep: async (ms, signal) => {
      const until = clock.monotonic() + ms;
      if (ms > 7000) {
        await clock.sleep(ms - 5000, signal);
        await first();
      }
      await clock.sleep(Math.max(0, until - clock.monotonic()), signal);
    },
  });
}

/** A survey that does not know of one reservation. */
function withoutReservationOf(address: string): NonNullable<Changes['survey']> {
  return (found) => {
    const reservations = (found.inventory.reservations ?? []).filter(({ name }) => name !== address);
    return { ...found, inventory: { ...found.inventory, reservations } };
  };
}

/** A survey that does not know which NADs draw from which pools, and so in which order. */
function withoutOrderOfRanges(found: Survey): Survey {
  return { ...found, inventory: { ...found.inventory, belongings: new Map() } };
}

/** Two networks whose ranges overlap: an address of the second is one of the first. */
async function overlapping(scene: Scene): Promise<[Network, Network]> {
  return [
    await scene.network('one', { range: scene.range(1) }),
    await scene.network('two', { range: scene.range(1, 25) }),
  ];
}

/**
 * A network of which the node has the first slice. Upstream's controller makes no two of the same network; a network that
 * was sliced anew leaves the old pools behind.
 */
async function sliced(scene: Scene, name: string, range: string, length: number): Promise<Network> {
  const network = await scene.network(name, { range, node_slice_size: `/${length.toString()}` });
  const sliceRange = range.replace(/\/.*/, `/${length.toString()}`);
  await cluster.ok('POST', `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}/nodeslicepools`, {
    apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
    kind: 'NodeSlicePool',
    metadata: { name: network.config['name'] },
    spec: { range, sliceSize: `/${length.toString()}` },
    status: { allocations: [{ nodeName: 'node-a', sliceRange }] },
  });
  return network;
}

/** A pod that is gone without a DEL, and the address that it leaves. */
async function leftBehind(scene: Scene, pod: string, network: Network): Promise<{ pod: Pod; address: string }> {
  const gone = await scene.up(pod, network);
  await scene.vanish(pod);
  return { pod: gone, address: gone.ips[0] ?? '' };
}

/** whereabouts' own reconciler: its workload, its pod with a log, and its process. */
class Reconciler {
  static readonly #labels = { app: 'whereabouts-reconciler' };
  static readonly #container = { name: 'whereabouts-reconciler', image: 'registry.example.com/whereabouts:0.9.4' };
  static readonly #path = `/apis/apps/v1/namespaces/${POOL_NAMESPACE}/daemonsets`;
  static readonly #pod = 'whereabouts-reconciler-x7k2p';
  #running: Controller | undefined;

  private constructor(private readonly kubelet: FakeKubelet) {}

  static async deploy(): Promise<Reconciler> {
    const kubelet = await FakeKubelet.start(cluster, 'node-a');
    const template = { metadata: { labels: this.#labels }, spec: { containers: [this.#container] } };
    await cluster.ok('POST', this.#path, {
      metadata: { name: 'whereabouts-reconciler' },
      spec: { selector: { matchLabels: this.#labels }, template },
    });
    await createPod(cluster, {
      namespace: POOL_NAMESPACE,
      name: this.#pod,
      labels: this.#labels,
      spec: { containers: [this.#container] },
    });
    return new Reconciler(kubelet);
  }

  /** Starts the real one, which runs within a second. */
  async start(server: string): Promise<void> {
    this.#running = await startReconciler(cluster, '@every 1s', server);
  }

  /** What it wrote so far is its pod's log from now on. */
  writeLog(): void {
    this.kubelet.setLog(POOL_NAMESPACE, Reconciler.#pod, Reconciler.#container.name, this.#running?.output() ?? '');
  }

  /** Waits until its runs, of which several may be under way, are over, and lets none follow. */
  async ended(): Promise<void> {
    const isOver = (): boolean => readReconcilerLog(this.#running?.output() ?? '').state === 'idle';
    await waitFor('the end of the reconciler', isOver, 60_000);
    await this.#running?.stop();
  }

  async remove(): Promise<void> {
    await this.#running?.stop();
    await cluster.ok('DELETE', `${Reconciler.#path}/whereabouts-reconciler`);
    await deletePod(cluster, POOL_NAMESPACE, Reconciler.#pod);
    await this.kubelet.stop();
  }
}

/**
 * The owner comes back while the deletion of its reservation is on its way, and another pod comes right after it. Where
 * the rule holds, it waits for a Lease that is ours.
 */
async function cameBackBeforeDelete(
  scene: Scene,
  isOn: boolean,
  {
    address,
    back,
    other,
    leases,
  }: {
    readonly address: string;
    readonly back: Network;
    readonly other: Network;
    readonly leases: NonNullable<Changes['leases']>;
  },
): Promise<{ again: Pod; next: Pod }> {
  const door = await scene.door();
  const waiting = door.watch(GET_LEASE);
  let adding: Promise<Pod> | undefined;
  let coming: Promise<Pod> | undefined;
  const results = await scene.release({
    ...(isOn ? {} : { leases }),
    writer: beforeDelete(
      once(async () => {
        adding = scene.up('p', back, door);
        await (isOn ? waiting.reached() : adding);
      }),
    ),
    progress: ({ phase, why = '' }) => {
      // Before the reservation is made again.
      if (!isOn && phase === 'waiting' && why.includes('came back')) coming ??= scene.up('q', other);
    },
  });
  expect(results.entries).toEqual({ [address]: 'released' });
  if (adding === undefined) throw new Error('no reservation was deleted');
  return { again: await adding, next: await (coming ?? scene.up('q', other)) };
}

async function holderOf(lease: string): Promise<unknown> {
  const object = await live.get(LEASES, POOL_NAMESPACE, lease);
  return (object?.['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity;
}

scenario('S1', 'look at the owner again after the entry is gone, and put it back', async (scene, isOn) => {
  const network = await scene.network('two-ranges', {
    ipRanges: [{ range: scene.range(1) }, { range: scene.range(2) }],
  });
  const { address } = await leftBehind(scene, 'p', network);
  const other = await leftBehind(scene, 'other', network);
  const door = await scene.door();
  door.refuse(new RegExp(`^PATCH .*/ippools/${scene.range(1).replace('/', '-')}`), 500);
  let again: Pod | undefined;
  const happens = once(async () => {
    again = await scene.up('p', network, door);
  });
  const results = await scene.release({
    writer: beforePatch(happens),
    ...(isOn ? {} : { look: withoutSecondLook }),
  });
  // The ADD succeeded, with the address whose entry it could not write.
  expect(again?.ips[0]).toBe(address);
  expect(results.entries[other.address]).toBe('released');
  expect(await scene.standing(other.address)).toEqual({ keys: [], reservation: null });
  const next = await scene.up(
    'q',
    await scene.network('unchecked', { range: scene.range(1), enable_overlapping_ranges: false }),
  );
  if (isOn) {
    expect(results.entries[address]).toBe('changed');
    expect(await scene.standing(address)).toEqual(scene.ownedBy('p'));
    expect(next.ips).not.toContain(address);
  } else {
    expect(results.entries[address]).toBe('released');
    expect(next.ips).toEqual([address]);
  }
});

scenario('S7', 'a reservation goes with its entry', async (scene, isOn) => {
  const network = await scene.network('tiny', { range: scene.range(1, 30) });
  const done = [await scene.up('p', network), await scene.up('q', network)];
  for (const pod of ['p', 'q']) await setPodStatus(cluster, scene.namespace, pod, { phase: 'Succeeded' });
  const addresses = done.flatMap(({ ips }) => ips);
  const results = await scene.release({ includeCompleted: true, ...(isOn ? {} : { leases: () => null }) });
  expect(results.entries).toEqual(Object.fromEntries(addresses.map((address) => [address, 'released'])));
  if (isOn) {
    const next = [await scene.up('r', network), await scene.up('s', network)];
    expect(next.flatMap(({ ips }) => ips).sort()).toEqual(addresses.sort());
    expect(await scene.standing(next[0]?.ips[0] ?? '')).toEqual(scene.ownedBy('r'));
    expect(await scene.standing(next[1]?.ips[0] ?? '')).toEqual(scene.ownedBy('s'));
  } else {
    await expect(scene.up('r', network)).rejects.toThrow(/Could not allocate IP/);
  }
});

scenario('S5', '--no-lease leaves reservations alone', async (scene, isOn) => {
  const network = await scene.network('one', { range: scene.range(1) });
  const { address } = await leftBehind(scene, 'p', network);
  if (isOn) {
    const results = await scene.release({ leases: () => null });
    expect(results).toEqual({ entries: { [address]: 'released' }, reservations: { [address]: 'skipped' } });
    expect((await scene.up('p', network)).ips).toEqual([address]);
    expect(await scene.standing(address)).toEqual(scene.ownedBy('p'));
    return;
  }
  const door = await scene.door();
  const [beginning, creation] = [door.hold(GET_LEASE), door.hold(POST_RESERVATION)];
  let adding: Promise<Pod> | undefined;
  const results = await scene.release({
    leases: () => withoutHolding,
    writer: beforeDelete(
      once(async () => {
        adding = scene.up('p', network, door);
        // Whoever looks at it later sees its end, not that it failed meanwhile.
        adding.catch(() => undefined);
        await beginning.reached();
      }),
    ),
    // Its 10 s begin in the middle of ours, and so it is still at work when ours are over.
    clock: halfway(async () => {
      beginning.pass();
      await creation.reached();
    }),
  });
  expect(results).toEqual({ entries: { [address]: 'released' }, reservations: { [address]: 'restored' } });
  creation.pass();
  await expect(adding).rejects.toThrow(/already exists/);
});

/** A network of which there is an empty pool, and no NAD any more; and another that looks at no reservation. */
async function forgotten(scene: Scene): Promise<{ network: Network; careless: Network; pool: string }> {
  const range = scene.range(1);
  const network = await scene.network('one', { range });
  const careless = await scene.network('two', { range, enable_overlapping_ranges: false });
  const before = await scene.up('before', network);
  await scene.del(before, network);
  await scene.vanish('before');
  await scene.forget(network);
  await scene.forget(careless);
  return { network, careless, pool: range.replace('/', '-') };
}

scenario('S4', 'an empty pool is deleted inside a holding only', async (scene, isOn) => {
  const { network, careless, pool } = await forgotten(scene);
  const door = await scene.door();
  const patch = door.hold(PATCH_POOL);
  // It has read the pool and chosen an address of it.
  const adding = scene.up('p', network, door);
  await patch.reached();
  if (isOn) {
    const ours = await scene.door();
    const waiting = ours.watch(GET_LEASE);
    const args = ['audit', '--fix', 'orphan-pool', '--yes', '-o', 'json', '--journal', join(cluster.dir, 's4')];
    const fixing = runCli(args, { kubeconfig: ours.kubeconfig });
    await waiting.reached();
    patch.pass();
    // The deletion waits until this ADD is over, and then finds its key.
    const { items } = jsonOf(await fixing) as FixResult;
    expect(items.map(({ object, result, error }) => [object.name, result, error])).toEqual([
      [pool, 'changed', 'it has entries by now'],
    ]);
    expect((await fixing).code).toBe(0);
  } else {
    expect(await scene.deletePool(pool, { leases: () => withoutHolding })).toBe('released');
    patch.pass();
  }
  const { ips } = await adding;
  const [address = ''] = ips;
  expect((await scene.standing(address)).keys).toEqual(isOn ? [scene.podref('p')] : []);
  // The harm: the plugin passes over its own 404, and the next pod, which looks at no reservation, gets the same address.
  const next = await scene.up('q', careless);
  if (isOn) expect(next.ips).not.toEqual(ips);
  else expect(next.ips).toEqual(ips);
});

scenario('S4', 'a pool is deleted by resourceVersion', async (scene, isOn) => {
  const { network, careless, pool } = await forgotten(scene);
  let added: Pod | undefined;
  // The Lease was lost meanwhile, and an ADD is through with it before the deletion arrives.
  const come = once(async () => {
    added = await scene.up('p', network);
  });
  const outcome = await scene.deletePool(pool, {
    leases: () => withoutHolding,
    writer: {
      remove: async (resource, namespace, name, preconditions, options) => {
        await come();
        const now = isOn ? undefined : (await live.get(IP_POOLS, namespace, name))?.metadata.resourceVersion;
        const guards = now === undefined ? preconditions : { ...preconditions, resourceVersion: now };
        return live.remove(resource, namespace, name, guards, options);
      },
    },
  });
  const [address = ''] = added?.ips ?? [];
  const next = await scene.up('q', careless);
  if (isOn) {
    expect(outcome).toBe('changed');
    expect(await scene.standing(address)).toEqual(scene.ownedBy('p'));
    expect(next.ips).not.toContain(address);
  } else {
    expect(outcome).toBe('released');
    expect(next.ips).toEqual([address]);
  }
});

test('S4: an ADD that comes while the pool is deleted makes it anew', async () => {
  const scene = new Scene(cluster, live, 's4');
  try {
    const { network, pool } = await forgotten(scene);
    const door = await scene.door();
    const waiting = door.watch(GET_LEASE);
    let adding: Promise<Pod> | undefined;
    const outcome = await scene.deletePool(pool, {
      writer: {
        remove: async (...args) => {
          adding = scene.up('p', network, door);
          await waiting.reached();
          return live.remove(...args);
        },
      },
    });
    expect(outcome).toBe('released');
    const [address = ''] = (await adding)?.ips ?? [];
    expect(await scene.standing(address)).toEqual(scene.ownedBy('p'));
  } finally {
    await scene.close();
  }
});

test('S4: a pool from which a NAD draws by then stays', async () => {
  const scene = new Scene(cluster, live, 's4');
  try {
    const { network, pool } = await forgotten(scene);
    const outcome = await scene.deletePool(pool, {
      leases: beforeHolding(
        once(async () => {
          await scene.network('again', { range: network.config.ipam['range'] });
        }),
      ),
    });
    expect(outcome).toBe('changed');
    expect(await live.get(IP_POOLS, POOL_NAMESPACE, pool)).toBeDefined();
  } finally {
    await scene.close();
  }
});

scenario('S14', 'all reservations of one owner go, or none', async (scene, isOn) => {
  const network = await scene.network('dual', {
    ipRanges: [{ range: scene.range(1) }, { range: scene.range6(120) }],
  });
  const beside = await scene.network('beside', { range: scene.range6(121) });
  const [v4 = '', v6 = ''] = (await leftBehind(scene, 'p', network)).pod.ips;
  const results = await scene.release({
    only: (address) => address === v6,
    ...(isOn ? {} : { survey: withoutReservationOf(v4) }),
  });
  expect(results).toEqual({ entries: { [v6]: 'released' }, reservations: expect.anything() });
  const again = await scene.up('p', network);
  expect(again.ips).toEqual([v4, v6]);
  const next = await scene.up('q', beside);
  if (isOn) {
    expect(Object.values(results.reservations)).toEqual(['skipped']);
    expect(await scene.standing(v4)).toEqual(scene.ownedBy('p'));
    expect(await scene.standing(v6)).toEqual(scene.ownedBy('p'));
    expect(next.ips).not.toContain(v6);
  } else {
    expect(Object.values(results.reservations)).toEqual(['released']);
    expect(next.ips).toEqual([v6]);
  }
});

scenario('S14', "of one owner's reservations, that of the plugin's first range goes first", async (scene, isOn) => {
  const network = await scene.network('dual', {
    ipRanges: [{ range: scene.range6(120) }, { range: scene.range(1) }],
  });
  const beside = await scene.network('beside', { range: scene.range(1, 25) });
  const [v6 = '', v4 = ''] = (await leftBehind(scene, 'p', network)).pod.ips;
  const killed = new Error('killed after the first of them');
  let count = 0;
  const release = scene.release({
    writer: { remove: (...args) => (++count > 1 ? Promise.reject(killed) : live.remove(...args)) },
    ...(isOn ? {} : { survey: withoutOrderOfRanges }),
  });
  await expect(release).rejects.toThrow(killed);
  const again = await scene.up('p', network);
  expect(again.ips).toEqual([v6, v4]);
  const next = await scene.up('q', beside);
  if (isOn) {
    expect(await scene.standing(v6)).toEqual(scene.ownedBy('p'));
    expect(await scene.standing(v4)).toEqual(scene.ownedBy('p'));
    expect(next.ips).not.toContain(v4);
  } else {
    expect(next.ips).toEqual([v4]);
  }
});

scenario('S8', 'no reservation without a key is taken while a reconciler runs', async (scene, isOn) => {
  const [one, two] = await overlapping(scene);
  const { pod, address } = await leftBehind(scene, 'p', one);
  const failing = await scene.door();
  failing.refuse(DELETE_RESERVATION, 500);
  await scene.del(pod, one, failing);
  expect(await scene.standing(address)).toEqual({ keys: [], reservation: scene.podref('p') });

  const door = await scene.door();
  const deletion = door.hold(new RegExp(`^DELETE .*/overlappingrangeipreservations/${address.replaceAll('.', '\\.')}`));
  const upstream = await Reconciler.deploy();
  try {
    let next: Pod | undefined;
    const results = await scene.release({
      // It lists when the reservation is long known to be without a key.
      clock: halfway(async () => {
        await upstream.start(door.server);
        await deletion.reached();
      }),
      upstream: (real) => ({
        look: () => {
          upstream.writeLog();
          return isOn ? real.look() : Promise.resolve({ state: 'idle' });
        },
      }),
      progress: ({ phase, why = '' }) => {
        if (phase === 'waiting' && why.includes('reconciler')) deletion.pass();
      },
    });
    if (!isOn) {
      expect(results.reservations).toEqual({ [address]: 'released' });
      next = await scene.up('q', two);
      deletion.pass();
    }
    await upstream.ended();
    next ??= await scene.up('q', two);
    expect(next.ips).toEqual([address]);
    const last = await scene.up('r', one);
    if (isOn) {
      expect(results.reservations).toEqual({ [address]: 'gone' });
      expect(await scene.standing(address)).toEqual(scene.ownedBy('q'));
      expect(last.ips).not.toContain(address);
    } else {
      expect(last.ips).toEqual([address]);
    }
  } finally {
    await upstream.remove();
  }
});

scenario('S10', 'two reads ten seconds apart find a reservation without a key', async (scene, isOn) => {
  const [one, two] = await overlapping(scene);
  const { pod, address } = await leftBehind(scene, 'p', one);
  const door = await scene.door();
  const deletion = door.hold(DELETE_RESERVATION);
  const late = scene.del(pod, one, door);
  await deletion.reached();
  // It stands still, its Lease runs out, and it goes on all the same.
  const renewals = door.hold(PUT_LEASE);
  expect(await scene.standing(address)).toEqual({ keys: [], reservation: scene.podref('p') });
  const results = await scene.release(isOn ? {} : { clock: impatientClock });
  expect(results).toEqual({ entries: {}, reservations: { [address]: 'released' } });
  const next = await scene.up('q', two);
  expect(next.ips).toEqual([address]);
  deletion.pass();
  renewals.pass();
  await late;
  const last = await scene.up('r', one);
  if (isOn) {
    expect(await scene.standing(address)).toEqual(scene.ownedBy('q'));
    expect(last.ips).not.toContain(address);
  } else {
    expect(last.ips).toEqual([address]);
  }
});

scenario('S11', 'all Leases under which pools with the address are written', async (scene, isOn) => {
  const range = scene.range(1);
  // Two sizes of slices: the pools of both have the first addresses.
  const one = await sliced(scene, 'old', range, 28);
  const two = await sliced(scene, 'new', range, 29);
  const { address } = await leftBehind(scene, 'p', one);
  const { again, next } = await cameBackBeforeDelete(scene, isOn, {
    address,
    back: two,
    other: one,
    leases: withOneLease,
  });
  expect(again.ips).toEqual([address]);
  if (isOn) {
    expect(await scene.standing(address)).toEqual(scene.ownedBy('p'));
    expect(next.ips).not.toContain(address);
  } else {
    expect(next.ips).toEqual([address]);
  }
});

/** What keeps an ADD safe whose Lease ran out. */
interface AgainstOutOfLease {
  readonly lookInHolding: boolean;
  readonly lookAfter: boolean;
  /** What is taken over from a plugin is left alone until that plugin must be over. */
  readonly regardTakeovers: boolean;
}

/**
 * The owner comes back; its ADD has seen its own old reservation and is to write its key when its Lease runs out, and it
 * goes on when we have deleted that reservation, or wait for it. Then another pod comes.
 */
async function outOfItsLease(
  scene: Scene,
  rules: AgainstOutOfLease,
): Promise<{ address: string; result: string | undefined; next: Pod }> {
  const [one, two] = await overlapping(scene);
  const { address } = await leftBehind(scene, 'p', one);
  const door = await scene.door();
  const writing = door.hold(PATCH_POOL);
  let adding: Promise<Pod> | undefined;
  const begin = once(async () => {
    adding = scene.up('p', one, door);
    await writing.reached();
    // It does not get to renew its Lease any more.
    door.hold(PUT_LEASE);
  });
  const goOn = once(async () => {
    writing.pass();
    await adding;
  });
  const { entries, reservations } = await scene.release({
    leases: (leases) => beforeHolding(begin)(rules.regardTakeovers ? leases : withoutRegardForTakeovers(leases)),
    look: (look) =>
      answeringAsBefore(look, (by) => adding !== undefined && !(by === 'get' ? rules.lookInHolding : rules.lookAfter)),
    writer: {
      remove: async (...args) => {
        const outcome = await live.remove(...args);
        await goOn();
        return outcome;
      },
    },
    progress: ({ phase }) => {
      if (phase === 'waiting') void goOn();
    },
  });
  // Where nothing was deleted, and nothing waited for.
  await goOn();
  expect(entries).toEqual({ [address]: 'released' });
  expect((await adding)?.ips).toEqual([address]);
  return { address, result: reservations[address], next: await scene.up('q', two) };
}

scenario('S3', 'the owner is looked at in the holding and after it; what ran out is not over', async (scene, isOn) => {
  const rules = { lookInHolding: isOn, lookAfter: isOn, regardTakeovers: isOn };
  const { address, result, next } = await outOfItsLease(scene, rules);
  if (isOn) {
    expect(result).toBe('changed');
    expect(await scene.standing(address)).toEqual(scene.ownedBy('p'));
    expect(next.ips).not.toContain(address);
  } else {
    expect(result).toBe('released');
    expect(next.ips).toEqual([address]);
  }
});

test.each([
  ['the look in the holding', 'changed', { lookInHolding: true, lookAfter: false, regardTakeovers: false }],
  ['the look after it', 'restored', { lookInHolding: false, lookAfter: true, regardTakeovers: false }],
  ['the regard for takeovers', 'changed', { lookInHolding: false, lookAfter: false, regardTakeovers: true }],
])('S3: %s is enough by itself', async (_, expected, rules) => {
  const scene = new Scene(cluster, live, 's3');
  try {
    const { address, result, next } = await outOfItsLease(scene, rules);
    expect(result).toBe(expected);
    expect(await scene.standing(address)).toEqual(scene.ownedBy('p'));
    expect(next.ips).not.toContain(address);
  } finally {
    await scene.close();
  }
});

scenario('S2', 'reservations go in a holding only', async (scene, isOn) => {
  const [one, two] = await overlapping(scene);
  const { address } = await leftBehind(scene, 'p', one);
  const leases = (): typeof withoutHolding => withoutHolding;
  const { again, next } = await cameBackBeforeDelete(scene, isOn, { address, back: one, other: two, leases });
  expect(again.ips).toEqual([address]);
  if (isOn) {
    expect(await scene.standing(address)).toEqual(scene.ownedBy('p'));
    expect(next.ips).not.toContain(address);
  } else {
    expect(next.ips).toEqual([address]);
  }
});

scenario('S2', 'look at the owner again after its reservation is gone', async (scene, isOn) => {
  const [one, two] = await overlapping(scene);
  const { pod, address } = await leftBehind(scene, 'p', one);
  const late = await scene.stalledDel(pod, one, GET_POOL);
  let again: Pod | undefined;
  const results = await scene.release({
    // Another DEL goes by the same name as the one that stands still, and gives up the Lease of both.
    leases: beforeHolding(once(() => scene.del(pod, one))),
    writer: beforeDelete(
      once(async () => {
        expect(await holderOf('whereabouts')).toMatch(/^ipamctl_/);
        await late.goOn();
        expect(await holderOf('whereabouts')).toBe('');
        again = await scene.up('p', one);
      }),
    ),
    ...(isOn ? {} : { look: withoutSecondLook }),
  });
  expect(results.entries).toEqual({ [address]: 'released' });
  expect(again?.ips).toEqual([address]);
  const next = await scene.up('q', two);
  if (isOn) {
    expect(results.reservations).toEqual({ [address]: 'restored' });
    expect(await scene.standing(address)).toEqual(scene.ownedBy('p'));
    expect(next.ips).not.toContain(address);
  } else {
    expect(results.reservations).toEqual({ [address]: 'released' });
    expect(next.ips).toEqual([address]);
  }
});

scenario('S2', 'a reservation is deleted by uid and resourceVersion', async (scene, isOn) => {
  const [one, two] = await overlapping(scene);
  const { pod, address } = await leftBehind(scene, 'p', one);
  const door = await scene.door();
  door.refuse(PATCH_POOL, 500);
  const late = await scene.stalledDel(pod, one, DELETE_RESERVATION, door);
  let next: Pod | undefined;
  const results = await scene.release({
    leases: beforeHolding(once(() => scene.del(pod, one))),
    writer: beforeDelete(
      once(async () => {
        await late.goOn();
        next = await scene.up('q', two);
      }),
      isOn ? live : deletingByName(live),
    ),
  });
  expect(results.entries).toEqual({ [address]: 'released' });
  expect(next?.ips).toEqual([address]);
  const last = await scene.up('r', one);
  if (isOn) {
    expect(results.reservations).toEqual({ [address]: 'changed' });
    expect(await scene.standing(address)).toEqual(scene.ownedBy('q'));
    expect(last.ips).not.toContain(address);
  } else {
    expect(last.ips).toEqual([address]);
  }
});

scenario('S9', 'a Lease is given up by resourceVersion', async (scene, isOn) => {
  const [one, two] = await overlapping(scene);
  const { pod, address } = await leftBehind(scene, 'p', one);
  const late = await scene.stalledDel(pod, one, GET_POOL);
  const free = once(() => scene.del(pod, one));
  const door = await scene.door();
  const writing = door.hold(PATCH_POOL);
  let adding: Promise<Pod> | undefined;
  const meanwhile = once(async () => {
    await late.goOn();
    adding = scene.up('q', one, door);
    adding.catch(() => undefined);
    await writing.reached();
    // What stands in its Lease from now on is not its own doing.
    door.hold(PUT_LEASE);
  });
  const results = await scene.release({
    leases: (leases) => ({
      hold: async (set, work, options) => {
        await free();
        const inside: typeof work = async (tenure) => {
          const value = await work(tenure);
          await meanwhile();
          return value;
        };
        return leases.hold(set, inside, options);
      },
      checkRights: (set) => leases.checkRights(set),
    }),
    ...(isOn ? {} : { writer: clearingAnyLease(live) }),
  });
  expect(results).toEqual({ entries: { [address]: 'released' }, reservations: { [address]: 'released' } });
  if (isOn) {
    expect(await holderOf('whereabouts')).toBe(scene.podref('q'));
    writing.pass();
    expect((await adding)?.ips).toEqual([address]);
    expect(await scene.standing(address)).toEqual(scene.ownedBy('q'));
    expect((await scene.up('r', two)).ips).not.toContain(address);
  } else {
    expect(await holderOf('whereabouts')).toBe('');
    // Two at once where only one may be: both chose the same address.
    expect((await scene.up('r', two)).ips).toEqual([address]);
    writing.pass();
    await expect(adding).rejects.toThrow(/already exists/);
  }
});

scenario('S6', 'an address that any interface of its owner shows is live', async (scene, isOn) => {
  const range = scene.range(1);
  const [first = ''] = range.split('.0/');
  const one = await scene.network('one', { range, range_start: `${first}.9` });
  const two = await scene.network('two', { range: scene.range(1, 25), range_start: `${first}.10` });
  expect((await scene.up('p', [one, two])).ips).toEqual([`${first}.9`, `${first}.10`]);
  const lastTransitionTime = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const ready = { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime };
  await setPodStatus(cluster, scene.namespace, 'p', { conditions: [ready] });
  // Leftovers of an earlier container under the first interface: one of an address that the second shows by now.
  const leftover = { id: 'c'.repeat(64), podref: scene.podref('p'), ifname: 'net1' };
  await patchAllocations(cluster, range.replace('/', '-'), { '10': leftover, '11': leftover });

  const results = await scene.release(isOn ? {} : { mayRelease: byOwnInterfaceOnly });
  const unchecked = await scene.network('unchecked', { ...one.config.ipam, enable_overlapping_ranges: false });
  const next = await scene.up('q', unchecked);
  expect(results.entries[`${first}.11`]).toBe('released');
  if (isOn) {
    expect(results.entries[`${first}.10`]).toBeUndefined();
    expect((await scene.standing(`${first}.10`)).reservation).toBe(scene.podref('p'));
    expect(next.ips).toEqual([`${first}.11`]);
  } else {
    expect(next.ips).toEqual([`${first}.10`]);
  }
});
