/** Whole runs of `reconcile --now`, beside whereabouts' own reconciler and beside pods that start meanwhile. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fill, refill } from '../test/cluster/big.js';
import type { TestCluster } from '../test/cluster/cluster.js';
import { createPod, ensureNamespace } from '../test/cluster/objects.js';
import { add, del } from '../test/cluster/plugin.js';
import { buildProgram } from '../test/oracle/oracle.js';
import { count, withCluster, type Size } from './clusters.js';
import { runOnce, summarise, type Run, type Subject } from './measure.js';
import type { Installed } from './packed.js';
import type { Row, Section } from './section.js';
import { trafficOf, type Traffic } from './traffic.js';

/** How often each is run: before each run all that was freed is held again. */
export interface Rounds {
  readonly ours: number;
  /** 0: whereabouts' reconciler is left away, and the plan is the anchor. */
  readonly theirs: number;
}

/** A measured release. */
export interface Release extends Section {
  readonly allocations: number;
  readonly released: number;
  readonly reservations: number;
  /** How long the Leases were held each time, in the last run. */
  readonly heldMs: readonly number[];
}

interface Result {
  readonly summary: { readonly released: number };
  readonly reservations: readonly { readonly result: string | null }[];
  readonly heldMs: readonly number[];
}

/** Releases the stale share of a cluster's allocations, again and again. */
export function measureRelease(ipamctl: Installed, size: Size, rounds: Rounds, aim?: number): Promise<Release> {
  return withCluster(async (cluster, kubeconfig) => {
    const options = { ...size, log: console.error };
    const filled = await fill(cluster, options);
    const env = { ...kubeconfig, XDG_STATE_HOME: cluster.dir };
    const plan = ipamctl.subject(['reconcile', '-o', 'json'], { env, ok: [1] });
    const now = ipamctl.subject(['reconcile', '--now', '-o', 'json'], { env });
    const theirs = reconciler(cluster);
    const runs = { plan: [] as Run[], now: [] as Run[], theirs: [] as Run[] };
    let traffic: Traffic | undefined;
    for (let round = 0; round < Math.max(rounds.ours, rounds.theirs); round++) {
      console.error(`releasing: ${count(filled.allocations)} allocations, round ${(round + 1).toString()}`);
      if (round > 0) await refill(cluster, options);
      runs.plan.push(await runOnce(plan));
      const asked = await trafficOf(cluster, async () => runs.now.push(await runOnce(now, true)));
      traffic ??= asked;
      if (round >= rounds.theirs) continue;
      await refill(cluster, options);
      runs.theirs.push(await runOnce(theirs));
    }
    const results = runs.now.map(({ stdout }) => JSON.parse(stdout) as Result);
    for (const { summary } of results)
      if (summary.released !== filled.stale)
        throw new Error(`${summary.released.toString()} of ${filled.stale.toString()} were released`);
    const rows = [
      ...(runs.theirs.length > 0 ? [summarise(theirs.name, runs.theirs)] : []),
      summarise(plan.name, runs.plan),
      { ...summarise(now.name, runs.now), ...(traffic === undefined ? {} : { traffic }) },
    ];
    const anchor = rows[0]?.wallMs ?? Number.NaN;
    const last = results.at(-1);
    return {
      title: `releasing: ${count(filled.allocations)} allocations, ${count(filled.stale)} stale, ${count(filled.pods)} pods`,
      rounds: rounds.ours,
      rows: rows.map((row): Row => {
        const wanted = row.name === now.name && runs.theirs.length > 0 && aim !== undefined ? { aim } : {};
        return { ...row, ...wanted, ratio: row.wallMs / anchor };
      }),
      allocations: filled.allocations,
      released: filled.stale,
      reservations: last?.reservations.filter(({ result }) => result === 'released').length ?? 0,
      heldMs: last?.heldMs ?? [],
    };
  });
}

function reconciler(cluster: TestCluster): Subject {
  const folder = fileURLToPath(new URL('./reconciler/', import.meta.url));
  return {
    name: "whereabouts' reconciler v0.9.4",
    argv: [buildProgram('reconcile-once', folder, 'from whereabouts, the first time this takes a minute')],
    env: { KUBECONFIG: cluster.kubeconfig },
  };
}

/** How long the real plugin takes to give a pod its address, in milliseconds. */
export interface Adds {
  readonly count: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

const WORKERS = 3;
const ADD_ROUNDS = 5;
const QUIET_MS = 15_000;
const CONFIG = {
  cniVersion: '0.3.1',
  name: 'bench',
  type: 'macvlan',
  ipam: { type: 'whereabouts', range: '10.90.0.0/20' },
};

/** ADD of the real plugin with nobody beside it, and while `reconcile --now` runs, in turn. */
export function measureAdds(ipamctl: Installed, size: Size): Promise<{ readonly quiet: Adds; readonly beside: Adds }> {
  return withCluster(async (cluster, kubeconfig) => {
    const options = { ...size, log: console.error };
    await fill(cluster, options);
    await ensureNamespace(cluster, 'bench');
    const now = ipamctl.subject(['reconcile', '--now'], { env: { ...kubeconfig, XDG_STATE_HOME: join(cluster.dir) } });
    const quiet: number[] = [];
    const beside: number[] = [];
    for (let round = 0; round < ADD_ROUNDS; round++) {
      console.error(`measuring: ADD of the plugin, round ${(round + 1).toString()}`);
      if (round > 0) await refill(cluster, options);
      quiet.push(
        ...(await addsDuring(
          cluster,
          `quiet-${round.toString()}`,
          () => new Promise((resolve) => setTimeout(resolve, QUIET_MS)),
        )),
      );
      beside.push(...(await addsDuring(cluster, `beside-${round.toString()}`, () => runOnce(now))));
    }
    return { quiet: summarised(quiet), beside: summarised(beside) };
  });
}

function summarised(took: number[]): Adds {
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? Number.NaN;
  return { count: took.length, medianMs: at(0.5), p99Ms: at(0.99) };
}

/** How long each ADD took meanwhile. */
async function addsDuring(cluster: TestCluster, name: string, work: () => Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  let isOver = false;
  const workers = Array.from({ length: WORKERS }, async (_, worker) => {
    for (let index = 0; !isOver; index++) {
      const pod = `${name}-${worker.toString()}-${index.toString()}`;
      await createPod(cluster, { namespace: 'bench', name: pod });
      const call = {
        cluster,
        namespace: 'bench',
        pod,
        containerId: createHash('sha256').update(pod).digest('hex'),
        netConf: CONFIG,
      };
      const started = performance.now();
      await add(call);
      took.push(performance.now() - started);
      if (index % 2 === 0) await del(call);
    }
  });
  try {
    await work();
  } finally {
    isOver = true;
  }
  await Promise.all(workers);
  return took;
}
