import { describe, expect, test } from '@jest/globals';
import { IP_POOLS, PODS } from '../../../src/cluster/resources.js';
import { ClusterFailure } from '../../../src/errors.js';
import { putNode, putPod, putPool } from '../support/objects.js';
import { POOL_NAMESPACE, putNad } from '../support/plugin.js';
import { entriesOf, play, type Stage } from '../support/release.js';
import type { Sent, WriteFault } from '../support/writer.js';
import { World } from '../support/world.js';

const POOL = '10.0.0.0-24';

/** Pods that are gone hold keys 1 to `count`; key 100 is live. No reservations: entries alone. */
function worldOf(count: number): World {
  const world = new World();
  putNode(world, 'node-a');
  putNad(world, { nad: 'nad', networkName: null, ranges: ['10.0.0.0/24'] });
  const gone = Array.from({ length: count }, (_, at) => [(at + 1).toString(), `default/gone-${(at + 1).toString()}`]);
  putPool(world, '10.0.0.0/24', { ...(Object.fromEntries(gone) as Record<string, string>), '100': 'default/live' });
  putPod(world, 'default/live', { shows: ['10.0.0.100'] });
  return world;
}

const isPatch = ({ verb, dryRun }: Sent): boolean => verb === 'patch' && !dryRun;

/** What happens to the patches, one after the other. */
function faults(...all: readonly (WriteFault | undefined)[]): (stage: Stage) => void {
  const left = [...all];
  return ({ writer }) => {
    writer.turn = (sent) => (isPatch(sent) ? left.shift() : undefined);
  };
}

const changeEntry = (world: World, key: string, entry: object | null): void => {
  const spec = world.get(IP_POOLS, POOL_NAMESPACE, POOL)?.['spec'] as { allocations: Record<string, unknown> };
  const { [key]: _, ...others } = spec.allocations;
  const allocations = entry === null ? others : { ...others, [key]: entry };
  world.patch(IP_POOLS, POOL_NAMESPACE, POOL, { spec: { ...spec, allocations } });
};

describe('patches', () => {
  test('what is live stays, what is gone goes, in one patch', async () => {
    const world = worldOf(3);
    const { entries, writer, journal } = await play(world);
    expect(entries).toEqual({ '10.0.0.1': 'released', '10.0.0.2': 'released', '10.0.0.3': 'released' });
    expect(Object.keys(entriesOf(world, POOL))).toEqual(['100']);
    expect(writer.releases).toHaveLength(1);
    expect(journal.said).toEqual([1, 2, 3].map((at) => `release-key 10.0.0.${at.toString()} released`));
  });

  test('of 65,000 keys none has more than 4,000, and the rounds grow', async () => {
    const world = new World();
    putNode(world, 'node-a');
    putNad(world, { nad: 'nad', networkName: null, ranges: ['10.8.0.0/16'] });
    putPod(world, 'default/other', { shows: ['10.9.0.1'] });
    const count = 65_000;
    putPool(
      world,
      '10.8.0.0/16',
      Object.fromEntries(
        Array.from({ length: count }, (_, at) => [(at + 1).toString(), `default/gone-${(at % 50).toString()}`]),
      ),
    );
    const { writer, journal, entries } = await play(world);
    const sizes = writer.releases.map(({ operations }) => (operations.length - 2) / 2);
    expect(sizes.slice(0, 7)).toEqual([64, 128, 256, 512, 1024, 2048, 4000]);
    expect(Math.max(...sizes)).toBe(4000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(count);
    expect(Object.values(entries).filter((result) => result === 'released')).toHaveLength(count);
    expect(entriesOf(world, '10.8.0.0-16')).toEqual({});
    // Intents of a round are made durable together, before any write of it.
    expect(journal.batches).toEqual(sizes);
  }, 120_000);

  test.each([50, 300, 900, 2500])(
    'no owner was looked at more than 2 s before, with %i ms for a GET',
    async (getMs) => {
      const world = worldOf(90);
      const asked = new Map<string, number>();
      const ages: number[] = [];
      let stage: Stage | undefined;
      const { entries, writer } = await play(world, {
        reader: {
          answeredAt: (request, moment) => {
            if (request.resource === PODS && request.verb === 'get' && stage !== undefined) {
              asked.set(request.name ?? '', stage.clock.monotonic());
            }
            return moment;
          },
          turn: () => stage?.clock.sleep(getMs),
        },
        before: (own) => {
          stage = own;
          own.writer.turn = (sent) => {
            if (!isPatch(sent)) return undefined;
            for (const { op, path } of sent.operations) {
              if (op !== 'remove') continue;
              const at = asked.get(`gone-${path.slice('/spec/allocations/'.length)}`) ?? Number.NEGATIVE_INFINITY;
              ages.push(own.clock.monotonic() - at);
            }
            return undefined;
          };
        },
      });
      expect(Math.max(0, ...ages)).toBeLessThanOrEqual(2000);
      const results = new Set(Object.values(entries));
      if (getMs > 2000) {
        // None can be looked at quickly enough: nothing is done, and that is said.
        expect([[...results], ages]).toEqual([['failed'], []]);
        expect(writer.releases).toEqual([]);
      } else {
        expect([...results]).toEqual(['released']);
        expect(ages.length).toBeGreaterThanOrEqual(90);
      }
    },
  );
});

describe('refusals', () => {
  test('422 for one entry that another container has by now: it stays, the others go', async () => {
    const world = worldOf(4);
    const other = { id: 'new', podref: 'default/gone-2', ifname: 'net1' };
    const { entries, writer, errors } = await play(world, {
      before: () => {
        changeEntry(world, '2', other);
      },
    });
    expect(entries).toEqual({
      '10.0.0.1': 'released',
      '10.0.0.2': 'changed',
      '10.0.0.3': 'released',
      '10.0.0.4': 'released',
    });
    expect(errors['10.0.0.2']).toContain('another container');
    expect(entriesOf(world, POOL)['2']).toEqual(other);
    expect(writer.releases).toHaveLength(2);
  });

  test('an entry that the plugin took itself is gone, and no failure', async () => {
    const world = worldOf(2);
    const { entries, errors } = await play(world, {
      before: () => {
        changeEntry(world, '1', null);
      },
    });
    expect([entries, errors]).toEqual([{ '10.0.0.1': 'gone', '10.0.0.2': 'released' }, {}]);
  });

  test('a pool that is gone, or was made anew, or has another range', async () => {
    const lost = worldOf(1);
    const one = await play(lost, { before: () => lost.remove(IP_POOLS, POOL_NAMESPACE, POOL) });
    expect(one.entries).toEqual({ '10.0.0.1': 'gone' });
    const anew = worldOf(1);
    const two = await play(anew, {
      before: () => {
        anew.remove(IP_POOLS, POOL_NAMESPACE, POOL);
        putPool(anew, '10.0.0.0/24', { '1': 'default/gone-1' });
      },
    });
    expect(two.entries).toEqual({ '10.0.0.1': 'changed' });
    expect(Object.keys(entriesOf(anew, POOL))).toEqual(['1']);
    const moved = worldOf(1);
    const three = await play(moved, {
      before: () => {
        const spec = moved.get(IP_POOLS, POOL_NAMESPACE, POOL)?.['spec'] as object;
        moved.patch(IP_POOLS, POOL_NAMESPACE, POOL, { spec: { ...spec, range: '10.0.0.0/25' } });
      },
    });
    expect(three.entries).toEqual({ '10.0.0.1': 'changed' });
    expect(entriesOf(moved, POOL)['1']).toBeDefined();
  });

  test.each(['invalid', 'conflict'] as const)('%s is tried three times, never blind', async (reason) => {
    const twice = await play(worldOf(1), { before: faults(reason, reason) });
    expect([twice.entries['10.0.0.1'], twice.writer.releases.length]).toEqual(['released', 3]);
    const always = await play(worldOf(1), { before: faults(reason, reason, reason, reason) });
    expect([always.entries['10.0.0.1'], always.writer.releases.length]).toEqual(['failed', 3]);
    expect(always.errors['10.0.0.1']).toContain('3 tries');
    // Each time the owner was looked at anew.
    expect(always.reader.asked.filter((asked) => asked === 'get pods default/gone-1').length).toBeGreaterThanOrEqual(3);
  });

  test('too many requests are waited out, and do not count as tries', async () => {
    const { entries, clock } = await play(worldOf(1), {
      before: faults(...Array.from({ length: 6 }, () => 'too-many' as const)),
    });
    expect(entries).toEqual({ '10.0.0.1': 'released' });
    expect(clock.monotonic()).toBeGreaterThanOrEqual(6000);
  });

  test.each([
    ['lost-before', 2],
    ['lost-after', 1],
  ] as const)('%s is decided by reading', async (fault, patches) => {
    const { entries, writer, journal } = await play(worldOf(2), { before: faults(fault) });
    expect(entries).toEqual({ '10.0.0.1': 'released', '10.0.0.2': 'released' });
    expect(writer.releases).toHaveLength(patches);
    expect(journal.said).toEqual(['release-key 10.0.0.1 released', 'release-key 10.0.0.2 released']);
  });

  test('lost, and nobody can be asked: uncertain in the journal, failed for people', async () => {
    const world = worldOf(1);
    let isDown = false;
    const { entries, errors, journal } = await play(world, {
      reader: { refuse: () => (isDown ? 'unreachable' : undefined) },
      before: ({ writer }) => {
        writer.turn = (sent) => {
          if (!isPatch(sent)) return undefined;
          isDown = true;
          return 'lost-after';
        };
      },
    });
    expect([entries, journal.said]).toEqual([{ '10.0.0.1': 'failed' }, ['release-key 10.0.0.1 uncertain']]);
    expect(errors['10.0.0.1']).toContain('not known');
  });

  test('credentials that ran out end it: the rest is not tried, and says why', async () => {
    const world = worldOf(90);
    const { entries, errors } = await play(world, {
      before: faults(new ClusterFailure('unauthorized', 'log in again')),
    });
    expect(new Set(Object.values(entries))).toEqual(new Set(['failed']));
    expect(errors['10.0.0.90']).toBe('not tried: log in again');
    expect(Object.keys(entriesOf(world, POOL))).toHaveLength(91);
  });

  test('an owner that cannot be looked up keeps its entry, the others go', async () => {
    const world = worldOf(2);
    const { entries, errors } = await play(world, {
      reader: { refuse: ({ verb, name }) => (verb === 'get' && name === 'gone-1' ? 'server-error' : undefined) },
    });
    expect(entries).toEqual({ '10.0.0.1': 'failed', '10.0.0.2': 'released' });
    expect(errors['10.0.0.1']).toContain('could not be looked up');
  });
});

describe('an owner that comes back', () => {
  const RAW = { id: 'c-1', podref: 'default/gone-1', ifname: 'net1' };

  /** As soon as its entry went the pod is made again; then `more` happens. */
  function comingBack(world: World, more: () => void = () => undefined): (stage: Stage) => void {
    return ({ writer }) => {
      let isFirst = true;
      writer.after = (sent) => {
        if (!isPatch(sent) || !isFirst) return;
        isFirst = false;
        putPod(world, 'default/gone-1', { phase: 'Pending' });
        more();
      };
    };
  }

  test('before the patch: nothing is sent', async () => {
    const world = worldOf(1);
    const { entries, errors, writer } = await play(world, {
      before: () => {
        putPod(world, 'default/gone-1', { phase: 'Pending' });
      },
    });
    expect([entries, writer.releases]).toEqual([{ '10.0.0.1': 'changed' }, []]);
    expect(errors['10.0.0.1']).toContain('pending');
  });

  test('after it: the entry is put back as it was', async () => {
    const world = worldOf(1);
    const { entries, errors, journal } = await play(world, { before: comingBack(world) });
    expect(entries).toEqual({ '10.0.0.1': 'changed' });
    expect(errors['10.0.0.1']).toContain('put back');
    expect(entriesOf(world, POOL)['1']).toEqual(RAW);
    expect(journal.said).toEqual(['release-key 10.0.0.1 changed', 'restore-key 10.0.0.1 restored']);
  });

  test('and has a key of that interface again: nothing is needed', async () => {
    const world = worldOf(1);
    const { entries } = await play(world, {
      before: comingBack(world, () => {
        changeEntry(world, '7', { id: 'new', podref: 'default/gone-1', ifname: 'net1' });
      }),
    });
    expect(entries).toEqual({ '10.0.0.1': 'released' });
    expect(Object.keys(entriesOf(world, POOL)).sort()).toEqual(['100', '7']);
  });

  test('and has one of another interface: that is no help', async () => {
    const world = worldOf(1);
    const { entries } = await play(world, {
      before: comingBack(world, () => {
        changeEntry(world, '7', { id: 'new', podref: 'default/gone-1', ifname: 'net2' });
      }),
    });
    expect(entries).toEqual({ '10.0.0.1': 'changed' });
    expect(entriesOf(world, POOL)['1']).toEqual(RAW);
  });

  test('and its address is somebody else’s by now: that is said, and never taken', async () => {
    const world = worldOf(1);
    const other = { id: 'x', podref: 'default/other', ifname: 'net1' };
    const { entries, errors, journal } = await play(world, {
      before: comingBack(world, () => {
        changeEntry(world, '1', other);
      }),
    });
    expect(entries).toEqual({ '10.0.0.1': 'failed' });
    expect(errors['10.0.0.1']).toMatch(/came back and shows 10\.0\.0\.1, which cannot be put back: default\/other/);
    expect(entriesOf(world, POOL)['1']).toEqual(other);
    expect(journal.said.at(-1)).toBe('restore-key 10.0.0.1 failed');
  });

  test('and its pool is gone: that is said', async () => {
    const world = worldOf(1);
    const { entries, errors } = await play(world, {
      before: comingBack(world, () => {
        world.remove(IP_POOLS, POOL_NAMESPACE, POOL);
      }),
    });
    expect(entries).toEqual({ '10.0.0.1': 'failed' });
    expect(errors['10.0.0.1']).toContain('its pool is gone');
  });

  test('a look that fails after the patch puts it back, and is no word about the owner', async () => {
    const world = worldOf(1);
    let isBlind = false;
    const { entries, errors } = await play(world, {
      reader: {
        refuse: ({ resource, verb }) => (isBlind && resource === PODS && verb === 'get' ? 'server-error' : undefined),
      },
      before: ({ writer }) => {
        writer.turn = (sent) => {
          if (isPatch(sent)) isBlind = true;
          return undefined;
        };
      },
    });
    expect(entries).toEqual({ '10.0.0.1': 'failed' });
    expect(errors['10.0.0.1']).toMatch(/could not be looked up again .* so the entry was put back/);
    expect(entriesOf(world, POOL)['1']).toEqual(RAW);
  });
});

describe('asked to stop', () => {
  test('the round is brought to its end, the rest is not tried', async () => {
    const world = worldOf(90);
    const stop = new AbortController();
    const { entries, errors } = await play(world, {
      signal: stop.signal,
      before: ({ writer }) => {
        writer.turn = () => {
          stop.abort();
          return undefined;
        };
      },
    });
    const results = Object.values(entries);
    expect(results.filter((result) => result === 'released')).toHaveLength(64);
    expect(results.filter((result) => result === 'skipped')).toHaveLength(26);
    expect(errors['10.0.0.90']).toContain('interrupted');
    expect(Object.keys(entriesOf(world, POOL))).toHaveLength(27);
  });
});
