import { describe, expect, test } from '@jest/globals';
import {
  EVENTS,
  IP_POOLS,
  MIGRATIONS,
  NADS,
  NODE_SLICE_POOLS,
  PODS,
  RESERVATIONS,
} from '../../src/cluster/resources.js';
import { survey } from '../../src/reconcile/survey.js';
import { putNad } from './support/plugin.js';
import { putNode, putPod, putPool, putReservation, putSet, type PodLook } from './support/objects.js';
import { World, WorldReader, type ReaderOptions } from './support/world.js';

const RANGE = '10.0.0.0/16';

function offsetAddress(offset: number): string {
  return `10.0.${Math.floor(offset / 256).toString()}.${(offset % 256).toString()}`;
}

/** A cluster whose pods hold the offsets from 1 on, looking as told; null: no pod. */
function clusterOf(count: number, look: (offset: number) => PodLook | null, podref = podrefOf): World {
  const world = new World();
  putNode(world, 'node-a');
  putNad(world, { nad: 'nad', networkName: null, ranges: [RANGE] });
  const holders: Record<string, string> = {};
  for (let offset = 1; offset <= count; offset++) {
    holders[offset.toString()] = podref(offset);
    const own = look(offset);
    if (own !== null) putPod(world, podref(offset), own);
    putReservation(world, offsetAddress(offset), podref(offset));
  }
  putPool(world, RANGE, holders);
  return world;
}

function podrefOf(offset: number): string {
  return `default/p${offset.toString()}`;
}

const healthy = (offset: number): PodLook => ({ shows: [offsetAddress(offset)] });

async function asked(world: World, options?: ReaderOptions): Promise<{ lines: string[]; reader: WorldReader }> {
  const reader = new WorldReader(world, options);
  await survey(reader);
  return { lines: reader.asked, reader };
}

function times(lines: readonly string[], line: RegExp): number {
  return lines.filter((each) => line.test(each)).length;
}

const HEALTHY = [
  'list network-attachment-definitions',
  'list nodeslicepools',
  'list ippools',
  'list overlappingrangeipreservations',
  'list pods metadata',
  'list pods status.phase=Succeeded',
  'list pods status.phase=Failed',
];

describe('requests of a reading', () => {
  test.each([0, 1, 60, 1500])('%i healthy pods', async (count) => {
    const { lines } = await asked(clusterOf(count, healthy));
    // Without a claim no pod is asked for.
    expect([...lines].sort()).toEqual([...(count === 0 ? HEALTHY.slice(0, 4) : HEALTHY)].sort());
  });

  test('pools, then reservations, then pods', async () => {
    const { lines } = await asked(clusterOf(3, (offset) => (offset === 2 ? null : healthy(offset))));
    const order = [
      /^list ippools$/,
      /^list overlapping/,
      /^list pods metadata$/,
      /^list pods status/,
      /^get ippools/,
    ].map((line) => lines.findIndex((each) => line.test(each)));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
    expect(lines.slice(lines.indexOf('list pods metadata')).filter((line) => line === 'list ippools')).toEqual([]);
  });

  test('the list that judges absence is complete, unselected, and of metadata', async () => {
    const { reader } = await asked(clusterOf(3, (offset) => (offset === 2 ? null : healthy(offset))));
    const lists = reader.requests.filter(({ verb, resource }) => verb === 'list' && resource === PODS);
    expect(lists[0]?.options).toEqual({ metadataOnly: true });
  });

  test('no list has an option but these, so none is answered from a cache', async () => {
    const world = clusterOf(
      200,
      (offset) =>
        [null, healthy(offset), { terminating: true }, { phase: 'Pending' }, { phase: 'Failed' }][offset % 5] ?? null,
    );
    putNode(world, 'node-b', 'Unknown');
    const { reader } = await asked(world);
    const used = new Set(reader.requests.flatMap(({ options }) => Object.keys(options)));
    expect([...used].sort()).toEqual(['fieldSelector', 'metadataOnly']);
    const whole = reader.requests.filter(
      ({ verb, resource }) => verb === 'list' && [IP_POOLS, RESERVATIONS, NADS, NODE_SLICE_POOLS].includes(resource),
    );
    expect(whole.flatMap(({ options }) => Object.keys(options))).toEqual([]);
  });

  test.each([
    [50, 50, 0],
    [51, 0, 1],
    [300, 0, 1],
  ])('%i unsettled owners of one namespace: %i GETs, %i list of it', async (count, gets, lists) => {
    const { lines } = await asked(clusterOf(count, () => ({ shows: [], terminating: true })));
    expect(times(lines, /^get pods /)).toBe(gets);
    expect(times(lines, /^list pods default$/)).toBe(lists);
  });

  test('unsettled owners of many namespaces: a GET each', async () => {
    const { lines } = await asked(
      clusterOf(
        80,
        () => ({ shows: [] }),
        (offset) => `ns${(offset % 4).toString()}/p${offset.toString()}`,
      ),
    );
    expect(times(lines, /^get pods /)).toBe(80);
    expect(times(lines, /^list pods ns/)).toBe(0);
  });

  test('a dead node: one list of its pods, no GET, whatever their namespaces', async () => {
    const world = clusterOf(
      200,
      (offset) => ({ ...healthy(offset), terminating: true, node: 'node-b' }),
      (offset) => `ns${(offset % 20).toString()}/p${offset.toString()}`,
    );
    putNode(world, 'node-b', 'Unknown');
    const { lines } = await asked(world);
    expect(times(lines, /^list pods spec\.nodeName=node-b$/)).toBe(1);
    expect(times(lines, /^get pods |^list pods ns/)).toBe(0);
    expect(times(lines, /^list nodes$/)).toBe(1);
  });

  test('many finished owners: the two lists that are asked anyway', async () => {
    const { lines } = await asked(clusterOf(300, (offset) => ({ ...healthy(offset), phase: 'Succeeded' })));
    expect(times(lines, /^get pods /)).toBe(0);
    expect(times(lines, /^list pods/)).toBe(3);
  });

  test('many pending owners: one more list of metadata', async () => {
    const { lines } = await asked(clusterOf(300, () => ({ phase: 'Pending' })));
    expect(times(lines, /^get pods /)).toBe(0);
    expect(lines.filter((line) => line.startsWith('list pods'))).toEqual([
      ...HEALTHY.slice(4),
      'list pods status.phase=Pending metadata',
    ]);
  });

  test('the owners that are gone: events, migrations and nodes once each, whatever their number', async () => {
    const few = await asked(clusterOf(1, () => null));
    const many = await asked(clusterOf(1000, () => null));
    expect(many.lines).toEqual(few.lines);
    for (const { plural } of [MIGRATIONS, { plural: 'nodes' }]) {
      expect(times(many.lines, new RegExp(`^list ${plural}$`))).toBe(1);
    }
    expect(many.lines.filter((line) => line.startsWith(`list ${EVENTS.plural}`))).toEqual([
      'list events involvedObject.kind=Pod,reason=Killing',
      'list events involvedObject.kind=Node',
    ]);
  });

  test.each([
    [10, 10, 0],
    [11, 0, 1],
  ])('ordinals of %i sets: %i GETs, %i list', async (count, gets, lists) => {
    const world = clusterOf(
      count * 3,
      () => null,
      (offset) => `default/set${(offset % count).toString()}-${offset.toString()}`,
    );
    putSet(world, 'default', 'set0', { replicas: 3 });
    const { lines } = await asked(world);
    expect(times(lines, /^get statefulsets /)).toBe(gets);
    expect(times(lines, /^list statefulsets$/)).toBe(lists);
  });

  describe('the second read', () => {
    function poolsWithOneGone(count: number): World {
      const world = new World();
      putNode(world, 'node-a');
      for (let index = 0; index < count; index++)
        putPool(world, `10.${index.toString()}.0.0/24`, { 1: podrefOf(index) });
      return world;
    }

    test.each([
      [1, 1, 1],
      [20, 20, 1],
      [21, 0, 2],
    ])('%i pools with findings: %i GETs, %i lists in all', async (count, gets, lists) => {
      const { lines } = await asked(poolsWithOneGone(count));
      expect(times(lines, /^get ippools /)).toBe(gets);
      expect(times(lines, /^list ippools$/)).toBe(lists);
    });

    test('reads only the pools with findings', async () => {
      const world = poolsWithOneGone(3);
      putPod(world, podrefOf(0), { shows: ['10.0.0.1'] });
      putPod(world, podrefOf(1), { shows: ['10.1.0.1'] });
      expect((await asked(world)).lines.filter((line) => line.startsWith('get'))).toEqual([
        'get ippools kube-system/10.2.0.0-24',
      ]);
    });

    test.each([
      [20, 20, 1],
      [21, 0, 2],
    ])(
      '%i reservations without a key: %i GETs, %i lists in all, and a list of the pools',
      async (count, gets, lists) => {
        const world = poolsWithOneGone(0);
        putPool(world, '10.0.0.0/24', {});
        for (let offset = 1; offset <= count; offset++) putReservation(world, offsetAddress(offset), podrefOf(offset));
        const { lines } = await asked(world);
        expect(times(lines, /^get overlapping/)).toBe(gets);
        expect(times(lines, /^list overlapping/)).toBe(lists);
        expect(times(lines, /^list ippools$/)).toBe(2);
      },
    );

    test('whoever may list but not get is answered by lists of one name', async () => {
      const { lines } = await asked(poolsWithOneGone(2), {
        refuse: ({ verb, resource }) => (verb === 'get' && resource === IP_POOLS ? 'forbidden' : undefined),
      });
      expect(lines.filter((line) => line.startsWith('list ippools'))).toEqual([
        'list ippools',
        'list ippools kube-system metadata.name=10.0.0.0-24',
        'list ippools kube-system metadata.name=10.1.0.0-24',
      ]);
    });

    test('a snapshot is one moment: nothing is read twice', async () => {
      const { lines } = await asked(poolsWithOneGone(2), { source: 'snapshot' });
      expect(times(lines, /ippools/)).toBe(1);
    });
  });
});
