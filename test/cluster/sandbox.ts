// `npm run sandbox`: a real cluster with something in it, to try ipamctl out on. Standard output has one line, made to be
// evaluated by a shell; everything for people goes to standard error.
import { parseArgs } from 'node:util';
import { fill } from './big.js';
import { BinariesUnavailable } from './binaries.js';
import { TestCluster } from './cluster.js';
import { createOperatorNetwork } from './openshift.js';
import { seed } from './seed.js';

const HELP = `usage: npm run sandbox -- [--size N] [--empty]

Starts a real kube-apiserver and etcd, lets the real whereabouts plugin allocate addresses there, and stays until Ctrl-C.
The first start builds the programs with Go, which takes about eight minutes.

  --size N   add N pools of 10 allocations each, with reservations and pods (for benchmarks)
  --empty    leave the sandbox empty, apart from what --size adds
`;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { size: { type: 'string' }, empty: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const size = values.size === undefined ? 0 : Number(values.size);
  if (!Number.isInteger(size) || size < 0) {
    say(`--size wants a whole number, not ${values.size}`);
    return 2;
  }
  let stopped: () => void = () => undefined;
  const interrupted = new Promise<void>((resolve) => (stopped = resolve));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stopped);

  const started = Date.now();
  say('Starting the sandbox (about five seconds once the programs are built) …');
  const cluster = await Promise.race([TestCluster.start({ log: say }), interrupted]);
  // A build or a start under way has no handle to stop it by; it ends with this process, and leaves nothing behind.
  if (cluster === undefined) process.exit(130);
  try {
    // An interruption ends it at once: the error of whatever was under way is of no interest then.
    const ready = populate(cluster, size, values.empty === true, started);
    await Promise.race([ready, interrupted]);
    await interrupted;
    ready.catch(() => undefined);
  } finally {
    say('Stopping the sandbox …');
    await cluster.stop();
    say('The sandbox is gone: no process is left, its files are removed.');
  }
  return 0;
}

async function populate(cluster: TestCluster, size: number, empty: boolean, started: number): Promise<void> {
  // As on OpenShift; no operator acts on it.
  await createOperatorNetwork(cluster);
  if (!empty) {
    const { facts, nads } = await seed(cluster, { log: say });
    say(
      `\nIn the sandbox: ${nads.length} whereabouts networks, ${facts.length} allocations. What ipamctl should find:`,
    );
    for (const [line, count] of tally(facts.map(({ verdict, reason }) => `${verdict} (${reason})`)))
      say(`  ${String(count).padStart(4)} ${line}`);
  }
  if (size > 0) {
    const filled = await fill(cluster, { pools: size, perPool: 10, stalePercent: 10, log: say });
    say(
      `Added ${filled.pools} pools with ${filled.allocations} allocations, ${filled.stale} of them stale, and ${filled.pods} pods.`,
    );
  }
  say(`\nReady after ${Math.round((Date.now() - started) / 1000)} s. In another terminal:\n`);
  process.stdout.write(`export KUBECONFIG=${cluster.kubeconfig}\n`);
  say(`\nkubectl, if you have none: ${cluster.binaries.kubectl}`);
  say('Ctrl-C here stops the sandbox and removes everything.');
}

function tally(lines: string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a.localeCompare(b));
}

// An idle cluster does not keep the process alive.
const alive = setInterval(() => undefined, 60_000);
try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof BinariesUnavailable ? error.message : String((error as Error).stack));
  process.exitCode = 1;
} finally {
  clearInterval(alive);
}
