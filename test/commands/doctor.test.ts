/** `doctor` without a cluster: what can be said is said, and the rest is skipped, never passed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { ipamctl } from '../support/program.js';
import { violations } from '../support/schemas.js';
import { folderWith, removeFolders } from '../support/world.js';

afterAll(removeFolders);

interface Report {
  context: string | null;
  checks: { id: string; status: string; message: string; fix: string | null }[];
}

async function doctor(args: readonly string[], env: Record<string, string> = {}): Promise<Report> {
  const run = await ipamctl(['doctor', '-o', 'json', ...args], { env });
  const report = JSON.parse(run.stdout) as Report;
  expect([run.code, violations(report)]).toEqual([1, []]);
  return report;
}

const statuses = ({ checks }: Report): Record<string, string> =>
  Object.fromEntries(checks.map(({ id, status }) => [id, status]));

test('no kubeconfig is a problem, and what needs a cluster is skipped', async () => {
  const report = await doctor([]);
  expect(report.context).toBeNull();
  expect(statuses(report)).toMatchObject({
    node: 'ok',
    journal: 'ok',
    kubeconfig: 'problem',
    server: 'skipped',
    viewer: 'skipped',
  });
  const run = await ipamctl(['doctor']);
  expect(run.stdout).toMatch(/^✗ kubeconfig +no kubeconfig was found/m);
  expect(run.stdout).toMatch(/^ +name a kubeconfig: --kubeconfig FILE/m);
  expect(run.stderr).toContain('1 problem: kubeconfig; 12 checks could not be made without a cluster.');
});

test('a server that is not there is a problem of the server', async () => {
  const file = join(folderWith({}), 'config');
  writeFileSync(
    file,
    `apiVersion: v1
kind: Config
current-context: prod
contexts: [{name: prod, context: {cluster: one, user: me}}]
clusters: [{name: one, cluster: {server: 'https://127.0.0.1:1'}}]
users: [{name: me, user: {token: secret}}]
`,
  );
  const report = await doctor(['--kubeconfig', file]);
  expect(report.context).toBe('prod');
  expect(statuses(report)).toMatchObject({ kubeconfig: 'ok', server: 'problem', clock: 'skipped', ippools: 'skipped' });
  expect(JSON.stringify(report)).not.toContain('secret');
});

test('a journal that cannot be written is a problem', async () => {
  const file = join(folderWith({}), 'file');
  writeFileSync(file, '');
  const report = await doctor(['--journal', file]);
  expect(report.checks.find(({ id }) => id === 'journal')).toMatchObject({
    status: 'problem',
    message: expect.stringContaining('is no folder'),
    fix: expect.stringContaining('--journal DIR'),
  });
});

test('a C locale has signs of its own', async () => {
  const run = await ipamctl(['doctor'], { env: { LC_ALL: 'C' } });
  expect(run.stdout).toMatch(/^ok node /m);
  expect(run.stdout).toMatch(/^!! kubeconfig /m);
  expect(run.stdout).toMatch(/^[\x20-\x7e\n]*$/);
});
