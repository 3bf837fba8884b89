/**
 * `npm test`: all tests, unit and integration, with the counts of the runner at the end.
 * The integration tests need Go once, to build a real API server and the real whereabouts; where neither Go nor the
 * built programs are there, a person is told loudly and a CI run fails.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBinaries } from '../test/cluster/binaries.js';

interface Outcome {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
  readonly numRuntimeErrorTestSuites: number;
}

const folder = mkdtempSync(join(tmpdir(), 'ipamctl-test-'));
let passed = 0;
let failed = 0;
try {
  run('unit', []);
  if (await canIntegrate()) {
    proveCluster();
    run('integration', ['--maxWorkers=2']);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed.toString()} passed, ${failed.toString()} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function run(project: string, options: readonly string[]): void {
  const report = join(folder, `${project}.json`);
  const jest = join('node_modules', 'jest', 'bin', 'jest.js');
  const args = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest];
  const result = spawnSync(
    process.execPath,
    [...args, '--selectProjects', project, '--json', `--outputFile=${report}`, ...options],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const outcome = JSON.parse(readFileSync(report, 'utf8')) as Outcome;
  passed += outcome.numPassedTests;
  // A file that could not even run, and a test that was skipped, are no tests that passed.
  failed += outcome.numFailedTests + outcome.numRuntimeErrorTestSuites + outcome.numPendingTests;
  if (result.status !== 0 && outcome.numFailedTests + outcome.numRuntimeErrorTestSuites === 0) failed++;
}

/** The test cluster itself: what it promises to the other tests, and that nothing of it stays behind. */
function proveCluster(): void {
  const { stdout, status } = spawnSync(process.execPath, ['--import', 'tsx', join('test', 'cluster', 'selftest.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  process.stderr.write(stdout);
  const [, good = '0', bad = '1'] = /^(\d+) passed, (\d+) failed$/m.exec(stdout) ?? [];
  passed += Number(good);
  failed += Number(bad);
  if (status !== 0 && bad === '0') failed++;
}

async function canIntegrate(): Promise<boolean> {
  try {
    await ensureBinaries({ log: (line) => console.error(line) });
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.error(`\n${'!'.repeat(78)}\nThe integration tests did NOT run: ${why}\n${'!'.repeat(78)}\n`);
    if (process.env['CI'] === 'true') failed++;
    return false;
  }
}
