import { readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TestCluster } from '../cluster/cluster.js';
import { createOperatorNetwork } from '../cluster/openshift.js';
import { seed } from '../cluster/seed.js';

/* Every command that a user reads in the README runs, on the sandbox that the README tells them to start. */

const README = readFileSync('README.md', 'utf8');

/** Commands that answer with a code of their own: a plan that waits is no failure. */
const EXPECTED: readonly (readonly [RegExp, number])[] = [
  // No operator runs there that would deploy anything.
  [/^ipamctl (shim|reconciler) status$/, 1],
  // The sandbox has something for every check to find.
  [/^ipamctl audit( -o json=report\.json| --fix .*)?$/, 1],
  [/^ipamctl reconcile( --from .*| --now --dry-run.*)?$/, 1],
  // By then everything stale was released, further up.
  [/^ipamctl reconcile\b/, 0],
];

const commands = [...README.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
  block
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== ''),
);

let cluster: TestCluster;
let folder: string;

beforeAll(async () => {
  cluster = await TestCluster.start();
  await seed(cluster);
  await createOperatorNetwork(cluster);
  folder = mkdtempSync(join(tmpdir(), 'ipamctl-readme-'));
  // What `npm link` would put on the path.
  const bin = join(folder, 'ipamctl');
  writeFileSync(bin, `#!/bin/sh\nexec "${process.execPath}" "${resolve('bin/run.js')}" "$@"\n`);
  chmodSync(bin, 0o755);
});

afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
  for (const written of ['plan.json', 'report.json', 'report.html', 'lab.tar.gz', 'case-1234.tar.gz']) {
    rmSync(written, { force: true });
  }
});

describe('README', () => {
  test('has commands, and all of them are ipamctl', () => {
    expect(commands.length).toBeGreaterThan(10);
    for (const command of commands) expect(command).toMatch(/^ipamctl /);
  });

  test.each(commands)('%s', (command) => {
    const result = spawnSync('sh', ['-c', command], {
      encoding: 'utf8',
      env: {
        ...process.env,
        KUBECONFIG: cluster.kubeconfig,
        XDG_STATE_HOME: join(folder, 'state'),
        PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
      },
    });
    const expected = EXPECTED.find(([pattern]) => pattern.test(command))?.[1] ?? 0;
    expect({ status: result.status, stderr: result.status === expected ? '' : result.stderr }).toEqual({
      status: expected,
      stderr: '',
    });
    // What is clean has nothing for stdout, and says so on stderr.
    expect((result.stdout + result.stderr).trim()).not.toBe('');
  });

  test('its set-up commands are two, near the top, and there', () => {
    const setUp = [...README.matchAll(/^ {4}(npm ci && npm .*)$/gm)].map(([, line]) => line);
    expect(setUp).toEqual(['npm ci && npm run demo', 'npm ci && npm test']);
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['demo', 'test', 'sandbox', 'check', 'bench']));
    expect(README.indexOf('npm ci && npm test')).toBeLessThan(1200);
  });

  test('npm run demo shows the main job and exits 0', () => {
    const demo = spawnSync('npx', ['--no-install', 'tsx', 'scripts/demo.ts'], { encoding: 'utf8' });
    expect(demo.status).toBe(0);
    for (const command of ['pools ls', 'ips ls --stale', 'reconcile'])
      expect(demo.stdout).toContain(`$ ipamctl ${command}`);
    expect(demo.stdout).toContain('stale: the pod is gone');
  });
});
