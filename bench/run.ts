/**
 * `npm run bench`: what ipamctl costs beside bare node and kubectl, on the built program, in one interleaved run.
 * `--quick` leaves the big clusters away. Prints a table, and with `--json FILE` the figures.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TestCluster } from '../test/cluster/cluster.js';
import { fill } from '../test/cluster/big.js';
import { seed } from '../test/cluster/seed.js';
import { lintBench } from './lint.js';
import { measureRelease, releaseLine, type ReleaseFigures } from './release.js';
import { compare, type Measured, type Subject } from './measure.js';
import { trafficOf, type Traffic } from './traffic.js';

interface Section {
  readonly title: string;
  readonly rows: readonly (Measured & { readonly ratio: number; readonly traffic?: Traffic })[];
}

const ROUNDS = 5;
const BIN = join('bin', 'run.js');
const NODE: Subject = { name: 'node -e 0', argv: [process.execPath, '-e', '0'] };
const { values } = parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'string' } } });

const NADS = 10_000;
const sections: Section[] = [await start(), ...(await linting()), await sandbox()];
const SIZES = [
  [1000, 10],
  [100, 100],
  [100, 500],
] as const;
const RELEASES = [
  [100, 10],
  [100, 100],
  [100, 500],
] as const;
if (values.quick !== true) for (const [pools, perPool] of SIZES) sections.push(await big(pools, perPool));
const releases: ReleaseFigures[] = [];
if (values.quick !== true) for (const [pools, perPool] of RELEASES) releases.push(await measureRelease(pools, perPool));
for (const section of sections) print(section);
if (values.quick !== true) printGrowth();
if (releases.length > 0)
  console.log(`\nreconcile --now, 10 % stale, one run each\n${releases.map(releaseLine).join('\n')}`);
if (values.json !== undefined) {
  const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model ?? 'unknown' };
  writeFileSync(values.json, `${JSON.stringify({ machine, rounds: ROUNDS, sections, releases }, null, 2)}\n`);
}

function ipamctl(name: string, args: readonly string[], more: Partial<Subject> = {}): Subject {
  return { name, argv: [process.execPath, BIN, ...args], ...more };
}

async function start(): Promise<Section> {
  const sample = join('examples', 'sample-cluster');
  return section('start, beside bare node', [
    NODE,
    ipamctl('ipamctl --version', ['--version']),
    ipamctl('ipamctl --help', ['--help']),
    ipamctl('ipamctl pools ls --from sample', ['pools', 'ls', '--from', sample]),
  ]);
}

async function linting(): Promise<Section[]> {
  const bench = lintBench(NADS, (args) => ipamctl('ipamctl nad lint', args));
  try {
    const count = NADS.toLocaleString('en');
    return [
      await section(`nad lint, ${count} files`, bench.files),
      await section(`nad lint, one file of ${count} documents`, bench.documents),
    ];
  } finally {
    bench.remove();
  }
}

async function sandbox(): Promise<Section> {
  return withCluster(async (cluster, env) => {
    await seed(cluster, { log: console.error });
    return section('the sandbox, beside bare node', [
      NODE,
      { name: 'kubectl get ippools -A', argv: [cluster.binaries.kubectl, 'get', 'ippools', '-A'], env },
      ipamctl('ipamctl pools ls', ['pools', 'ls'], { env }),
      ipamctl('ipamctl reconcile', ['reconcile'], { env, ok: [1] }),
    ]);
  });
}

async function big(pools: number, perPool: number): Promise<Section> {
  return withCluster(async (cluster, env) => {
    await fill(cluster, { pools, perPool, stalePercent: 10, log: console.error });
    const kubectl = cluster.binaries.kubectl;
    const subjects = [
      { name: 'kubectl get ippools -A -o json', argv: [kubectl, 'get', 'ippools', '-A', '-o', 'json'], env },
      ipamctl('ipamctl pools ls -o json', ['pools', 'ls', '-o', 'json'], { env }),
      ipamctl('ipamctl reconcile -o json', ['reconcile', '-o', 'json'], { env, ok: [1] }),
    ] as const satisfies readonly Subject[];
    return section(`${pools.toString()} pools of ${perPool.toString()}, 10 % stale`, subjects, cluster);
  });
}

async function section(title: string, subjects: readonly Subject[], cluster?: TestCluster): Promise<Section> {
  console.error(`measuring: ${title}`);
  const measured = await compare(subjects, ROUNDS);
  const anchor = measured[0]?.wallMs ?? Number.NaN;
  const rows = [];
  for (const [index, row] of measured.entries()) {
    const subject = subjects[index];
    const traffic =
      cluster === undefined || subject === undefined
        ? undefined
        : await trafficOf(cluster, () => compare([subject], 0));
    rows.push({ ...row, ratio: row.wallMs / anchor, ...(traffic === undefined ? {} : { traffic }) });
  }
  return { title, rows };
}

async function withCluster<T>(
  work: (cluster: TestCluster, env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const cluster = await TestCluster.start({ log: console.error });
  try {
    return await work(cluster, { KUBECONFIG: cluster.kubeconfig });
  } finally {
    await cluster.stop();
  }
}

/** How cost grows with what is read: the exponent of 1 is linear. */
function printGrowth(): void {
  const [small, large] = sections.filter(({ title }) => title.startsWith('100 pools'));
  const [from, to] = [small, large].map((section) => section?.rows.find(({ name }) => name.includes('reconcile')));
  if (from === undefined || to === undefined) return;
  const exponent = Math.log(to.wallMs / from.wallMs) / Math.log(5);
  console.log(
    `\nreconcile from 10,000 to 50,000 allocations grows with the power ${exponent.toFixed(2)} of what is read`,
  );
}

function print({ title, rows }: Section): void {
  console.log(`\n${title}`);
  for (const { name, wallMs, minMs, maxMs, peakMb, ratio, traffic } of rows) {
    const asked =
      traffic === undefined
        ? ''
        : `  ${traffic.requests.toString().padStart(4)} requests  ${(traffic.bytes / 1e6).toFixed(1).padStart(7)} MB`;
    console.log(
      `  ${name.padEnd(32)} ${wallMs.toFixed(0).padStart(6)} ms (${minMs.toFixed(0)} to ${maxMs.toFixed(0)})` +
        `  ${ratio.toFixed(2).padStart(5)} x  ${peakMb.toFixed(0).padStart(5)} MB${asked}`,
    );
  }
}
