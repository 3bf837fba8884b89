import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestCluster } from '../cluster/cluster.js';
import { Audit } from '../race/audit.js';
import { Race, raceBesideReconciler, type Round } from '../race/race.js';
import { Storm } from '../race/storm.js';

const PODS = 150;
const LONGEST_MS = 900_000;

let audit: Audit;
let cluster: TestCluster;
let storm: Storm;
let race: Race;

beforeAll(async () => {
  audit = new Audit();
  cluster = await TestCluster.start({ apiServerArgs: audit.apiServerArgs });
  storm = await Storm.open(cluster);
  race = await Race.prepare(cluster, 2, { audit, storm });
}, 120_000);

afterAll(async () => {
  await storm.close();
  await cluster.stop();
  audit.remove();
});

/** Nothing live was harmed, nothing stale was left; and enough happened that could have gone wrong. */
async function judge({ violations, problems, tally, released, runs }: Round, cleaners: number): Promise<void> {
  expect(await Promise.all(violations.map((violation) => race.explain(violation)))).toEqual([]);
  expect(problems).toEqual([]);
  expect(tally.pods).toBe(PODS);
  expect(tally.adds).toBeGreaterThan(PODS / 2);
  expect(tally.again).toBeGreaterThan(PODS / 4);
  expect(tally.crashed).toBeGreaterThan(PODS / 10);
  expect(tally.late).toBeGreaterThan(PODS / 10);
  expect(released.keys).toBeGreaterThan(PODS / 10);
  expect(released.reservations).toBeGreaterThan(PODS / 10);
  // Beside the pods each at least once, and once more at the end.
  expect(runs.length).toBeGreaterThan(cleaners);
  expect(race.liveCount).toBeGreaterThan(0);
}

test(
  'one reconcile --now after the other, beside ADD and DEL, frees what is stale and nothing that lives',
  async () => judge(await race.round(PODS, 1), 1),
  LONGEST_MS,
);

test(
  'two at once do the same, and release each entry once',
  async () => judge(await race.round(PODS, 2), 2),
  LONGEST_MS,
);

test(
  'all that writes, killed at any moment, its answers late, wrong or missing, the API server restarted',
  async () => {
    const round = await race.round(PODS, 2, 'storm');
    await judge(round, 2);
    expect(storm.restarts).toBe(1);
    // Whatever came of each run, enough of everything was tried.
    expect([...storm.faults.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10);
    expect(new Set(round.runs.map(({ command }) => command))).toEqual(
      new Set(['reconcile', 'ips release', 'restore', 'audit']),
    );
    // What went missing on purpose is there again, or the pods that lost it would have been told above.
    expect(round.mended.losses).toBeGreaterThan(2);
    expect(round.mended.keys).toBeGreaterThan(0);
    expect(round.mended.reservations).toBeGreaterThan(0);
    expect(round.mended.pools).toBeGreaterThan(0);
    expect(round.runs.filter(({ signal }) => signal !== null).length).toBeGreaterThan(0);
  },
  LONGEST_MS,
);

test('when all pods are gone without a DEL, nothing is left in any pool', async () => {
  expect(race.liveCount).toBeGreaterThan(0);
  expect(await race.finish()).toEqual({ left: { keys: [], reservations: new Map() }, problems: [] });
}, 120_000);

test(
  "whereabouts' own reconciler in the same place, for comparison",
  async () => {
    const { tally, completed, violations } = await raceBesideReconciler(cluster, PODS);
    const count = (kind: string): string => violations.filter((one) => one.kind === kind).length.toString();
    const what = `${count('no key')} addresses and ${count('no reservation')} reservations of live pods`;
    process.stderr.write(
      `whereabouts' reconciler, ${tally.pods.toString()} pods, ${completed.toString()} runs: took ${what}\n`,
    );
    expect(tally.adds).toBeGreaterThan(PODS / 2);
    expect(completed).toBeGreaterThan(1);
  },
  LONGEST_MS,
);
