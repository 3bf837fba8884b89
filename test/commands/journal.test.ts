/** `journal ls` and `journal show`, on the built program: files, and no cluster. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { keyIntent, newFolder, outcome, removeFolders, reservationIntent, start } from '../journal/support.js';
import { ipamctl, ROOT } from '../support/program.js';
import { violations } from '../support/schemas.js';

afterAll(removeFolders);

/** Two runs: one that was killed, and one that found out what became of that one's write. */
async function twoRuns(): Promise<{ folder: string; killed: string; ended: string }> {
  const folder = newFolder();
  const first = await start(folder);
  await first.intend([keyIntent(1), keyIntent(2), reservationIntent(1), keyIntent(3)]);
  await first.settle([outcome(1), outcome(2, 'changed', 'it came back'), outcome(3)]);
  await first.close();
  const second = await start(folder, { command: 'restore', argv: ['restore'] }, new Date('2026-11-24T15:00:00Z'));
  await second.decide([{ run: first.run, sequence: 4, result: 'released', error: null, resourceVersion: null }]);
  await second.intend([keyIntent(1, { action: 'restore-key' }), keyIntent(5, { action: 'restore-key' })]);
  await second.settle([outcome(1, 'restored'), outcome(2, 'failed', 'forbidden')]);
  await second.end({ summary: { restored: 1 }, interruptedBy: 'SIGTERM' });
  return { folder, killed: first.path, ended: second.path };
}

type Json = Record<string, unknown>;

async function jsonOf(...args: string[]): Promise<Json> {
  const ran = await ipamctl([...args, '-o', 'json']);
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  const document = JSON.parse(ran.stdout) as Json;
  expect(violations(document)).toEqual([]);
  return document;
}

describe('journal ls', () => {
  test('newest first, with counts; what a later run found out counts for the earlier one', async () => {
    const { folder, killed, ended } = await twoRuns();
    const { kind, items } = await jsonOf('journal', 'ls', '--journal', folder);
    const base = { cluster: { uid: expect.any(String), server: 'https://api.example.com:6443' }, problem: null };
    expect([kind, items]).toEqual([
      'JournalList',
      [
        expect.objectContaining({
          ...base,
          path: ended,
          command: 'restore',
          startedAt: '2026-11-24T15:00:00.000Z',
          ...{ released: 0, restored: 1, failed: 1, uncertain: 0, ended: true, interruptedBy: 'SIGTERM' },
        }),
        expect.objectContaining({
          ...base,
          path: killed,
          command: 'reconcile',
          ...{ released: 2, restored: 0, failed: 0, uncertain: 0, ended: false, interruptedBy: null },
        }),
      ],
    ]);
  });

  test('for people, in every format, and by the variable', async () => {
    const { folder, killed, ended } = await twoRuns();
    const env = { IPAMCTL_JOURNAL: folder };
    const table = await ipamctl(['journal', 'ls'], { env });
    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(/^STARTED +COMMAND +RELEASED +RESTORED +FAILED +UNCERTAIN +CLUSTER +STATE +FILE\n/);
    expect(table.stdout).toMatch(/2026-11-24T15:00:00Z +restore +0 +1 +1 +0 .*stopped by SIGTERM/);
    expect(table.stdout).toMatch(/2026-11-24T14:02:11Z +reconcile +2 +0 +0 +0 .*not ended/);
    expect(table.stderr).toContain(`ipamctl journal show ${ended}`);
    const wide = await ipamctl(['journal', 'ls', '-o', 'wide'], { env });
    expect(wide.stdout).toContain(killed);
    expect((await ipamctl(['journal', 'ls', '-o', 'name'], { env })).stdout).toBe(`${ended}\n${killed}\n`);
    const yaml = await ipamctl(['journal', 'ls', '-o', 'yaml'], { env });
    expect(yaml.stdout).toContain('kind: JournalList');
    const path = await ipamctl(['journal', 'ls', '-o', 'jsonpath={.items[1].path}'], { env });
    expect(path.stdout).toBe(killed);
  });

  test('uncertain writes are told', async () => {
    const folder = newFolder();
    const journal = await start(folder);
    await journal.intend([keyIntent(1)]);
    await journal.close();
    const ran = await ipamctl(['journal', 'ls', '--journal', folder]);
    expect(ran.stderr.replaceAll('\n', ' ')).toContain('Of 1 write it is not known whether it was done');
  });

  test('none at all, and a directory that is not there: empty, exit 0', async () => {
    const nowhere = join(newFolder(), 'none');
    expect((await jsonOf('journal', 'ls', '--journal', nowhere))['items']).toEqual([]);
    const ran = await ipamctl(['journal', 'ls', '--journal', nowhere]);
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([0, '', expect.stringContaining(`No journal in ${nowhere}.`)]);
  });

  test('a damaged or a foreign file is listed with its line, the others as ever', async () => {
    const { folder, killed } = await twoRuns();
    const lines = readFileSync(killed, 'utf8').split('\n');
    writeFileSync(killed, [...lines.slice(0, 2), 'oops', ...lines.slice(2)].join('\n'));
    writeFileSync(join(folder, 'foreign.jsonl'), '{"some":"thing"}\n');
    const { items } = (await jsonOf('journal', 'ls', '--journal', folder)) as { items: Json[] };
    const problems = new Map(items.map(({ path, problem }) => [path, problem]));
    expect(problems.get(killed)).toBe(`${killed}, line 3: is not JSON`);
    expect(problems.get(join(folder, 'foreign.jsonl'))).toContain('line 1');
    expect(items.filter(({ problem }) => problem === null)).toHaveLength(1);
  });
});

describe('journal show', () => {
  test('each write, and what became of it', async () => {
    const { folder, killed } = await twoRuns();
    const { kind, items, summary, endedAt, path } = await jsonOf('journal', 'show', killed);
    expect([kind, path, endedAt]).toEqual(['Journal', killed, null]);
    const short = (items as Json[]).map(({ sequence, action, address, status, result, error, decidedBy }) => [
      ...[sequence, action, address, status, result, error],
      decidedBy !== null,
    ]);
    expect(short).toEqual([
      [1, 'release-key', '192.0.2.193', 'done', 'released', null, false],
      [2, 'release-key', '192.0.2.194', 'not-done', 'changed', 'it came back', false],
      [3, 'release-reservation', '192.0.2.193', 'done', 'released', null, false],
      [4, 'release-key', '192.0.2.195', 'done', 'released', null, true],
    ]);
    expect(summary).toMatchObject({ done: 3, 'not-done': 1, uncertain: 0, released: 3, changed: 1 });
    const name = killed.slice(dirname(killed).length + 1);
    expect((await jsonOf('journal', 'show', name, '--journal', folder))['path']).toBe(killed);
  });

  test('for people', async () => {
    const { killed, ended } = await twoRuns();
    const ran = await ipamctl(['journal', 'show', killed]);
    expect(ran.code).toBe(0);
    for (const part of ['reconcile  2026-11-24T14:02:11Z', 'https://api.example.com:6443', 'alice@bastion', 'admin']) {
      expect(ran.stdout).toContain(part);
    }
    expect(ran.stdout).toMatch(/release-key +192\.0\.2\.194 .* changed: it came back/);
    expect(ran.stdout).toMatch(/release-key +192\.0\.2\.195 .* released \(found out later\)/);
    expect(ran.stdout).toContain('it was killed, or still goes on');
    expect(ran.stderr).toContain('3 done, 1 not done.');
    expect(ran.stderr).toContain(`Undo: ipamctl restore ${killed}`);
    const other = await ipamctl(['journal', 'show', ended]);
    expect(other.stdout).toContain('stopped by SIGTERM');
    expect(other.stderr).toContain('It found out about 1 write of earlier runs.');
    expect(other.stderr).not.toContain('Undo');
    expect((await ipamctl(['journal', 'show', killed, '-o', 'name'])).stdout).toBe(`${killed}\n`);
  });

  test('what a file says is harmless at a terminal', async () => {
    const journal = await start(newFolder());
    await journal.intend([keyIntent(1, { podref: 'default/\u001b[31mred' })]);
    await journal.close();
    const ran = await ipamctl(['journal', 'show', journal.path]);
    expect([ran.code, ran.stdout.includes('\u001b')]).toEqual([0, false]);
  });

  test.each([
    ['damaged', (text: string) => text.replace('"type":"outcome"', '"type":"nonsense"'), 3, /line \d+: is no record/],
    [
      'of a newer ipamctl',
      (text: string) => text.replace('"formatVersion":1', '"formatVersion":9'),
      3,
      /line 1: .*newer/,
    ],
    ['foreign', () => 'hello\n', 3, /line 1: is not JSON/],
    ['empty', () => '', 3, /ends within its first line/],
  ])('%s: exit 3, naming file and line', async (_, change, code, says) => {
    const { killed } = await twoRuns();
    writeFileSync(killed, change(readFileSync(killed, 'utf8')));
    const ran = await ipamctl(['journal', 'show', killed, '-o', 'json']);
    const error = JSON.parse(ran.stdout) as Json;
    expect([ran.code, violations(error), error['kind']]).toEqual([code, [], 'Error']);
    expect(ran.stderr).toContain(killed);
    expect(ran.stderr).toMatch(says);
  });

  test('no such file', async () => {
    const ran = await ipamctl(['journal', 'show', 'nope.jsonl', '--journal', newFolder()]);
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining('nope.jsonl')]);
  });
});

test.each(['ls', 'show'])('journal %s loads nothing that talks to a cluster', (name) => {
  const seen = new Set<string>();
  const follow = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/\bfrom"(\.[^"]+)"|\bimport"(\.[^"]+)"/g)) {
      if (path !== '') follow(resolve(dirname(file), path));
    }
  };
  follow(join(ROOT, 'dist/commands/journal', `${name}.js`));
  expect(seen.size).toBeGreaterThan(3);
  const heavy = [...seen].filter((file) =>
    /KubeConfig|class LiveCluster|class Holdings/.test(readFileSync(file, 'utf8')),
  );
  expect(heavy).toEqual([]);
});
