import { join } from 'node:path';
import { fill } from '../test/cluster/big.js';
import { TestCluster } from '../test/cluster/cluster.js';
import { runOnce, type Run } from './measure.js';
import { trafficOf, type Traffic } from './traffic.js';

/** One whole `reconcile --now`: what it frees is free after it, so each run needs a cluster of its own. */
export interface ReleaseFigures {
  readonly allocations: number;
  readonly released: number;
  readonly reservations: number;
  readonly planMs: number;
  readonly wallMs: number;
  readonly peakMb: number;
  readonly traffic: Traffic;
  /** How long the Leases were held each time. */
  readonly heldMs: readonly number[];
}

interface Result {
  readonly summary: { readonly released: number; readonly allocations: number };
  readonly reservations: readonly { readonly result: string | null }[];
  readonly heldMs: readonly number[];
}

/** Releases the stale tenth of so many allocations, by the built program. */
export async function measureRelease(pools: number, perPool: number): Promise<ReleaseFigures> {
  const cluster = await TestCluster.start({ log: console.error });
  try {
    await fill(cluster, { pools, perPool, stalePercent: 10, log: console.error });
    const env = { KUBECONFIG: cluster.kubeconfig, XDG_STATE_HOME: join(cluster.kubeconfig, '..') };
    const subject = (name: string, args: readonly string[]) => ({
      name,
      argv: [process.execPath, join('bin', 'run.js'), ...args] as const,
      env,
    });
    const plan = await runOnce(subject('plan', ['reconcile', '-o', 'json']));
    let run: Run | undefined;
    const traffic = await trafficOf(cluster, async () => {
      run = await runOnce(subject('release', ['reconcile', '--now', '-o', 'json']), true);
    });
    if (run?.code !== 0) throw new Error(`reconcile --now: exit code ${String(run?.code)}`);
    const { summary, reservations, heldMs } = JSON.parse(run.stdout) as Result;
    return {
      allocations: summary.allocations,
      released: summary.released,
      reservations: reservations.filter(({ result }) => result === 'released').length,
      planMs: plan.wallMs,
      wallMs: run.wallMs,
      peakMb: run.peakMb,
      traffic,
      heldMs,
    };
  } finally {
    await cluster.stop();
  }
}

/** A line of figures for people. */
export function releaseLine(figures: ReleaseFigures): string {
  const { allocations, released, reservations, planMs, wallMs, peakMb, traffic, heldMs } = figures;
  const held = heldMs.reduce((sum, ms) => sum + ms, 0);
  return (
    `  ${allocations.toString().padStart(6)} allocations: ${released} entries and ${reservations} reservations in ` +
    `${(wallMs / 1000).toFixed(1)} s (plan alone ${(planMs / 1000).toFixed(1)} s), ` +
    `${(released / (wallMs / 1000)).toFixed(0)} entries/s, ${peakMb.toFixed(0)} MB, ${traffic.requests} requests, ` +
    `${(traffic.bytes / 1e6).toFixed(1)} MB sent; Leases held ${heldMs.length} times, ${(held / 1000).toFixed(1)} s in ` +
    `all, ${Math.max(0, ...heldMs).toFixed(0)} ms at most`
  );
}
