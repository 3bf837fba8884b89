/** `npm run check`: everything that judges the code without running it. All of them run; one failure fails the whole. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const CHECKS: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['types of the page', 'tsc', '--noEmit', '-p', 'src/render/report/page'],
  ['types of its tests', 'tsc', '--noEmit', '-p', 'test/page'],
  ['lint', 'eslint', '--max-warnings', '0', '.'],
  ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['imports', 'depcruise', '--output-type', 'err', 'src'],
  ['dead code', 'knip'],
  ['rule pages', 'tsx', 'scripts/rule-docs.ts', '--check'],
  ['check pages', 'tsx', 'scripts/check-docs.ts', '--check'],
  ['command pages', 'tsx', 'scripts/command-docs.ts', '--check'],
  ['reference pages', 'tsx', 'scripts/reference-docs.ts', '--check'],
];

let failed = 0;
for (const [name, command, ...args] of CHECKS)
  report(name, spawnSync('npx', ['--no-install', command, ...args], { stdio: 'inherit' }).status === 0);
report('manifest', manifestIsFresh());
if (failed > 0) process.exitCode = 1;

function report(name: string, ok: boolean): void {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}`);
  if (!ok) failed++;
}

/** The committed manifest is what the sources say. */
function manifestIsFresh(): boolean {
  const before = readFileSync('oclif.manifest.json', 'utf8');
  const build = spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  return build.status === 0 && readFileSync('oclif.manifest.json', 'utf8') === before;
}
