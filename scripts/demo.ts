/**
 * `npm run demo`: the main job on a sample cluster, with nothing but Node.
 * `npm run demo -- --live`: the same on a real API server on this machine, with the real whereabouts; then what is stale
 * is released, and a new pod is given one of the freed addresses.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const COMMANDS = [['pools', 'ls'], ['ips', 'ls', '--stale'], ['reconcile']] as const;

/** Where the demo shows that a freed address comes back: the pool is small. */
const POOL = '192.168.2.0-27';
const NAD = 'default/macvlan-basic';
const MOST_PODS = 20;

/** `reconcile` answers 1 when there is something to release, which the sample has. */
const PLAN_WAITS = 1;

const { values } = parseArgs({ options: { live: { type: 'boolean' } } });
if (values.live === true) await live();
else for (const command of COMMANDS) show([...command, '--from', join('examples', 'sample-cluster')], {});

async function live(): Promise<void> {
  const { TestCluster } = await import('../test/cluster/cluster.js');
  const { seed } = await import('../test/cluster/seed.js');
  const { attach } = await import('../test/cluster/attach.js');
  const cluster = await TestCluster.start({ log: console.error });
  const journals = mkdtempSync(join(tmpdir(), 'ipamctl-demo-'));
  try {
    await seed(cluster, { log: console.error });
    const env = { KUBECONFIG: cluster.kubeconfig, XDG_STATE_HOME: journals };
    for (const command of COMMANDS) show([...command], env);
    const freed = jsonOf(['reconcile', '-o', 'json', '--pool', POOL], env)
      .items.filter(({ action }) => action === 'release')
      .map(({ address }) => address);
    show(['reconcile', '--now', '--yes'], env);
    // Whereabouts hands out the lowest free address first.
    for (let pod = 1; pod <= MOST_PODS; pod++) {
      const { name, networks } = await attach(cluster, { name: `newcomer-${pod}`, nets: [NAD] });
      const address = networks[0]?.ips[0]?.replace(/\/.*/, '') ?? 'nothing';
      console.log(`\nwhereabouts gives default/${name} ${address}${freed.includes(address) ? ', freed just now' : ''}`);
      if (freed.includes(address)) {
        show(['ips', 'show', address], env);
        return;
      }
    }
    console.error(`none of ${freed.join(', ')} was handed out again`);
    process.exitCode = 1;
  } finally {
    await cluster.stop();
    rmSync(journals, { recursive: true, force: true });
  }
}

interface Plan {
  readonly items: readonly { readonly address: string; readonly action: string }[];
}

function jsonOf(words: readonly string[], env: Readonly<Record<string, string>>): Plan {
  const { stdout } = spawnSync(process.execPath, [join('bin', 'run.js'), ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return JSON.parse(stdout) as Plan;
}

function show(words: readonly string[], env: Readonly<Record<string, string>>): void {
  console.log(`\n$ ipamctl ${words.join(' ')}`);
  const result = spawnSync(process.execPath, [join('bin', 'run.js'), ...words], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const expected = words[0] === 'reconcile' && !words.includes('--now') ? PLAN_WAITS : 0;
  if (result.status !== expected) {
    console.error(`ipamctl ${words.join(' ')}: exit code ${String(result.status)}, expected ${expected}`);
    process.exitCode = 1;
  }
}
