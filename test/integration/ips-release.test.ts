/** `ips release` as whoever runs it meets it: the built program, a real API server. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { POOL_NAMESPACE, TestCluster } from '../cluster/cluster.js';
import {
  createNode,
  createPod,
  createReservation,
  createStatefulSet,
  deletePod,
  patchAllocations,
  type PodOptions,
} from '../cluster/objects.js';
import { violations } from '../support/schemas.js';
import { jsonOf, runCli, type CliResult } from './support/cli.js';
import { journalsOf, linesOf } from './support/journals.js';
import { clear, holding, makeNetworks, plant, plantWithPod, stockOf, type Held } from './support/leftovers.js';
import { openTerminal, type Terminal } from './support/pty.js';

interface Item {
  address: string | null;
  key: string;
  verdict: string;
  action: string;
  needs: string | null;
  result: string | null;
}

interface Result {
  kind: string;
  items: Item[];
  journal: string | null;
}

const NETS = ['red', 'dual'] as const;
const WHEREABOUTS = `/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/${POOL_NAMESPACE}`;

let cluster: TestCluster;
let folder: string;
const pods = new Set<string>();

beforeAll(async () => {
  cluster = await TestCluster.start();
  await createNode(cluster, 'node-a');
  await createNode(cluster, 'node-x', 'Unknown', new Date(Date.now() - 600_000));
  await makeNetworks(cluster, NETS);
});
afterAll(() => cluster.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ipamctl-ips-'));
});
afterEach(async () => {
  for (const name of pods) await deletePod(cluster, 'default', name);
  pods.clear();
  await clear(cluster, NETS);
  rmSync(folder, { recursive: true, force: true });
});

function run(...args: string[]): Promise<CliResult> {
  return runCli(args, { kubeconfig: cluster.kubeconfig, env: { XDG_STATE_HOME: folder } });
}

const release = (...args: string[]): Promise<CliResult> => run('ips', 'release', ...args, '--yes');

function resultOf(ran: CliResult): Result {
  const result = jsonOf(ran) as Result;
  expect([result.kind, violations(result), ran.stderr]).toEqual(['ReconcileResult', [], expect.anything()]);
  return result;
}

const results = (ran: CliResult): unknown[] => resultOf(ran).items.map(({ address, result }) => [address, result]);

async function gone(offset: number, podref = `default/gone-${offset}`): Promise<Held> {
  const held = holding('red', podref, offset);
  await plant(cluster, [held]);
  return held;
}

/** A pod with an address, as `more` says. */
async function withPod(name: string, offset: number, more: Partial<PodOptions> = {}): Promise<Held> {
  pods.add(name);
  const held = holding('red', `default/${name}`, offset);
  await plantWithPod(cluster, 'red', held, more);
  return held;
}

/** Whether entry and reservation of an address of network `red` are there. */
async function isThere(offset: number): Promise<boolean[]> {
  const stock = await stockOf(cluster);
  return [stock.keys.has(`red-10.30.0.0-24/${offset}`), stock.reservations.has(`red-10.30.0.${offset}`)];
}

describe('by name', () => {
  test('what is stale goes with its reservation, and nothing else; restore brings it back', async () => {
    await gone(11);
    await gone(12);
    const ran = await release('10.30.0.11', '-o', 'json');
    expect([ran.code, results(ran)]).toEqual([0, [['10.30.0.11', 'released']]]);
    expect([await isThere(11), await isThere(12)]).toEqual([
      [false, false],
      [true, true],
    ]);
    const [journal = ''] = journalsOf(join(folder, 'ipamctl'));
    expect(linesOf(journal)[0]).toMatchObject({ command: 'ips release' });
    const again = await release('10.30.0.11', '-o', 'json');
    expect([again.code, resultOf(again).items]).toEqual([0, []]);
    expect((await release('10.30.0.11')).stderr).toContain('10.30.0.11 is free already: nobody holds it.');
    expect((await run('restore', journal, '--yes')).code).toBe(0);
    expect(await isThere(11)).toEqual([true, true]);
  });

  test('IPv6 in any spelling', async () => {
    await plant(cluster, [holding('dual', 'default/gone', 13)]);
    const ran = await release('10.32.0.13', 'FD00:32:0::000d', '-o', 'json');
    expect([ran.code, resultOf(ran).items.map(({ result }) => result)]).toEqual([0, ['released', 'released']]);
    expect((await stockOf(cluster)).reservations.size).toBe(0);
  });

  test('a reservation that no key stands behind', async () => {
    await createReservation(cluster, 'red-10.30.0.21', { podref: 'default/lone', ifname: 'net1' });
    expect((await release('10.30.0.21')).code).toBe(0);
    expect((await isThere(21))[1]).toBe(false);
  });

  test.each([
    [['10.30.0.11', '--pool', 'nope'], 4, 'there is no pool nope'],
    [['10.30.0.11', '--pod', 'default/somebody'], 5, 'is held in pool ipam/red-10.30.0.0-24 for default/gone-11'],
    [['10.30.0.11', '--network', 'dual'], 5, 'for default/gone-11'],
    [['10.30.0.11', '-n', 'other'], 5, 'for default/gone-11'],
    [['10.30.0.11', '10.30.0.300'], 2, '"10.30.0.300" is no IP address'],
    [[], 2, 'name an address, a key or a report'],
    [['--key', '11'], 2, '--key needs the one --pool'],
    [['10.30.0.11', '--live'], 2, '--live needs --force'],
    [['10.30.0.11', '--node', 'node-a'], 2, '--node narrows a report'],
    [['10.30.0.11', '--verdict', 'stale'], 2, '--verdict narrows a report'],
    [['10.30.0.11', '--from-report', 'x.json'], 2, 'exclude each other'],
    [['10.30.0.11', '--from', 'x'], 2, '--from reads files'],
  ])('%j: exit %i, and nothing is written', async (args, code, says) => {
    await gone(11);
    const before = await stockOf(cluster);
    const ran = await release(...args);
    expect([ran.code, ran.stderr.replaceAll(/\s+/g, ' ')]).toEqual([
      code,
      expect.stringContaining(says.replace('ipam/', `${POOL_NAMESPACE}/`)),
    ]);
    expect((await stockOf(cluster)).versions).toEqual(before.versions);
  });

  test('held more than once: which one is meant', async () => {
    await gone(11);
    await cluster.ok('POST', `${WHEREABOUTS}/ippools`, {
      apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
      kind: 'IPPool',
      metadata: { name: '10.30.0.0-24', namespace: POOL_NAMESPACE },
      spec: { range: '10.30.0.0/24', allocations: { '11': { id: 'x', podref: 'default/other', ifname: 'net1' } } },
    });
    const ran = await release('10.30.0.11');
    expect([ran.code, ran.stderr]).toEqual([5, expect.stringContaining('is held more than once')]);
    expect((await release('10.30.0.11', '--pool', '10.30.0.0-24')).code).toBe(0);
    expect(await isThere(11)).toEqual([true, true]);
    await cluster.ok('DELETE', `${WHEREABOUTS}/ippools/10.30.0.0-24`);
  });

  test('without --yes where nobody can be asked', async () => {
    await gone(11);
    const ran = await run('ips', 'release', '10.30.0.11');
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('ips release needs --yes')]);
    expect(await isThere(11)).toEqual([true, true]);
  });

  test('more than --max-release, and a dry run', async () => {
    await gone(11);
    await gone(12);
    const before = await stockOf(cluster);
    expect((await release('10.30.0.11', '10.30.0.12', '--max-release', '1')).code).toBe(5);
    const dry = await release('10.30.0.11', '--dry-run=server', '-o', 'json');
    const { writes } = jsonOf(dry) as { writes: { verb: string; refusal: string | null }[] };
    expect([dry.code, writes.map(({ verb, refusal }) => [verb, refusal])]).toEqual([
      1,
      [
        ['patch', null],
        ['delete', null],
      ],
    ]);
    expect((await stockOf(cluster)).versions).toEqual(before.versions);
  });
});

describe('what is in use', () => {
  const ownerless = { id: 'x', podref: 'nonsense', ifname: 'net1' };
  const CASES: readonly (readonly [verdict: string, flags: readonly string[], make: () => Promise<unknown>])[] = [
    ['finished', ['--include-completed'], () => withPod('user', 30, { phase: 'Succeeded' })],
    ['lost', ['--include-lost'], () => withPod('user', 30, { phase: 'Failed', node: 'node-x' })],
    [
      'kept',
      ['--force'],
      async () => {
        await createStatefulSet(cluster, 'default', 'set', 1);
        await gone(30, 'default/set-0');
      },
    ],
    ['malformed', ['--force'], () => patchAllocations(cluster, 'red-10.30.0.0-24', { '30': ownerless })],
    ['pending', ['--force', '--live'], () => withPod('user', 30, { phase: 'Pending', networkStatus: [] })],
    ['unknown', ['--force', '--live'], () => withPod('user', 30, { networkStatus: 'no JSON' })],
    ['live', ['--force', '--live'], () => withPod('user', 30)],
  ];

  test.each(CASES)('%s: exit 5 with owner and verdict, unless %j', async (verdict, flags, make) => {
    await make();
    const before = await stockOf(cluster);
    const others = ['--include-completed', '--include-lost', '--force'].filter((flag) => !flags.includes(flag));
    const refused = flags.includes('--live') ? [[], ['--force'], others] : [[], others];
    for (const given of refused) {
      const ran = await release('10.30.0.30', ...given);
      expect([given, ran.code, ran.stderr]).toEqual([given, 5, expect.stringContaining(`which is ${verdict} (`)]);
      expect(ran.stderr).toMatch(/held for (default\/(user|set-0)|nonsense)/);
      expect(ran.stderr).toContain(flags.join(' '));
    }
    expect((await stockOf(cluster)).versions).toEqual(before.versions);
    const ran = await release('10.30.0.30', ...flags, '-o', 'json');
    expect([ran.code, results(ran)]).toEqual([0, [['10.30.0.30', 'released']]]);
    expect((await isThere(30))[0]).toBe(false);
    await cluster.request('DELETE', '/apis/apps/v1/namespaces/default/statefulsets/set');
  });

  test('one of several: none goes', async () => {
    await gone(11);
    await withPod('user', 30);
    const ran = await release('10.30.0.11', '10.30.0.30');
    expect([ran.code, await isThere(11), await isThere(30)]).toEqual([5, [true, true], [true, true]]);
  });

  test('a live address comes back with restore, byte for byte', async () => {
    const { containerId } = await withPod('user', 30);
    const ran = await release('10.30.0.30', '--force', '--live', '-o', 'json');
    expect([ran.code, await isThere(30)]).toEqual([0, [false, false]]);
    expect((await run('restore', resultOf(ran).journal ?? '', '--yes')).code).toBe(0);
    expect([await isThere(30), (await stockOf(cluster)).keys.get('red-10.30.0.0-24/30')]).toEqual([
      [true, true],
      containerId,
    ]);
  });

  test('a key that is no address', async () => {
    const entry = { id: 'x', podref: 'default/gone', ifname: 'net1' };
    await patchAllocations(cluster, 'red-10.30.0.0-24', { abc: entry, '31': entry });
    const args = ['--pool', 'red-10.30.0.0-24', '--key', 'abc'];
    expect((await release(...args)).code).toBe(5);
    const ran = await release(...args, '--force', '-o', 'json');
    expect([ran.code, resultOf(ran).items.map(({ address, key, result }) => [address, key, result])]).toEqual([
      0,
      [[null, 'abc', 'released']],
    ]);
    expect([...(await stockOf(cluster)).keys.keys()]).toEqual(['red-10.30.0.0-24/31']);
    expect((await run('restore', resultOf(ran).journal ?? '', '--item', 'red-10.30.0.0-24/abc', '--yes')).code).toBe(5);
    await patchAllocations(cluster, 'red-10.30.0.0-24', { '31': null });
    expect((await run('restore', resultOf(ran).journal ?? '', '--yes')).code).toBe(0);
    expect([...(await stockOf(cluster)).keys.keys()]).toEqual(['red-10.30.0.0-24/abc']);
  });
});

describe('at a terminal', () => {
  function open(...args: string[]): Terminal {
    return openTerminal(['ips', 'release', ...args], {
      env: { KUBECONFIG: cluster.kubeconfig, XDG_STATE_HOME: folder },
    });
  }

  test('it asks; for a live one address and owner are to be typed', async () => {
    await withPod('user', 30);
    const wrong = open('10.30.0.30', '--force', '--live');
    await wrong.sees(/Type "10\.30\.0\.30 default\/user" to take it away:/);
    wrong.type('10.30.0.30\r');
    expect([await wrong.code, await isThere(30)]).toEqual([1, [true, true]]);
    const right = open('10.30.0.30', '--force', '--live');
    await right.sees(/Type "10\.30\.0\.30 default\/user"/);
    right.type('10.30.0.30 default/user\r');
    await right.sees(/\? Release 1 address in 1 pool/);
    right.type('y\r');
    expect([await right.code, await isThere(30)]).toEqual([0, [false, false]]);
  });

  test('a stale one needs no more than a yes', async () => {
    await gone(11);
    const terminal = open('10.30.0.11');
    await terminal.sees(/\? Release 1 address in 1 pool of cluster "sandbox"/);
    expect(terminal.shown).not.toContain('Type "');
    terminal.type('y\r');
    expect([await terminal.code, await isThere(11)]).toEqual([0, [false, false]]);
  });
});

describe('by reports', () => {
  async function report(name: string, ...args: string[]): Promise<string> {
    const file = join(folder, name);
    await run('reconcile', '-o', `json=${file}`, ...args);
    return file;
  }

  function altered(file: string, change: (document: Record<string, unknown>) => void): string {
    const document = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    change(document);
    const path = join(folder, 'altered.json');
    writeFileSync(path, JSON.stringify(document));
    return path;
  }

  test('of several only what all of them list, as it was', async () => {
    await gone(11);
    await gone(12);
    const first = await report('one.json');
    await gone(13);
    // The same address, for another container.
    await patchAllocations(cluster, 'red-10.30.0.0-24', {
      '12': { id: 'y', podref: 'default/gone-12', ifname: 'net1' },
    });
    const second = await report('two.json');
    const ran = await release('--from-report', first, '--from-report', second, '-o', 'json');
    expect([ran.code, results(ran)]).toEqual([0, [['10.30.0.11', 'released']]]);
    const late = await release('--from-report', first, '-o', 'json');
    expect([late.code, resultOf(late).items]).toEqual([0, []]);
    expect((await release('--from-report', second, '-o', 'json')).code).toBe(0);
    expect((await stockOf(cluster)).keys.size).toBe(0);
  });

  test('each is judged afresh: whose owner came back stays', async () => {
    await gone(11, 'default/user');
    await gone(12);
    const file = await report('plan.json');
    pods.add('user');
    const networkStatus = [{ name: 'default/red', interface: 'net1', ips: ['10.30.0.11'], dns: {} }];
    await createPod(cluster, { name: 'user', networkStatus });
    const ran = await release('--from-report', file, '-o', 'json');
    const { items } = resultOf(ran);
    expect([ran.code, items.map(({ address, verdict, result, needs }) => [address, verdict, result, needs])]).toEqual([
      0,
      [
        ['10.30.0.11', 'live', null, '--force --live'],
        ['10.30.0.12', 'stale', 'released', null],
      ],
    ]);
    expect(await isThere(11)).toEqual([true, true]);
  });

  test('--verdict and --node narrow it', async () => {
    await gone(11);
    await withPod('done', 30, { phase: 'Succeeded' });
    await withPod('lost', 31, { phase: 'Failed', node: 'node-x' });
    const file = await report('plan.json');
    const all = ['--include-completed', '--include-lost'];
    const onNode = await release('--from-report', file, '--node', 'node-x', ...all, '-o', 'json');
    expect([onNode.code, results(onNode)]).toEqual([0, [['10.30.0.31', 'released']]]);
    const finished = await release('--from-report', file, '--verdict', 'finished', ...all, '-o', 'json');
    expect(results(finished)).toEqual([
      ['10.30.0.11', null],
      ['10.30.0.30', 'released'],
    ]);
    expect((await release('--from-report', file, '--force', '--live')).code).toBe(2);
    const forced = await release('--from-report', file, '--force', '--live', '--verdict', 'stale', '-o', 'json');
    expect(results(forced)).toEqual([['10.30.0.11', 'released']]);
  });

  test('an AuditReport, and a reservation without a key', async () => {
    const held = await gone(11);
    await createReservation(cluster, 'red-10.30.0.21', { podref: 'default/lone', ifname: 'net1' });
    const plan = JSON.parse(readFileSync(await report('plan.json'), 'utf8')) as {
      cluster: unknown;
      createdAt: string;
      items: { pool: unknown }[];
      reservations: { uid: string; withoutAllocation: boolean }[];
    };
    const lone = plan.reservations.find(({ withoutAllocation }) => withoutAllocation);
    const finding = { key: '11', podref: held.podref, containerId: held.containerId, pool: plan.items[0]?.pool };
    const audit = {
      ...{ apiVersion: 'ipamctl.io/v1', kind: 'AuditReport', cluster: plan.cluster, createdAt: plan.createdAt },
      findings: [
        { ...finding, check: 'audit/stale-allocation', reservation: null },
        {
          check: 'audit/reservation-without-allocation',
          pool: null,
          key: null,
          podref: 'default/lone',
          reservation: lone,
        },
      ],
    };
    const file = join(folder, 'audit.json');
    writeFileSync(file, JSON.stringify(audit));
    const ran = await release('--from-report', file, '--from-report', join(folder, 'plan.json'), '-o', 'json');
    expect([ran.code, results(ran)]).toEqual([0, [['10.30.0.11', 'released']]]);
    const { keys, reservations } = await stockOf(cluster);
    expect([keys.size, reservations.size]).toEqual([0, 0]);
  });

  test('another cluster, also with --force; too old; of the future', async () => {
    await gone(11);
    const file = await report('plan.json');
    const before = await stockOf(cluster);
    const force = ['--force', '--live', '--verdict', 'stale'];
    const foreign = altered(file, (document) => (document['cluster'] = { uid: 'other', server: null }));
    for (const args of [[], force]) {
      const ran = await release('--from-report', file, '--from-report', foreign, ...args, '-o', 'json');
      expect([ran.code, jsonOf(ran)]).toEqual([5, expect.objectContaining({ kind: 'Error', reason: 'refused' })]);
      expect(ran.stderr).toContain('is of another cluster');
    }
    const nameless = altered(file, (document) => (document['cluster'] = { uid: null, server: null }));
    expect((await release('--from-report', nameless)).code).toBe(5);
    const old = altered(file, (document) => (document['createdAt'] = new Date(Date.now() - 3_660_000).toISOString()));
    const late = await release('--from-report', old);
    expect([late.code, late.stderr]).toEqual([5, expect.stringContaining('--max-age')]);
    expect((await stockOf(cluster)).versions).toEqual(before.versions);
    expect((await release('--from-report', old, '--max-age', '2h')).code).toBe(0);
    const early = altered(file, (document) => (document['createdAt'] = new Date(Date.now() + 3_600_000).toISOString()));
    expect((await release('--from-report', early)).code).toBe(5);
  });

  test.each([
    ['no JSON', 'items: []', 'is no JSON'],
    ['another kind', '{"apiVersion":"ipamctl.io/v1","kind":"PoolList","items":[]}', 'is neither an AuditReport'],
    ['a result', '{"apiVersion":"ipamctl.io/v1","kind":"ReconcileResult","items":[]}', 'is neither an AuditReport'],
    ['no time', '{"apiVersion":"ipamctl.io/v1","kind":"ReconcilePlan","items":[]}', 'does not tell when'],
  ])('%s: exit 3', async (_, content, says) => {
    const file = join(folder, 'report.json');
    writeFileSync(file, content);
    const ran = await release('--from-report', file);
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining(says)]);
    expect((await release('--from-report', join(folder, 'none'))).code).toBe(3);
  });
});
