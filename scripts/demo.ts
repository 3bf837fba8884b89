/**
 * `npm run demo`: the main job on a sample cluster, with nothing but Node.
 * `npm run demo -- --live`: the same on a real API server on this machine, with the real whereabouts.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const COMMANDS = [['pools', 'ls'], ['ips', 'ls', '--stale'], ['reconcile']] as const;

/** `reconcile` answers 1 when there is something to release, which the sample has. */
const EXPECTED = new Map([['reconcile', 1]]);

const { values } = parseArgs({ options: { live: { type: 'boolean' } } });
if (values.live === true) await live();
else show(['--from', join('examples', 'sample-cluster')], {});

async function live(): Promise<void> {
  const { TestCluster } = await import('../test/cluster/cluster.js');
  const { seed } = await import('../test/cluster/seed.js');
  const cluster = await TestCluster.start({ log: console.error });
  try {
    await seed(cluster, { log: console.error });
    show([], { KUBECONFIG: cluster.kubeconfig });
  } finally {
    await cluster.stop();
  }
}

function show(source: readonly string[], env: Readonly<Record<string, string>>): void {
  for (const command of COMMANDS) {
    const words = [...command, ...source];
    console.log(`\n$ ipamctl ${words.join(' ')}`);
    const result = spawnSync(process.execPath, [join('bin', 'run.js'), ...words], {
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    const expected = EXPECTED.get(command[0]) ?? 0;
    if (result.status !== expected) {
      console.error(`ipamctl ${words.join(' ')}: exit code ${String(result.status)}, expected ${expected.toString()}`);
      process.exitCode = 1;
    }
  }
}
