import { describe, expect, test } from '@jest/globals';
import {
  EVENTS,
  IP_POOLS,
  MIGRATIONS,
  NADS,
  NODE_SLICE_POOLS,
  NODES,
  PODS,
  RESERVATIONS,
  STATEFUL_SETS,
  VIRTUAL_MACHINE_INSTANCES,
  type Resource,
} from '../../src/cluster/resources.js';
import { ClusterFailure } from '../../src/errors.js';
import { survey, type Survey, type SurveyOptions } from '../../src/reconcile/survey.js';
import { putNad, POOL_NAMESPACE } from './support/plugin.js';
import { address, putNode, putPod, putPool, putReservation, putSet, type Holder } from './support/objects.js';
import { World, WorldReader, type ReaderOptions } from './support/world.js';

const RANGE = '10.0.0.0/24';

function worldWith(holders: Readonly<Record<string, string>>): World {
  const world = new World();
  putNode(world, 'node-a');
  putNad(world, { nad: 'nad', networkName: null, ranges: [RANGE] });
  putPool(world, RANGE, holders);
  return world;
}

async function read(world: World, reader: ReaderOptions = {}, options: SurveyOptions = {}): Promise<Survey> {
  return survey(new WorldReader(world, reader), options);
}

/** Verdict and reason by owner. */
function verdicts({ claims }: Survey): Record<string, string> {
  return Object.fromEntries(
    claims.map(({ claim, verdict, reason }) => [
      `${claim.pool === null ? 'reservation of ' : ''}${claim.podref}`,
      `${verdict} (${reason})`,
    ]),
  );
}

function refusing(...resources: readonly Resource[]): ReaderOptions {
  return { refuse: ({ resource }) => (resources.includes(resource) ? 'forbidden' : undefined) };
}

function putEvent(world: World, name: string, reason: string, more: Readonly<Record<string, unknown>>): void {
  const involvedObject = { kind: 'Pod', namespace: 'default', name };
  world.put(EVENTS, 'default', `${name}.${reason}`, { involvedObject, reason, ...more });
}

function ago(world: World, ms: number): string {
  return new Date(world.nowMs - ms).toISOString();
}

describe('one cluster, every verdict', () => {
  test('is what the objects say', async () => {
    const world = worldWith({
      1: 'default/live',
      2: 'default/gone',
      3: 'default/done',
      4: 'default/failed',
      5: 'default/starting',
      6: 'default/silent',
      7: 'default/moved',
      8: 'default/db-1',
      9: 'default/db-2',
      10: 'default/cut-off',
      11: 'default/shown',
      12: 'nobody',
      abc: 'default/live',
      13: 'default/moving',
      14: 'default/leaving',
    });
    putNode(world, 'node-b', 'Unknown');
    putPod(world, 'default/live', { shows: ['::ffff:10.0.0.1'] });
    putPod(world, 'default/done', { shows: ['10.0.0.3'], phase: 'Succeeded' });
    putPod(world, 'default/failed', { phase: 'Failed' });
    putPod(world, 'default/starting', { phase: 'Pending' });
    putPod(world, 'default/silent', { readyForMs: 1_000_000 });
    putPod(world, 'default/moved', { shows: ['10.9.0.7'], readyForMs: 150_000, nad: 'default/elsewhere' });
    putPool(world, '10.9.0.0/24', { 7: 'default/moved' });
    putSet(world, 'default', 'db', { replicas: 2 });
    putPod(world, 'default/cut-off', { shows: ['10.0.0.10'], terminating: true, node: 'node-b' });
    putPod(world, 'default/thief', { shows: ['10.0.0.11'] });
    putPod(world, 'default/leaving', { shows: ['10.0.0.14'], terminating: true });
    putPod(world, 'default/moving', { phase: 'Succeeded' });
    world.put(MIGRATIONS, 'default', 'move', {
      status: { phase: 'Running', migrationState: { sourcePod: 'moving', targetPod: 'not-there' } },
    });
    const result = await read(world);
    const wanted: Record<string, string> = {
      'default/gone': 'stale (pod-gone)',
      'default/done': 'finished (succeeded)',
      'default/failed': 'finished (failed)',
      'default/starting': 'pending (pending)',
      'default/silent': 'unknown (no-network-status)',
      'default/db-1': 'kept (statefulset-ordinal)',
      'default/db-2': 'stale (pod-gone)',
      'default/cut-off': 'lost (node-unreachable)',
      'default/shown': 'unknown (shown-by-other-pod)',
      nobody: 'malformed (podref-unreadable)',
      'default/moving': 'kept (migration)',
      'default/leaving': 'live (address-shown)',
    };
    const { 'default/live': _two, 'default/moved': _both, ...rest } = verdicts(result);
    expect(rest).toEqual(wanted);
    const of = (podref: string): string[] =>
      result.claims
        .filter(({ claim }) => claim.podref === podref)
        .map(({ claim, verdict, reason }) => `${claim.allocation?.key ?? ''} ${verdict} (${reason})`);
    expect(of('default/live')).toEqual(['1 live (address-shown)', 'abc malformed (key-unreadable)']);
    expect(of('default/moved')).toEqual(['7 stale (other-address)', '7 live (address-shown)']);
    expect(result.incomplete).toBe(false);
    expect(result.warnings).toEqual([
      'node node-b is not Ready: a pod that was deleted by force may still run there and use an address that looks stale',
    ]);
  });
});

describe('a pod that changes between two lists', () => {
  test('pending, and dying with its node: lost', async () => {
    const world = worldWith({ 1: 'default/a', 2: 'default/b' });
    putNode(world, 'node-b', 'Unknown');
    putPod(world, 'default/a', { phase: 'Pending', terminating: true, node: 'node-b' });
    putPod(world, 'default/b', { phase: 'Pending', terminating: true, node: 'node-a' });
    expect(verdicts(await read(world))).toEqual({
      'default/a': 'lost (node-unreachable)',
      'default/b': 'pending (pending)',
    });
  });

  test('a namesake that finished since does not speak for it', async () => {
    const world = worldWith({ 1: 'default/a' });
    putPod(world, 'default/a', { shows: ['10.0.0.1'] });
    const reader = new WorldReader(world, {
      turn: () => {
        if (reader.asked.at(-1) !== 'list pods status.phase=Succeeded') return;
        world.remove(PODS, 'default', 'a');
        putPod(world, 'default/a', { phase: 'Succeeded' });
      },
    });
    expect(verdicts(await survey(reader))).toEqual({ 'default/a': 'live (address-shown)' });
    expect(verdicts(await survey(new WorldReader(world)))).toEqual({ 'default/a': 'finished (succeeded)' });
  });

  test('gone when it is read whole: gone, which a GET said', async () => {
    const world = worldWith({ 1: 'default/a' });
    putPod(world, 'default/a', {});
    const reader = new WorldReader(world, {
      turn: () => {
        if (reader.asked.at(-1) === 'get pods default/a') world.remove(PODS, 'default', 'a');
      },
    });
    const result = await survey(reader);
    expect(verdicts(result)).toEqual({ 'default/a': 'stale (pod-gone)' });
    expect(result.claims[0]?.confirmedByGet).toBe(true);
  });

  test.each<[string, Readonly<Record<string, Holder>> | null, string | undefined]>([
    ['is there still', { 1: 'default/a' }, 'stale (pod-gone)'],
    ['is gone', {}, undefined],
    [
      'is of another container',
      { 1: { podref: 'default/a', ifName: 'net1', id: 'other' } },
      'unknown (owner-not-settled)',
    ],
    ['is of another owner', { 1: 'default/b' }, 'unknown (owner-not-settled)'],
    [
      'is of another interface',
      { 1: { podref: 'default/a', ifName: 'net2', id: 'c-1' } },
      'unknown (owner-not-settled)',
    ],
    ['is in a pool that was made anew', null, undefined],
  ])('an entry that at the second read %s', async (_, holders, expected) => {
    const world = worldWith({ 1: 'default/a' });
    const reader = new WorldReader(world, {
      turn: () => {
        if (reader.asked.at(-1)?.startsWith('get ippools') !== true) return;
        if (holders === null) world.remove(IP_POOLS, POOL_NAMESPACE, '10.0.0.0-24');
        putPool(world, RANGE, holders ?? { 1: 'default/a' });
      },
    });
    expect(verdicts(await survey(reader))).toEqual(expected === undefined ? {} : { 'default/a': expected });
  });

  test.each<[string, (world: World) => void, boolean]>([
    ['stands still', () => undefined, true],
    ['is gone', (world) => world.remove(RESERVATIONS, POOL_NAMESPACE, '10.0.0.3'), false],
    [
      'was made anew',
      (world) => {
        world.remove(RESERVATIONS, POOL_NAMESPACE, '10.0.0.3');
        putReservation(world, '10.0.0.3', 'default/a');
      },
      false,
    ],
    ['has its key by now', (world) => putPool(world, RANGE, { 3: 'default/a' }), false],
  ])('a reservation without a key that at the second read %s', async (_, change, remains) => {
    const world = worldWith({});
    putReservation(world, '10.0.0.3', 'default/a');
    const reader = new WorldReader(world, {
      turn: () => {
        if (reader.asked.filter((line) => line === 'list ippools').length === 2) change(world);
      },
    });
    expect((await survey(reader)).claims).toHaveLength(remains ? 1 : 0);
  });
});

describe('a pod that another shows the address of', () => {
  test.each<[string, string, (world: World) => void]>([
    [
      'shown under a NAD of this network',
      'unknown (shown-by-other-pod)',
      (world) => putPod(world, 'x/y', { shows: ['10.0.0.1'] }),
    ],
    [
      'shown under another network_name',
      'stale (pod-gone)',
      (world) => {
        putNad(world, { nad: 'red', networkName: 'red', ranges: [RANGE] });
        putPod(world, 'x/y', { shows: ['10.0.0.1'], nad: 'default/red' });
      },
    ],
    [
      'shown under a NAD without whereabouts',
      'stale (pod-gone)',
      (world) => {
        world.put(NADS, 'default', 'static', { spec: { config: '{"type":"macvlan","ipam":{"type":"static"}}' } });
        putPod(world, 'x/y', { shows: ['10.0.0.1'], nad: 'default/static' });
      },
    ],
    [
      'shown under a NAD that is not there',
      'unknown (shown-by-other-pod)',
      (world) => putPod(world, 'x/y', { shows: ['10.0.0.1'], nad: 'default/missing' }),
    ],
    [
      'shown under a NAD that cannot be read',
      'unknown (shown-by-other-pod)',
      (world) => {
        world.put(NADS, 'default', 'broken', { spec: { config: '{' } });
        putPod(world, 'x/y', { shows: ['10.0.0.1'], nad: 'default/broken' });
      },
    ],
    [
      'shown by a finished pod',
      'stale (pod-gone)',
      (world) => putPod(world, 'x/y', { shows: ['10.0.0.1'], phase: 'Failed' }),
    ],
    [
      'shown in another spelling',
      'unknown (shown-by-other-pod)',
      (world) => putPod(world, 'x/y', { shows: ['::ffff:a00:1'] }),
    ],
  ])('%s: %s', async (_, expected, arrange) => {
    const world = worldWith({ 1: 'default/gone' });
    arrange(world);
    expect(verdicts(await read(world))).toEqual({ 'default/gone': expected });
  });

  test('is an objection on any network where the pool belongs to none that is known', async () => {
    const world = worldWith({});
    putNad(world, { nad: 'red', networkName: 'red', ranges: [RANGE] });
    world.put(IP_POOLS, POOL_NAMESPACE, 'what-10.5.0.0-24', {
      spec: { range: '10.5.0.0/24', allocations: { 1: { id: 'c', podref: 'default/gone' } } },
    });
    putPod(world, 'x/y', { shows: ['10.5.0.1'], nad: 'default/red' });
    expect(verdicts(await read(world))).toEqual({ 'default/gone': 'unknown (shown-by-other-pod)' });
  });

  test('no objection where NADs cannot be read is doubted', async () => {
    const world = worldWith({ 1: 'default/gone' });
    putNad(world, { nad: 'red', networkName: 'red', ranges: [RANGE] });
    putPod(world, 'x/y', { shows: ['10.0.0.1'], nad: 'default/red' });
    const result = await read(world, refusing(NADS));
    expect(verdicts(result)).toEqual({ 'default/gone': 'unknown (shown-by-other-pod)' });
    expect(result.incomplete).toBe(true);
  });
});

describe('who wants a pod back', () => {
  test.each<[string, string, Readonly<Record<string, unknown>>]>([
    ['default/db-0', 'kept (statefulset-ordinal)', { replicas: 1 }],
    ['default/db-1', 'stale (pod-gone)', { replicas: 1 }],
    ['default/db-0', 'kept (statefulset-ordinal)', {}],
    ['default/db-1', 'stale (pod-gone)', {}],
    ['default/db-0', 'stale (pod-gone)', { replicas: 0 }],
    ['default/db-4', 'stale (pod-gone)', { replicas: 2, ordinals: { start: 5 } }],
    ['default/db-5', 'kept (statefulset-ordinal)', { replicas: 2, ordinals: { start: 5 } }],
    ['default/db-6', 'kept (statefulset-ordinal)', { replicas: 2, ordinals: { start: 5 } }],
    ['default/db-7', 'stale (pod-gone)', { replicas: 2, ordinals: { start: 5 } }],
    ['default/db-00', 'stale (pod-gone)', { replicas: 9 }],
    ['other/db-0', 'stale (pod-gone)', { replicas: 9 }],
    ['default/db', 'stale (pod-gone)', { replicas: 9 }],
  ])('%s: %s with %j', async (podref, expected, spec) => {
    const world = worldWith({ 1: podref });
    putSet(world, 'default', 'db', spec);
    expect(verdicts(await read(world))).toEqual({ [podref]: expected });
  });

  test.each([['Succeeded'], ['Failed']])('a migration that %s wants nobody', async (phase) => {
    const world = worldWith({ 1: 'default/virt-launcher-a' });
    world.put(MIGRATIONS, 'default', 'm', { status: { phase, migrationState: { sourcePod: 'virt-launcher-a' } } });
    expect(verdicts(await read(world))).toEqual({ 'default/virt-launcher-a': 'stale (pod-gone)' });
  });

  test('the machine of a migration names its pods too, the active ones by uid', async () => {
    const world = worldWith({
      1: 'default/virt-launcher-a',
      2: 'default/virt-launcher-b',
      3: 'default/virt-launcher-c',
    });
    const active = putPod(world, 'default/virt-launcher-b', { phase: 'Succeeded' });
    world.put(MIGRATIONS, 'default', 'm', { spec: { vmiName: 'vm' }, status: { phase: 'Running' } });
    world.put(VIRTUAL_MACHINE_INSTANCES, 'default', 'vm', {
      status: {
        activePods: { [active.metadata.uid ?? '']: 'node-a' },
        migrationState: { targetPod: 'virt-launcher-a' },
      },
    });
    expect(verdicts(await read(world))).toEqual({
      'default/virt-launcher-a': 'kept (migration)',
      'default/virt-launcher-b': 'kept (migration)',
      'default/virt-launcher-c': 'stale (pod-gone)',
    });
  });
});

describe('the node of a pod that is gone', () => {
  test.each<[string, 'True' | 'False' | 'Unknown' | null, string]>([
    ['works', 'True', 'stale (pod-gone)'],
    ['is not Ready', 'False', 'lost (pod-gone-node-lost)'],
    ['does not report', 'Unknown', 'lost (pod-gone-node-lost)'],
    ['was deleted', null, 'stale (pod-gone)'],
  ])('as an event names it: %s', async (_, ready, expected) => {
    const world = worldWith({ 1: 'default/gone' });
    putNode(world, 'elsewhere', 'Unknown');
    if (ready !== null) putNode(world, 'node-b', ready);
    putEvent(world, 'gone', 'Scheduled', { message: 'Successfully assigned default/gone to node-b' });
    expect(verdicts(await read(world))).toEqual({ 'default/gone': expected });
  });

  test('a node that was removed within the hour is warned of', async () => {
    const world = worldWith({ 1: 'default/gone' });
    const event = (name: string, ms: number): void => {
      const involvedObject = { kind: 'Node', name };
      world.put(EVENTS, 'default', name, { involvedObject, reason: 'RemovingNode', lastTimestamp: ago(world, ms) });
    };
    event('young', 3_600_000);
    event('old', 3_600_001);
    expect((await read(world)).warnings).toEqual([
      'node young was removed within the last hour: a machine that still runs may use an address that looks stale',
    ]);
  });

  test('as its slice pool names it, before any event', async () => {
    const world = worldWith({});
    putNode(world, 'node-b', 'Unknown');
    const ipam = { type: 'whereabouts', range: '10.8.0.0/16', node_slice_size: '24', network_name: 'blue' };
    world.put(NADS, 'default', 'sliced', { spec: { config: JSON.stringify({ type: 'macvlan', ipam }) } });
    const allocations = [{ nodeName: 'node-b', sliceRange: '10.8.1.0/24' }];
    world.put(NODE_SLICE_POOLS, POOL_NAMESPACE, 'blue', { spec: { range: '10.8.0.0/16' }, status: { allocations } });
    putPool(world, '10.8.1.0/24', { 1: 'default/gone' }, { networkName: 'blue-node-b' });
    putEvent(world, 'gone', 'Scheduled', { message: 'Successfully assigned default/gone to node-a' });
    const result = await read(world);
    expect(verdicts(result)).toEqual({ 'default/gone': 'lost (pod-gone-node-lost)' });
    expect(result.claims[0]).toMatchObject({ nodeName: 'node-b', claim: { networkName: 'blue' } });
  });

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    [
      'with the taint, though Ready',
      {
        spec: { taints: [{ key: 'node.kubernetes.io/unreachable' }] },
        status: { conditions: [{ type: 'Ready', status: 'True' }] },
      },
      'lost (node-unreachable)',
    ],
    [
      'with another taint',
      {
        spec: { taints: [{ key: 'node.kubernetes.io/not-ready' }] },
        status: { conditions: [{ type: 'Ready', status: 'False' }] },
      },
      'unknown (no-network-status)',
    ],
    [
      'that never reported',
      { status: { conditions: [{ type: 'DiskPressure', status: 'False' }] } },
      'lost (node-unreachable)',
    ],
  ])('a node %s', async (_, look, expected) => {
    const world = worldWith({ 1: 'default/leaving' });
    world.put(NODES, '', 'node-b', look);
    putPod(world, 'default/leaving', { terminating: true, node: 'node-b' });
    expect(verdicts(await read(world))).toEqual({ 'default/leaving': expected });
  });

  test('of several kills the last counts', async () => {
    const world = worldWith({ 1: 'default/a' });
    const involvedObject = { kind: 'Pod', namespace: 'default', name: 'a' };
    const series = { lastObservedTime: ago(world, 60_000) };
    world.put(EVENTS, 'default', '1', {
      involvedObject,
      reason: 'Killing',
      lastTimestamp: ago(world, 600_000),
      series,
    });
    world.put(EVENTS, 'default', '2', { involvedObject, reason: 'Killing', eventTime: ago(world, 300_000) });
    const result = await read(world);
    expect(verdicts(result)).toEqual({ 'default/a': 'unknown (just-deleted)' });
    expect(result.claims[0]?.evidence.killedAtMs).toBe(world.nowMs - 60_000);
  });

  test('a kill is known by its event', async () => {
    const world = worldWith({ 1: 'default/a', 2: 'default/b' });
    putEvent(world, 'a', 'Killing', { lastTimestamp: ago(world, 119_999) });
    putEvent(world, 'b', 'Killing', { lastTimestamp: ago(world, 120_000) });
    expect(verdicts(await read(world))).toEqual({
      'default/a': 'unknown (just-deleted)',
      'default/b': 'stale (pod-gone)',
    });
  });
});

describe('what may not be read', () => {
  const sets = worldWith({ 1: 'default/db-0', 2: 'default/single' });
  test('StatefulSets: what may be an ordinal is unknown', async () => {
    const result = await read(sets, refusing(STATEFUL_SETS));
    expect(verdicts(result)).toEqual({
      'default/db-0': 'unknown (statefulsets-not-readable)',
      'default/single': 'stale (pod-gone)',
    });
    expect(result.incomplete).toBe(true);
    expect(result.warnings.join('\n')).toContain('statefulsets');
  });

  test.each([1, 11])('StatefulSets, %i of them asked for', async (count) => {
    const world = worldWith(
      Object.fromEntries(Array.from({ length: count }, (_, index) => [index + 1, `default/s${index.toString()}-0`])),
    );
    const result = await read(world, refusing(STATEFUL_SETS));
    expect(new Set(Object.values(verdicts(result)))).toEqual(new Set(['unknown (statefulsets-not-readable)']));
    expect(result.incomplete).toBe(true);
  });

  test('migrations: whatever is gone is unknown, what is live stays so', async () => {
    const world = worldWith({ 1: 'default/gone', 2: 'default/live' });
    putPod(world, 'default/live', { shows: ['10.0.0.2'] });
    const result = await read(world, refusing(MIGRATIONS));
    expect(verdicts(result)).toEqual({
      'default/gone': 'unknown (migrations-not-readable)',
      'default/live': 'live (address-shown)',
    });
    expect(result.incomplete).toBe(true);
  });

  test('migrations that are not defined: there are none', async () => {
    const world = worldWith({ 1: 'default/virt-launcher-a' });
    const result = await read(world, {
      refuse: ({ resource }) => (resource === MIGRATIONS ? 'not-defined' : undefined),
    });
    expect(verdicts(result)).toEqual({ 'default/virt-launcher-a': 'stale (pod-gone)' });
    expect(result.incomplete).toBe(false);
  });

  test('nodes: what terminates or finished is unknown, and so is what is gone and is known to have had one', async () => {
    const world = worldWith({
      1: 'default/leaving',
      2: 'default/done',
      3: 'default/gone',
      4: 'default/traceless',
      5: 'default/live',
    });
    putPod(world, 'default/leaving', { shows: ['10.0.0.1'], terminating: true });
    putPod(world, 'default/done', { phase: 'Failed' });
    putPod(world, 'default/live', { shows: ['10.0.0.5'] });
    putEvent(world, 'gone', 'Scheduled', { message: 'Successfully assigned default/gone to node-a' });
    const result = await read(world, refusing(NODES));
    expect(verdicts(result)).toEqual({
      'default/leaving': 'unknown (nodes-not-readable)',
      'default/done': 'unknown (nodes-not-readable)',
      'default/gone': 'unknown (nodes-not-readable)',
      'default/traceless': 'stale (pod-gone)',
      'default/live': 'live (address-shown)',
    });
    expect(result.incomplete).toBe(true);
    expect(result.warnings.join('\n')).toContain('nodes');
  });

  test('events only warn', async () => {
    const result = await read(worldWith({ 1: 'default/gone' }), refusing(EVENTS));
    expect(verdicts(result)).toEqual({ 'default/gone': 'stale (pod-gone)' });
    expect(result.incomplete).toBe(false);
    expect(result.warnings).toHaveLength(1);
  });

  test('one pod that cannot be read whole: its look-up failed, the others go on', async () => {
    const world = worldWith({ 1: 'default/a', 2: 'default/b' });
    putPod(world, 'default/a', {});
    putPod(world, 'default/b', {});
    const result = await read(world, {
      refuse: ({ verb, name }) => (verb === 'get' && name === 'a' ? 'server-error' : undefined),
    });
    expect(verdicts(result)).toEqual({
      'default/a': 'unknown (look-up-failed)',
      'default/b': 'unknown (no-network-status)',
    });
  });

  test.each([[PODS], [IP_POOLS]])('without $plural there is no answer', async (resource) => {
    await expect(read(worldWith({ 1: 'default/gone' }), refusing(resource))).rejects.toThrow(ClusterFailure);
  });

  test('reservations: the entries are judged all the same', async () => {
    const result = await read(worldWith({ 1: 'default/gone' }), refusing(RESERVATIONS));
    expect(verdicts(result)).toEqual({ 'default/gone': 'stale (pod-gone)' });
    expect(result.incomplete).toBe(true);
  });
});

describe('a snapshot that does not hold everything', () => {
  function snapshot(...incomplete: readonly [Resource, ...string[]][]): ReaderOptions {
    const partial = ([, ...namespaces]: readonly [Resource, ...string[]], namespace: string | undefined): boolean =>
      namespaces.length === 0 || namespace === undefined || namespaces.includes(namespace);
    return {
      source: 'snapshot',
      complete: (resource, namespace) =>
        !incomplete.some((entry) => entry[0] === resource && partial(entry, namespace)),
      // As the snapshot reader does: an object that is not there and may have been is no "not found".
      refuse: ({ verb, resource, namespace }) =>
        verb === 'get' && incomplete.some((entry) => entry[0] === resource && partial(entry, namespace))
          ? 'not-collected'
          : undefined,
    };
  }

  test('pods of one namespace', async () => {
    const result = await read(worldWith({ 1: 'a/gone', 2: 'b/gone' }), snapshot([PODS, 'a']));
    expect(verdicts(result)).toEqual({ 'a/gone': 'unknown (pods-not-collected)', 'b/gone': 'stale (pod-gone)' });
  });

  test.each([1, 20])('StatefulSets of one namespace, %i of them asked for', async (count) => {
    const holders = Array.from({ length: count }, (_, index) => [
      [2 * index + 1, `a/s${index.toString()}-0`],
      [2 * index + 2, `b/s${index.toString()}-0`],
    ]).flat();
    const result = await read(
      worldWith(Object.fromEntries(holders) as Record<string, string>),
      snapshot([STATEFUL_SETS, 'a']),
    );
    const by = (namespace: string): Set<string> =>
      new Set(
        Object.entries(verdicts(result))
          .filter(([podref]) => podref.startsWith(namespace))
          .map(([, told]) => told),
      );
    expect(by('a/')).toEqual(new Set(['unknown (statefulsets-not-readable)']));
    expect(by('b/')).toEqual(new Set(['stale (pod-gone)']));
    expect(result.warnings.length).toBe(1);
  });

  test('nodes', async () => {
    const world = worldWith({ 1: 'default/leaving', 2: 'default/gone', 3: 'default/here', 4: 'default/traceless' });
    putPod(world, 'default/leaving', { terminating: true, node: 'elsewhere', shows: ['10.0.0.1'] });
    putEvent(world, 'gone', 'Scheduled', { message: 'Successfully assigned default/gone to elsewhere' });
    putEvent(world, 'here', 'Scheduled', { message: 'Successfully assigned default/here to node-a' });
    const told = { 'default/here': 'stale (pod-gone)', 'default/traceless': 'stale (pod-gone)' };
    expect(verdicts(await read(world, snapshot([NODES])))).toEqual({
      ...told,
      'default/leaving': 'unknown (nodes-not-readable)',
      'default/gone': 'unknown (nodes-not-readable)',
    });
    expect(verdicts(await read(world, snapshot()))).toEqual({
      ...told,
      'default/leaving': 'lost (node-gone)',
      'default/gone': 'stale (pod-gone)',
    });
  });

  test.each<[string, ReaderOptions]>([
    [
      'none was collected',
      { ...snapshot(), refuse: ({ resource }) => (resource === MIGRATIONS ? 'not-collected' : undefined) },
    ],
    ['those of another namespace were', snapshot([MIGRATIONS, 'default'])],
  ])('migrations: %s', async (_, options) => {
    const world = worldWith({ 1: 'default/virt-launcher-a', 2: 'default/gone' });
    const result = await read(world, options);
    expect(verdicts(result)).toEqual({
      'default/virt-launcher-a': 'unknown (migrations-not-readable)',
      'default/gone': 'stale (pod-gone)',
    });
  });
});

describe('reservations without a key', () => {
  test('are judged by their owner', async () => {
    const world = worldWith({ 1: 'default/live' });
    putPod(world, 'default/live', { shows: ['10.0.0.1', '10.0.0.4'] });
    putReservation(world, '10.0.0.1', 'default/live');
    putReservation(world, '10.0.0.3', 'default/gone');
    putReservation(world, '10.0.0.4', 'default/live');
    world.put(RESERVATIONS, POOL_NAMESPACE, 'nonsense', { spec: { podref: 'default/x' } });
    putReservation(world, '10.0.0.5', '');
    expect(verdicts(await read(world))).toEqual({
      'default/live': 'live (address-shown)',
      'reservation of default/gone': 'stale (pod-gone)',
      'reservation of default/live': 'live (address-shown)',
      'reservation of default/x': 'malformed (key-unreadable)',
      'reservation of ': 'malformed (podref-unreadable)',
    });
  });

  test('a key in a pool that was made during the reading is found', async () => {
    const world = worldWith({});
    putReservation(world, '10.0.0.3', 'default/gone');
    const reader = new WorldReader(world, {
      turn: () => {
        if (reader.asked.at(-1) === 'list pods metadata') putPool(world, '10.0.0.0/25', { 3: 'default/gone' });
      },
    });
    const result = await survey(reader);
    expect(result.inventory.pools.map(({ name }) => name)).toEqual(['10.0.0.0-24']);
    expect(verdicts(result)).toEqual({});
  });
});

describe('which claims', () => {
  test('only those asked for, while any pod is an objection still', async () => {
    const world = worldWith({ 1: 'default/a', 2: 'default/b' });
    putPod(world, 'default/b', { shows: ['10.0.0.1', '10.0.0.2'] });
    const result = await read(world, {}, { only: () => (claim) => claim.podref === 'default/a' });
    expect(verdicts(result)).toEqual({ 'default/a': 'unknown (shown-by-other-pod)' });
  });

  test('a watched address: everybody who shows it', async () => {
    const world = worldWith({});
    putPod(world, 'default/a', { shows: ['10.7.0.1'] });
    putPod(world, 'default/b', { shows: ['10.7.0.1'], phase: 'Failed' });
    const result = await read(world, {}, { watched: [address('10.7.0.1')] });
    expect(result.podsThatShow(address('10.7.0.1'))).toEqual([
      { namespace: 'default', name: 'a', network: 'default/nad' },
    ]);
    expect(result.podsThatShow(address('10.7.0.2'))).toEqual([]);
    expect(result.podCount).toBe(2);
  });
});
