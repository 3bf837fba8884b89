import { beforeAll, describe, expect, test } from '@jest/globals';
import { IP_POOLS, RESERVATIONS, STATEFUL_SETS } from '../../src/cluster/resources.js';
import {
  hasUnanswered,
  planOf,
  type PlanOptions,
  type ReconcilePlan,
  type Selection,
} from '../../src/reconcile/plan.js';
import type { JudgedClaim } from '../../src/reconcile/judged.js';
import { survey, type Survey } from '../../src/reconcile/survey.js';
import { REASONS, VERDICTS, type Reason } from '../../src/reconcile/verdict.js';
import { isSelected } from '../../src/reconcile/plan.js';
import { putNad, POOL_NAMESPACE } from './support/plugin.js';
import { putNode, putPod, putPool, putReservation, putSet } from './support/objects.js';
import { World, WorldReader, type ReaderOptions } from './support/world.js';

const HOUR = 3_600_000;
const NOTHING_MORE: PlanOptions = { includeCompleted: false, includeLost: false, minAgeMs: 0, all: false };
const EVERYTHING: Selection = { pools: undefined, networks: undefined, namespace: undefined, uids: null };
const IDENTITY = { uid: 'cluster-uid', server: 'https://api.example:6443', name: 'here', user: null };

const HOLDERS = {
  1: 'default/live',
  2: 'default/gone',
  3: 'default/young',
  4: 'default/old',
  5: 'default/ageless',
  6: 'default/lost',
  7: 'default/starting',
  8: 'default/db-0',
  9: 'default/silent',
  10: 'no-owner',
};

function world(): World {
  const made = new World();
  putNode(made, 'node-a');
  putNode(made, 'node-b', 'Unknown');
  putNad(made, { nad: 'nad', networkName: null, ranges: ['10.0.0.0/24'] });
  putPool(made, '10.0.0.0/24', HOLDERS);
  putPod(made, 'default/live', { shows: ['10.0.0.1'] });
  putPod(made, 'default/young', { phase: 'Failed', finishedForMs: HOUR - 1 });
  putPod(made, 'default/old', { phase: 'Succeeded', finishedForMs: HOUR });
  putPod(made, 'default/ageless', { phase: 'Succeeded' });
  putPod(made, 'default/lost', { terminating: true, node: 'node-b' });
  putPod(made, 'default/starting', { phase: 'Pending' });
  putSet(made, 'default', 'db', { replicas: 1 });
  putPod(made, 'default/silent', {});
  return made;
}

async function read(of: World, options?: ReaderOptions, selection = EVERYTHING): Promise<Survey> {
  return survey(new WorldReader(of, options), { only: () => (claim) => isSelected(claim, selection) });
}

function plan(of: Survey, options: Partial<PlanOptions> = {}, selection = EVERYTHING): ReconcilePlan {
  return planOf(of, IDENTITY, { ...NOTHING_MORE, ...options }, selection, '1.2.3');
}

function actions({ items }: ReconcilePlan): Record<string, string> {
  return Object.fromEntries(
    items.map(({ podref, action, needs }) => [podref, needs === null ? action : `${action}, ${needs}`]),
  );
}

describe('actions', () => {
  let judged: Survey;
  beforeAll(async () => {
    judged = await read(world());
  });

  const kept = {
    'default/starting': 'keep',
    'default/db-0': 'keep',
    'default/silent': 'keep',
    'no-owner': 'keep',
  };
  const completed = '--include-completed';
  test.each<[string, Partial<PlanOptions>, Record<string, string>]>([
    [
      'by itself only what is stale',
      {},
      {
        'default/young': `keep, ${completed}`,
        'default/old': `keep, ${completed}`,
        'default/ageless': `keep, ${completed}`,
        'default/lost': 'keep, --include-lost',
      },
    ],
    [
      'the completed too',
      { includeCompleted: true },
      {
        'default/young': 'release',
        'default/old': 'release',
        'default/ageless': 'release',
        'default/lost': 'keep, --include-lost',
      },
    ],
    [
      'the completed that ended an hour ago; an end that is not known is not old',
      { includeCompleted: true, minAgeMs: HOUR },
      {
        'default/young': 'keep, --min-age',
        'default/old': 'release',
        'default/ageless': 'keep, --min-age',
        'default/lost': 'keep, --include-lost',
      },
    ],
    [
      'the lost too, whatever their age',
      { includeLost: true, minAgeMs: HOUR },
      {
        'default/young': `keep, ${completed}`,
        'default/old': `keep, ${completed}`,
        'default/ageless': `keep, ${completed}`,
        'default/lost': 'release',
      },
    ],
  ])('%s', (_, options, expected) => {
    expect(actions(plan(judged, options))).toEqual({ 'default/gone': 'release', ...kept, ...expected });
  });

  test('what is live is listed only where all is asked for, and kept', () => {
    expect(actions(plan(judged))).not.toHaveProperty('default/live');
    expect(actions(plan(judged, { all: true, includeCompleted: true, includeLost: true }))).toHaveProperty(
      ['default/live'],
      'keep',
    );
  });

  test('the summary counts every verdict, whatever is listed, and no result yet', () => {
    const expected = {
      pools: 1,
      allocations: 10,
      reservations: 0,
      live: 1,
      stale: 1,
      finished: 3,
      lost: 1,
      pending: 1,
      kept: 1,
      unknown: 1,
      malformed: 1,
      released: 0,
      restored: 0,
      gone: 0,
      changed: 0,
      failed: 0,
      skipped: 0,
    };
    expect(plan(judged).summary).toEqual(expected);
    expect(plan(judged, { all: true }).summary).toEqual(expected);
    expect(VERDICTS.reduce((sum, verdict) => sum + plan(judged).summary[verdict], 0)).toBe(10);
  });

  test('the document says whose plan it is', () => {
    const { items, ...document } = plan(judged);
    expect(document).toMatchObject({
      apiVersion: 'ipamctl.io/v1',
      kind: 'ReconcilePlan',
      cluster: { uid: 'cluster-uid', server: 'https://api.example:6443' },
      createdAt: '2026-09-01T12:00:00.000Z',
      toolVersion: '1.2.3',
      incomplete: false,
      reservations: [],
      journal: null,
    });
    const stale = items.find(({ podref }) => podref === 'default/gone');
    expect(stale).toMatchObject({
      address: '10.0.0.2',
      networkName: null,
      pool: { namespace: POOL_NAMESPACE, name: '10.0.0.0-24', uid: expect.stringMatching(/^uid-/) as unknown },
      key: '2',
      containerId: 'c-2',
      ifName: 'net1',
      nodeName: null,
      verdict: 'stale',
      reason: 'pod-gone',
      result: null,
      error: null,
      reservation: null,
      evidence: { confirmedByGet: false, podCount: 7, owner: null },
    });
    expect(items.find(({ podref }) => podref === 'no-owner')?.address).toBe('10.0.0.10');
  });
});

describe('selection', () => {
  async function many(): Promise<World> {
    const made = new World();
    putNode(made, 'node-a');
    putNad(made, { nad: 'plain', networkName: null, ranges: ['10.0.0.0/24'] });
    putNad(made, { nad: 'blue', networkName: 'blue', ranges: ['10.1.0.0/24'] });
    putPool(made, '10.0.0.0/24', { 1: 'a/one' });
    putPool(made, '10.0.0.0/24', { 2: 'b/two' }, { namespace: 'elsewhere' });
    putPool(made, '10.1.0.0/24', { 3: 'a/three', 4: 'b/four', 5: 'unreadable' }, { networkName: 'blue' });
    made.put(IP_POOLS, POOL_NAMESPACE, 'mystery-10.2.0.0-24', {
      spec: { range: '10.2.0.0/24', allocations: { 6: { id: 'c', podref: 'a/six' } } },
    });
    putReservation(made, '10.1.0.9', 'a/nine', 'blue');
    return Promise.resolve(made);
  }

  test.each<[string, Partial<Selection>, string[], number]>([
    ['all', {}, ['a/one', 'b/two', 'a/three', 'b/four', 'unreadable', 'a/six', 'a/nine'], 4],
    ['a pool by name, in any namespace', { pools: ['10.0.0.0-24'] }, ['a/one', 'b/two'], 2],
    ['a pool by namespace and name', { pools: ['elsewhere/10.0.0.0-24'] }, ['b/two'], 1],
    [
      'several pools',
      { pools: ['elsewhere/10.0.0.0-24', 'blue-10.1.0.0-24'] },
      ['b/two', 'a/three', 'b/four', 'unreadable'],
      2,
    ],
    ['no such pool', { pools: ['10.9.9.0-24'] }, [], 0],
    ['a network, its reservations too', { networks: ['blue'] }, ['a/three', 'b/four', 'unreadable', 'a/nine'], 1],
    ['the unnamed network, and nothing that may be another', { networks: [''] }, ['a/one', 'b/two'], 2],
    ['both networks', { networks: ['', 'blue'] }, ['a/one', 'b/two', 'a/three', 'b/four', 'unreadable', 'a/nine'], 3],
    ["the owner's namespace", { namespace: 'a' }, ['a/one', 'a/three', 'a/six', 'a/nine'], 4],
    ['namespace and network', { namespace: 'b', networks: ['blue'] }, ['b/four'], 1],
    ['labels that no pool has', { uids: new Set() }, [], 0],
  ])('%s', async (_, selected, podrefs, pools) => {
    const selection = { ...EVERYTHING, ...selected };
    const result = plan(await read(await many(), {}, selection), {}, selection);
    const alone = result.reservations.filter(({ withoutAllocation }) => withoutAllocation);
    const found = [...result.items, ...alone].map(({ podref }) => podref).sort();
    expect(found).toEqual([...podrefs].sort());
    expect(result.summary.pools).toBe(pools);
    expect(result.summary.allocations).toBe(result.items.length);
  });

  test('uids of pools leave reservations without a key out', async () => {
    const made = await many();
    const uid = made.get(IP_POOLS, POOL_NAMESPACE, 'blue-10.1.0.0-24')?.metadata.uid ?? '';
    const selection = { ...EVERYTHING, uids: new Set([uid]) };
    const result = plan(await read(made, {}, selection), {}, selection);
    expect(result.items.map(({ podref }) => podref)).toEqual(['a/three', 'b/four', 'unreadable']);
    expect(result.reservations).toEqual([]);
  });
});

describe('reservations', () => {
  test('go with their entry, and only where they name the same owner', async () => {
    const made = world();
    putReservation(made, '10.0.0.1', 'default/live');
    putReservation(made, '10.0.0.2', 'default/gone');
    putReservation(made, '10.0.0.3', 'default/other');
    putReservation(made, '10.0.0.4', 'default/old');
    const judged = await read(made);
    const names = (options: Partial<PlanOptions>): string[] =>
      plan(judged, options).reservations.map(
        ({ name, action, withoutAllocation }) => `${name} ${action} ${String(withoutAllocation)}`,
      );
    expect(names({})).toEqual(['10.0.0.2 release false']);
    expect(names({ includeCompleted: true })).toEqual(['10.0.0.2 release false', '10.0.0.4 release false']);
    const item = plan(judged).items.find(({ podref }) => podref === 'default/young');
    // Another owner's is shown, and not touched.
    expect(item?.reservation).toMatchObject({ name: '10.0.0.3', podref: 'default/other' });
    expect(plan(judged).summary.reservations).toBe(4);
  });

  test('without an allocation are judged on their own', async () => {
    const made = world();
    putReservation(made, '10.0.0.100', 'default/gone');
    putReservation(made, '10.0.0.101', 'default/live');
    putReservation(made, '10.0.0.102', 'default/old');
    putPod(made, 'default/live', { shows: ['10.0.0.1', '10.0.0.101'] });
    const judged = await read(made);
    const told = (options: Partial<PlanOptions>): string[] =>
      plan(judged, options).reservations.map(({ name, verdict, action }) => `${name} ${verdict} ${action}`);
    expect(told({})).toEqual(['10.0.0.100 stale release', '10.0.0.102 finished keep']);
    expect(told({ includeCompleted: true, all: true })).toEqual([
      '10.0.0.100 stale release',
      '10.0.0.101 live keep',
      // Only an owner that is not there at all gives up a reservation without a key.
      '10.0.0.102 finished keep',
    ]);
    expect(plan(judged).reservations[0]).toMatchObject({
      namespace: POOL_NAMESPACE,
      podref: 'default/gone',
      address: '10.0.0.100',
      networkName: null,
      ifName: 'net1',
      withoutAllocation: true,
      reason: 'pod-gone',
      result: null,
      error: null,
    });
    // They are no allocations of a pool.
    expect(plan(judged).summary).toMatchObject({ allocations: 10, stale: 1, reservations: 3 });
  });

  test('of a network that nobody knows are kept', async () => {
    const made = world();
    made.put(RESERVATIONS, POOL_NAMESPACE, 'mystery-10.9.0.1', { spec: { podref: 'default/gone' } });
    const [reservation] = plan(await read(made)).reservations;
    expect(reservation).toMatchObject({ name: 'mystery-10.9.0.1', verdict: 'stale', action: 'keep' });
  });

  test('whose name can be read in two ways are kept', async () => {
    const made = world();
    putNad(made, { nad: 'hex', networkName: 'cafe', ranges: ['fd00::/64'] });
    // fd00::1 of network cafe, or cafe:fd00::1 of the unnamed one.
    putReservation(made, 'fd00::1', 'default/gone', 'cafe');
    const [reservation] = plan(await read(made)).reservations;
    expect(reservation).toMatchObject({ name: 'cafe-fd00--1', verdict: 'stale', action: 'keep' });
  });

  test('of an entry whose network nobody knows are not touched', async () => {
    const made = world();
    made.put(IP_POOLS, POOL_NAMESPACE, 'mystery-10.9.0.0-24', {
      spec: { range: '10.9.0.0/24', allocations: { 1: { id: 'c', podref: 'default/gone-too' } } },
    });
    putReservation(made, '10.9.0.1', 'default/other');
    const result = plan(await read(made));
    const item = result.items.find(({ podref }) => podref === 'default/gone-too');
    expect(item).toMatchObject({ action: 'release', networkName: null, reservation: null });
    // The key may be what this reservation stands for.
    expect(result.reservations.filter(({ action }) => action === 'release')).toEqual([]);
  });
});

describe('incomplete', () => {
  test('where a right was lacking', async () => {
    const refuse: ReaderOptions = { refuse: ({ resource }) => (resource === STATEFUL_SETS ? 'forbidden' : undefined) };
    expect(plan(await read(world())).incomplete).toBe(false);
    const result = plan(await read(world(), refuse));
    expect(result.incomplete).toBe(true);
    expect(result.warnings.join('\n')).toContain('statefulsets.apps');
    expect(actions(result)['default/db-0']).toBe('keep');
  });

  test('where a verdict lacks an answer, and only there', async () => {
    const [first] = (await read(world())).claims;
    const unanswered = REASONS.filter((reason: Reason) => hasUnanswered([{ ...(first as JudgedClaim), reason }]));
    expect(unanswered).toEqual([
      'look-up-failed',
      'pods-not-collected',
      'statefulsets-not-readable',
      'migrations-not-readable',
      'nodes-not-readable',
    ]);
  });
});
