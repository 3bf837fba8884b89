/**
 * `npm run stress -- --minutes N [--cleaners 2] [--pods N]`: the race for as long as wanted. One round has
 * `reconcile --now` beside it, the next all that writes in a storm of faults, kills and restarts, and the third goes without
 * a cleaner, for comparison: what goes wrong there is the plugin's own. Exit code 1 on a violation beside a cleaner, and then
 * all that is known of it.
 */
import { parseArgs } from 'node:util';
import { TestCluster } from '../cluster/cluster.js';
import { Audit } from './audit.js';
import { Race, type Round } from './race.js';
import { Storm } from './storm.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    cleaners: { type: 'string', default: '2' },
    pods: { type: 'string', default: '150' },
  },
});
const [minutes = 0, cleaners = 0, pods = 0] = [values.minutes, values.cleaners, values.pods].map(Number);
if (!(minutes > 0 && cleaners > 0 && pods > 0))
  throw new Error('--minutes, --cleaners and --pods take numbers above 0');
const end = Date.now() + minutes * 60_000;
/** What goes on beside the pods, in turn. */
const KINDS = ['calm', 'storm', 'control'] as const;

const audit = new Audit();
const cluster = await TestCluster.start({ log: console.error, apiServerArgs: audit.apiServerArgs });
const storm = await Storm.open(cluster);
const rounds: Round[] = [];
let harm = 0;
let upstreams = 0;
try {
  const race = await Race.prepare(cluster, cleaners, { audit, storm });
  for (let at = 1; Date.now() < end || at <= KINDS.length; at++) {
    const kind = KINDS[(at - 1) % KINDS.length] ?? 'calm';
    const round = await race.round(pods, kind === 'control' ? 0 : cleaners, kind === 'storm' ? 'storm' : 'calm');
    rounds.push(round);
    console.log(new Date().toISOString(), `round ${at.toString()}:`, figures([round]));
    for (const violation of round.withoutUs) console.log(`by the plugin alone: ${await race.explain(violation)}`);
    for (const violation of round.violations) console.log(`VIOLATION: ${await race.explain(violation)}`);
    for (const problem of round.problems) console.log(`VIOLATION: ${problem}`);
    harm += round.violations.length + round.problems.length;
    upstreams += round.withoutUs.length;
  }
} finally {
  await storm.close();
  await cluster.stop();
  audit.remove();
}
console.table([
  ...rounds.map((round, at) => ({ round: at + 1, ...figures([round]) })),
  { round: 'with cleaners', ...figures(rounds.filter(({ cleaners, weather }) => cleaners > 0 && weather === 'calm')) },
  { round: 'in storms', ...figures(rounds.filter(({ weather }) => weather === 'storm')) },
  { round: 'without', ...figures(rounds.filter((round) => round.cleaners === 0)) },
]);
const faults = [...storm.faults].map(([fault, count]) => `${fault} ${count.toString()}`).join(', ');
console.log(`storms: ${storm.restarts.toString()} restarts of the API server; faults: ${faults}`);
console.log(`${harm.toString()} violations, and ${upstreams.toString()} by the plugin alone`);
process.exitCode = harm === 0 ? 0 : 1;

/** What is told of some rounds together. */
function figures(of: readonly Round[]): Record<string, string | number> {
  const sum = (count: (round: Round) => number): number => of.reduce((total, round) => total + count(round), 0);
  const adds = of.flatMap(({ tally }) => tally.addMs).sort((a, b) => a - b);
  const seconds = sum((round) => round.seconds);
  const keys = sum(({ released }) => released.keys);
  const share = (which: 'ours' | 'plugins' | 'free'): string =>
    `${(sum(({ leases }) => leases[which]) / 10 / seconds).toFixed(0)}%`;
  return {
    cleaners: of[0]?.cleaners ?? 0,
    pods: sum(({ tally }) => tally.pods),
    'names again': sum(({ tally }) => tally.again),
    crashed: sum(({ tally }) => tally.crashed),
    adds: adds.length,
    'failed adds': sum(({ tally }) => tally.failedAdds),
    dels: sum(({ tally }) => tally.dels),
    'late dels': sum(({ tally }) => tally.late),
    seconds: Math.round(seconds),
    weather: [...new Set(of.map(({ weather }) => weather))].join(),
    runs: sum(({ runs }) => runs.length),
    killed: sum(({ runs }) => runs.filter(({ signal }) => signal !== null).length),
    releases: sum(({ runs }) => runs.filter(({ command }) => command === 'ips release').length),
    restores: sum(({ runs }) => runs.filter(({ command }) => command === 'restore').length),
    fixes: sum(({ runs }) => runs.filter(({ command }) => command === 'audit').length),
    'lost on purpose': sum(({ mended }) => mended.losses),
    'mended keys/reservations/pools': (['keys', 'reservations', 'pools'] as const)
      .map((what) => sum(({ mended }) => mended[what]).toString())
      .join('/'),
    keys,
    'keys/s': (keys / seconds).toFixed(1),
    reservations: sum(({ released }) => released.reservations),
    'by the plugin alone': sum(({ withoutUs }) => withoutUs.length),
    'put back': sum(({ released }) => released.putBack),
    violations: sum(({ violations, problems }) => violations.length + problems.length),
    'add median ms': percentile(adds, 0.5),
    'add p99 ms': percentile(adds, 0.99),
    'lease ours/plugin/free': `${share('ours')} ${share('plugins')} ${share('free')}`,
    'longest held ms': Math.round(Math.max(...of.map(({ leases }) => leases.longest))),
    'shortest pause ms': Math.round(Math.min(...of.map(({ leases }) => leases.shortestPause))),
  };
}

function percentile(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}
