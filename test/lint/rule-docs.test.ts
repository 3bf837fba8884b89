import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { ROOT } from '../support/program.js';

test('the pages of the rules are what the registry says', () => {
  const run = spawnSync('npx', ['--no-install', 'tsx', 'scripts/rule-docs.ts', '--check'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect([run.status, run.stderr]).toEqual([0, '']);
});
