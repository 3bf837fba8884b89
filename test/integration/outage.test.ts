import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openCluster } from '../../src/cluster/live/index.js';
import { planOf, type ReconcilePlan } from '../../src/reconcile/plan.js';
import { survey } from '../../src/reconcile/survey.js';
import { TestCluster } from '../cluster/cluster.js';
import { createPod, deletePod } from '../cluster/objects.js';
import { seed, type Seeded } from '../cluster/seed.js';
import { jsonOf, runCli, type CliResult } from './support/cli.js';
import { openGate, type Gate, type Passing } from './support/gate.js';

const PLAN = ['reconcile', '--all', '-o', 'json'];
const ALL = { includeCompleted: false, includeLost: false, minAgeMs: 0, all: true };
const EVERYTHING = { pools: undefined, networks: undefined, namespace: undefined, uids: null };

let cluster: TestCluster;
let seeded: Seeded;
const gates: Gate[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start({ noSnapshots: true });
  seeded = await seed(cluster);
}, 180_000);

afterEach(async () => {
  await Promise.all(gates.splice(0).map((gate) => gate.close()));
});

afterAll(() => cluster.stop());

interface Read {
  plan: ReconcilePlan;
  podCount: number;
  notes: readonly string[];
}

/** A plan made in this process, where the pages can be small. */
async function planThrough(kubeconfig: string, chunkSize: number): Promise<Read> {
  const reader = await openCluster({ kubeconfig }, {}, { version: 'test', chunkSize });
  try {
    const judged = await survey(reader);
    const plan = planOf(judged, await reader.identity(), ALL, EVERYTHING, 'test');
    return { plan, podCount: judged.podCount, notes: reader.notes };
  } finally {
    await reader.close();
  }
}

async function gate(
  onRequest: (passing: Passing, gate: Gate) => Promise<void> | void = () => undefined,
): Promise<Gate> {
  const opened: Gate = await openGate(cluster, (passing) => onRequest(passing, opened));
  gates.push(opened);
  return opened;
}

function expectTruth(plan: Pick<ReconcilePlan, 'items' | 'incomplete'>): void {
  const known = seeded.facts.map(({ pool, key, verdict, reason }) => `${pool}/${key} = ${verdict} ${reason}`);
  const said = plan.items.map(({ pool, key, verdict, reason }) => `${pool.name}/${key} = ${verdict} ${reason}`);
  expect(said.sort()).toEqual(known.sort());
  expect(plan.incomplete).toBe(false);
}

/** The one list of all pods that judges absence. */
const isPods = (path: string): boolean => /^\/api\/v1\/pods(\?|$)/.test(path) && !path.includes('fieldSelector');
const isLaterPage = (path: string): boolean => path.includes('continue=');

describe('pages', () => {
  test('many of them are one list', async () => {
    const { kubeconfig, seen } = await gate();
    const { plan, podCount, notes } = await planThrough(kubeconfig, 5);
    expectTruth(plan);
    const pages = (prefix: string): number => seen.filter((path) => path.startsWith(prefix)).length;
    expect(seen.filter(isPods).length).toBe(Math.ceil(podCount / 5));
    expect(seen.filter(isPods).length).toBeGreaterThan(5);
    expect(pages('/apis/whereabouts.cni.cncf.io/v1alpha1/ippools?')).toBeGreaterThan(3);
    expect(pages('/apis/whereabouts.cni.cncf.io/v1alpha1/overlappingrangeipreservations?')).toBeGreaterThan(8);
    expect(seen.filter((path) => path.includes('resourceVersion='))).toEqual([]);
    expect(notes).toEqual([]);
  });

  test.each([
    ['pods', isPods],
    ['pools', (path: string) => path.includes('/ippools?')],
    ['reservations', (path: string) => path.includes('/overlappingrangeipreservations?')],
  ] as const)('a list of %s whose token expired is read from the start', async (_, isList) => {
    let compacted = false;
    const { kubeconfig, seen } = await gate(async ({ path }, { seen: before }) => {
      if (compacted || !isList(path) || before.filter(isList).length !== 3) return;
      compacted = true;
      // Sorts before all others, so only a fresh list holds it.
      await createPod(cluster, { namespace: 'batch', name: 'aaa-late' });
      await cluster.compact();
    });
    const { podCount: before } = await planThrough(cluster.kubeconfig, 500);
    const { plan, podCount, notes } = await planThrough(kubeconfig, 5);
    await deletePod(cluster, 'batch', 'aaa-late');
    expect(compacted).toBe(true);
    expectTruth(plan);
    expect(podCount).toBe(before + 1);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/changed too fast and was read again from the start$/);
    // After the page that was refused, the first one again.
    expect(seen.filter(isList).slice(1, 4).map(isLaterPage)).toEqual([true, true, false]);
  });

  test('a list whose tokens expire each time is read in one piece', async () => {
    const { kubeconfig, seen } = await gate(async ({ path }) => {
      if (isPods(path) && isLaterPage(path)) await cluster.compact();
    });
    const { plan } = await planThrough(kubeconfig, 5);
    expectTruth(plan);
    expect(seen.filter(isPods).at(-1)).toBe('/api/v1/pods');
  });
});

describe('an API server that stops while the pods are listed', () => {
  /** Either the whole truth, or a failure that says what happened and nothing else. */
  function expectTruthOrFailure(result: CliResult): 'truth' | 'failure' {
    const answer = jsonOf(result) as { kind: string };
    if (answer.kind === 'ReconcilePlan') {
      expectTruth(answer as unknown as ReconcilePlan);
      expect(result.code).toBe(1);
      return 'truth';
    }
    expect(answer).toMatchObject({ kind: 'Error', code: 4 });
    expect((answer as unknown as { reason: string }).reason).toMatch(/^(unreachable|server-error)$/);
    expect(result.code).toBe(4);
    expect(result.stderr).not.toMatch(/^\s+at /m);
    return 'failure';
  }

  test.each([true, false])('and is back before the request comes (as a crash: %s)', async (hard) => {
    let stopped = false;
    const { kubeconfig } = await gate(async ({ path }) => {
      if (stopped || !isPods(path)) return;
      stopped = true;
      await cluster.stopApiServer({ hard });
      await cluster.startApiServer();
    });
    expect(expectTruthOrFailure(await runCli(PLAN, { kubeconfig }))).toBe('truth');
    expect(stopped).toBe(true);
  });

  test('in the middle of an answer, between two pages', async () => {
    let stopped = false;
    const { kubeconfig, seen } = await gate(async (passing, { seen: before }) => {
      if (stopped || !isPods(passing.path) || before.filter(isPods).length !== 3) return;
      stopped = true;
      passing.cut();
      await cluster.stopApiServer({ hard: true });
      await cluster.startApiServer();
    });
    const { plan } = await planThrough(kubeconfig, 5);
    expect(stopped).toBe(true);
    // The page that was cut came again (the next one may be asked for meanwhile), and nothing is there twice.
    const [, , cut, ...after] = seen.filter(isPods);
    expect(after).toContain(cut);
    expectTruth(plan);
  });

  test('and is back a while later', async () => {
    let back: Promise<void> | undefined;
    const { kubeconfig } = await gate(async ({ path }) => {
      if (back !== undefined || !isPods(path)) return;
      await cluster.stopApiServer({ hard: true });
      back = cluster.startApiServer();
    });
    const result = await runCli(PLAN, { kubeconfig });
    await back;
    expect(['truth', 'failure']).toContain(expectTruthOrFailure(result));
    expect(back).toBeDefined();
  });

  test('for good', async () => {
    let stopped = false;
    const { kubeconfig, seen } = await gate(async ({ path }) => {
      if (stopped || !isPods(path)) return;
      stopped = true;
      await cluster.stopApiServer({ hard: true });
    });
    const outcome = expectTruthOrFailure(await runCli(PLAN, { kubeconfig }));
    const direct = expectTruthOrFailure(await runCli(PLAN, { kubeconfig: cluster.kubeconfig }));
    const human = await runCli(['reconcile'], { kubeconfig: cluster.kubeconfig });
    await cluster.startApiServer();
    expect([outcome, direct]).toEqual(['failure', 'failure']);
    // It is tried again, and not for ever.
    expect(seen.filter(isPods).length).toBe(5);
    expect([human.code, human.stdout]).toEqual([4, '']);
    expect(human.stderr).toMatch(/^Error: cannot reach the API server /);
    expect(expectTruthOrFailure(await runCli(PLAN, { kubeconfig: cluster.kubeconfig }))).toBe('truth');
  });

  test('after the pods, when their owners are asked for', async () => {
    let stopped = false;
    const { kubeconfig } = await gate(async ({ path }) => {
      if (stopped || !/^\/api\/v1\/namespaces\/[^/]+\/pods\//.test(path)) return;
      stopped = true;
      await cluster.stopApiServer({ hard: true });
    });
    const outcome = expectTruthOrFailure(await runCli(PLAN, { kubeconfig }));
    await cluster.startApiServer();
    expect([stopped, outcome]).toEqual([true, 'failure']);
  });
});
