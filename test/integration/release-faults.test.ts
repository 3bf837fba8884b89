/** `reconcile --now` where requests fail, the API server goes away, and the process is stopped or killed. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { TestCluster } from '../cluster/cluster.js';
import { createNode } from '../cluster/objects.js';
import { waitFor } from '../cluster/wait.js';
import { violations } from '../support/schemas.js';
import { jsonOf, runCli, startCli, type CliResult } from './support/cli.js';
import { openGate, type Gate, type GateAnswer, type Passing } from './support/gate.js';
import { journalsOf, linesOf, statesOf, untruthsOf, violationsOf } from './support/journals.js';
import {
  clear,
  holding,
  makeNetworks,
  plant,
  plantWithPod,
  stockOf,
  type Held,
  type NetworkName,
} from './support/leftovers.js';

interface Result {
  kind: string;
  items: { address: string; podref: string; key: string; result: string | null; error: string | null }[];
  reservations: { name: string; result: string | null; error: string | null }[];
  summary: Record<string, number>;
  journal: string | null;
  warnings: string[];
}

const NETS: readonly NetworkName[] = ['red', 'plain', 'dual'];

let cluster: TestCluster;
let folder: string;
let live: Held[];

beforeAll(async () => {
  cluster = await TestCluster.start();
  await createNode(cluster, 'node-a');
  await makeNetworks(cluster, NETS);
  folder = mkdtempSync(join(tmpdir(), 'ipamctl-faults-'));
  live = NETS.map((net) => holding(net, `default/live-${net}`, 50));
  for (const [at, net] of NETS.entries()) {
    const held = live[at];
    if (held !== undefined) await plantWithPod(cluster, net, held);
  }
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await cluster.stop();
});

/** Nothing but what is live, whatever the test before left. */
async function restock(): Promise<void> {
  await clear(cluster, NETS);
  await plant(cluster, live);
}

const entriesOf = (held: readonly Held[]): Held['entries'][number][] => held.flatMap(({ entries }) => entries);

async function expectLiveUntouched(): Promise<void> {
  const stock = await stockOf(cluster);
  for (const { entries, containerId } of live) {
    for (const { pool, key, reservation } of entries) {
      expect([pool, key, stock.keys.get(`${pool}/${key}`)]).toEqual([pool, key, containerId]);
      expect([reservation, stock.reservations.has(reservation)]).toEqual([reservation, true]);
    }
  }
}

/** Only what is live is left. */
async function expectWhole(): Promise<void> {
  await expectLiveUntouched();
  const stock = await stockOf(cluster);
  const mine = entriesOf(live);
  expect([...stock.keys.keys()].sort()).toEqual(mine.map(({ pool, key }) => `${pool}/${key}`).sort());
  expect([...stock.reservations.keys()].sort()).toEqual(mine.map(({ reservation }) => reservation).sort());
}

/** The journals can be read, hold against their schema, and agree with the cluster. */
async function expectTrueJournals(...directories: readonly string[]): Promise<void> {
  for (const path of directories.flatMap(journalsOf)) expect([path, violationsOf(path)]).toEqual([path, []]);
  expect(await untruthsOf(directories, await stockOf(cluster))).toEqual([]);
}

function resultOf(ran: CliResult): Result {
  const result = jsonOf(ran) as Result;
  expect([result.kind, violations(result)]).toEqual(['ReconcileResult', []]);
  return result;
}

/** What a run says of each thing agrees with the cluster. */
async function expectTrueResult({ items, reservations }: Result, held: readonly Held[]): Promise<void> {
  const stock = await stockOf(cluster);
  const entries = new Map(entriesOf(held).map((entry) => [entry.address, entry]));
  for (const { address, result, error } of items) {
    const entry = entries.get(address);
    if (entry === undefined || (result === 'failed' && error?.includes('not known') === true)) continue;
    const isThere = stock.keys.has(`${entry.pool}/${entry.key}`);
    expect([address, result, error, isThere]).toEqual([address, result, error, result !== 'released']);
  }
  for (const { name, result, error } of reservations) {
    if (result === 'failed' && /not known|not tried/.test(error ?? '')) continue;
    const isThere = stock.reservations.has(name);
    expect([name, result, error, isThere]).toEqual([name, result, error, result !== 'released']);
  }
}

describe('a request fails', () => {
  function status(code: number, reason: string, message: string, headers: Record<string, string> = {}): GateAnswer {
    return {
      status: code,
      headers,
      body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code },
    };
  }
  type Fault = (passing: Passing) => void;
  const answering =
    (answer: GateAnswer, done: 'done' | 'not done' = 'not done'): Fault =>
    (passing) => {
      passing.instead(answer, done);
    };
  const CONFLICT = answering(status(409, 'Conflict', 'the object has been modified'));
  const EXPIRED = answering(status(410, 'Expired', 'too old'));
  const INVALID = answering(status(422, 'Invalid', 'the test did not hold'));
  const BUSY = answering(status(429, 'TooManyRequests', 'slow down', { 'retry-after': '1' }));
  const BROKEN = answering(status(500, 'InternalError', 'etcdserver: request timed out'));
  const BROKEN_DONE = answering(status(500, 'InternalError', 'etcdserver: request timed out'), 'done');
  const RESET = answering('reset');
  const RESET_DONE = answering('reset', 'done');
  const UNAUTHORIZED = answering(status(401, 'Unauthorized', 'Unauthorized'));
  const CUT: Fault = (passing) => {
    passing.cut();
  };

  /** What has passed so far, and which of the run's own things a request is about. */
  interface Sight {
    readonly passing: Passing;
    readonly row: string;
    readonly patched: number;
    readonly leased: number;
    readonly deleted: number;
  }
  type Which = (sight: Sight) => boolean;
  const isPatch: Which = ({ passing: { method, path } }) =>
    method === 'PATCH' && path.includes('/ippools/') && !path.includes('dryRun');
  const isLease: Which = ({ passing: { method, path } }) =>
    (method === 'PUT' || method === 'POST') && path.includes('/leases') && !path.includes('dryRun');
  // Before a Lease is taken a deletion only asks whether it may.
  const isDelete: Which = ({ passing: { method, path }, leased }) =>
    method === 'DELETE' && path.includes('/overlappingrangeipreservations/') && leased > 0;
  const PATCH: Which = (sight) => isPatch(sight) && sight.passing.path.includes('/ippools/red-10.30.0.0-24');
  const DELETE: Which = (sight) => isDelete(sight) && sight.passing.path.includes('/red-');
  const isOwner: Which = ({ passing: { method, path }, row }) =>
    method === 'GET' && path.includes(`/namespaces/${row}/pods/gone-red`);
  const OWNER_BEFORE: Which = (sight) => isOwner(sight) && sight.patched === 0;
  const OWNER_AFTER: Which = (sight) => isOwner(sight) && sight.patched > 0 && sight.leased === 0;
  const ALL_AFTER_DELETIONS: Which = ({ deleted, passing: { method } }) => deleted >= 4 && method === 'GET';
  const EVERY = Number.POSITIVE_INFINITY;

  const ROWS: [name: string, which: Which, fault: Fault, times: number, code: number, thenAll?: boolean][] = [
    ['patch: 409 once', PATCH, CONFLICT, 1, 0],
    ['patch: 409 each time', PATCH, CONFLICT, EVERY, 6],
    ['patch: 410', PATCH, EXPIRED, 1, 6],
    ['patch: 422 once', PATCH, INVALID, 1, 0],
    ['patch: 422 each time', PATCH, INVALID, EVERY, 6],
    ['patch: 429 once', PATCH, BUSY, 1, 0],
    ['patch: 429 four times', PATCH, BUSY, 4, 0],
    ['patch: 500, not done', PATCH, BROKEN, 1, 0],
    ['patch: 500, done', PATCH, BROKEN_DONE, 1, 0],
    ['patch: 500 each time', PATCH, BROKEN, EVERY, 6],
    ['patch: reset, not done', PATCH, RESET, 1, 0],
    ['patch: reset, done', PATCH, RESET_DONE, 1, 0],
    ['patch: cut answer', PATCH, CUT, 1, 0],
    ['patch: 401 from then on', PATCH, UNAUTHORIZED, EVERY, 4, true],
    ['deletion: 409 once', DELETE, CONFLICT, 1, 0],
    ['deletion: 409 each time', DELETE, CONFLICT, EVERY, 6],
    ['deletion: 410', DELETE, EXPIRED, 1, 6],
    ['deletion: 422', DELETE, INVALID, 1, 6],
    ['deletion: 429 once', DELETE, BUSY, 1, 0],
    ['deletion: 500, not done', DELETE, BROKEN, 1, 6],
    ['deletion: 500, done', DELETE, BROKEN_DONE, 1, 0],
    ['deletion: reset, not done', DELETE, RESET, 1, 6],
    ['deletion: reset, done', DELETE, RESET_DONE, 1, 0],
    ['deletion: cut answer', DELETE, CUT, 1, 0],
    ['deletion: 401 from then on', DELETE, UNAUTHORIZED, EVERY, 6, true],
    ['after the deletions: 401 from then on', ALL_AFTER_DELETIONS, UNAUTHORIZED, EVERY, 6, true],
    ['Lease: 409 once', isLease, CONFLICT, 1, 0],
    ['Lease: 429 once', isLease, BUSY, 1, 0],
    ['Lease: 500, not done', isLease, BROKEN, 1, 0],
    ['Lease: 500, done', isLease, BROKEN_DONE, 1, 0],
    ['Lease: reset, not done', isLease, RESET, 1, 0],
    ['Lease: reset, done', isLease, RESET_DONE, 1, 0],
    ['Lease: cut answer', isLease, CUT, 1, 0],
    ['Lease: 401 from then on', isLease, UNAUTHORIZED, EVERY, 6, true],
    ['owner before: 500', OWNER_BEFORE, BROKEN, EVERY, 6],
    ['owner before: 404 of a proxy', OWNER_BEFORE, answering({ status: 404, body: { no: 'such page' } }), EVERY, 6],
    ['owner before: cut answer', OWNER_BEFORE, CUT, EVERY, 6],
    ['owner after: 500', OWNER_AFTER, BROKEN, EVERY, 6],
    ['owner after: 404 of a proxy', OWNER_AFTER, answering({ status: 404, body: { no: 'such page' } }), EVERY, 6],
  ];

  test.each(ROWS)('%s', async (name, which, fault, times, code, thenAll = false) => {
    const at = ROWS.findIndex(([own]) => own === name) + 1;
    const row = `row-${at.toString()}`;
    const held = NETS.map((net) => holding(net, `${row}/gone-${net}`, at));
    await plant(cluster, held);
    const seen = { patched: 0, leased: 0, deleted: 0 };
    let hits = 0;
    const gate: Gate = await openGate(cluster, (passing) => {
      const sight = { passing, row, ...seen };
      if ((which(sight) && hits < times) || (thenAll && hits > 0)) {
        hits++;
        fault(passing);
      }
      if (isPatch(sight)) seen.patched++;
      if (isLease(sight)) seen.leased++;
      if (isDelete(sight)) seen.deleted++;
    });
    const journal = join(folder, row);
    const ran = await runCli(['reconcile', '--now', '-n', row, '--journal', journal, '-o', 'json'], {
      kubeconfig: gate.kubeconfig,
    });
    await gate.close();
    const result = resultOf(ran);
    const told = result.items.map(({ address, result: of, error }) => `${address} ${of ?? ''} ${error ?? ''}`);
    expect([hits > 0, ran.code, told, ran.stderr]).toEqual([true, code, told, ran.stderr]);
    const all = [...result.items, ...result.reservations];
    if (code === 0) expect(all.map(({ result: of }) => of)).toEqual(all.map(() => 'released'));
    // Whatever was not done says why.
    for (const { result: of, error } of all) expect([of, error !== null]).toEqual([of, of !== 'released']);
    if (!thenAll) await expectTrueResult(result, held);
    await expectTrueJournals(journal);
    await expectLiveUntouched();
    // One bad request never stops what it has nothing to do with.
    if (!thenAll) {
      const others = result.items.filter(({ podref }) => !podref.endsWith('/gone-red'));
      expect(others.map(({ result: of }) => of)).toEqual(others.map(() => 'released'));
    }
  });

  test('the next run makes all of it whole, and decides what was uncertain', async () => {
    const rows = readdirSync(folder);
    for (const row of rows) {
      const ran = await runCli(['reconcile', '--now', '--journal', join(folder, row)], {
        kubeconfig: cluster.kubeconfig,
      });
      expect([row, ran.code, ran.stderr]).toEqual([row, 0, ran.stderr]);
      const open = (await statesOf(join(folder, row))).flatMap(({ intents }) =>
        intents.filter(({ status: of }) => of === 'uncertain'),
      );
      expect(open).toEqual([]);
    }
    await expectTrueJournals(...rows.map((row) => join(folder, row)));
    await expectWhole();
    const again = await runCli(['reconcile', '-o', 'json'], { kubeconfig: cluster.kubeconfig });
    expect(again.code).toBe(0);
  });
});

describe('the API server goes away', () => {
  beforeEach(restock);

  /** Two networks' worth, so that there is something after the moment at which it goes. */
  async function plantSome(): Promise<Held[]> {
    const held = [1, 2, 3].flatMap((at) => NETS.map((net) => holding(net, `default/gone-${net}-${at.toString()}`, at)));
    await plant(cluster, held);
    return held;
  }
  const MOMENTS: [string, (passing: Passing) => boolean][] = [
    ['a patch', ({ method, path }) => method === 'PATCH' && path.includes('/ippools/') && !path.includes('dryRun')],
    [
      'the taking of a Lease',
      ({ method, path }) => method === 'PUT' && path.includes('/leases') && !path.includes('dryRun'),
    ],
  ];

  test.each(MOMENTS)('at %s, and comes back while the run waits', async (_, isMoment) => {
    const held = await plantSome();
    const journal = mkdtempSync(join(tmpdir(), 'ipamctl-away-'));
    let restarted: Promise<void> | undefined;
    const gate = await openGate(cluster, async (passing) => {
      if (restarted !== undefined || !isMoment(passing)) return;
      restarted = cluster.stopApiServer({ hard: true }).then(() => cluster.startApiServer());
      await restarted;
      passing.instead('reset', 'not done');
    });
    const ran = await runCli(['reconcile', '--now', '--journal', journal, '-o', 'json'], {
      kubeconfig: gate.kubeconfig,
    });
    await restarted;
    await gate.close();
    expect(restarted).toBeDefined();
    const result = resultOf(ran);
    expect([0, 4, 6]).toContain(ran.code);
    const all = [...result.items, ...result.reservations];
    expect(all.every(({ result: of }) => of === 'released')).toBe(ran.code === 0);
    await expectTrueJournals(journal);
    await expectTrueResult(result, held);
    const next = await runCli(['reconcile', '--now', '--journal', journal], { kubeconfig: cluster.kubeconfig });
    expect([next.code, next.stderr]).toEqual([0, next.stderr]);
    await expectTrueJournals(journal);
    await expectWhole();
    rmSync(journal, { recursive: true });
  });

  test.each(MOMENTS)('at %s, and stays away', async (_, isMoment) => {
    await plantSome();
    const journal = mkdtempSync(join(tmpdir(), 'ipamctl-away-'));
    let stopped: Promise<void> | undefined;
    const gate = await openGate(cluster, async (passing) => {
      if (stopped === undefined && isMoment(passing)) stopped = cluster.stopApiServer({ hard: true });
      await stopped;
    });
    const ran = await runCli(['reconcile', '--now', '--journal', journal, '-o', 'json'], {
      kubeconfig: gate.kubeconfig,
    });
    await gate.close();
    expect(stopped).toBeDefined();
    const result = resultOf(ran);
    expect(ran.code).toBe(result.summary['released'] === 0 ? 4 : 6);
    for (const { result: of, error } of [...result.items, ...result.reservations]) {
      expect([of, error !== null]).toEqual([of, of !== 'released']);
    }
    await cluster.startApiServer();
    await expectTrueJournals(journal);
    const next = await runCli(['reconcile', '--now', '--journal', journal], { kubeconfig: cluster.kubeconfig });
    expect([next.code, next.stderr]).toEqual([0, next.stderr]);
    await expectTrueJournals(journal);
    await expectWhole();
    rmSync(journal, { recursive: true });
  });
});

describe('asked to stop', () => {
  beforeEach(restock);

  const CODES = { SIGINT: 130, SIGTERM: 143 } as const;
  /** More than one round takes. */
  const many = (): Held[] =>
    (['red', 'plain'] as const).flatMap((net) =>
      Array.from({ length: 49 }, (_, at) => holding(net, `default/gone-${net}-${at.toString()}`, at + 1)),
    );
  const isPatch = ({ method, path }: Passing): boolean =>
    method === 'PATCH' && path.includes('/ippools/') && !path.includes('dryRun');

  /** Starts a run, and comes back with its first patch held at the gate. */
  async function stoppedAtPatch(
    journal: string,
  ): Promise<{ run: ReturnType<typeof startCli>; go: () => void; gate: Gate }> {
    let go: () => void = () => undefined;
    const mayGo = new Promise<void>((resolve) => (go = resolve));
    let arrived: () => void = () => undefined;
    const isThere = new Promise<void>((resolve) => (arrived = resolve));
    let isFirst = true;
    const gate = await openGate(cluster, async (passing) => {
      if (!isPatch(passing) || !isFirst) return;
      isFirst = false;
      arrived();
      await mayGo;
    });
    const run = startCli(['reconcile', '--now', '--journal', journal, '-o', 'json'], { kubeconfig: gate.kubeconfig });
    await Promise.race([isThere, run.ended]);
    return { run, go, gate };
  }

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: what was begun is ended and told, the rest is untouched',
    async (signal) => {
      const held = many();
      await plant(cluster, held);
      const journal = mkdtempSync(join(tmpdir(), 'ipamctl-stop-'));
      const { run, go, gate } = await stoppedAtPatch(journal);
      run.kill(signal);
      await waitFor('the word that it stops', () => run.told().includes('Stopping'));
      go();
      const ran = await run.ended;
      await gate.close();
      const result = resultOf(ran);
      expect([ran.code, ran.stderr]).toEqual([CODES[signal], ran.stderr]);
      const count = (of: string): number => result.items.filter((item) => item.result === of).length;
      expect([count('released'), count('skipped')]).toEqual([64, 98 - 64]);
      for (const item of result.items) if (item.result === 'skipped') expect(item.error).toContain('interrupted');
      expect(result.reservations.map((each) => each.result)).toEqual(Array.from({ length: 98 }, () => 'skipped'));
      await expectTrueResult(result, held);
      await expectTrueJournals(journal);
      const [path = ''] = journalsOf(journal);
      expect(linesOf(path).at(-1)).toMatchObject({ type: 'end', interruptedBy: signal });
      expect(
        (await statesOf(journal)).flatMap(({ intents }) => intents.filter(({ status }) => status === 'done')),
      ).toHaveLength(64);
      const next = await runCli(['reconcile', '--now', '--journal', journal], { kubeconfig: cluster.kubeconfig });
      expect([next.code, next.stderr]).toEqual([0, next.stderr]);
      await expectTrueJournals(journal);
      await expectWhole();
      rmSync(journal, { recursive: true });
    },
  );

  test.each(['SIGINT', 'SIGTERM'] as const)('a second %s ends it at once', async (signal) => {
    await plant(cluster, many());
    const journal = mkdtempSync(join(tmpdir(), 'ipamctl-stop-'));
    const { run, go, gate } = await stoppedAtPatch(journal);
    run.kill(signal);
    await waitFor('the word that it stops', () => run.told().includes('Stopping'));
    run.kill(signal);
    // Its patch still waits at the gate.
    const ran = await run.ended;
    expect([ran.code, ran.stdout]).toEqual([CODES[signal], '']);
    go();
    await gate.close();
    await expectTrueJournals(journal);
    const next = await runCli(['reconcile', '--now', '--journal', journal], { kubeconfig: cluster.kubeconfig });
    expect([next.code, next.stderr]).toEqual([0, next.stderr]);
    await expectTrueJournals(journal);
    await expectWhole();
    rmSync(journal, { recursive: true });
  });

  test('before anything was written there is nothing to tell', async () => {
    await plant(cluster, many().slice(0, 3));
    const before = await stockOf(cluster);
    let arrived: () => void = () => undefined;
    const isThere = new Promise<void>((resolve) => (arrived = resolve));
    let go: () => void = () => undefined;
    const mayGo = new Promise<void>((resolve) => (go = resolve));
    const gate = await openGate(cluster, async ({ path }) => {
      if (!path.includes('/ippools')) return;
      arrived();
      await mayGo;
    });
    const journal = mkdtempSync(join(tmpdir(), 'ipamctl-stop-'));
    const run = startCli(['reconcile', '--now', '--journal', journal], { kubeconfig: gate.kubeconfig });
    await Promise.race([isThere, run.ended]);
    run.kill('SIGTERM');
    const ran = await run.ended;
    go();
    await gate.close();
    expect([ran.code, ran.stdout, journalsOf(journal)]).toEqual([143, '', []]);
    expect((await stockOf(cluster)).versions).toEqual(before.versions);
    rmSync(journal, { recursive: true });
  });
});

describe('killed', () => {
  beforeEach(restock);

  const KILLS = 100;
  const OFFSETS = Array.from({ length: 13 }, (_, at) => at + 1);

  test(`at ${KILLS.toString()} random points: the journals are true, and in the end all is whole`, async () => {
    const journal = mkdtempSync(join(tmpdir(), 'ipamctl-killed-'));
    const args = ['reconcile', '--now', '--no-events', '--journal', journal];
    /** Fills what is free again; each entry has a container id of its own. */
    const refill = async (): Promise<void> => {
      const stock = await stockOf(cluster);
      const held = NETS.flatMap((net) => OFFSETS.map((at) => holding(net, `default/gone-${net}-${at.toString()}`, at)));
      await plant(
        cluster,
        held.filter(({ entries }) =>
          entries.every(
            ({ pool, key, reservation }) => !stock.keys.has(`${pool}/${key}`) && !stock.reservations.has(reservation),
          ),
        ),
      );
    };
    await refill();
    const started = Date.now();
    expect((await runCli(args, { kubeconfig: cluster.kubeconfig })).code).toBe(0);
    // After a kill a Lease has to run out first.
    const length = Date.now() - started + 3000;
    const met = { begun: 0, uncertain: 0, done: 0, ended: 0 };
    for (let kill = 1; kill <= KILLS; kill++) {
      await refill();
      const known = journalsOf(journal).length;
      const run = startCli(args, { kubeconfig: cluster.kubeconfig });
      await Promise.race([sleep(Math.random() * length), run.ended]);
      run.kill('SIGKILL');
      const { code } = await run.ended;
      if (code !== null) expect(code).toBe(0);
      await expectTrueJournals(journal);
      const [state] = (await statesOf(journal)).slice(known);
      if (state !== undefined) met.begun++;
      if (state?.intents.some(({ status }) => status === 'uncertain') === true) met.uncertain++;
      if (state?.intents.some(({ status }) => status === 'done') === true) met.done++;
      if (state?.end != null) met.ended++;
    }
    await expectLiveUntouched();
    const last = await runCli(args, { kubeconfig: cluster.kubeconfig });
    expect([last.code, last.stderr]).toEqual([0, last.stderr]);
    await expectTrueJournals(journal);
    await expectWhole();
    const states = await statesOf(journal);
    expect(states.flatMap(({ intents }) => intents.filter(({ status }) => status === 'uncertain'))).toEqual([]);
    process.stderr.write(`killed: ${JSON.stringify(met)} of ${KILLS.toString()}
`);
    // Some came before the first write, some after the last, and some in between.
    expect(met.begun).toBeGreaterThan(met.ended);
    expect(met.uncertain).toBeGreaterThan(0);
    expect(met.done).toBeGreaterThan(0);
    rmSync(journal, { recursive: true });
  }, 1_200_000);
});
