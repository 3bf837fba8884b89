import { afterAll, describe, expect, test } from '@jest/globals';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { RefusedFailure } from '../../src/errors.js';
import { stateDirectory } from '../../src/journal/directory.js';
import { JournalFile } from '../../src/journal/write.js';
import { JOURNAL_ACTIONS, JOURNAL_OUTCOMES, type JournalHeader } from '../../src/reconcile/journal.js';
import { schemaFile } from '../support/schemas.js';
import { child } from './child.js';
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
  stateOf,
  ticking,
} from './support.js';

afterAll(removeFolders);

const NAME = '2026-11-24T14-02-11Z-reconcile';
const HEADER: JournalHeader = {
  type: 'header',
  apiVersion: 'ipamctl.io/v1',
  kind: 'JournalRecord',
  formatVersion: 1,
  run: 'run',
  startedAt: AT.toISOString(),
  ...RUN,
};

function linesOf(path: string): Record<string, unknown>[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A journal that has a line of each form. */
async function fullJournal(): Promise<string> {
  const journal = await start(newFolder());
  const sequences = await journal.intend([keyIntent(3), reservationIntent(3)]);
  await journal.settle([outcome(sequences[0] ?? 0), outcome(sequences[1] ?? 0, 'uncertain', 'time-out')]);
  await journal.intend([
    keyIntent(4, { action: 'restore-key', verdict: null, reason: null }),
    keyIntent(9, { action: 'delete-pool', key: null, entry: null, address: null, networkName: 'storage' }),
  ]);
  const decision = { result: 'gone', error: 'another run took it', resourceVersion: null } as const;
  await journal.decide([
    { run: journal.run, sequence: 2, ...decision },
    { run: '6f0c2a52-0000-4000-8000-00000000000a', sequence: 7, ...decision },
  ]);
  await journal.end({ summary: { released: 1, failed: 0 }, interruptedBy: 'SIGTERM' });
  return journal.path;
}

describe('the file of a run', () => {
  test('is named by start and command, and made for nobody else', async () => {
    const before = process.umask(0);
    try {
      const folder = join(newFolder(), 'state', 'ipamctl');
      const journal = await start(folder);
      await journal.close();
      expect(journal.path).toBe(join(folder, `${NAME}.jsonl`));
      expect(statSync(journal.path).mode & 0o777).toBe(0o600);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      expect(statSync(join(folder, '..')).mode & 0o777).toBe(0o700);
    } finally {
      process.umask(before);
    }
  });

  test('is always a new one, however many start in the same second', async () => {
    const folder = newFolder();
    const journals = await Promise.all(Array.from({ length: 12 }, () => start(folder, { command: 'ips release' })));
    await Promise.all(journals.map((journal) => journal.close()));
    expect(new Set(journals.map(({ path }) => path)).size).toBe(12);
    expect(new Set(journals.map(({ run }) => run)).size).toBe(12);
    expect(readdirSync(folder)).toContain('2026-11-24T14-02-11Z-ips-release.jsonl');
    expect(readdirSync(folder)).toContain('2026-11-24T14-02-11Z-ips-release-12.jsonl');
    for (const { path } of journals) expect(linesOf(path)).toHaveLength(1);
  });

  test('never goes through a symbolic link', async () => {
    const [folder, elsewhere] = [newFolder(), newFolder()];
    writeFileSync(join(elsewhere, 'precious'), 'precious');
    symlinkSync(join(elsewhere, 'precious'), join(folder, `${NAME}.jsonl`));
    symlinkSync(join(elsewhere, 'not-there'), join(folder, `${NAME}-2.jsonl`));
    const journal = await start(folder);
    await journal.close();
    expect(journal.path).toBe(join(folder, `${NAME}-3.jsonl`));
    expect(readFileSync(join(elsewhere, 'precious'), 'utf8')).toBe('precious');
    expect(readdirSync(elsewhere)).toEqual(['precious']);
  });

  test('names who, where and with what, and hides what may be a secret', async () => {
    const argv = ['reconcile', '--token', 's3cret', '--now'];
    const cluster = { uid: null, server: 'https://alice:s3cret@api.example.com:6443' };
    const journal = await start(newFolder(), { argv, cluster });
    await journal.close();
    expect(linesOf(journal.path)).toEqual([
      {
        ...HEADER,
        run: journal.run,
        argv: ['reconcile', '--token', '***', '--now'],
        cluster: { uid: null, server: 'https://***@api.example.com:6443' },
      },
    ]);
  });
});

describe('the lines', () => {
  test('keep the order of the calls, also of calls that overlap', async () => {
    const journal = await start(newFolder());
    const batches = await Promise.all([
      journal.intend([keyIntent(1), keyIntent(2)]),
      journal.intend([]),
      journal.intend([keyIntent(3)]),
      journal.settle([outcome(2)]),
      journal.intend([keyIntent(4)]),
    ]);
    expect(batches).toEqual([[1, 2], [], [3], undefined, [4]]);
    await journal.close();
    await journal.close();
    expect(linesOf(journal.path).map(({ type, sequence, batch }) => [type, sequence, batch])).toEqual([
      ['header', undefined, undefined],
      ['intent', 1, { number: 1, size: 2 }],
      ['intent', 2, { number: 1, size: 2 }],
      ['intent', 3, { number: 2, size: 1 }],
      ['outcome', 2, undefined],
      ['intent', 4, { number: 3, size: 1 }],
    ]);
  });

  test('say what was handed in, entry and spec raw', async () => {
    const state = await stateOf(await fullJournal());
    expect(state.intents.map(({ intent }) => intent)).toMatchObject([
      keyIntent(3),
      reservationIntent(3),
      { action: 'restore-key' },
      { action: 'delete-pool', networkName: 'storage' },
    ]);
    expect(state.intents.map(({ result, decidedBy }) => [result, decidedBy])).toEqual([
      ['released', null],
      ['gone', state.header?.run],
      [null, null],
      [null, null],
    ]);
    expect(state.end).toMatchObject({ summary: { released: 1, failed: 0 }, interruptedBy: 'SIGTERM' });
  });
});

describe('the schema', () => {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
  formats.default(ajv);
  ajv.addSchema(schemaFile('common'));
  const validate = ajv.compile(schemaFile('JournalRecord'));

  test('holds for every line, and forbids that any field is missing', async () => {
    const lines = linesOf(await fullJournal());
    expect(new Set(lines.map(({ type }) => type)).size).toBe(5);
    for (const line of lines) {
      expect([line, validate(line)]).toEqual([line, true]);
      for (const field of Object.keys(line)) {
        const without = Object.fromEntries(Object.entries(line).filter(([name]) => name !== field));
        expect([field, validate(without)]).toEqual([field, false]);
      }
      expect(validate({ ...line, more: 'fields may be added' })).toBe(true);
    }
  });

  test('has the words of the code', () => {
    type Part = Readonly<Record<string, { properties: Readonly<Record<string, { enum?: string[] }>> }>>;
    const parts = schemaFile('JournalRecord')['$defs'] as Part;
    expect(parts['intent']?.properties['action']?.enum).toEqual([...JOURNAL_ACTIONS]);
    expect(parts['outcome']?.properties['result']?.enum).toEqual([...JOURNAL_OUTCOMES]);
    expect(parts['decided']?.properties['result']?.enum).toEqual(
      JOURNAL_OUTCOMES.filter((word) => word !== 'uncertain'),
    );
  });
});

describe('what cannot be written is refused', () => {
  const inTheWay = (): string => {
    const path = join(newFolder(), 'file');
    writeFileSync(path, '');
    return path;
  };

  test.each([
    ['the path is a file', inTheWay, /a file is in the way/],
    ['a part of it is a file', () => join(inTheWay(), 'journals'), /no directory/],
    ['its name is too long', () => join(newFolder(), 'x'.repeat(300)), /too long/],
  ])('where %s', async (_, directory, why) => {
    const path = directory();
    const failure = await failureOf(start(path));
    expect(failure).toBeInstanceOf(RefusedFailure);
    const { message } = failure as Error;
    expect(message).toContain(path);
    expect(message).toMatch(why);
    expect(message).toContain('nothing was released');
  });

  test('where there is no right to write', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'closed'));
    chmodSync(join(folder, 'closed'), 0o500);
    // Root may write everywhere, so whoever is root is somebody else for that long.
    const ran = await child(`
      const { start } = await load('test/journal/support.ts');
      await start(${JSON.stringify(folder)}).then((journal) => journal.close());
      process.umask(0);
      if (process.getuid() === 0) process.seteuid(65534);
      const failure = await start(${JSON.stringify(join(folder, 'closed'))}).catch((error) => error);
      say(failure.name + ': ' + failure.message);
    `);
    expect(ran.lines).toEqual([
      expect.stringMatching(/^RefusedFailure: the journal .*closed.* permission denied; nothing was released$/),
    ]);
  });

  test.each([
    ['the disk is full', '/dev/full', 'w', /disk is full/],
    ['the file takes nothing', import.meta.filename, 'r', /journal/],
  ])('where %s', async (_, device, flags, why) => {
    // Not every system has /dev/full; a file that is only read is refused the same way.
    const handle = existsSync(device) ? await open(device, flags) : await open(import.meta.filename, 'r');
    const journal = new JournalFile(device, handle, 'run', ticking());
    for (const promise of [journal.begin(HEADER), journal.intend([keyIntent(1)])]) {
      const failure = await failureOf(promise);
      expect(failure).toBeInstanceOf(RefusedFailure);
      expect((failure as Error).message).toContain(device);
      expect((failure as Error).message).toContain('nothing was released');
      if (existsSync(device)) expect((failure as Error).message).toMatch(why);
    }
    await journal.close();
  });

  test('once it has begun, no more is released, and the end is refused like the rest', async () => {
    const path = join(newFolder(), 'journal.jsonl');
    const handle = await open(path, 'ax');
    const journal = new JournalFile(path, handle, 'run', ticking());
    await journal.begin(HEADER);
    await journal.intend([keyIntent(1)]);
    await handle.close();
    for (const promise of [
      journal.intend([keyIntent(2)]),
      journal.settle([outcome(1)]),
      journal.end({ summary: {}, interruptedBy: null }),
    ]) {
      const failure = await failureOf(promise);
      expect(failure).toBeInstanceOf(RefusedFailure);
      expect((failure as Error).message).toMatch(/can no longer be written: .*; nothing more is released/);
    }
    expect((await stateOf(path)).intents).toMatchObject([{ status: 'uncertain' }]);
  });

  test('a batch that does not fit leaves no trace, and outcomes are still taken', async () => {
    const folder = newFolder();
    // The limit of a process stands for a disk that fills up: a write is cut off in the middle of a batch.
    const ran = await child(
      `
      const { keyIntent, outcome, start } = await load('test/journal/support.ts');
      const journal = await start(${JSON.stringify(folder)});
      const batch = Array.from({ length: 1000 }, (_, key) => keyIntent(key));
      let last = 0;
      try {
        for (;;) {
          const sequences = await journal.intend(batch);
          last = sequences.at(-1);
          say('intended ' + last);
        }
      } catch (error) {
        say(error.name + ': ' + error.message);
      }
      await journal.settle([outcome(last)]);
      const more = await journal.intend([keyIntent(7)]);
      say('then ' + more[0]);
      await journal.close();
    `,
      { before: 'ulimit -f 4096' },
    );
    const intended = ran.lines.filter((line) => line.startsWith('intended')).length;
    expect(intended).toBeGreaterThan(0);
    expect(ran.lines.slice(intended)).toEqual([
      expect.stringMatching(/^RefusedFailure: .* may not grow any more; nothing more is released/),
      `then ${intended * 1000 + 1}`,
    ]);
    const state = await stateOf(join(folder, `${NAME}.jsonl`));
    expect(state.torn).toBeNull();
    expect(state.intents).toHaveLength(intended * 1000 + 1);
    expect(state.intents.filter(({ status }) => status === 'done').map(({ sequence }) => sequence)).toEqual([
      intended * 1000,
    ]);
  });
});

describe('the state directory', () => {
  test.each([
    [{ XDG_STATE_HOME: '/var/state' }, '/var/state/ipamctl'],
    [{ XDG_STATE_HOME: 'relative' }, '/home/alice/.local/state/ipamctl'],
    [{ XDG_STATE_HOME: '' }, '/home/alice/.local/state/ipamctl'],
    [{}, '/home/alice/.local/state/ipamctl'],
  ])('%j: %s', (environment, directory) => {
    expect(stateDirectory(environment, '/home/alice')).toBe(directory);
  });
});
