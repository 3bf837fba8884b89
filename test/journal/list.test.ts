import { afterAll, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputFailure } from '../../src/errors.js';
import { listJournals } from '../../src/journal/list.js';
import { argvWithoutSecrets, withoutSecrets } from '../../src/secrets.js';
import {
  AT,
  failureOf,
  keyIntent,
  newFolder,
  outcome,
  removeFolders,
  reservationIntent,
  RUN,
  start,
} from './support.js';

afterAll(removeFolders);

const later = (seconds: number): Date => new Date(AT.getTime() + seconds * 1_000);

test('newest first, with what each did; damage stops nothing', async () => {
  const folder = newFolder();
  const released = await start(folder, {}, later(10));
  await released.intend([keyIntent(1), keyIntent(2), keyIntent(3), reservationIntent(1), reservationIntent(2)]);
  await released.settle([outcome(1), outcome(2, 'failed', '403'), outcome(4), outcome(5, 'uncertain', 'time-out')]);
  await released.end({ summary: { released: 1 }, interruptedBy: 'SIGINT' });
  const restored = await start(folder, { command: 'restore' }, later(20));
  await restored.intend([
    keyIntent(1, { action: 'restore-key' }),
    reservationIntent(1, 'restore-reservation'),
    keyIntent(2, { action: 'restore-key' }),
  ]);
  await restored.settle([outcome(1, 'restored'), outcome(2, 'restored'), outcome(3, 'gone')]);
  await restored.end({ summary: { restored: 1 }, interruptedBy: null });
  const damaged = await start(folder, {}, later(15));
  await damaged.intend([keyIntent(1)]);
  await damaged.close();
  appendFileSync(damaged.path, 'x\n');
  const cut = join(folder, '2026-11-24T14-02-22Z-reconcile.jsonl');
  writeFileSync(cut, '{"type":"he');
  writeFileSync(join(folder, 'notes.txt'), 'no journal');
  mkdirSync(join(folder, 'folder.jsonl'));

  const head = { startedAt: null, command: null, cluster: null, run: null };
  const nothing = { released: 0, restored: 0, failed: 0, uncertain: 0, ended: false, interruptedBy: null };
  const { cluster } = RUN;
  expect(await listJournals(folder)).toEqual([
    {
      ...nothing,
      path: restored.path,
      run: restored.run,
      startedAt: later(20).toISOString(),
      command: 'restore',
      cluster,
      restored: 1,
      ended: true,
      problem: null,
    },
    {
      ...nothing,
      path: damaged.path,
      run: damaged.run,
      startedAt: later(15).toISOString(),
      command: 'reconcile',
      cluster,
      problem: `${damaged.path}, line 3: is not JSON`,
    },
    { ...nothing, ...head, path: cut, problem: 'ends within its first line: that run wrote nothing to the cluster' },
    {
      ...nothing,
      path: released.path,
      run: released.run,
      startedAt: later(10).toISOString(),
      command: 'reconcile',
      cluster,
      released: 1,
      failed: 1,
      uncertain: 2,
      ended: true,
      interruptedBy: 'SIGINT',
      problem: null,
    },
  ]);
});

test('a pipe and a link to nowhere are named, and nobody waits for them', async () => {
  const folder = newFolder();
  const pipe = join(folder, 'pipe.jsonl');
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  symlinkSync(join(folder, 'nowhere'), join(folder, 'link.jsonl'));
  expect((await listJournals(folder)).map(({ problem }) => problem)).toEqual([
    `${pipe} is no file`,
    `${join(folder, 'link.jsonl')} cannot be read: no such file or directory`,
  ]);
});

test('no directory is no journal; what is none cannot be read', async () => {
  const folder = newFolder();
  expect(await listJournals(join(folder, 'none'))).toEqual([]);
  expect(await listJournals(folder)).toEqual([]);
  writeFileSync(join(folder, 'file'), '');
  const failure = await failureOf(listJournals(join(folder, 'file')));
  expect(failure).toBeInstanceOf(InputFailure);
  expect((failure as Error).message).toContain(join(folder, 'file'));
});

test.each([
  [
    ['--token', 's3cret', '--now'],
    ['--token', '***', '--now'],
  ],
  [['--token=s3cret'], ['--token=***']],
  [['--client-key-data=s3cret=='], ['--client-key-data=***']],
  [
    ['--PASSWORD', 's3cret'],
    ['--PASSWORD', '***'],
  ],
  [
    ['--server', 'https://me:s3cret@api:6443/x'],
    ['--server', 'https://***@api:6443/x'],
  ],
  [['https://api/?access_token=s3cret&x=1'], ['https://api/?access_token=***&x=1']],
  [['Authorization: Bearer s3cret'], ['Authorization: Bearer ***']],
  [['sha256~s3cret-s3cret'], ['***']],
  [['eyJhbGci.eyJpc3Mi.c2lnbmF0'], ['***']],
  [
    ['reconcile', '--user', 'admin', '--pool', '192.0.2.192-27', '--min-age=1h'],
    ['reconcile', '--user', 'admin', '--pool', '192.0.2.192-27', '--min-age=1h'],
  ],
])('what may be a secret of %j is hidden, the rest is as given', (argv, written) => {
  expect(argvWithoutSecrets(argv)).toEqual(written);
});

test('a text without secrets is left alone', () => {
  expect(withoutSecrets('https://api.example.com:6443')).toBe('https://api.example.com:6443');
});
