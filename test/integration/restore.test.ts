/** `restore` as whoever runs it meets it: the built program, a real API server, the real plugin. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openCluster, type LiveCluster } from '../../src/cluster/live/index.js';
import type { ClusterWriter, JsonPatchOperation } from '../../src/cluster/writer.js';
import { loadJournal } from '../../src/journal/load.js';
import { openJournal } from '../../src/journal/write.js';
import { FreshLook } from '../../src/reconcile/fresh-look.js';
import { Holdings, type HoldingClock } from '../../src/reconcile/leases/holdings.js';
import { restore as restoreScene, type RestorePorts } from '../../src/reconcile/release/restore.js';
import { readScene } from '../../src/reconcile/release/restore-scene.js';
import { wantedOf } from '../../src/reconcile/release/taken.js';
import { UpstreamReconcilers } from '../../src/reconcile/upstream.js';
import { attach, type Attached } from '../cluster/attach.js';
import { POOL_NAMESPACE, TestCluster } from '../cluster/cluster.js';
import {
  allocationsOf,
  createNode,
  createPod,
  createReservation,
  deletePod,
  patchAllocations,
} from '../cluster/objects.js';
import { waitFor } from '../cluster/wait.js';
import { violations } from '../support/schemas.js';
import { withoutHolding } from './support/broken-rules.js';
import { jsonOf, runCli, startCli, type CliResult } from './support/cli.js';
import { Door } from './support/door.js';
import { openGate } from './support/gate.js';
import { journalsOf, linesOf, statesOf, violationsOf } from './support/journals.js';
import {
  clear,
  holding,
  makeNetworks,
  NETWORKS,
  plant,
  plantWithPod,
  stockOf,
  type Held,
  type NetworkName,
} from './support/leftovers.js';
import { openTerminal } from './support/pty.js';

interface Result {
  kind: string;
  items: { address: string; action: string; result: string | null; error: string | null }[];
  reservations: { name: string; action: string; result: string | null; error: string | null }[];
  summary: Record<string, number>;
  journal: string | null;
  warnings: string[];
  writes?: { verb: string; name: string; body: unknown; refusal: string | null }[];
}

const NETS: readonly NetworkName[] = ['red', 'plain', 'dual'];
const WHEREABOUTS = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}`;

let cluster: TestCluster;
/** Of the test that runs. */
let folder: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
  await createNode(cluster, 'node-a');
  await makeNetworks(cluster, NETS);
});
afterAll(() => cluster.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ipamctl-restore-'));
});
afterEach(async () => {
  await clear(cluster, NETS);
  rmSync(folder, { recursive: true, force: true });
});

const journals = (): string[] => journalsOf(join(folder, 'ipamctl'));

function run(args: readonly string[], kubeconfig = cluster.kubeconfig): Promise<CliResult> {
  return runCli(args, { kubeconfig, env: { XDG_STATE_HOME: folder } });
}

/** Releases all that is stale, and hands over the journal. */
async function released(...args: string[]): Promise<string> {
  const ran = await run(['reconcile', '--now', ...args, '-o', 'json']);
  expect([ran.code, ran.stderr]).toEqual([0, expect.anything()]);
  return (jsonOf(ran) as Result).journal ?? '';
}

const restore = (journal: string, ...args: string[]): Promise<CliResult> => run(['restore', journal, '--yes', ...args]);

function resultOf(ran: CliResult): Result {
  const result = jsonOf(ran) as Result;
  expect([result.kind, violations(result)]).toEqual(['ReconcileResult', []]);
  return result;
}

/** What the pools and reservations are, but for versions and uids. */
async function contents(): Promise<unknown> {
  const list = async (plural: string): Promise<unknown> => {
    const { items } = await cluster.ok<{ items: { metadata: { name: string }; spec: unknown }[] }>(
      'GET',
      `${WHEREABOUTS}/${plural}`,
    );
    return items.map(({ metadata, spec }) => [metadata.name, spec]);
  };
  return [await list('ippools'), await list('overlappingrangeipreservations')];
}

/** A pod that is gone, in each of the networks one. */
async function plantGone(): Promise<Held[]> {
  const gone = NETS.map((net, at) => holding(net, `default/gone-${net}`, 11 + at));
  await plant(cluster, gone);
  return gone;
}

const entriesOf = (held: readonly Held[]): Held['entries'][number][] => held.flatMap(({ entries }) => entries);

describe('there and back', () => {
  test('what the real plugin gave is there again, byte for byte', async () => {
    const nets = NETS.map((net) => `default/${net}`);
    await attach(cluster, { name: 'leaves', nets });
    await attach(cluster, { name: 'stays', nets });
    await deletePod(cluster, 'default', 'leaves');
    const before = await contents();
    const journal = await released();
    expect(await contents()).not.toEqual(before);
    const ran = await restore(journal, '-o', 'json');
    const { items, reservations, summary, journal: kept } = resultOf(ran);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(items.map(({ action, result, error }) => [action, result, error])).toEqual(
      Array.from({ length: 4 }, () => ['restore', 'restored', null]),
    );
    expect(reservations.map(({ action, result }) => [action, result])).toEqual(
      Array.from({ length: 4 }, () => ['restore', 'restored']),
    );
    expect([summary['restored'], summary['failed']]).toEqual([4, 0]);
    expect(await contents()).toEqual(before);
    expect(violationsOf(kept ?? '')).toEqual([]);
    const [header, ...lines] = linesOf(kept ?? '');
    expect(header).toMatchObject({ command: 'restore' });
    // Each reservation before the key that it guards.
    expect(lines.filter(({ type }) => type === 'intent').map(({ action }) => action)).toEqual(
      Array.from({ length: 4 }, () => ['restore-reservation', 'restore-key']).flat(),
    );
    expect(lines.flatMap(({ type, result }) => (type === 'outcome' ? [result] : []))).toEqual(
      Array.from({ length: 8 }, () => 'restored'),
    );
    expect(lines.at(-1)).toMatchObject({ type: 'end', summary: { restored: 4 } });

    // A second time there is nothing to do.
    const versions = (await stockOf(cluster)).versions;
    const again = await restore(journal);
    expect([again.code, again.stderr]).toEqual([
      0,
      expect.stringContaining('Nothing to put back: all 4 are in place.'),
    ]);
    expect((await stockOf(cluster)).versions).toEqual(versions);
    expect(journals()).toHaveLength(2);
    // And it is all as stale as it was.
    await released();
    expect((await restore(journals()[2] ?? '', '-o', 'json')).code).toBe(0);
    expect(await contents()).toEqual(before);
    await deletePod(cluster, 'default', 'stays');
  });

  test('an Event with each pool, unless --no-events', async () => {
    await plantGone();
    const journal = await released('--no-events');
    expect((await restore(journal, '--item', '10.30.0.11')).code).toBe(0);
    expect((await restore(journal, '--no-events')).code).toBe(0);
    const path = `/apis/events.k8s.io/v1/namespaces/${POOL_NAMESPACE}/events`;
    const { items } = await cluster.ok<{ items: { action: string; reason: string; note: string }[] }>('GET', path);
    const told = items.filter(({ action }) => action === 'Restore').map(({ reason, note }) => [reason, note]);
    expect(told).toEqual(expect.arrayContaining([['AddressesRestored', 'Restored 1 address: 10.30.0.11']]));
    expect(told.filter(([, note]) => note?.includes('10.31.0.12') === true && note.includes('1 address:'))).toEqual([]);
  });

  test('a reservation only where the run took one, and a lone reservation as one', async () => {
    const held = holding('red', 'default/bare', 20);
    const [entry] = held.entries;
    await patchAllocations(cluster, entry?.pool ?? '', { [entry?.key ?? '']: entry?.entry ?? null });
    await createReservation(cluster, 'red-10.30.0.21', { podref: 'default/lone', ifname: 'net1' });
    const before = await contents();
    const journal = await released();
    expect(await contents()).not.toEqual(before);
    const ran = await restore(journal, '-o', 'json');
    expect(ran.code).toBe(0);
    expect(await contents()).toEqual(before);
    const { items, reservations } = resultOf(ran);
    expect([items.map(({ address }) => address), reservations.map(({ name }) => name)]).toEqual([
      ['10.30.0.20'],
      ['red-10.30.0.21'],
    ]);
  });

  test('--item: an address, or POOL/KEY, and nothing else', async () => {
    const gone = await plantGone();
    const journal = await released();
    const [pool] = NETWORKS.plain.ranges.map((range) => range.pool);
    const ran = await restore(journal, '--item', '10.30.0.11', '--item', `${pool ?? ''}/12`, '-o', 'json');
    expect([
      ran.code,
      resultOf(ran)
        .items.map(({ address }) => address)
        .sort(),
    ]).toEqual([0, ['10.30.0.11', '10.31.0.12']]);
    const stock = await stockOf(cluster);
    const there = entriesOf(gone).filter(({ pool: name, key }) => stock.keys.has(`${name}/${key}`));
    expect(there.map(({ address }) => address)).toEqual(['10.30.0.11', '10.31.0.12']);
    const unknown = await restore(journal, '--item', '10.99.0.1', '-o', 'json');
    expect([unknown.code, jsonOf(unknown)]).toEqual([3, expect.objectContaining({ kind: 'Error' })]);
    expect(unknown.stderr).toContain('has no item "10.99.0.1"');
  });

  test('two addresses of one pod in one network go together', async () => {
    await plantGone();
    const journal = await released('--network', 'dual');
    const before = await stockOf(cluster);
    const half = await restore(journal, '--item', '10.32.0.13', '-o', 'json');
    expect([half.code, resultOf(half).items[0]?.error]).toEqual([5, expect.stringContaining('--item fd00:32::d')]);
    expect((await stockOf(cluster)).versions).toEqual(before.versions);
    expect((await restore(journal, '--item', '10.32.0.13', '--item', 'fd00:32::d')).code).toBe(0);
    // With one in place, the other one alone is enough.
    await run(['reconcile', '--now', '--network', 'dual']);
  });
});

describe('what is not free any more stays as it is', () => {
  test('the real plugin gave the address to another pod meanwhile', async () => {
    const gone = [holding('red', 'default/gone-a', 1), holding('red', 'default/gone-b', 2)];
    await plant(cluster, gone);
    const journal = await released();
    const { networks } = await attach(cluster, { name: 'taker', nets: ['default/red'] });
    expect(networks[0]?.ips).toEqual(['10.30.0.1']);
    const before = await contents();
    const alone = await restore(journal, '--item', '10.30.0.1', '-o', 'json');
    expect([alone.code, await contents()]).toEqual([5, before]);
    const ran = await restore(journal, '-o', 'json');
    const { items } = resultOf(ran);
    expect([ran.code, items.map(({ address, result, error }) => [address, result, error])]).toEqual([
      6,
      [
        ['10.30.0.1', 'changed', 'default/taker was given it'],
        ['10.30.0.2', 'restored', null],
      ],
    ]);
    expect(Object.values(await allocationsOf(cluster, 'red-10.30.0.0-24')).map(({ podref }) => podref)).toEqual([
      'default/taker',
      'default/gone-b',
    ]);
    const human = await restore(journal);
    expect([human.code, human.stdout]).toEqual([6, expect.stringContaining('default/taker was given it')]);
    expect(human.stderr).toMatch(/Put back 0 addresses and 0 reservations; 0 failed, 1 changed meanwhile, 1 in place/);
    await deletePod(cluster, 'default', 'taker');
  });

  test.each([
    [
      'a pod that shows it, whoever wrote it down',
      async (): Promise<void> => {
        const networkStatus = [{ name: 'default/red', interface: 'net1', ips: ['10.30.0.11'], dns: {} }];
        await createPod(cluster, { name: 'obstacle', networkStatus });
      },
      'default/obstacle shows it',
    ],
    [
      'a reservation alone',
      async (): Promise<void> => {
        await createReservation(cluster, 'red-10.30.0.11', { podref: 'default/obstacle', ifname: 'net1' });
      },
      'it is reserved for default/obstacle',
    ],
    [
      'a key of another pool of the network',
      async (): Promise<void> => {
        await cluster.ok('POST', `${WHEREABOUTS}/ippools`, {
          apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
          kind: 'IPPool',
          metadata: { name: 'red-10.30.0.0-25', namespace: POOL_NAMESPACE },
          spec: {
            range: '10.30.0.0/25',
            allocations: { '11': { id: 'x', podref: 'default/obstacle', ifname: 'net1' } },
          },
        });
      },
      'default/obstacle holds it in pool red-10.30.0.0-25',
    ],
    [
      'another key of the same owner and interface',
      async (): Promise<void> => {
        const entry = { id: 'x', podref: 'default/gone-red', ifname: 'net1' };
        await patchAllocations(cluster, 'red-10.30.0.0-24', { '40': entry });
      },
      'default/gone-red holds 10.30.0.40 of that pool by now',
    ],
    [
      'the owner has it again, for another container',
      async (): Promise<void> => {
        const entry = { id: 'x', podref: 'default/gone-red', ifname: 'net1' };
        await patchAllocations(cluster, 'red-10.30.0.0-24', { '11': entry });
      },
      'default/gone-red was given it again, for another container',
    ],
  ])('%s', async (_, happens, why) => {
    await plantGone();
    const journal = await released('--network', 'red');
    await happens();
    const before = await contents();
    const ran = await restore(journal, '-o', 'json');
    expect([ran.code, resultOf(ran).items.map(({ result, error }) => [result, error])]).toEqual([
      5,
      [['changed', why]],
    ]);
    expect(await contents()).toEqual(before);
    await deletePod(cluster, 'default', 'obstacle');
    await cluster.request('DELETE', `${WHEREABOUTS}/ippools/red-10.30.0.0-25`);
  });

  test('of a pod with two addresses in a network none goes back without the other; of a live one each that can', async () => {
    const gone = holding('dual', 'default/gone', 21);
    await plant(cluster, [gone]);
    const journal = await released();
    const thief = { id: 'x', podref: 'default/thief', ifname: 'net1' };
    await patchAllocations(cluster, 'dual-fd00-32---64', { '21': thief });
    const before = await contents();
    const ran = await restore(journal, '-o', 'json');
    expect([ran.code, resultOf(ran).items.map(({ address, error }) => [address, error])]).toEqual([
      5,
      [
        ['10.32.0.21', 'fd00:32::15 of the same pod cannot be put back: default/thief was given it'],
        ['fd00:32::15', 'default/thief was given it'],
      ],
    ]);
    expect(await contents()).toEqual(before);
    // It is there after all, and shows both.
    const ips = gone.entries.map(({ address }) => address);
    const networkStatus = [{ name: 'default/dual', interface: 'net1', ips, dns: {} }];
    await createPod(cluster, { name: 'gone', networkStatus });
    const live = await restore(journal, '-o', 'json');
    expect([live.code, resultOf(live).items.map(({ result }) => result)]).toEqual([6, ['restored', 'changed']]);
    await deletePod(cluster, 'default', 'gone');
  });

  test('its pool is gone, or was made anew', async () => {
    await plantGone();
    const journal = await released();
    await cluster.ok('DELETE', `${WHEREABOUTS}/ippools/red-10.30.0.0-24`);
    const gone = await restore(journal, '--item', '10.30.0.11', '-o', 'json');
    expect([gone.code, resultOf(gone).items[0]?.error]).toEqual([5, 'its pool is gone']);
    await cluster.ok('POST', `${WHEREABOUTS}/ippools`, {
      apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
      kind: 'IPPool',
      metadata: { name: 'red-10.30.0.0-24', namespace: POOL_NAMESPACE },
      spec: { range: '10.30.0.0/24', allocations: {} },
    });
    const anew = await restore(journal, '-o', 'json');
    expect([
      anew.code,
      resultOf(anew)
        .items.map(({ address, result, error }) => [address, result, error])
        .sort(),
    ]).toEqual([
      6,
      [
        ['10.30.0.11', 'changed', 'its pool was made anew'],
        ...['10.31.0.12', '10.32.0.13', 'fd00:32::d'].map((address) => [address, 'restored', null]),
      ],
    ]);
  });
});

describe('refused, and nothing written', () => {
  /** The journal with other words in its first line. */
  function altered(journal: string, change: (header: Record<string, unknown>) => void): string {
    const [first = '', ...rest] = readFileSync(journal, 'utf8').split('\n');
    const header = JSON.parse(first) as Record<string, unknown>;
    change(header);
    const path = join(folder, 'altered.jsonl');
    writeFileSync(path, [JSON.stringify(header), ...rest].join('\n'));
    return path;
  }

  test('a journal of another cluster, also with --yes', async () => {
    await plantGone();
    const journal = altered(
      await released(),
      (header) => (header['cluster'] = { uid: 'other', server: 'https://other' }),
    );
    const before = await stockOf(cluster);
    const ran = await restore(journal, '-o', 'json');
    expect([ran.code, jsonOf(ran)]).toEqual([
      5,
      expect.objectContaining({ kind: 'Error', code: 5, reason: 'refused' }),
    ]);
    expect(ran.stderr).toContain('is of another cluster (https://other)');
    expect((await stockOf(cluster)).versions).toEqual(before.versions);
  });

  test('a run that still goes on', async () => {
    await plantGone();
    const done = await released();
    const whole = readFileSync(done, 'utf8').trimEnd().split('\n');
    const journal = altered(done, (header) => (header['pid'] = process.pid));
    writeFileSync(journal, `${readFileSync(journal, 'utf8').trimEnd().split('\n').slice(0, -1).join('\n')}\n`);
    const ran = await restore(journal);
    expect([whole.length > 3, ran.code, ran.stderr]).toEqual([true, 5, expect.stringContaining('still goes on')]);
  });

  test('without --yes where nobody can be asked', async () => {
    await plantGone();
    const journal = await released();
    const before = await stockOf(cluster);
    const ran = await run(['restore', journal]);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('restore needs --yes')]);
    expect((await stockOf(cluster)).versions).toEqual(before.versions);
    // Where all is back already nobody need be asked.
    expect((await restore(journal)).code).toBe(0);
    expect((await run(['restore', journal])).code).toBe(0);
  });

  test('a file that is no journal, or a damaged one, with its line', async () => {
    await plantGone();
    const journal = await released();
    const lines = readFileSync(journal, 'utf8').split('\n');
    const path = join(folder, 'damaged.jsonl');
    writeFileSync(path, [...lines.slice(0, 2), '{"type":"nonsense"}', ...lines.slice(2)].join('\n'));
    const damaged = await restore(path);
    expect([damaged.code, damaged.stderr]).toEqual([3, expect.stringContaining('damaged.jsonl, line 3: is no record')]);
    writeFileSync(path, 'hello\n');
    expect((await restore(path)).code).toBe(3);
    expect((await restore(join(folder, 'none'))).code).toBe(3);
  });

  test('no right to Leases: which verb on which resource', async () => {
    await plantGone();
    const journal = await released();
    const before = await stockOf(cluster);
    const rules = [
      { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] },
      { apiGroups: ['whereabouts.cni.cncf.io'], resources: ['*'], verbs: ['*'] },
    ];
    const ran = await run(['restore', journal, '--yes'], await cluster.kubeconfigFor('no-leases', { rules }));
    expect([ran.code, ran.stderr]).toEqual([4, expect.stringMatching(/may not \w+ leases\.coordination\.k8s\.io/)]);
    expect((await stockOf(cluster)).versions).toEqual(before.versions);
  });
});

describe('consent and dry runs', () => {
  test('at a terminal it shows what, and asks', async () => {
    await plantGone();
    const journal = await released();
    const env = { KUBECONFIG: cluster.kubeconfig, XDG_STATE_HOME: folder };
    const no = openTerminal(['restore', journal], { env });
    await no.sees(/\? Put back 4 addresses in 4 pools and 4 reservations of cluster "sandbox"/);
    no.type('n\r');
    expect([await no.code, no.shown]).toEqual([1, expect.stringContaining('Nothing was put back.')]);
    expect((await stockOf(cluster)).keys.size).toBe(0);
    const yes = openTerminal(['restore', journal], { env });
    await yes.sees(/\? Put back 4 addresses/);
    yes.type('y\r');
    expect([await yes.code, yes.shown]).toEqual([
      0,
      expect.stringContaining('Put back 4 addresses and 4 reservations;'),
    ]);
    expect((await stockOf(cluster)).keys.size).toBe(4);
  });

  test('client: the exact writes; server: the API server is asked; nothing is stored', async () => {
    const [red] = await plantGone();
    const journal = await released('--network', 'red');
    const before = await stockOf(cluster);
    const client = await run(['restore', journal, '--dry-run=client', '-o', 'json']);
    const { writes = [] } = resultOf(client);
    const entry = red?.entries[0]?.entry;
    expect([client.code, writes.map(({ verb, name }) => [verb, name])]).toEqual([
      1,
      [
        ['create', 'red-10.30.0.11'],
        ['patch', 'red-10.30.0.0-24'],
      ],
    ]);
    expect(writes[1]?.body).toEqual(
      expect.arrayContaining([
        { op: 'test', path: '/metadata/resourceVersion', value: expect.any(String) },
        { op: 'test', path: '/spec/allocations/11', value: null },
        { op: 'add', path: '/spec/allocations/11', value: entry },
      ]),
    );
    const server = await run(['restore', journal, '--dry-run=server', '-o', 'json']);
    expect([server.code, resultOf(server).writes?.map(({ refusal }) => refusal)]).toEqual([1, [null, null]]);
    expect((await stockOf(cluster)).versions).toEqual(before.versions);
    expect(journals()).toHaveLength(1);
  });
});

describe('broken off', () => {
  test.each([
    ['before the reservation', /^POST .*\/overlappingrangeipreservations(?!.*dryRun)/],
    ['between reservation and entry', /^PATCH .*\/ippools\/(?!.*dryRun)/],
  ])('killed %s: the journal tells, the next one completes it', async (_, at) => {
    await plantGone();
    const before = await contents();
    const journal = await released();
    const door = await Door.open(cluster);
    const stop = door.hold(at);
    const running = startCli(['restore', journal, '--yes'], {
      kubeconfig: door.kubeconfig,
      env: { XDG_STATE_HOME: folder },
    });
    await stop.reached();
    running.kill('SIGKILL');
    await running.ended;
    await door.close();
    const [, killed] = await statesOf(join(folder, 'ipamctl'));
    expect(killed?.end).toBeNull();
    expect(killed?.intents.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 'uncertain'));
    const ran = await restore(journal, '-o', 'json');
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(await contents()).toEqual(before);
    const [, decided] = await statesOf(join(folder, 'ipamctl'));
    expect(decided?.intents.filter(({ status }) => status === 'uncertain')).toEqual([]);
  });

  test('an uncertain release is decided by reading first, wherever its journal lies', async () => {
    await plantGone();
    const before = await contents();
    // Its patches are done, and it never comes to look again.
    let patched = 0;
    let isStopped = false;
    const gate = await openGate(cluster, async ({ method, path }) => {
      if (method === 'PATCH' && !path.includes('dryRun')) patched++;
      if (patched < 4 || !path.includes('/pods/gone-')) return;
      isStopped = true;
      await new Promise(() => undefined);
    });
    const env = { XDG_STATE_HOME: join(folder, 'elsewhere') };
    const running = startCli(['reconcile', '--now'], { kubeconfig: gate.kubeconfig, env });
    await waitFor('the second look', () => isStopped, 60_000);
    running.kill('SIGKILL');
    await running.ended;
    await gate.close();
    expect((await stockOf(cluster)).keys.size).toBe(0);
    const [journal = ''] = journalsOf(join(folder, 'elsewhere', 'ipamctl'));
    const ran = await restore(journal, '-o', 'json');
    expect(ran.stderr).toBe('');
    const { items, journal: kept } = resultOf(ran);
    expect([ran.code, items.map(({ result }) => result)]).toEqual([0, items.map(() => 'restored')]);
    expect(items).toHaveLength(4);
    expect(await contents()).toEqual(before);
    const decided = linesOf(kept ?? '').filter(({ type }) => type === 'decided');
    expect(decided.map(({ result }) => result)).toEqual(decided.map(() => 'released'));
    expect(decided).toHaveLength(4);
  });

  test('SIGTERM: what is begun is brought to its end, 143', async () => {
    await plantGone();
    const before = await contents();
    const journal = await released();
    const door = await Door.open(cluster);
    const stop = door.hold(/^PATCH .*\/ippools\/(?!.*dryRun)/);
    const running = startCli(['restore', journal, '--yes'], {
      kubeconfig: door.kubeconfig,
      env: { XDG_STATE_HOME: folder },
    });
    await stop.reached();
    running.kill('SIGTERM');
    stop.pass();
    expect((await running.ended).code).toBe(143);
    await door.close();
    expect(await contents()).toEqual(before);
  });

  test('an entry that is refused takes its reservation with it', async () => {
    await plantGone();
    const journal = await released('--network', 'red');
    const before = await contents();
    const door = await Door.open(cluster);
    door.refuse(/^PATCH .*\/ippools\/(?!.*dryRun)/, 403);
    const ran = await run(['restore', journal, '--yes', '-o', 'json'], door.kubeconfig);
    await door.close();
    expect([ran.code, resultOf(ran).items[0]?.result]).toEqual([4, 'failed']);
    expect(await contents()).toEqual(before);
    const [, state] = await statesOf(join(folder, 'ipamctl'));
    expect(state?.intents.map(({ status }) => status)).toEqual(['not-done', 'not-done']);
  });
});

test('a pod that is live, and lost its entry: it gets it back', async () => {
  const held = holding('red', 'default/alive', 30);
  await plant(cluster, [held]);
  const before = await contents();
  const journal = await released();
  await deletePod(cluster, 'default', 'alive');
  const networkStatus = [{ name: 'default/red', interface: 'net1', ips: ['10.30.0.30'], dns: {} }];
  await createPod(cluster, { name: 'alive', networkStatus });
  expect((await restore(journal)).code).toBe(0);
  expect(await contents()).toEqual(before);
  await deletePod(cluster, 'default', 'alive');
});

test('two pods that run get nothing taken from them while all comes back', async () => {
  const live = holding('dual', 'default/live', 50);
  await plantWithPod(cluster, 'dual', live);
  const gone = Array.from({ length: 60 }, (_, at) => holding('dual', `default/gone-${at}`, at < 49 ? at + 1 : at + 2));
  await plant(cluster, gone);
  const before = await contents();
  const journal = await released();
  const ran = await restore(journal, '-o', 'json');
  const { summary } = resultOf(ran);
  expect([ran.code, summary['restored']]).toEqual([0, 120]);
  expect(await contents()).toEqual(before);
  await deletePod(cluster, 'default', 'live');
});

describe('S15: its owner comes back while its entry is put back', () => {
  let live: LiveCluster;
  beforeAll(async () => {
    live = await openCluster({ kubeconfig: cluster.kubeconfig }, {}, { version: 'test' });
  });
  afterAll(() => live.close());

  /** A patch as it would be without the test of the pool's version. */
  function unguarded(operations: readonly JsonPatchOperation[]): JsonPatchOperation[] {
    return operations.filter(({ path }) => path !== '/metadata/resourceVersion');
  }

  /** Restores one item in this process; something happens while its patch is on its way. */
  async function restoring(
    journal: string,
    item: string,
    { patch, leases }: { patch: ClusterWriter['patch']; leases: RestorePorts['leases'] },
  ): Promise<(string | null)[]> {
    const loaded = await loadJournal(journal, folder);
    const scene = await readScene(live, wantedOf(loaded, [item], journal));
    const { context, who, host } = loaded.header;
    const identity = { command: 'restore', argv: [], toolVersion: 'test', cluster: loaded.header.cluster };
    const run = { ...identity, context, who, host, pid: process.pid };
    const opened = await openJournal({ directory: join(folder, 'ipamctl'), now: () => new Date(), run });
    try {
      const ports: RestorePorts = {
        reader: live,
        writer: {
          patch,
          create: (...args) => live.create(...args),
          replace: (...args) => live.replace(...args),
          remove: (...args) => live.remove(...args),
        },
        journal: opened,
        clock: CLOCK,
        look: new FreshLook({ reader: live, clock: CLOCK }, scene.survey),
        leases,
        upstream: new UpstreamReconcilers({ reader: live }, [POOL_NAMESPACE]),
        signal: new AbortController().signal,
        progress: () => undefined,
      };
      const { outcomes } = await restoreScene(ports, scene, new Map());
      return [...outcomes.values()].flatMap(({ result, error }) => [result, error]);
    } finally {
      await opened.close();
    }
  }

  test.each([
    ['without holding and version: two keys for one podref and interface', false, false],
    ['with the version alone it is refused, and takes its reservation back', false, true],
    ['in a holding the ADD waits, and takes up what was put back', true, true],
  ])('%s', async (_, withHolding, withVersion) => {
    const config = {
      ...{ cniVersion: '0.3.1', name: 'red', type: 'macvlan' },
      ipam: { type: 'whereabouts', ...NETWORKS.red.ipam },
    };
    await attach(cluster, { name: 'first', nets: ['default/red'] });
    const owner = await attach(cluster, { name: 'owner', nets: ['default/red'] });
    expect(owner.networks[0]?.ips).toEqual(['10.30.0.2']);
    for (const name of ['first', 'owner']) await deletePod(cluster, 'default', name);
    const journal = await released();

    const door = await Door.open(cluster, { namespace: POOL_NAMESPACE, tls: true });
    const asks = door.watch(/^GET .*\/leases\//);
    const ipam = { ...config.ipam, kubernetes: { kubeconfig: door.kubeconfig } };
    const nets = [{ nad: 'default/red', config: { ...config, ipam } }];
    let adding: Promise<Attached> | undefined;
    const patch: ClusterWriter['patch'] = async (resource, namespace, name, operations, options) => {
      adding ??= attach(cluster, { name: 'owner', nets });
      await (withHolding ? asks.reached() : adding);
      return live.patch(resource, namespace, name, withVersion ? operations : unguarded(operations), options);
    };
    const holdings = new Holdings(`test_${process.pid}`, { reader: live, writer: live, clock: CLOCK });
    const ended = await restoring(journal, '10.30.0.2', { patch, leases: withHolding ? holdings : withoutHolding });
    const back = await adding;
    await door.close();
    const keys = Object.entries(await allocationsOf(cluster, 'red-10.30.0.0-24'));
    const held = keys.map(([key, { podref, ifname }]) => `${key} ${podref} ${ifname ?? ''}`);
    const reservations = [...(await stockOf(cluster)).reservations];
    const answer = [ended, back?.networks[0]?.ips, held, reservations];
    const guard = (offset: number): string[] => [`red-10.30.0.${offset}`, 'default/owner'];
    if (withHolding) {
      expect(answer).toEqual([['restored', null], ['10.30.0.2'], ['2 default/owner net1'], [guard(2)]]);
    } else if (withVersion) {
      const why = 'default/owner holds 10.30.0.1 of that pool by now';
      expect(answer).toEqual([['changed', why], ['10.30.0.1'], ['1 default/owner net1'], [guard(1)]]);
    } else {
      const both = ['1 default/owner net1', '2 default/owner net1'];
      expect(answer).toEqual([['restored', null], ['10.30.0.1'], both, [guard(1), guard(2)]]);
    }
    await deletePod(cluster, 'default', 'owner');
  });
});

const CLOCK: HoldingClock = {
  monotonic: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};
