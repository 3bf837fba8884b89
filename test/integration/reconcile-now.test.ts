/** `reconcile --now` as whoever runs it meets it: the built program, a real API server, the real plugin. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { attach } from '../cluster/attach.js';
import { cloned, KINDS, storedForm, waitUntilServed, writeAll } from '../cluster/bulk.js';
import { POOL_NAMESPACE, TestCluster } from '../cluster/cluster.js';
import { allocationsOf, createNad, createNode, deletePod, setNodeReady } from '../cluster/objects.js';
import { violations } from '../support/schemas.js';
import { jsonOf, runCli, type CliResult } from './support/cli.js';
import { openGate } from './support/gate.js';
import { journalsOf, linesOf, violationsOf } from './support/journals.js';
import {
  clear,
  holding,
  makeNetworks,
  plant,
  plantWithPod,
  stockOf,
  type Held,
  type NetworkName,
  type Stock,
} from './support/leftovers.js';
import { openTerminal, type Terminal } from './support/pty.js';

interface Item {
  address: string | null;
  pool: { namespace: string; name: string };
  key: string;
  podref: string;
  verdict: string;
  action: string;
  result: string | null;
  error: string | null;
  needs: string | null;
}

interface Write {
  verb: string;
  resource: string;
  namespace: string;
  name: string;
  body: unknown;
  refusal: string | null;
}

interface Result {
  kind: string;
  cluster: { uid: string };
  incomplete: boolean;
  items: Item[];
  reservations: { name: string; podref: string; action: string; result: string | null; error: string | null }[];
  summary: Record<string, number>;
  journal: string | null;
  warnings: string[];
  writes?: Write[];
}

const NETS: readonly NetworkName[] = ['red', 'plain', 'dual'];

let cluster: TestCluster;
/** Of the test that runs. */
let folder: string;
/** Always there, live, and in every pool; never touched. */
const live: Held[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start();
  await createNode(cluster, 'node-a');
  await makeNetworks(cluster, NETS);
});
afterAll(() => cluster.stop());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ipamctl-now-'));
  live.splice(0);
  for (const net of NETS) live.push(holding(net, `default/live-${net}`, 50));
  for (const [at, net] of NETS.entries()) {
    await deletePod(cluster, 'default', `live-${net}`);
    const held = live[at];
    if (held !== undefined) await plantWithPod(cluster, net, held);
  }
});
afterEach(async () => {
  const stock = await stockOf(cluster);
  for (const { entries, containerId } of live) {
    for (const { pool, key, reservation } of entries) {
      expect(stock.keys.get(`${pool}/${key}`)).toBe(containerId);
      expect([...stock.reservations.keys()]).toContain(reservation);
    }
  }
  await clear(cluster, NETS);
  rmSync(folder, { recursive: true, force: true });
});

function now(args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> {
  return runCli(['reconcile', '--now', ...args], {
    kubeconfig: cluster.kubeconfig,
    env: { XDG_STATE_HOME: folder, ...env },
  });
}

/** The result, which holds against its schema. */
function resultOf(ran: CliResult): Result {
  const result = jsonOf(ran) as Result;
  expect([result.kind, violations(result)]).toEqual(['ReconcileResult', []]);
  return result;
}

const journals = (): string[] => journalsOf(join(folder, 'ipamctl'));

/** Three pods that are gone: in each network one. */
async function plantGone(): Promise<Held[]> {
  const gone = NETS.map((net, at) => holding(net, `default/gone-${net}`, 11 + at));
  await plant(cluster, gone);
  return gone;
}

const entriesOf = (held: readonly Held[]): Held['entries'][number][] => held.flatMap(({ entries }) => entries);

function expectGone(stock: Stock, held: readonly Held[]): void {
  for (const { pool, key, reservation } of entriesOf(held)) {
    expect([pool, key, stock.keys.get(`${pool}/${key}`)]).toEqual([pool, key, undefined]);
    expect([reservation, stock.reservations.get(reservation)]).toEqual([reservation, undefined]);
  }
}

async function eventsOf(): Promise<Record<string, unknown>[]> {
  const path = `/apis/events.k8s.io/v1/namespaces/${POOL_NAMESPACE}/events`;
  return ((await cluster.ok('GET', path))['items'] ?? []) as Record<string, unknown>[];
}

describe('consent', () => {
  const env = (): Record<string, string> => ({ KUBECONFIG: cluster.kubeconfig, XDG_STATE_HOME: folder });
  const QUESTION = /\? Release 4 addresses in 4 pools of cluster "sandbox" \(https:\/\/127\.0\.0\.1:\d+\)\? \(y\/N\)/;

  /** What nobody touched. */
  async function expectNothingDone(before: Stock, terminal?: Terminal): Promise<void> {
    expect((await stockOf(cluster)).versions).toEqual(before.versions);
    expect(journals()).toEqual([]);
    if (terminal !== undefined) expect(terminal.shown).not.toContain('Released');
  }

  test('at a terminal it says what, and asks how much and where; y releases', async () => {
    const gone = await plantGone();
    const terminal = openTerminal(['reconcile', '--now'], { env: env() });
    await terminal.sees(QUESTION);
    const plan = terminal.shown;
    for (const { address } of entriesOf(gone)) expect(plan).toContain(address);
    for (const { podref } of gone) expect(plan).toContain(podref);
    expect(plan).toContain('stale: the pod is gone');
    expect(plan).not.toContain('10.30.0.50');
    expect(journals()).toEqual([]);
    terminal.type('y\r');
    expect(await terminal.code).toBe(0);
    expect(terminal.shown).toMatch(/Released 4 addresses and 4 reservations; 0 failed/);
    expect(terminal.shown).toContain(`Undo: ipamctl restore ${journals()[0] ?? '-'}`);
    expectGone(await stockOf(cluster), gone);
  });

  test.each([
    ['n', 'n\r'],
    ['Enter alone', '\r'],
  ])('%s leaves everything, and says so', async (_, typed) => {
    await plantGone();
    const before = await stockOf(cluster);
    const terminal = openTerminal(['reconcile', '--now'], { env: env() });
    await terminal.sees(QUESTION);
    terminal.type(typed);
    expect(await terminal.code).toBe(1);
    expect(terminal.shown).toContain('Nothing was released.');
    await expectNothingDone(before, terminal);
  });

  test('Ctrl-C at the question: 130, and nothing is written', async () => {
    await plantGone();
    const before = await stockOf(cluster);
    const terminal = openTerminal(['reconcile', '--now'], { env: env() });
    await terminal.sees(QUESTION);
    terminal.type('\u0003');
    expect(await terminal.code).toBe(130);
    expect(terminal.shown).toContain('interrupted; nothing was changed');
    await expectNothingDone(before, terminal);
  });

  test('--yes asks nothing at a terminal', async () => {
    const gone = await plantGone();
    const terminal = openTerminal(['reconcile', '--now', '--yes'], { env: env() });
    expect(await terminal.code).toBe(0);
    expect(terminal.shown).not.toContain('?');
    expectGone(await stockOf(cluster), gone);
  });

  test('the question goes to stderr: a result that goes to a file stays clean', async () => {
    const gone = await plantGone();
    const file = join(folder, 'out');
    const terminal = openTerminal(['reconcile', '--now'], { env: { ...env(), OUT: file }, redirect: '>"$OUT"' });
    await terminal.sees(QUESTION);
    terminal.type('y\r');
    expect(await terminal.code).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toContain('?');
    expectGone(await stockOf(cluster), gone);
  });

  test('a machine format at a terminal is asked nothing and needs --yes', async () => {
    const gone = await plantGone();
    const before = await stockOf(cluster);
    for (const format of ['json', 'yaml', 'name', 'jsonpath={.items[*].address}']) {
      const terminal = openTerminal(['reconcile', '--now', '-o', format], { env: env() });
      expect([format, await terminal.code]).toEqual([format, 2]);
      expect(terminal.shown).toContain('--yes');
      await expectNothingDone(before, terminal);
    }
    const file = join(folder, 'out.json');
    const options = { env: { ...env(), OUT: file }, redirect: '>"$OUT"' };
    expect(await openTerminal(['reconcile', '--now', '-o', 'json', '--yes'], options).code).toBe(0);
    expect(violations(JSON.parse(readFileSync(file, 'utf8')))).toEqual([]);
    expectGone(await stockOf(cluster), gone);
  });

  test('where nobody can be asked --now is the consent', async () => {
    const gone = await plantGone();
    const ran = await now([]);
    expect(ran.code).toBe(0);
    expect(ran.stderr).not.toContain('?');
    expect(ran.stderr).toMatch(/Released 4 addresses and 4 reservations; 0 failed/);
    expectGone(await stockOf(cluster), gone);
  });

  test.each(['--include-completed', '--include-lost'])('%s needs --yes where nobody can be asked', async (flag) => {
    await plantGone();
    const before = await stockOf(cluster);
    const ran = await now([flag, '-o', 'json']);
    expect(ran.code).toBe(2);
    const error = jsonOf(ran) as { kind: string; code: number; message: string };
    expect([error.kind, error.code]).toEqual(['Error', 2]);
    expect(error.message).toContain(flag);
    expect(error.message).toContain('--yes');
    await expectNothingDone(before);
  });

  test('at a terminal --include-completed is asked about like the rest', async () => {
    const done = holding('red', 'default/done', 20);
    await plantWithPod(cluster, 'red', done, { phase: 'Succeeded' });
    const terminal = openTerminal(['reconcile', '--now', '--include-completed'], { env: env() });
    await terminal.sees(/\? Release 1 address in 1 pool of cluster/);
    terminal.type('y\r');
    expect(await terminal.code).toBe(0);
    expectGone(await stockOf(cluster), [done]);
    await deletePod(cluster, 'default', 'done');
  });

  test('nothing to do: no question, no journal, exit code 0', async () => {
    const before = await stockOf(cluster);
    const terminal = openTerminal(['reconcile', '--now'], { env: env() });
    expect(await terminal.code).toBe(0);
    expect(terminal.shown).toContain('Nothing to release');
    expect(terminal.shown).not.toContain('?');
    await expectNothingDone(before);
    const ran = await now(['-o', 'json']);
    expect([ran.code, resultOf(ran).journal]).toEqual([0, null]);
    await expectNothingDone(before);
  });
});

describe('refused, and nothing written', () => {
  test('more than --max-release', async () => {
    const gone = await plantGone();
    const before = await stockOf(cluster);
    const ran = await now(['--max-release', '3', '-o', 'json']);
    const error = jsonOf(ran) as { kind: string; code: number; reason: string; message: string };
    expect([ran.code, error.kind, error.code, error.reason]).toEqual([5, 'Error', 5, 'refused']);
    expect(error.message).toContain('4 addresses are to be released, more than --max-release 3');
    expect((await stockOf(cluster)).versions).toEqual(before.versions);
    expect(journals()).toEqual([]);
    expect((await now(['--max-release', '4'])).code).toBe(0);
    expectGone(await stockOf(cluster), gone);
  });

  test('--from: files cannot be written to', async () => {
    const ran = await now(['--from', folder, '-o', 'json']);
    expect([ran.code, (jsonOf(ran) as { code: number }).code]).toEqual([2, 2]);
    expect(ran.stderr).toContain('--from');
  });

  test('a directory where no journal can be made', async () => {
    await plantGone();
    const before = await stockOf(cluster);
    for (const place of [join(cluster.kubeconfig, 'under-a-file'), cluster.kubeconfig, '/sys/none']) {
      const ran = await now(['--journal', place, '-o', 'json']);
      const error = jsonOf(ran) as { kind: string; code: number; message: string };
      expect([place, ran.code, error.kind, error.code]).toEqual([place, 5, 'Error', 5]);
      expect(error.message).toContain(place);
      expect(error.message).toContain('nothing was released');
      expect((await stockOf(cluster)).versions).toEqual(before.versions);
    }
  });
});

describe('dry runs', () => {
  async function expectNothingWritten(before: Stock, events: number): Promise<void> {
    expect((await stockOf(cluster)).versions).toEqual(before.versions);
    expect(await eventsOf()).toHaveLength(events);
    expect(journals()).toEqual([]);
  }

  test('client: the exact writes, none sent', async () => {
    const gone = await plantGone();
    const before = await stockOf(cluster);
    const events = (await eventsOf()).length;
    const ran = await now(['--dry-run=client', '-o', 'json']);
    expect(ran.code).toBe(1);
    const { writes = [], items, journal } = resultOf(ran);
    expect(journal).toBeNull();
    expect(items.map(({ result }) => result)).toEqual(items.map(() => null));
    for (const { pool, key, entry, reservation } of entriesOf(gone)) {
      const path = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}`;
      const object = await cluster.ok('GET', `${path}/ippools/${pool}`);
      const patch = writes.find(({ verb, name }) => verb === 'patch' && name === pool);
      expect(patch).toEqual({
        verb: 'patch',
        resource: 'ippools.whereabouts.cni.cncf.io',
        namespace: POOL_NAMESPACE,
        name: pool,
        body: [
          { op: 'test', path: '/metadata/uid', value: object.metadata?.uid },
          { op: 'test', path: '/spec/range', value: (object['spec'] as { range: string }).range },
          { op: 'test', path: `/spec/allocations/${key}`, value: entry },
          { op: 'remove', path: `/spec/allocations/${key}` },
        ],
        refusal: null,
      });
      const guard = await cluster.ok('GET', `${path}/overlappingrangeipreservations/${reservation}`);
      const { uid, resourceVersion } = guard.metadata ?? {};
      expect(writes.find(({ verb, name }) => verb === 'delete' && name === reservation)).toEqual({
        verb: 'delete',
        resource: 'overlappingrangeipreservations.whereabouts.cni.cncf.io',
        namespace: POOL_NAMESPACE,
        name: reservation,
        body: { preconditions: { uid, resourceVersion } },
        refusal: null,
      });
    }
    expect(writes).toHaveLength(8);
    // For people the same, in words and JSON.
    const human = await now(['--dry-run=client']);
    expect(human.code).toBe(1);
    expect(human.stdout).toContain(`patch ippools.whereabouts.cni.cncf.io ${POOL_NAMESPACE}/red-10.30.0.0-24\n[\n`);
    expect(human.stdout).toContain('  {"op":"remove","path":"/spec/allocations/11"}');
    expect(human.stderr).toContain('Nothing was changed. 8 writes would be sent.');
    // The patch is one that the API server takes as it stands.
    const [first] = writes;
    const path = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}/ippools/${first?.name ?? ''}?dryRun=All`;
    const contentType = 'application/json-patch+json';
    expect((await cluster.request('PATCH', path, first?.body, { contentType })).status).toBe(200);
    await expectNothingWritten(before, events);
    // Consent is for what is written.
    expect((await now(['--dry-run=client', '--include-completed'])).code).toBe(1);
    await expectNothingWritten(before, events);
  });

  test('client: --no-lease shows no deletion', async () => {
    await plantGone();
    const ran = await now(['--dry-run=client', '--no-lease', '-o', 'json']);
    expect(resultOf(ran).writes?.map(({ verb }) => verb)).toEqual(['patch', 'patch', 'patch', 'patch']);
  });

  test('server: the API server is asked, and stores nothing', async () => {
    await plantGone();
    const before = await stockOf(cluster);
    const events = (await eventsOf()).length;
    const ran = await now(['--dry-run=server', '-o', 'json']);
    expect(ran.code).toBe(1);
    expect(resultOf(ran).writes?.map(({ refusal }) => refusal)).toEqual(Array.from({ length: 8 }, () => null));
    expect((await now(['--dry-run=server'])).stderr).toContain('the API server would take all of them');
    await expectNothingWritten(before, events);
  });

  test('server: what it would refuse is said', async () => {
    const gone = await plantGone();
    const before = await stockOf(cluster);
    const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }];
    const kubeconfig = await cluster.kubeconfigFor('looks-only', { rules });
    const ran = await runCli(['reconcile', '--now', '--dry-run=server', '-o', 'json'], { kubeconfig });
    expect(ran.code).toBe(4);
    const refusals = new Set(resultOf(ran).writes?.map(({ refusal }) => refusal));
    expect([...refusals].sort()).toEqual(
      entriesOf(gone)
        .flatMap(({ pool, reservation }) => [
          `may not patch ippools.whereabouts.cni.cncf.io "${pool}" in namespace ${POOL_NAMESPACE} (403)`,
          `may not delete overlappingrangeipreservations.whereabouts.cni.cncf.io "${reservation}" in namespace ${POOL_NAMESPACE} (403)`,
        ])
        .sort(),
    );
    expect((await stockOf(cluster)).versions).toEqual(before.versions);
  });

  test('nothing to do: exit code 0', async () => {
    const ran = await now(['--dry-run=client', '-o', 'json']);
    expect([ran.code, resultOf(ran).writes]).toEqual([0, []]);
  });
});

describe('what is asked for', () => {
  const released = ({ items }: Result): string[] =>
    items.flatMap(({ result, address }) => (result === 'released' ? [address ?? ''] : [])).sort();

  test.each([
    [['--pool', '10.31.0.0-24'], ['10.31.0.12']],
    [
      ['--pool', 'red-10.30.0.0-24', '--pool', `${POOL_NAMESPACE}/10.31.0.0-24`],
      ['10.30.0.11', '10.30.0.30', '10.31.0.12'],
    ],
    [
      ['--network', 'dual'],
      ['10.32.0.13', 'fd00:32::d'],
    ],
    [['--network', ''], ['10.31.0.12']],
    [['-n', 'other'], ['10.30.0.30']],
    [['-l', 'team=blue'], ['10.31.0.12']],
  ])('%j takes %j and nothing else', async (args, expected) => {
    const gone = [...(await plantGone()), holding('red', 'other/gone', 30)];
    await plant(cluster, gone.slice(-1));
    const path = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}/ippools/10.31.0.0-24`;
    await cluster.ok('PATCH', path, { metadata: { labels: { team: 'blue' } } });
    const result = resultOf(await now([...args, '-o', 'json']));
    expect(released(result)).toEqual(expected);
    const stock = await stockOf(cluster);
    for (const { pool, key, address, reservation } of entriesOf(gone)) {
      const isThere = !expected.includes(address);
      expect([address, stock.keys.has(`${pool}/${key}`)]).toEqual([address, isThere]);
      expect([address, stock.reservations.has(reservation)]).toEqual([address, isThere]);
    }
  });

  test('finished pods: kept, but for --include-completed, and old enough for --min-age', async () => {
    const ended = (ago: number): Record<string, unknown> => ({
      containerStatuses: [
        {
          name: 'app',
          image: 'registry.example.com/app:1.4.2',
          imageID: '',
          ready: false,
          restartCount: 0,
          state: {
            terminated: { exitCode: 0, finishedAt: new Date(Date.now() - ago).toISOString().slice(0, 19) + 'Z' },
          },
        },
      ],
    });
    const old = holding('red', 'default/done-old', 20);
    const young = holding('dual', 'default/done-young', 21);
    await plantWithPod(cluster, 'red', old, { phase: 'Succeeded', status: ended(7_200_000) });
    await plantWithPod(cluster, 'dual', young, { phase: 'Failed', status: ended(60_000) });
    const gone = await plantGone();
    const first = resultOf(await now(['-o', 'json']));
    expect(released(first)).toEqual(
      entriesOf(gone)
        .map(({ address }) => address)
        .sort(),
    );
    expect(first.items.filter(({ needs }) => needs === '--include-completed')).toHaveLength(3);
    const second = resultOf(await now(['--include-completed', '--yes', '--min-age', '1h', '-o', 'json']));
    expect(released(second)).toEqual(['10.30.0.20']);
    expect(second.items.filter(({ needs }) => needs === '--min-age')).toHaveLength(2);
    const third = resultOf(await now(['--include-completed', '--yes', '-o', 'json']));
    expect(released(third)).toEqual(['10.32.0.21', 'fd00:32::15']);
    expectGone(await stockOf(cluster), [old, young]);
    for (const name of ['done-old', 'done-young']) await deletePod(cluster, 'default', name);
  });

  test('lost pods: kept, but for --include-lost', async () => {
    await createNode(cluster, 'node-x', 'Unknown', new Date(Date.now() - 600_000));
    const lost = holding('red', 'default/stranded', 22);
    await plantWithPod(cluster, 'red', lost, { node: 'node-x', phase: 'Failed' });
    const kept = resultOf(await now(['-o', 'json']));
    expect(kept.items.map(({ verdict, action, needs }) => [verdict, action, needs])).toEqual([
      ['lost', 'keep', '--include-lost'],
    ]);
    expect(released(resultOf(await now(['--include-lost', '--yes', '-o', 'json'])))).toEqual(['10.30.0.22']);
    expectGone(await stockOf(cluster), [lost]);
    await deletePod(cluster, 'default', 'stranded');
    await setNodeReady(cluster, 'node-x', 'True');
  });

  test('--no-lease: entries only, reservations are listed and left, exit code 6', async () => {
    const gone = await plantGone();
    const leases = (stock: Stock): string[] => stock.versions.filter((version) => version.startsWith('Lease'));
    const before = await stockOf(cluster);
    const ran = await now(['--no-lease', '-o', 'json']);
    expect(ran.code).toBe(6);
    const { items, reservations } = resultOf(ran);
    expect(items.map(({ result }) => result)).toEqual(items.map(() => 'released'));
    expect(reservations.map(({ name, result }) => [name, result]).sort()).toEqual(
      entriesOf(gone)
        .map(({ reservation }) => [reservation, 'skipped'])
        .sort(),
    );
    for (const { error } of reservations) expect(error).toContain('--no-lease');
    const after = await stockOf(cluster);
    expect(leases(after)).toEqual(leases(before));
    for (const { pool, key, reservation } of entriesOf(gone)) {
      expect([after.keys.has(`${pool}/${key}`), after.reservations.has(reservation)]).toEqual([false, true]);
    }
    // A later run with the Leases takes them up.
    expect((await now([])).code).toBe(0);
    expectGone(await stockOf(cluster), gone);
  });
});

describe('what it leaves behind', () => {
  test('one Event for each pool that lost addresses', async () => {
    await plantGone();
    const known = new Set((await eventsOf()).map((event) => (event['metadata'] as { name: string }).name));
    const more = [14, 15, 16].map((key) => holding('red', 'default/gone-red', key));
    await plant(cluster, more);
    expect((await now([])).code).toBe(0);
    const events = (await eventsOf()).filter((event) => !known.has((event['metadata'] as { name: string }).name));
    const about = events.map(({ regarding, note, action, reason, type, reportingController }) => {
      const { kind, namespace, name } = regarding as { kind: string; namespace: string; name: string };
      return [kind, namespace, name, note, action, reason, type, reportingController];
    });
    const told = (name: string, note: string): unknown[] => [
      'IPPool',
      POOL_NAMESPACE,
      name,
      note,
      'Release',
      'AddressesReleased',
      'Normal',
      'ipamctl',
    ];
    expect(about.sort()).toEqual([
      told('10.31.0.0-24', 'Released 1 address: 10.31.0.12'),
      told('dual-10.32.0.0-24', 'Released 1 address: 10.32.0.13'),
      told('dual-fd00-32---64', 'Released 1 address: fd00:32::d'),
      told('red-10.30.0.0-24', 'Released 4 addresses: 10.30.0.11, 10.30.0.14, 10.30.0.15, 10.30.0.16'),
    ]);
    for (const { regarding } of events) {
      const { name, uid } = regarding as { name: string; uid: string };
      const path = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}/ippools/${name}`;
      expect((await cluster.ok('GET', path)).metadata?.uid).toBe(uid);
    }
  });

  test('--no-events: none', async () => {
    const gone = await plantGone();
    const before = (await eventsOf()).length;
    expect((await now(['--no-events'])).code).toBe(0);
    expect(await eventsOf()).toHaveLength(before);
    expectGone(await stockOf(cluster), gone);
  });

  test('a journal that only its owner can read, each line by its schema', async () => {
    const gone = await plantGone();
    const ran = await now(['--as', 'admin-on-call', '--as-group', 'system:masters', '-o', 'json']);
    expect(ran.code).toBe(0);
    const result = resultOf(ran);
    const [path = ''] = journals();
    expect(result.journal).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'ipamctl')).mode & 0o777).toBe(0o700);
    expect(violationsOf(path)).toEqual([]);
    const lines = linesOf(path);
    const kubeSystem = await cluster.ok('GET', '/api/v1/namespaces/kube-system');
    expect(lines[0]).toMatchObject({
      type: 'header',
      command: 'reconcile',
      cluster: { uid: kubeSystem.metadata?.uid, server: cluster.server },
      context: 'sandbox',
      who: { clusterUser: 'admin', as: 'admin-on-call', asGroups: ['system:masters'] },
      host: hostname(),
    });
    expect(lines[0]?.['argv']).toEqual(expect.arrayContaining(['reconcile', '--now']));
    const intents = lines.filter(({ type }) => type === 'intent');
    const key = (intent: Record<string, unknown>): unknown[] => [
      intent['action'],
      intent['address'],
      intent['podref'],
      intent['containerId'],
    ];
    expect(intents.map(key).sort()).toEqual(
      gone
        .flatMap(({ podref, containerId, entries }) =>
          ['release-key', 'release-reservation'].flatMap((action) =>
            entries.map(({ address }) => [action, address, podref, containerId]),
          ),
        )
        .sort(),
    );
    const outcomes = lines.filter(({ type }) => type === 'outcome');
    expect(outcomes.map(({ sequence, result }) => [sequence, result]).sort()).toEqual(
      intents.map(({ sequence }) => [sequence, 'released']).sort(),
    );
    expect(lines.at(-1)).toMatchObject({ type: 'end', summary: { released: 8 }, interruptedBy: null });
    // All intents of keys come before the first outcome, and the end comes last.
    expect(lines.findIndex(({ type }) => type === 'outcome')).toBeGreaterThan(
      lines.findLastIndex(({ action }) => action === 'release-key'),
    );
  });

  test('--journal and its variable name the directory', async () => {
    const held = [holding('red', 'default/gone-red', 11), holding('red', 'default/gone-red', 12)] as const;
    for (const [at, [args, env]] of (
      [
        [['--journal', join(folder, 'one', 'two')], {}],
        [[], { IPAMCTL_JOURNAL: join(folder, 'one', 'two') }],
      ] as const
    ).entries()) {
      await plant(cluster, held.slice(at, at + 1));
      expect((await now(args, { ...env })).code).toBe(0);
      expect(journalsOf(join(folder, 'one', 'two'))).toHaveLength(at + 1);
    }
    expect(journals()).toEqual([]);
  });

  test('the second run finds nothing', async () => {
    const gone = await plantGone();
    expect((await now([])).code).toBe(0);
    const between = await stockOf(cluster);
    const ran = await now(['-o', 'json']);
    const { items, reservations } = resultOf(ran);
    expect([ran.code, items, reservations]).toEqual([0, [], []]);
    expect((await stockOf(cluster)).versions).toEqual(between.versions);
    expect(journals()).toHaveLength(1);
    expectGone(await stockOf(cluster), gone);
  });
});

describe('others at work', () => {
  test('two at once: each entry is released once, the other says gone, nothing fails', async () => {
    const gone = Array.from({ length: 20 }, (_, at) => holding('red', `default/gone-${at.toString()}`, at + 1)).concat(
      Array.from({ length: 10 }, (_, at) => holding('dual', `default/both-${at.toString()}`, at + 1)),
    );
    await plant(cluster, gone);
    // Each has its plan before the other writes.
    let arrived = 0;
    let open: () => void = () => undefined;
    const both = new Promise<void>((resolve) => (open = resolve));
    const gates = await Promise.all(
      [1, 2].map(() => {
        let isFirst = true;
        return openGate(cluster, async ({ path }) => {
          if (!isFirst || !path.includes('/leases/')) return;
          isFirst = false;
          if (++arrived === 2) open();
          await both;
        });
      }),
    );
    const runs = await Promise.all(
      gates.map(({ kubeconfig }) =>
        runCli(['reconcile', '--now', '-o', 'json'], { kubeconfig, env: { XDG_STATE_HOME: folder } }),
      ),
    );
    for (const gate of gates) await gate.close();
    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual(runs.map(({ stderr }) => [0, stderr]));
    const results = runs.map(resultOf);
    const [one, two] = results.map(
      ({ items }) => new Map(items.map(({ pool, key, result }) => [`${pool.name}/${key}`, result])),
    );
    for (const { pool, key } of entriesOf(gone)) {
      const place = `${pool}/${key}`;
      expect([place, [one?.get(place), two?.get(place)].sort()]).toEqual([place, ['gone', 'released']]);
    }
    const [first, second] = results.map(
      ({ reservations }) => new Map(reservations.map(({ name, result }) => [name, result])),
    );
    for (const { reservation } of entriesOf(gone)) {
      const said = [first?.get(reservation), second?.get(reservation)].sort();
      expect([reservation, said]).toEqual([reservation, ['gone', 'released']]);
    }
    expect(journals()).toHaveLength(2);
    expectGone(await stockOf(cluster), gone);
  });

  test('the address is given out again by the real plugin', async () => {
    const ipam = { type: 'whereabouts', range: '10.33.0.0/29', network_name: 'tiny' };
    await createNad(cluster, 'default', 'tiny', { cniVersion: '0.3.1', name: 'tiny', type: 'macvlan', ipam });
    const pods = [];
    for (let at = 0; at < 6; at++) {
      pods.push(await attach(cluster, { name: `full-${at.toString()}`, nets: ['default/tiny'] }));
    }
    const [third] = pods.slice(2, 3);
    const address = third?.networks[0]?.ips[0] ?? '';
    await deletePod(cluster, 'default', 'full-2');
    await expect(attach(cluster, { name: 'late', nets: ['default/tiny'] })).rejects.toThrow(/Could not allocate IP/);
    await deletePod(cluster, 'default', 'late');
    const ran = await now(['-o', 'json']);
    expect([ran.code, resultOf(ran).items.map((item) => [item.address, item.result])]).toEqual([
      0,
      [[address, 'released']],
    ]);
    const again = await attach(cluster, { name: 'new', nets: ['default/tiny'] });
    expect(again.networks[0]?.ips).toEqual([address]);
    expect(Object.values(await allocationsOf(cluster, 'tiny-10.33.0.0-29')).map(({ podref }) => podref)).toContain(
      'default/new',
    );
    for (const name of ['full-0', 'full-1', 'full-3', 'full-4', 'full-5', 'new'])
      await deletePod(cluster, 'default', name);
    expect((await now([])).code).toBe(0);
  });

  test('a full pool with many entries of few pods', async () => {
    const count = 3000;
    const form = await storedForm(
      cluster,
      KINDS.pools,
      {
        apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
        kind: 'IPPool',
        metadata: { name: 'template', namespace: POOL_NAMESPACE },
        spec: { range: '10.64.0.0/16', allocations: {} },
      },
      'whereabouts',
    );
    const keys = Array.from({ length: count }, (_, at) => (at + 1).toString());
    const allocations = Object.fromEntries(
      keys.map((key, at) => [key, { id: 'a', podref: `d/p${(at % 100).toString()}` }]),
    );
    const spec = { range: '10.64.0.0/16', allocations };
    await writeAll(cluster, KINDS.pools, [cloned(form, '10.64.0.0-16', POOL_NAMESPACE, { spec })]);
    const path = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}/ippools/10.64.0.0-16`;
    await waitUntilServed(cluster, KINDS.pools, (await stockOf(cluster)).pools);
    const ran = await now(['-o', 'json']);
    const { summary, items } = resultOf(ran);
    expect([ran.code, summary['released'], items.length]).toEqual([0, count, count]);
    expect(await allocationsOf(cluster, '10.64.0.0-16')).toEqual({});
    const intents = linesOf(journals()[0] ?? '').filter(({ type }) => type === 'intent');
    expect(intents.map(({ key }) => key).sort()).toEqual([...keys].sort());
    await cluster.ok('DELETE', path);
  });
});
