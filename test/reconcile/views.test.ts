import { describe, expect, test } from '@jest/globals';
import { PODS } from '../../src/cluster/resources.js';
import { ClusterFailure, InputFailure } from '../../src/errors.js';
import { listIps, withNode, withNodeNames } from '../../src/reconcile/list-ips.js';
import { showAddress, showPod } from '../../src/reconcile/show-ip.js';
import { showPool } from '../../src/reconcile/show-pool.js';
import { staleCounts } from '../../src/reconcile/stale-counts.js';
import { survey } from '../../src/reconcile/survey.js';
import { address, putNode, putPod, putPool, putReservation } from './support/objects.js';
import { putNad } from './support/plugin.js';
import { World, WorldReader } from './support/world.js';

function world(): World {
  const made = new World();
  putNode(made, 'node-a');
  putNode(made, 'node-b');
  putNad(made, { nad: 'nad', networkName: null, ranges: ['10.0.0.0/24'] });
  putPool(made, '10.0.0.0/24', {
    9: 'default/gone',
    1: 'default/live',
    2: 'default/gone',
    x: 'default/live',
    3: 'default/done',
  });
  putPool(made, '10.0.0.0/25', { 1: 'default/live' });
  putPod(made, 'default/live', { shows: ['10.0.0.1'] });
  putPod(made, 'default/done', { phase: 'Succeeded', node: 'node-b' });
  putReservation(made, '10.0.0.1', 'default/live');
  putPod(made, 'default/silent', {});
  putReservation(made, '10.0.0.50', 'default/silent');
  return made;
}

describe('the addresses that are held', () => {
  test('are the keys of pools, without what only a reservation holds', async () => {
    const judged = await survey(new WorldReader(world()));
    const list = listIps(judged, () => true);
    expect(list.items.map(({ key, verdict }) => `${key} ${verdict}`)).toEqual([
      '1 live',
      '2 stale',
      '3 finished',
      '9 stale',
      'x malformed',
      '1 live',
    ]);
    expect(list).toMatchObject({ kind: 'IPList', incomplete: false });
    expect(list.items[0]).toMatchObject({
      address: '10.0.0.1',
      podref: 'default/live',
      reservation: { name: '10.0.0.1', podref: 'default/live' },
    });
    expect(listIps(judged, ({ verdict }) => verdict === 'stale').items).toHaveLength(2);
  });

  test('get the nodes of their owners where those are asked for', async () => {
    const reader = new WorldReader(world());
    const judged = await survey(reader);
    const nodes = (of: typeof judged): string[] =>
      listIps(of, () => true).items.map(({ key, nodeName }) => `${key} ${nodeName ?? '-'}`);
    // Who was read whole tells its node anyway.
    expect(nodes(judged)).toEqual(['1 -', '2 -', '3 node-b', '9 -', 'x -', '1 -']);
    expect(nodes(await withNodeNames(reader, judged))).toEqual([
      '1 node-a',
      '2 -',
      '3 node-b',
      '9 -',
      'x node-a',
      '1 node-a',
    ]);
    expect(nodes(await withNode(reader, judged, 'node-a'))).toEqual([
      '1 node-a',
      '2 -',
      '3 node-b',
      '9 -',
      'x node-a',
      '1 node-a',
    ]);
    expect(nodes(await withNode(reader, judged, 'node-c'))).toEqual(nodes(judged));
  });

  test('are counted stale by pool', async () => {
    const judged = await survey(new WorldReader(world()));
    const count = staleCounts(judged);
    expect(judged.inventory.pools.map((pool) => [pool.name, count(pool)])).toEqual([
      ['10.0.0.0-24', 2],
      ['10.0.0.0-25', 0],
    ]);
  });
});

describe('one pool', () => {
  test('shows its owners, what needs a person first', async () => {
    const judged = await survey(new WorldReader(world()));
    const [pool] = judged.inventory.pools;
    if (pool === undefined) throw new Error('no pool');
    const { report, claims, extent } = showPool(judged, pool);
    expect(report.owners.map(({ key, verdict }) => `${key} ${verdict}`)).toEqual([
      'x malformed',
      '2 stale',
      '9 stale',
      '3 finished',
      '1 live',
    ]);
    expect(report).toMatchObject({ kind: 'Pool', name: '10.0.0.0-24', stale: 2, used: 4, capacity: '254' });
    expect(report.verdicts).toEqual({
      malformed: 1,
      stale: 2,
      lost: 0,
      finished: 1,
      unknown: 0,
      pending: 0,
      kept: 0,
      live: 1,
    });
    expect(claims).toHaveLength(5);
    expect(extent?.range.last.toString()).toBe('10.0.0.255');
  });
});

describe('one address', () => {
  test('that two pools hold: both, with what shows it, and the node', async () => {
    const report = await showAddress(new WorldReader(world()), address('::ffff:10.0.0.1'), {});
    expect(report).toMatchObject({ kind: 'IPReport', address: '10.0.0.1', pod: null, places: [], incomplete: false });
    expect(report.holders.map(({ pool, verdict, nodeName }) => [pool.name, verdict, nodeName])).toEqual([
      ['10.0.0.0-24', 'live', 'node-a'],
      ['10.0.0.0-25', 'live', 'node-a'],
    ]);
    expect(report.shownBy).toEqual([
      { address: '10.0.0.1', namespace: 'default', name: 'live', network: 'default/nad' },
    ]);
    expect(report.reservations).toEqual([]);
  });

  test('that nobody holds: where it would fall, and whether it is excluded there', async () => {
    const made = world();
    putNad(made, { nad: 'other', networkName: null, ranges: ['10.0.0.0/25'] });
    const place = async (text: string): Promise<string[]> =>
      (await showAddress(new WorldReader(made), address(text), {})).places.map(
        ({ pool, place: its, nads }) =>
          `${pool.name} ${its} ${nads.map(({ name, inside }) => `${name}:${String(inside)}`).join()}`,
      );
    expect(await place('10.0.0.20')).toEqual(['10.0.0.0-24 free nad:true', '10.0.0.0-25 free other:true']);
    expect(await place('10.0.0.200')).toEqual(['10.0.0.0-24 free nad:true']);
    expect(await place('10.0.0.0')).toEqual([
      '10.0.0.0-24 outside-windows nad:false',
      '10.0.0.0-25 outside-windows other:false',
    ]);
    // Held in one pool, free in the other.
    expect(await place('10.0.0.2')).toEqual(['10.0.0.0-25 free other:true']);
    expect(await place('10.9.0.1')).toEqual([]);
  });

  test('that only a reservation holds', async () => {
    const report = await showAddress(new WorldReader(world()), address('10.0.0.50'), {});
    expect(report.holders).toEqual([]);
    expect(report.reservations).toMatchObject([
      {
        name: '10.0.0.50',
        podref: 'default/silent',
        address: '10.0.0.50',
        networkName: null,
        ifName: 'net1',
        verdict: 'unknown',
      },
    ]);
  });
});

describe('one pod', () => {
  test('that is there: what it holds and what it shows', async () => {
    const report = await showPod(new WorldReader(world()), { namespace: 'default', name: 'live' }, {});
    expect(report).toMatchObject({
      address: null,
      pod: { namespace: 'default', name: 'live', exists: true },
      places: [],
    });
    expect(report.holders.map(({ pool, key }) => `${pool.name} ${key}`)).toEqual([
      '10.0.0.0-24 1',
      '10.0.0.0-24 x',
      '10.0.0.0-25 1',
    ]);
    expect(report.reservations).toEqual([]);
    expect(report.shownBy.map(({ address: its, name }) => `${its} ${name}`)).toEqual(['10.0.0.1 live']);
  });

  test('that is gone, and held something', async () => {
    const report = await showPod(new WorldReader(world()), { namespace: 'default', name: 'gone' }, {});
    expect(report.pod).toEqual({ namespace: 'default', name: 'gone', exists: false });
    expect(report.holders.map(({ key, verdict }) => `${key} ${verdict}`)).toEqual(['2 stale', '9 stale']);
  });

  test('that nobody ever heard of', async () => {
    const pod = { namespace: 'default', name: 'nobody' };
    await expect(showPod(new WorldReader(world()), pod, {})).rejects.toThrow(ClusterFailure);
    await expect(showPod(new WorldReader(world(), { source: 'snapshot' }), pod, {})).rejects.toThrow(InputFailure);
  });

  test('whose node may not be asked for: without it', async () => {
    const refuse = new WorldReader(world(), {
      refuse: ({ verb, resource }) => (verb === 'get' && resource === PODS ? 'forbidden' : undefined),
    });
    const report = await showAddress(refuse, address('10.0.0.1'), {});
    expect(report.holders.map(({ verdict, nodeName }) => [verdict, nodeName])).toEqual([
      ['live', null],
      ['live', null],
    ]);
  });
});
