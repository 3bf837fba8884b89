import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openCluster } from '../../src/cluster/live/index.js';
import { planOf, type ReconcilePlan } from '../../src/reconcile/plan.js';
import { survey } from '../../src/reconcile/survey.js';
import { attach, detach, type Attached } from '../cluster/attach.js';
import { TestCluster } from '../cluster/cluster.js';
import { createNad, createNode, deletePod, setNetworkStatus, setPodStatus } from '../cluster/objects.js';
import { add } from '../cluster/plugin.js';

const NAMESPACE = 'race';
const NODE = 'node-a';
const NETWORKS = ['race/plain', 'race/named', 'race/dual'] as const;
const IPAM = {
  'race/plain': { range: '10.80.0.0/24' },
  'race/named': { range: '10.81.0.0/24', network_name: 'racenet' },
  'race/dual': { ipRanges: [{ range: '10.82.0.0/24' }, { range: 'fd00:82::/64' }], network_name: 'racedual' },
};
const PLANS = 300;
/** As many attachments must have come and gone meanwhile, or there was no race. */
const LEAST_ADDS = 60;

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start();
  await createNode(cluster, NODE);
  for (const nad of NETWORKS) {
    const name = nad.slice(`${NAMESPACE}/`.length);
    await createNad(cluster, NAMESPACE, name, config(nad));
  }
});

afterAll(() => cluster.stop());

function config(nad: (typeof NETWORKS)[number]): object {
  return {
    cniVersion: '0.3.1',
    name: nad.replace('/', '-'),
    type: 'macvlan',
    ipam: { type: 'whereabouts', ...IPAM[nad] },
  };
}

/** A time in which a pod was gone and its addresses were left over. */
interface Leak {
  readonly podref: string;
  readonly containerId: string;
  /** Before its deletion was asked for. */
  readonly from: number;
  /** Once it was deleted for sure. */
  readonly sure: number;
  /** Before a pod of that name was asked for again. */
  until: number;
}

/** What really happens: pods as kubelet and multus make and end them, and a log of every leak. */
class World {
  readonly leaks: Leak[] = [];
  adds = 0;
  #isOver = false;

  stop(): void {
    this.#isOver = true;
  }

  /** Pods come and go under names of their own; each third goes without a DEL. */
  async churn(worker: string): Promise<void> {
    for (let index = 0; !this.#isOver; index++) {
      const attached = await this.#start(`${worker}-x${index.toString()}`, [this.#network(index)]);
      if (index % 3 === 2) await this.#leak(attached);
      else await this.#end(attached);
    }
  }

  /** One name, again and again, as a StatefulSet does; sometimes its successor adopts what was left. */
  async comeBack(name: string): Promise<void> {
    for (let index = 0; !this.#isOver; index++) {
      const attached = await this.#start(name, [...NETWORKS]);
      if (index % 2 === 1) {
        const leak = await this.#leak(attached);
        await sleep(50);
        leak.until = Date.now();
      } else await this.#end(attached);
    }
  }

  /** A pod whose sandbox is made anew while it lives: other containers, maybe other addresses, the old annotation. */
  async restart(name: string): Promise<void> {
    let attached = await this.#start(name, [...NETWORKS]);
    while (!this.#isOver) {
      await detach(cluster, attached, NODE);
      await this.#setReady(name, 'False');
      const containerId = randomBytes(32).toString('hex');
      const [inCluster, ...old] = attached.entries;
      const entries = inCluster === undefined ? [] : [inCluster];
      const networks: Attached['networks'] = [];
      for (const [index, nad] of NETWORKS.entries()) {
        const ifname = old[index]?.interface ?? '';
        const call = { cluster, namespace: NAMESPACE, pod: name, containerId, ifname, nodeName: NODE };
        const { ips } = await add({ ...call, netConf: config(nad) });
        networks.push({ nad, ifname, ips });
        entries.push({ name: nad, interface: ifname, ips });
        this.adds++;
      }
      await setNetworkStatus(cluster, NAMESPACE, name, entries);
      await this.#setReady(name, 'True');
      attached = { ...attached, containerId, networks, entries };
    }
  }

  async leakForGood(name: string): Promise<void> {
    await this.#leak(await this.#start(name, [...NETWORKS]));
  }

  #network(index: number): string {
    // Another one each time, also for each third.
    return NETWORKS[(index + Math.floor(index / 3)) % NETWORKS.length] ?? NETWORKS[0];
  }

  async #start(name: string, nets: string[]): Promise<Attached> {
    const attached = await attach(cluster, { namespace: NAMESPACE, name, node: NODE, nets, phase: 'Pending' });
    this.adds += nets.length;
    await this.#setReady(name, 'True');
    return attached;
  }

  async #setReady(name: string, status: 'True' | 'False'): Promise<void> {
    const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const condition = { type: 'Ready', status, lastProbeTime: null, lastTransitionTime };
    await setPodStatus(cluster, NAMESPACE, name, { phase: 'Running', conditions: [condition] });
  }

  /** Terminating, then DEL, then the object goes, in kubelet's order. */
  async #end(attached: Attached): Promise<void> {
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${attached.name}`;
    await cluster.ok('DELETE', path, { gracePeriodSeconds: 30 });
    await detach(cluster, attached, NODE);
    await deletePod(cluster, NAMESPACE, attached.name);
  }

  async #leak({ name, containerId }: Attached): Promise<Leak> {
    const from = Date.now();
    await deletePod(cluster, NAMESPACE, name);
    const leak = { podref: `${NAMESPACE}/${name}`, containerId, from, sure: Date.now(), until: Infinity };
    this.leaks.push(leak);
    return leak;
  }
}

test('no plan calls stale what lives, and none misses what is stale', async () => {
  const world = new World();
  for (const name of ['known-a', 'known-b', 'known-c']) await world.leakForGood(name);
  const known = new Set(world.leaks.map(({ containerId }) => containerId));
  const workers = [
    world.churn('churn-a'),
    world.churn('churn-b'),
    world.churn('churn-c'),
    world.comeBack('set-0'),
    world.comeBack('set-1'),
    world.restart('phoenix'),
  ];
  const ended = Promise.all(workers);
  ended.catch(() => undefined);
  const reader = await openCluster({ kubeconfig: cluster.kubeconfig }, {}, { version: 'test' });
  const plans: { plan: ReconcilePlan; start: number; end: number }[] = [];
  try {
    while (plans.length < PLANS || world.adds < LEAST_ADDS) {
      const start = Date.now();
      const judged = await survey(reader);
      const options = { includeCompleted: true, includeLost: true, minAgeMs: 0, all: true };
      const selection = { pools: undefined, networks: undefined, namespace: undefined, uids: null };
      const plan = planOf(judged, await reader.identity(), options, selection, 'test');
      plans.push({ plan, start, end: Date.now() });
      await Promise.race([sleep(20), ended]);
    }
  } finally {
    world.stop();
    await reader.close();
  }
  await ended;

  const wrong: unknown[] = [];
  const missed: unknown[] = [];
  for (const { plan, start, end } of plans) {
    const wasLeft = ({ from, until }: Leak): boolean => from <= end && until >= start;
    const stale = plan.items.filter(({ action }) => action === 'release');
    for (const { verdict, reason, podref, containerId, address } of stale) {
      const isTrue = world.leaks.some(
        (leak) => leak.containerId === containerId && leak.podref === podref && wasLeft(leak),
      );
      if (!isTrue || reason !== 'pod-gone') wrong.push({ verdict, reason, podref, address, start, end });
    }
    for (const { action, verdict, reason, podref, name } of plan.reservations) {
      const isTrue = action !== 'release' || world.leaks.some((leak) => leak.podref === podref && wasLeft(leak));
      if (!isTrue) wrong.push({ verdict, reason, podref, name, start, end });
    }
    for (const leak of world.leaks) {
      if (leak.sure > start || leak.until !== Infinity) continue;
      const items = plan.items.filter(({ containerId }) => containerId === leak.containerId);
      // A pod that is being deleted shows its address for a while after its DEL gave it to the next.
      const isKnown = items.every(({ verdict, reason }) => verdict === 'stale' || reason === 'shown-by-other-pod');
      if (items.length === 0 || !isKnown) missed.push({ leak, items, start, end });
    }
    // Three pods with four addresses each.
    expect(stale.filter(({ containerId }) => known.has(containerId))).toHaveLength(12);
    expect(plan.incomplete).toBe(false);
  }
  expect(wrong).toEqual([]);
  expect(missed).toEqual([]);
  // There was something to be wrong about.
  const verdicts = new Set(plans.flatMap(({ plan }) => plan.items.map(({ verdict }) => verdict)));
  expect([...verdicts]).toEqual(expect.arrayContaining(['live', 'pending', 'stale']));
  expect(world.leaks.filter(({ until }) => until !== Infinity)).not.toEqual([]);
  expect(world.leaks.length).toBeGreaterThan(6);
}, 400_000);
