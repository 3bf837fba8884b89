/** `restore` in memory: each write fails in each way, and whatever happens between two of them. */
import { describe, expect, test } from '@jest/globals';
import { IP_POOLS, LEASES, RESERVATIONS } from '../../../src/cluster/resources.js';
import { ClusterFailure } from '../../../src/errors.js';
import { FreshLook } from '../../../src/reconcile/fresh-look.js';
import type { JournalIntent, JournalState } from '../../../src/reconcile/journal.js';
import { Holdings } from '../../../src/reconcile/leases/holdings.js';
import { restore } from '../../../src/reconcile/release/restore.js';
import { readScene } from '../../../src/reconcile/release/restore-scene.js';
import { nameOf } from '../../../src/reconcile/release/standing.js';
import { wantedOf } from '../../../src/reconcile/release/taken.js';
import { FakeClock } from '../support/clock.js';
import { putNode, putPod, putPool, putReservation } from '../support/objects.js';
import { POOL_NAMESPACE, putNad } from '../support/plugin.js';
import { entriesOf, MemoryJournal, play } from '../support/release.js';
import { World, WorldReader } from '../support/world.js';
import { WorldWriter, type Sent, type WriteFault } from '../support/writer.js';

const V4 = '10.0.0.0-24';
const V6 = 'fd00---64';

/** Two pods that are gone, one of them with addresses of both families, and one that lives. */
function world(): World {
  const made = new World();
  putNode(made, 'node-a');
  putNad(made, { nad: 'nad', networkName: null, ranges: ['10.0.0.0/24', 'fd00::/64'] });
  putPool(made, '10.0.0.0/24', { '1': 'default/one', '2': 'default/two', '9': 'default/lives' });
  putPool(made, 'fd00::/64', { '2': 'default/two', '9': 'default/lives' });
  for (const [address, podref] of Object.entries(HELD)) putReservation(made, address, podref);
  putPod(made, 'default/lives', { shows: ['10.0.0.9', 'fd00::9'] });
  return made;
}

const HELD = {
  '10.0.0.1': 'default/one',
  '10.0.0.2': 'default/two',
  'fd00::2': 'default/two',
  '10.0.0.9': 'default/lives',
  'fd00::9': 'default/lives',
};

/** What entries and reservations are, but for versions and uids. */
function contents(of: World): unknown {
  const reservations = Object.keys(HELD).map((address) => {
    const object = of.get(RESERVATIONS, POOL_NAMESPACE, address.replaceAll(':', '-'));
    return [address, object?.['spec'] ?? null];
  });
  return [sorted(entriesOf(of, V4)), sorted(entriesOf(of, V6)), reservations];
}

function sorted(entries: Record<string, unknown>): unknown {
  return Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1));
}

function stateOf({ intents, outcomes }: MemoryJournal): JournalState<JournalIntent> {
  return {
    header: null,
    decisions: [],
    end: null,
    torn: null,
    intents: intents.map((intent, at) => {
      const last = outcomes.filter(({ sequence }) => sequence === at + 1).at(-1);
      const isDone = last?.result === 'released';
      const status = last === undefined || last.result === 'uncertain' ? 'uncertain' : isDone ? 'done' : 'not-done';
      const { result = null, error = null } = last ?? {};
      return { sequence: at + 1, intent, status, result, error, resourceVersion: null, decidedBy: null };
    }),
  };
}

interface Restored {
  /** By address. */
  readonly results: Readonly<Record<string, string>>;
  readonly errors: Readonly<Record<string, string | null>>;
  readonly journal: MemoryJournal;
  readonly writer: WorldWriter;
}

async function putBack(
  of: World,
  released: MemoryJournal,
  { items = [], prepare }: { items?: readonly string[]; prepare?: (writer: WorldWriter) => void } = {},
): Promise<Restored> {
  const clock = new FakeClock();
  const reader = new WorldReader(of);
  const writer = new WorldWriter(of);
  const journal = new MemoryJournal();
  const scene = await readScene(reader, wantedOf(stateOf(released), items, 'journal'));
  prepare?.(writer);
  const ports = {
    ...{ reader, writer, journal, clock },
    look: new FreshLook({ reader, clock }, scene.survey),
    leases: new Holdings('test', { reader, writer, clock }),
    upstream: { look: () => Promise.resolve({ state: 'idle' } as const) },
    signal: new AbortController().signal,
    progress: () => undefined,
  };
  const { outcomes } = await clock.run(restore(ports, scene, new Map()));
  const named = [...outcomes].map(([{ judged }, outcome]) => [nameOf(judged.claim), outcome] as const);
  return {
    results: Object.fromEntries(named.map(([name, { result }]) => [name, result])),
    errors: Object.fromEntries(named.map(([name, { error }]) => [name, error])),
    journal,
    writer,
  };
}

const isOurs = ({ resource, dryRun }: Sent): boolean => resource !== LEASES && !dryRun;

/** Each write of a restore where nothing goes wrong. */
async function writes(): Promise<readonly Sent[]> {
  const made = world();
  const { journal } = await play(made);
  return (await putBack(made, journal)).writer.sent.filter(isOurs);
}

test('all of it is as it was; reservations first, the later range before the first', async () => {
  const made = world();
  const before = contents(made);
  const { journal } = await play(made);
  expect(contents(made)).not.toEqual(before);
  const { results, writer, journal: kept } = await putBack(made, journal);
  expect(results).toEqual({ '10.0.0.1': 'restored', '10.0.0.2': 'restored', 'fd00::2': 'restored' });
  expect(contents(made)).toEqual(before);
  const order = writer.sent.filter(isOurs).map(({ verb, name }) => `${verb} ${name}`);
  expect(order.filter((write) => write.startsWith('create'))).toHaveLength(3);
  expect(order.indexOf('create fd00--2')).toBeLessThan(order.indexOf('create 10.0.0.2'));
  expect(order.slice(-2).sort()).toEqual([`patch ${V4}`, `patch ${V6}`]);
  expect(kept.said.every((said) => said.endsWith('restored'))).toBe(true);
  expect((await putBack(made, journal)).results).toEqual({});
});

describe('one write goes wrong', () => {
  const dead = new ClusterFailure('unreachable', 'the server is gone');
  const FAULTS: readonly (readonly [string, WriteFault])[] = [
    ['conflict', 'conflict'],
    ['invalid', 'invalid'],
    ['exists', 'exists'],
    ['not-found', 'not-found'],
    ['forbidden', 'forbidden'],
    ['too-many', 'too-many'],
    ['other', 'other'],
    ['lost-before', 'lost-before'],
    ['lost-after', 'lost-after'],
    ['unreachable', dead],
  ];

  test.each(FAULTS)('%s: each pod has all or nothing, and what is said is true', async (_, fault) => {
    const count = (await writes()).length;
    expect(count).toBe(5);
    let failures = 0;
    for (let at = 0; at < count; at++) {
      const made = world();
      const { journal } = await play(made);
      let seen = 0;
      const { results, journal: kept } = await putBack(made, journal, {
        prepare: (writer) => {
          writer.turn = (sent) => (isOurs(sent) && seen++ === at ? fault : undefined);
        },
      });
      for (const [podref, places] of [
        ['default/one', [['10.0.0.1', V4, '1']]],
        [
          'default/two',
          [
            ['10.0.0.2', V4, '2'],
            ['fd00::2', V6, '2'],
          ],
        ],
      ] as const) {
        const there = places.flatMap(([address, pool, key]) => [
          Object.hasOwn(entriesOf(made, pool), key),
          made.get(RESERVATIONS, POOL_NAMESPACE, address.replaceAll(':', '-')) !== undefined,
        ]);
        const said = places.map(([address]) => results[address]);
        const isBack = said.every((result) => result === 'restored');
        if (!isBack) failures++;
        expect([at, podref, said, there]).toEqual([at, podref, said, there.map(() => isBack)]);
      }
      expect(kept.said.filter((said) => said.endsWith('open'))).toEqual([]);
      // Nothing stands in the way of the next one.
      await putBack(made, journal);
      expect([at, contents(made)]).toEqual([at, contents(world())]);
    }
    if (fault === 'forbidden' || fault === 'other') expect(failures).toBeGreaterThan(0);
    if (fault === 'too-many' || fault === 'lost-after') expect([fault, failures]).toEqual([fault, 0]);
  });

  test.each<[string, WriteFault]>([
    ['unreachable', dead],
    ['forbidden', 'forbidden'],
    ['other', 'other'],
  ])('no Lease can be asked for (%s): nothing is put back, and that is said and journalled', async (_, fault) => {
    const made = world();
    const { journal } = await play(made);
    const before = contents(made);
    const { results, journal: kept } = await putBack(made, journal, {
      prepare: (writer) => {
        writer.turn = ({ resource }) => (resource === LEASES ? fault : undefined);
      },
    });
    expect([...new Set(Object.values(results))].every((result) => result === 'failed' || result === 'skipped')).toBe(true);
    expect(Object.keys(results)).toHaveLength(3);
    expect(kept.said).not.toEqual([]);
    expect(kept.said.filter((said) => said.endsWith('open'))).toEqual([]);
    expect(contents(made)).toEqual(before);
    await putBack(made, journal);
    expect(contents(made)).toEqual(contents(world()));
  });

  test('the server goes away for good: not known, and the next one completes it', async () => {
    const count = (await writes()).length;
    for (let at = 0; at < count; at++) {
      const made = world();
      const { journal } = await play(made);
      let seen = 0;
      const { journal: kept } = await putBack(made, journal, {
        prepare: (writer) => {
          writer.turn = (sent) => (isOurs(sent) && seen++ >= at ? dead : undefined);
        },
      });
      expect(kept.said.filter((said) => said.endsWith('open'))).toEqual([]);
      await putBack(made, journal);
      expect([at, contents(made)]).toEqual([at, contents(world())]);
    }
  });
});

describe('something happens between two writes', () => {
  /** Runs once, right before the first write of this kind. */
  function before(kind: Sent['verb'], name: string, happens: () => void): (writer: WorldWriter) => void {
    return (writer) => {
      let isDone = false;
      writer.turn = (sent) => {
        if (!isDone && isOurs(sent) && sent.verb === kind && sent.name === name) {
          isDone = true;
          happens();
        }
        return undefined;
      };
    };
  }

  test('another address of the pool is given out: no obstacle', async () => {
    const made = world();
    const { journal } = await play(made);
    const { results } = await putBack(made, journal, {
      prepare: before('patch', V4, () => {
        putPool(made, '10.0.0.0/24', { '7': 'default/new', '9': 'default/lives' });
      }),
    });
    expect(results['10.0.0.1']).toBe('restored');
    expect(Object.keys(entriesOf(made, V4)).sort()).toEqual(['1', '2', '7', '9']);
  });

  test('the address itself is given out: what was made for it goes, others come back', async () => {
    const made = world();
    const { journal } = await play(made);
    const { results, errors } = await putBack(made, journal, {
      prepare: before('patch', V4, () => {
        putPool(made, '10.0.0.0/24', { '2': 'default/new', '9': 'default/lives' });
      }),
    });
    expect(results).toEqual({ '10.0.0.1': 'restored', '10.0.0.2': 'changed', 'fd00::2': 'changed' });
    expect(errors['10.0.0.2']).toBe('default/new was given it');
    expect(errors['fd00::2']).toBe('10.0.0.2 of the same pod: default/new was given it');
    expect(Object.keys(entriesOf(made, V6))).toEqual(['9']);
    for (const name of ['10.0.0.2', 'fd00--2']) expect(made.get(RESERVATIONS, POOL_NAMESPACE, name)).toBeUndefined();
  });

  test('somebody else reserves it: theirs is not touched', async () => {
    const made = world();
    const { journal } = await play(made);
    const { results } = await putBack(made, journal, {
      prepare: before('create', '10.0.0.1', () => putReservation(made, '10.0.0.1', 'default/new')),
    });
    expect(results['10.0.0.1']).toBe('changed');
    expect(made.get(RESERVATIONS, POOL_NAMESPACE, '10.0.0.1')?.['spec']).toMatchObject({ podref: 'default/new' });
    expect(Object.keys(entriesOf(made, V4))).not.toContain('1');
  });

  test('the pool goes: nothing is left of it', async () => {
    const made = world();
    const { journal } = await play(made);
    const { results } = await putBack(made, journal, {
      items: ['10.0.0.1'],
      prepare: before('patch', V4, () => made.remove(IP_POOLS, POOL_NAMESPACE, V4)),
    });
    expect(results['10.0.0.1']).toBe('failed');
    expect(made.get(RESERVATIONS, POOL_NAMESPACE, '10.0.0.1')).toBeUndefined();
  });
});

describe('what is wanted', () => {
  test('of two keys of one owner and interface in a pool only one comes back', async () => {
    const made = new World();
    putNode(made, 'node-a');
    putNad(made, { nad: 'nad', networkName: null, ranges: ['10.0.0.0/24'] });
    putPool(made, '10.0.0.0/24', { '1': 'default/one', '3': 'default/one' });
    const { journal } = await play(made);
    expect(Object.keys(entriesOf(made, V4))).toEqual([]);
    const { results, errors } = await putBack(made, journal);
    expect(results).toEqual({ '10.0.0.3': 'changed', '10.0.0.1': 'restored' });
    expect(errors['10.0.0.3']).toContain('10.0.0.1, which the run also took, is put back in its place');
    expect(Object.keys(entriesOf(made, V4))).toEqual(['1']);
  });

  test('an item that the run did not take is told, one that it does not know refused', async () => {
    const released = new MemoryJournal();
    const made = world();
    const { journal } = await play(made);
    await released.intend(journal.intents);
    const [first] = journal.intents;
    await released.settle([{ sequence: 1, result: 'changed', error: 'it came back', resourceVersion: null }]);
    const address = first?.address ?? '';
    const only = { ...stateOf(released), intents: stateOf(released).intents.slice(0, 1) };
    expect(wantedOf(only, [address], 'j')).toEqual({
      taken: [],
      companions: [],
      notTaken: [`${address} was not taken by that run: changed, it came back`],
    });
    expect(() => wantedOf(only, ['10.9.9.9'], 'j')).toThrow('j has no item "10.9.9.9"');
  });
});
