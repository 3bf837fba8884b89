import { describe, expect, test } from '@jest/globals';
import { IP_POOLS, LEASES, NADS, NODE_SLICE_POOLS, PODS, RESERVATIONS } from '../../../src/cluster/resources.js';
import { readInventory } from '../../../src/pools/inventory.js';
import { Coverage } from '../../../src/reconcile/release/coverage.js';
import { groupsOf } from '../../../src/reconcile/release/groups.js';
import type { ReservationTarget } from '../../../src/reconcile/release/groups.js';
import { claimsToRelease } from '../../../src/reconcile/plan.js';
import { survey } from '../../../src/reconcile/survey.js';
import { address, putNode, putPod, putPool, putReservation } from '../support/objects.js';
import { POOL_NAMESPACE, putNad } from '../support/plugin.js';
import { hasReservation, play } from '../support/release.js';
import type { Sent } from '../support/writer.js';
import { World, WorldReader } from '../support/world.js';

const V6_RANGE = 'fd00::/120';

/** Two ranges of one network, IPv6 first in the NAD; pod `gone` holds .1 and ::1, pod `live` .9 and ::9. */
function dual(): World {
  const world = new World();
  putNode(world, 'node-a');
  putNad(world, { nad: 'nad', networkName: 'blue', ranges: [V6_RANGE, '10.0.0.0/24'] });
  putPool(world, '10.0.0.0/24', { '1': 'default/gone', '9': 'default/live' }, { networkName: 'blue' });
  putPool(world, V6_RANGE, { '1': 'default/gone', '9': 'default/live' }, { networkName: 'blue' });
  putPod(world, 'default/live', { shows: ['10.0.0.9', 'fd00::9'] });
  putReservation(world, '10.0.0.1', 'default/gone', 'blue');
  putReservation(world, 'fd00::1', 'default/gone', 'blue');
  putReservation(world, '10.0.0.9', 'default/live', 'blue');
  putReservation(world, 'fd00::9', 'default/live', 'blue');
  return world;
}

const OWN = ['blue-10.0.0.1', 'blue-fd00--1'] as const;
const isDelete = ({ verb, resource }: Sent): boolean => verb === 'delete' && resource === RESERVATIONS;

describe('all of one owner, or none', () => {
  test('both go, in the order of the NAD’s ranges, after their entries', async () => {
    const world = dual();
    const { entries, reservations, writer } = await play(world);
    expect(entries).toEqual({ '10.0.0.1': 'released', 'fd00::1': 'released' });
    expect(reservations).toEqual({ 'blue-10.0.0.1': 'released', 'blue-fd00--1': 'released' });
    expect(writer.releases.map(({ verb, name }) => `${verb} ${name}`)).toEqual([
      expect.stringMatching(/^patch blue-/),
      expect.stringMatching(/^patch blue-/),
      'delete blue-fd00--1',
      'delete blue-10.0.0.1',
    ]);
    expect(hasReservation(world, 'blue-10.0.0.9') && hasReservation(world, 'blue-fd00--9')).toBe(true);
  });

  test('a key holds one of the addresses by now: none goes', async () => {
    const world = dual();
    const { reservations, errors } = await play(world, {
      before: ({ writer }) => {
        let patches = 0;
        writer.after = ({ verb }) => {
          if (verb !== 'patch' || ++patches < 2) return;
          putPool(world, '10.0.0.0/24', { '1': 'default/next', '9': 'default/live' }, { networkName: 'blue' });
        };
      },
    });
    expect(reservations).toEqual({ 'blue-10.0.0.1': 'changed', 'blue-fd00--1': 'changed' });
    expect(errors['blue-fd00--1']).toContain('default/next');
    for (const name of OWN) expect(hasReservation(world, name)).toBe(true);
  });

  test('the owner is back before they go: none goes', async () => {
    const world = dual();
    const { reservations } = await play(world, {
      before: ({ writer }) => {
        writer.after = ({ resource }) => {
          if (resource === LEASES) putPod(world, 'default/gone', { phase: 'Pending' });
        };
      },
    });
    expect(reservations).toEqual({ 'blue-10.0.0.1': 'changed', 'blue-fd00--1': 'changed' });
    for (const name of OWN) expect(hasReservation(world, name)).toBe(true);
  });

  test('one entry could not go: its reservation is no business of this run, and the other stays with it', async () => {
    const world = dual();
    const { entries, reservations } = await play(world, {
      before: ({ writer }) => {
        writer.turn = ({ verb, name, dryRun }) =>
          verb === 'patch' && !dryRun && name === 'blue-10.0.0.0-24' ? 'other' : undefined;
      },
    });
    expect(entries).toEqual({ '10.0.0.1': 'failed', 'fd00::1': 'released' });
    expect(reservations).toEqual({ 'blue-10.0.0.1': 'skipped', 'blue-fd00--1': 'skipped' });
    for (const name of OWN) expect(hasReservation(world, name)).toBe(true);
  });

  test.each([true, false])(
    'another run takes one key while this one surveys (and the other key: %s): nothing failed, the next run takes both',
    async (both) => {
      const world = dual();
      const take = (range: string): void => {
        putPool(world, range, { '9': 'default/live' }, { networkName: 'blue' });
      };
      const { entries, reservations, errors } = await play(world, {
        reader: {
          refuse: ({ verb, resource, name }) => {
            // The survey's second reading, of the IPv6 pool.
            if (verb === 'get' && resource === IP_POOLS && name?.startsWith('blue-fd00') === true) take(V6_RANGE);
            return undefined;
          },
        },
        before: () => {
          if (both) take('10.0.0.0/24');
        },
      });
      expect(entries).toEqual({ '10.0.0.1': both ? 'gone' : 'released' });
      expect(reservations).toEqual({ 'blue-10.0.0.1': 'changed' });
      expect(errors['blue-10.0.0.1']).toContain('blue-fd00--1');
      for (const name of OWN) expect(hasReservation(world, name)).toBe(true);
      const next = await play(world);
      expect(next.reservations).toEqual({ 'blue-10.0.0.1': 'released', 'blue-fd00--1': 'released' });
    },
  );

  test('one was made anew: it stays, the other goes', async () => {
    const world = dual();
    const { reservations } = await play(world, {
      before: ({ writer }) => {
        writer.after = ({ verb }) => {
          if (verb !== 'patch') return;
          world.remove(RESERVATIONS, POOL_NAMESPACE, 'blue-10.0.0.1');
          putReservation(world, '10.0.0.1', 'default/next', 'blue');
        };
      },
    });
    expect(reservations).toEqual({ 'blue-10.0.0.1': 'changed', 'blue-fd00--1': 'released' });
    expect(hasReservation(world, 'blue-10.0.0.1')).toBe(true);
  });
});

describe('deletions', () => {
  test.each([
    ['conflict', 'released'],
    ['too-many', 'released'],
    ['not-found', 'gone'],
    ['other', 'failed'],
    ['invalid', 'failed'],
    ['forbidden', 'failed'],
    ['lost-after', 'released'],
    ['lost-before', 'failed'],
  ] as const)('%s once: %s', async (fault, expected) => {
    const world = dual();
    const { reservations, journal } = await play(world, {
      before: ({ writer }) => {
        let isFirst = true;
        writer.turn = (sent) => {
          if (!isDelete(sent) || !isFirst || sent.name !== 'blue-fd00--1') return undefined;
          isFirst = false;
          if (fault === 'not-found') world.remove(RESERVATIONS, POOL_NAMESPACE, sent.name);
          return fault;
        };
      },
    });
    expect(reservations['blue-fd00--1']).toBe(expected);
    expect(hasReservation(world, 'blue-fd00--1')).toBe(expected === 'failed');
    expect(journal.said).toContain(`release-reservation fd00::1 ${expected}`);
  });

  test('deleted, and then nobody can be asked: never called done', async () => {
    const world = dual();
    let isDown = false;
    const { reservations, errors, journal } = await play(world, {
      reader: { refuse: ({ resource }) => (isDown && resource === PODS ? 'unauthorized' : undefined) },
      before: ({ writer }) => {
        writer.after = (sent) => {
          if (isDelete(sent) && !hasReservation(world, OWN[0]) && !hasReservation(world, OWN[1])) isDown = true;
        };
      },
    });
    // Its owner may have come back; ten seconds later no key lacked it.
    for (const name of OWN) {
      expect(reservations[name]).toBe('released');
      expect(errors[name]).toMatch(/^its owner could not be looked up again .*, and no key lacks a reservation$/);
    }
    expect(journal.said.filter((line) => line.startsWith('release-reservation')).sort()).toEqual([
      'release-reservation 10.0.0.1 released',
      'release-reservation fd00::1 released',
    ]);
  });

  test('deleted, and then nothing can be read at all: failed, and open in the journal', async () => {
    const world = dual();
    let isDown = false;
    const { reservations, errors, journal } = await play(world, {
      reader: { refuse: () => (isDown ? 'unauthorized' : undefined) },
      before: ({ writer }) => {
        writer.after = (sent) => {
          if (isDelete(sent) && !hasReservation(world, OWN[0]) && !hasReservation(world, OWN[1])) isDown = true;
        };
      },
    });
    for (const name of OWN) {
      expect(reservations[name]).toBe('failed');
      expect(errors[name]).toContain('the next run finds out');
    }
    expect(
      journal.said.filter((line) => line.startsWith('release-reservation')).map((line) => line.split(' ')[2]),
    ).toEqual([expect.stringMatching(/^(open|uncertain)$/), expect.stringMatching(/^(open|uncertain)$/)]);
  });
});

describe('a reservation without a key', () => {
  function alone(): World {
    const world = dual();
    putReservation(world, '10.0.0.77', 'default/long-gone', 'blue');
    return world;
  }

  test('waits ten seconds after it was seen, and goes', async () => {
    const world = alone();
    let deletedAt = 0;
    const { reservations } = await play(world, {
      before: ({ writer, clock }) => {
        writer.after = (sent) => {
          if (isDelete(sent) && sent.name === 'blue-10.0.0.77') deletedAt = clock.monotonic();
        };
      },
    });
    expect(reservations['blue-10.0.0.77']).toBe('released');
    expect(deletedAt).toBeGreaterThanOrEqual(10_000);
  });

  test('stays while nobody knows whether a reconciler runs', async () => {
    const world = alone();
    const why = 'may not list daemonsets.apps (403)';
    const { entries, reservations, errors } = await play(world, {
      upstream: { state: 'unknown', why, lastTickMs: null, safe: false },
    });
    expect(reservations).toEqual({
      'blue-10.0.0.1': 'released',
      'blue-fd00--1': 'released',
      'blue-10.0.0.77': 'skipped',
    });
    expect(new Set(Object.values(entries))).toEqual(new Set(['released']));
    expect(errors['blue-10.0.0.77']).toContain(why);
    expect(hasReservation(world, 'blue-10.0.0.77')).toBe(true);
  });
});

describe('Leases', () => {
  const leasesIn = async (world: World, networkName: string | null, text: string): Promise<string[]> => {
    const reader = new WorldReader(world);
    const coverage = await Coverage.read(reader, await readInventory(reader));
    return coverage.leasesOf(POOL_NAMESPACE, networkName, address(text)).sort();
  };

  test('one for all pools that are no slices', async () => {
    expect(await leasesIn(dual(), 'blue', '10.0.0.1')).toEqual(['whereabouts']);
    expect(await leasesIn(dual(), null, '192.0.2.1')).toEqual(['whereabouts']);
  });

  test('a slice’s address: the slice’s own too, and of each pool that covers it', async () => {
    const world = new World();
    const ipam = { type: 'whereabouts', range: '10.8.0.0/16', node_slice_size: '/24', network_name: 'blue' };
    world.put(NADS, 'default', 'sliced', { spec: { config: JSON.stringify({ type: 'macvlan', ipam }) } });
    const allocations = [
      { nodeName: 'node-a', sliceRange: '10.8.0.0/24' },
      { nodeName: 'node-b', sliceRange: '10.8.1.0/24' },
    ];
    world.put(NODE_SLICE_POOLS, POOL_NAMESPACE, 'blue', {
      spec: { range: '10.8.0.0/16', sliceSize: '/24' },
      status: { allocations },
    });
    // The pool of a slice that another node had before.
    putPool(world, '10.8.0.0/24', {}, { networkName: 'blue-node-old' });
    expect(await leasesIn(world, 'blue', '10.8.0.5')).toEqual([
      'blue-node-a-10.8.0.0-24',
      'blue-node-old-10.8.0.0-24',
      'whereabouts',
    ]);
    expect(await leasesIn(world, 'blue', '10.8.1.5')).toEqual(['blue-node-b-10.8.1.0-24', 'whereabouts']);
    expect(await leasesIn(world, 'blue', '10.8.2.5')).toEqual(['whereabouts']);
  });
});

test('groups: by namespace, network and podref, with what this run was not told to take', async () => {
  const world = dual();
  putReservation(world, '10.0.0.5', 'default/gone', 'blue');
  const found = await survey(new WorldReader(world));
  const options = { includeCompleted: false, includeLost: false, minAgeMs: 0, all: false };
  const targets = claimsToRelease(found, options).flatMap((judged): ReservationTarget[] => {
    const { reservation, address: of, networkName, pool } = judged.claim;
    if (reservation === null || of === null || pool === null) return [];
    return [{ judged, reservation, address: of, networkName, keylessSince: 0, freedByUs: true }];
  });
  const groups = groupsOf(targets, found.inventory);
  expect(
    groups.map(({ podref, networkName, members, companions }) => ({
      podref,
      networkName,
      members: members.map(({ reservation }) => reservation.name),
      companions: companions.map(({ name }) => name),
    })),
  ).toEqual([
    {
      podref: 'default/gone',
      networkName: 'blue',
      members: ['blue-fd00--1', 'blue-10.0.0.1'],
      companions: ['blue-10.0.0.5'],
    },
  ]);
});
