import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openCluster, type LiveCluster } from '../../src/cluster/live/index.js';
import { IP_POOLS, LEASES } from '../../src/cluster/resources.js';
import { ClusterFailure } from '../../src/errors.js';
import { HOLDER_PREFIX, Holdings, type HoldingPorts } from '../../src/reconcile/leases/holdings.js';
import { POOL_NAMESPACE, TestCluster, type PolicyRule } from '../cluster/cluster.js';
import { add, del } from '../cluster/plugin.js';

const LEASE = 'whereabouts';
const LEASE_PATH = `/apis/coordination.k8s.io/v1/namespaces/${POOL_NAMESPACE}/leases`;
const SET = { namespace: POOL_NAMESPACE, names: [LEASE] };
const UNCERTAIN = { state: 'uncertain', why: 'the test says so' } as const;

let cluster: TestCluster;
let live: LiveCluster;
const opened: LiveCluster[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start();
  live = await open(cluster.kubeconfig);
});

afterAll(async () => {
  for (const each of opened) await each.close();
  await cluster.stop();
});

afterEach(async () => {
  await cluster.request('DELETE', `${LEASE_PATH}/${LEASE}`);
});

async function open(kubeconfig: string): Promise<LiveCluster> {
  const each = await openCluster({ kubeconfig }, {}, { version: 'test' });
  opened.push(each);
  return each;
}

const clock = {
  monotonic: () => performance.now(),
  sleep: (ms: number, signal?: AbortSignal) =>
    sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

function holdings(through: LiveCluster = live, writer: HoldingPorts['writer'] = through): Holdings {
  return new Holdings(randomBytes(4).toString('hex'), { reader: through, writer, clock });
}

function call(pod: string, range: string) {
  const netConf = { cniVersion: '0.3.1', name: 'net', type: 'macvlan', ipam: { type: 'whereabouts', range } };
  return { cluster, namespace: 'default', pod, containerId: `container-${pod}`, netConf };
}

const poolOf = (range: string): string => range.replace('/', '-');

async function keysOf(range: string): Promise<string[]> {
  const spec = (await live.get(IP_POOLS, POOL_NAMESPACE, poolOf(range)))?.['spec'] as
    { allocations?: Record<string, unknown> } | undefined;
  return Object.keys(spec?.allocations ?? {});
}

async function holder(): Promise<unknown> {
  const lease = await live.get(LEASES, POOL_NAMESPACE, LEASE);
  return (lease?.['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity;
}

async function failureOf(promise: Promise<unknown>): Promise<ClusterFailure> {
  const error: unknown = await promise.then(
    () => 'no failure',
    (reason: unknown) => reason,
  );
  if (error instanceof ClusterFailure) return error;
  throw error instanceof Error ? error : new Error(String(error));
}

describe('against the real plugin', () => {
  test('ADD and DEL wait for us, however long we renew, and go on once we let go', async () => {
    const range = '10.90.0.0/24';
    await add(call('old', range));
    const before = await keysOf(range);
    const held = await holdings().hold({ ...SET, names: [LEASE, 'node-a-10.90.1.0-28'] }, async (tenure) => {
      // The plugin would take a Lease of one second that it sees renewed within the same second.
      await tenure.write(() => Promise.resolve(UNCERTAIN));
      const waiting = Promise.all([add(call('new', range)), del(call('old', range))]);
      await sleep(4500);
      return { during: await keysOf(range), lost: tenure.lost, waiting };
    });
    if (held.state !== 'held') throw new Error('the Lease was never free');
    expect(held.lost).toBe(false);
    expect(held.value).toMatchObject({ during: before, lost: false });
    const [added] = await held.value.waiting;
    expect(added.ips).toHaveLength(1);
    expect(await keysOf(range)).toHaveLength(1);
  });

  test('nothing of the plugin happens while we hold, and neither starves the other', async () => {
    const range = '10.91.0.0/24';
    await add(call('first', range));
    let over = false;
    let adds = 0;
    const worker = async (name: string): Promise<void> => {
      for (let round = 0; !over; round++) {
        const pod = `${name}-${round.toString()}`;
        // One that finds no turn within its ten seconds throws, and fails the test.
        await add(call(pod, range));
        adds++;
        if (round % 2 === 0) await del(call(pod, range));
      }
    };
    const workers = Array.from({ length: 12 }, (_, index) => worker(`w${index.toString()}`));
    const ours = holdings();
    const rounds: { state: string; lost?: boolean; same?: boolean }[] = [];
    const version = async (): Promise<string | undefined> =>
      (await live.get(IP_POOLS, POOL_NAMESPACE, poolOf(range)))?.metadata.resourceVersion;
    try {
      for (let round = 0; round < 10; round++) {
        const held = await ours.hold(SET, async () => {
          const start = await version();
          await sleep(300);
          return start !== undefined && start === (await version());
        });
        rounds.push(held.state === 'held' ? { state: 'held', lost: held.lost, same: held.value } : { state: 'busy' });
      }
    } finally {
      over = true;
      await Promise.all(workers);
    }
    expect(rounds).toEqual(Array.from({ length: 10 }, () => ({ state: 'held', lost: false, same: true })));
    expect(adds).toBeGreaterThanOrEqual(12);
  });

  test('an ADD goes on after we were killed in a holding', async () => {
    const killed = new Error('killed');
    // Takes the Lease, and is not there any more when it is to be given back.
    let writes = 0;
    const writer: HoldingPorts['writer'] = {
      create: (...args) => live.create(...args),
      replace: (...args) => (++writes > 0 ? Promise.reject(killed) : live.replace(...args)),
    };
    await holdings(live, writer).hold(SET, () => Promise.resolve());
    expect(String(await holder())).toMatch(new RegExp(`^${HOLDER_PREFIX}`));
    expect((await add(call('after', '10.92.0.0/24'))).ips).toEqual(['10.92.0.1']);
  });
});

describe('against other holders', () => {
  test('a Lease that a killed holder left is taken over', async () => {
    await cluster.ok('POST', LEASE_PATH, {
      metadata: { name: LEASE },
      spec: {
        holderIdentity: 'default/killed',
        leaseDurationSeconds: 1,
        // By its own clock it is valid for years.
        renewTime: '2099-01-01T00:00:00.000000Z',
        leaseTransitions: 7,
      },
    });
    const ours = holdings();
    const held = await ours.hold(SET, async ({ tookOver }) => ({
      tookOver,
      lease: await live.get(LEASES, POOL_NAMESPACE, LEASE),
    }));
    expect(held).toMatchObject({ state: 'held', value: { tookOver: true, lease: { spec: { leaseTransitions: 8 } } } });
    expect(await holder()).toBe('');
    expect(await ours.hold(SET, ({ tookOver }) => Promise.resolve(tookOver))).toMatchObject({ value: false });
  });

  test('an abort ends the waiting for one that is held, and leaves it', async () => {
    const spec = { holderIdentity: 'default/slow', leaseDurationSeconds: 60, renewTime: '2099-01-01T00:00:00.000000Z' };
    await cluster.ok('POST', LEASE_PATH, { metadata: { name: LEASE }, spec });
    const work = (): Promise<never> => Promise.reject(new Error('must not run'));
    const from = performance.now();
    const options = { signal: AbortSignal.timeout(500) };
    const held = await holdings().hold({ ...SET, names: [LEASE, 'node-b-10.90.1.0-28'] }, work, options);
    expect(held).toEqual({ state: 'interrupted' });
    expect(performance.now() - from).toBeLessThan(3000);
    expect(await holder()).toBe('default/slow');
    expect(await live.get(LEASES, POOL_NAMESPACE, 'node-b-10.90.1.0-28')).toBeUndefined();
  });

  test('a record that is cleared as a deposed plugin does is seen by the next look', async () => {
    const held = await holdings().hold(SET, async (tenure) => {
      const before = await tenure.verify();
      const spec = { holderIdentity: '', leaseDurationSeconds: 1 };
      const path = `${LEASE_PATH}/${LEASE}`;
      await cluster.ok('PATCH', path, { spec });
      return [before, await tenure.verify(), await tenure.write(() => Promise.resolve(UNCERTAIN), true)];
    });
    expect(held).toMatchObject({ lost: true, value: [true, false, { state: 'unsent', why: 'lost' }] });
  });

  test('two of us take turns', async () => {
    let inside = 0;
    let most = 0;
    const turns = async (who: Holdings): Promise<string[]> => {
      const states: string[] = [];
      for (let round = 0; round < 3; round++) {
        const held = await who.hold(SET, async () => {
          most = Math.max(most, ++inside);
          await sleep(200);
          inside--;
        });
        states.push(held.state);
      }
      return states;
    };
    const states = await Promise.all([turns(holdings()), turns(holdings())]);
    expect(states.flat()).toEqual(Array.from({ length: 6 }, () => 'held'));
    expect(most).toBe(1);
  });

  test('a Lease that is deleted under us is lost, and not made again', async () => {
    const held = await holdings().hold(SET, async (tenure) => {
      await cluster.ok('DELETE', `${LEASE_PATH}/${LEASE}`);
      await sleep(800);
      return tenure.write(() => Promise.resolve(UNCERTAIN));
    });
    expect(held).toMatchObject({ lost: true, value: { state: 'unsent', why: 'lost' } });
    expect(await live.get(LEASES, POOL_NAMESPACE, LEASE)).toBeUndefined();
  });
});

describe('rights', () => {
  const rule = (...verbs: string[]): PolicyRule[] => [
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs },
  ];

  test.each([
    ['get', []],
    ['create', ['get']],
    ['update', ['create', 'get']],
  ])('without %s it is forbidden, and nothing is done', async (verb, verbs) => {
    const rights = { namespaced: { [POOL_NAMESPACE]: verbs.length === 0 ? [] : rule(...verbs) } };
    const user = await open(await cluster.kubeconfigFor(`no-${verb}`, rights));
    const error = await failureOf(holdings(user).checkRights(SET));
    expect(error.reason).toBe('forbidden');
    expect(error.request).toMatchObject({ verb, resource: 'leases.coordination.k8s.io', namespace: POOL_NAMESPACE });
    expect(await live.get(LEASES, POOL_NAMESPACE, LEASE)).toBeUndefined();
  });

  test('get, create and update are enough', async () => {
    const rights = { namespaced: { [POOL_NAMESPACE]: rule('get', 'create', 'update') } };
    const user = await open(await cluster.kubeconfigFor('holder', rights));
    const ours = holdings(user);
    await ours.checkRights(SET);
    expect(await live.get(LEASES, POOL_NAMESPACE, LEASE)).toBeUndefined();
    expect(await ours.hold(SET, holder)).toMatchObject({ state: 'held', value: ours.identity });
    await ours.checkRights(SET);
    expect(await holder()).toBe('');
  });
});

describe('writes', () => {
  test('outcomes are what the server says', async () => {
    const pool = {
      apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
      kind: 'IPPool',
      metadata: { name: 'w', namespace: POOL_NAMESPACE },
      spec: { range: '10.99.0.0/24', allocations: { '1': { id: 'c', podref: 'a/b' } } },
    };
    const patch = (value: unknown, dryRun = false) =>
      live.patch(
        IP_POOLS,
        POOL_NAMESPACE,
        'w',
        [
          { op: 'test', path: '/spec/allocations/1', value },
          { op: 'remove', path: '/spec/allocations/1' },
        ],
        { dryRun },
      );
    const entry = { id: 'c', podref: 'a/b' };
    expect(await patch(entry)).toMatchObject({ state: 'refused', reason: 'not-found' });
    const created = await live.create(IP_POOLS, POOL_NAMESPACE, pool);
    if (created.state !== 'done') throw new Error(created.state);
    const { uid = '', resourceVersion = '' } = created.object.metadata;
    expect(await live.create(IP_POOLS, POOL_NAMESPACE, pool)).toMatchObject({ state: 'refused', reason: 'exists' });
    expect(await live.create(IP_POOLS, 'nowhere', { ...pool, metadata: { name: 'w' } })).toMatchObject({
      state: 'refused',
      reason: 'not-found',
    });
    expect(await patch({ ...entry, id: 'other' })).toMatchObject({ state: 'refused', reason: 'invalid', status: 422 });
    expect(await patch(entry, true)).toMatchObject({ state: 'done' });
    expect(await patch(entry)).toMatchObject({ state: 'done', object: { spec: { allocations: {} } } });
    expect(await live.replace(IP_POOLS, POOL_NAMESPACE, created.object)).toMatchObject({ reason: 'conflict' });
    const removed = (version: string, dryRun = false) =>
      live.remove(IP_POOLS, POOL_NAMESPACE, 'w', { uid, resourceVersion: version }, { dryRun });
    expect(await removed(resourceVersion)).toMatchObject({ state: 'refused', reason: 'conflict' });
    const now = (await live.get(IP_POOLS, POOL_NAMESPACE, 'w'))?.metadata.resourceVersion ?? '';
    expect(await removed(now, true)).toEqual({ state: 'done', object: null });
    expect(await removed(now)).toEqual({ state: 'done', object: null });
    expect(await removed(now)).toMatchObject({ state: 'refused', reason: 'not-found' });
  });

  test('no right to write is told by verb and resource', async () => {
    const user = await open(await cluster.kubeconfigFor('nobody'));
    const outcome = await user.remove(IP_POOLS, POOL_NAMESPACE, 'w', { uid: 'u', resourceVersion: '1' });
    expect(outcome).toMatchObject({ state: 'refused', reason: 'forbidden', status: 403 });
    expect(outcome.state === 'refused' && outcome.failure.message).toContain(
      'may not delete ippools.whereabouts.cni.cncf.io "w"',
    );
  });
});
