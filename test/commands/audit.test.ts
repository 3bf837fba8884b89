/** What `audit` makes of its flags and of the configuration, on the built program and files. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CheckDocument, CheckList } from '../../src/audit/check-documents.js';
import type { AuditReport } from '../../src/audit/report.js';
import { exampleFiles, HEALTHY, ipPool } from '../../src/audit/examples.js';
import { CHECKS } from '../../src/audit/registry.js';
import { ipamctl } from '../support/program.js';
import { optionalFields, violations } from '../support/schemas.js';
import { folderWith, removeFolders } from '../support/world.js';

let full: string;
let config: string;
beforeAll(() => {
  const capacity = CHECKS.find(({ id }) => id === 'audit/capacity');
  if (capacity === undefined) throw new Error('there is no audit/capacity');
  // Of 14 addresses 13 are held: 92 %.
  full = folderWith(Object.fromEntries(exampleFiles(capacity.raises)));
  config = join(folderWith({}), 'audit.yaml');
  writeFileSync(config, 'audit:\n  capacityWarning: 50\n  capacityError: 90\n');
});
afterAll(removeFolders);

async function severities(...args: string[]): Promise<unknown> {
  const run = await ipamctl(['audit', '--check', 'capacity', '--from', full, '-o', 'json', ...args]);
  const { findings } = JSON.parse(run.stdout) as AuditReport;
  return [run.code, findings.map(({ severity }) => severity)];
}

describe('how full a window may be', () => {
  test.each([
    [[], [1, ['warning']]],
    [
      ['--capacity-error', '92.5'],
      [1, ['error']],
    ],
    [
      ['--capacity-warning', '95'],
      [0, []],
    ],
    [
      ['--capacity-warning', '96', '--capacity-error', '99'],
      [0, []],
    ],
    [
      ['--fail-on', 'error'],
      [0, ['warning']],
    ],
  ] as [string[], unknown][])('%j', async (args, expected) => {
    expect(await severities(...args)).toEqual(expected);
  });

  test('flags win over the configuration, each by itself', async () => {
    expect(await severities('--config', config)).toEqual([1, ['error']]);
    expect(await severities('--config', config, '--capacity-error', '99')).toEqual([1, ['warning']]);
  });

  test.each([
    [['--capacity-warning', '0'], '--capacity-warning "0" is no percentage'],
    [['--capacity-warning', '101'], '--capacity-warning "101" is no percentage'],
    [['--capacity-error', '-5'], '--capacity-error "-5" is no percentage'],
    [['--capacity-error', '80%'], '--capacity-error "80%" is no percentage'],
    [['--capacity-error', ''], '--capacity-error "" is no percentage'],
    [['--capacity-warning', '97'], 'a warning from 97 % on comes after the error from 95 % on'],
    [['--fix', 'orphan-pool', '--capacity-error', '90'], '--capacity-error'],
  ] as [string[], string][])('%j is refused', async (args, said) => {
    const run = await ipamctl(['audit', '--from', full, ...args]);
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain(said);
  });
});

describe('what files do not have', () => {
  test.each([
    ['lease-contention', 'leases'],
    ['reconciler-not-running', 'deployments'],
    ['crd-drift', 'customresourcedefinitions'],
  ])('%s without %s is skipped, says so, and is no pass', async (check, lacked) => {
    const files = exampleFiles({ objects: [ipPool('10.0.0.0/24')] });
    for (const path of files.keys()) if (path.includes(lacked)) files.delete(path);
    const folder = folderWith(Object.fromEntries(files));
    const args = ['audit', '--check', check, '--check', 'invalid-offset', '--from', folder, '-o', 'json'];
    const run = await ipamctl(args);
    const report = JSON.parse(run.stdout) as AuditReport;
    expect([run.code, report.incomplete, report.findings]).toEqual([1, true, []]);
    expect(report.skipped).toEqual([{ check: `audit/${check}`, why: expect.stringContaining(lacked) }]);
  });
});

describe('Leases, of which little depends', () => {
  test('files without them are audited whole; that nobody asked them is said', async () => {
    const files = exampleFiles({ objects: HEALTHY });
    for (const path of files.keys()) if (path.includes('leases')) files.delete(path);
    const run = await ipamctl(['audit', '--from', folderWith(Object.fromEntries(files)), '-o', 'json']);
    const report = JSON.parse(run.stdout) as AuditReport;
    expect([run.code, report.incomplete, report.findings]).toEqual([0, false, []]);
    const lacked = report.skipped.find(({ check }) => check === 'audit/lease-contention');
    expect(lacked?.why).toMatch(/leases.*: how busy ADD and DEL are is not known$/);
    expect(report.warnings).toContain(lacked?.why);
  });
});

describe('audit checks', () => {
  test('lists all of them, and keeps to its schema', async () => {
    const list = JSON.parse((await ipamctl(['audit', 'checks', '-o', 'json'])).stdout) as CheckList;
    expect(list.items.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
    expect(violations(list)).toEqual([]);
    expect(optionalFields(list)).toEqual([]);
    const names = await ipamctl(['audit', 'checks', '-o', 'name']);
    expect(names.stdout).toBe(CHECKS.map(({ id }) => `${id}\n`).join(''));
    const table = await ipamctl(['audit', 'checks', '-o', 'wide']);
    expect(table.stdout).toMatch(/^audit\/orphan-pool +info +--fix +an empty IPPool .* node slice pools$/m);
  });

  test.each(['duplicate-live-ip', 'audit/duplicate-live-ip'])('explains %s', async (id) => {
    const document = JSON.parse((await ipamctl(['audit', 'checks', id, '-o', 'json'])).stdout) as CheckDocument;
    expect(violations(document)).toEqual([]);
    expect(optionalFields(document)).toEqual([]);
    expect(document.id).toBe('audit/duplicate-live-ip');
    const page = await ipamctl(['audit', 'checks', id]);
    for (const title of ['Why', 'Reads', 'Raised', 'Silent', 'Fix (by hand)', 'Source']) {
      expect(page.stdout).toContain(`${title}\n`);
    }
    expect(page.stdout).toContain(document.source);
  });

  test('names the one that was meant', async () => {
    const run = await ipamctl(['audit', 'checks', 'orfan-pool']);
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain('did you mean audit/orphan-pool?');
  });
});
