import { afterAll, describe, expect, test } from '@jest/globals';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputFailure } from '../../src/errors.js';
import { readJournal } from '../../src/journal/read.js';
import type { JournalRecord, TornLine } from '../../src/reconcile/journal.js';
import { failureOf, keyIntent, newFolder, outcome, removeFolders, start, stateOf } from './support.js';

afterAll(removeFolders);

async function recordsOf(path: string): Promise<(JournalRecord | TornLine)[]> {
  const records: (JournalRecord | TornLine)[] = [];
  for await (const record of readJournal(path)) records.push(record);
  return records;
}

/** A header, two batches of one intent, an outcome of the first, an end: five lines. */
async function journal(): Promise<string> {
  const writer = await start(newFolder());
  await writer.intend([keyIntent(1)]);
  await writer.intend([keyIntent(2)]);
  await writer.settle([outcome(1)]);
  await writer.end({ summary: { released: 1 }, interruptedBy: null });
  return writer.path;
}

function changed(path: string, change: (lines: string[]) => (string | Buffer)[]): string {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  writeFileSync(path, Buffer.concat(change(lines).flatMap((line) => [Buffer.from(line), Buffer.from('\n')])));
  return path;
}

const edited = (line: string | undefined, more: Record<string, unknown>): string =>
  JSON.stringify({ ...(JSON.parse(line ?? '') as Record<string, unknown>), ...more });

describe('damage names file and line', () => {
  const at = (index: number, line: (old: string) => string | Buffer) => (lines: string[]) =>
    lines.map((old, each) => (each === index ? line(old) : old));

  test.each<[string, (lines: string[]) => (string | Buffer)[], number, RegExp]>([
    ['a line that is cut off in the middle', at(2, (line) => line.slice(0, 40)), 3, /is not JSON/],
    ['an empty line', (lines) => [...lines.slice(0, 2), '', ...lines.slice(2)], 3, /is not JSON/],
    ['zeros', at(1, () => Buffer.alloc(100)), 2, /is not JSON/],
    ['no object', at(3, () => '[1]'), 4, /is no JSON object/],
    ['no type', at(3, () => '{}'), 4, /is no record/],
    ['a type that is no word of ours', at(3, () => '{"type":"constructor"}'), 4, /is no record/],
    ['no UTF-8', at(3, (line) => Buffer.concat([Buffer.from([0xff]), Buffer.from(line)])), 4, /is not UTF-8/],
    ['a byte order mark', at(0, (line) => `\ufeff${line}`), 1, /is not JSON/],
    ['a second header', (lines) => [...lines, lines[0] ?? ''], 6, /second header/],
    ['no header', (lines) => lines.slice(1), 1, /no journal of ipamctl/],
    ['an intent that is missing', (lines) => lines.filter((_, index) => index !== 1), 2, /intent 2 where 1/],
    ['an intent twice', (lines) => [...lines.slice(0, 2), ...lines.slice(1)], 3, /intent 1 where 2/],
    ['an outcome of nothing', at(3, (line) => edited(line, { sequence: 3 })), 4, /intent 3, which is not there/],
    ['a batch that skips', at(2, (line) => edited(line, { batch: { number: 3, size: 1 } })), 3, /batch 3 where 2/],
    [
      'a batch that is not whole',
      at(2, (line) => edited(line, { batch: { number: 2, size: 2 } })),
      4,
      /before its batch/,
    ],
    ['a field that is missing', at(1, (line) => edited(line, { entry: undefined })), 2, /"entry" is missing/],
    ['a field of another type', at(1, (line) => edited(line, { pool: { name: 'x' } })), 2, /"pool" is missing or not/],
    ['another word', at(3, (line) => edited(line, { result: 'done' })), 4, /"result"/],
    [
      'a newer format',
      at(0, (line) => edited(line, { formatVersion: 2, who: 'x' })),
      1,
      /version 2, of a newer ipamctl/,
    ],
    ['a line beyond all measure', at(1, () => 'x'.repeat(5_000_000)), 2, /longer than any line/],
  ])('%s', async (_, change, line, why) => {
    const path = changed(await journal(), change);
    const failure = await failureOf(recordsOf(path));
    expect(failure).toBeInstanceOf(InputFailure);
    expect((failure as Error).message).toContain(`${path}, line ${line}: `);
    expect((failure as Error).message).toMatch(why);
  });

  test.each([
    ['is not there', () => join(newFolder(), 'none.jsonl'), /cannot be read: no such file/],
    ['is a directory', newFolder, /is no file/],
    ['is something else', () => import.meta.filename, /line 1: is not JSON/],
    [
      'is one line of something else',
      () => {
        const path = join(newFolder(), 'text');
        writeFileSync(path, 'hello');
        return path;
      },
      /is no journal of ipamctl/,
    ],
  ])('a file that %s', async (_, file, why) => {
    const path = file();
    const failure = await failureOf(recordsOf(path));
    expect(failure).toBeInstanceOf(InputFailure);
    expect((failure as Error).message).toContain(path);
    expect((failure as Error).message).toMatch(why);
  });
});

describe('what is no damage', () => {
  test('a last line that was cut off is told', async () => {
    const path = await journal();
    appendFileSync(path, '{"type":"outc');
    const state = await stateOf(path);
    expect(state.torn).toEqual({ type: 'torn', line: 6, bytes: 13 });
    expect(state.intents.map(({ status }) => status)).toEqual(['done', 'uncertain']);
  });

  test('zeros at the end, as a power cut leaves them', async () => {
    const path = await journal();
    appendFileSync(path, Buffer.alloc(4096));
    expect((await stateOf(path)).torn).toMatchObject({ bytes: 4096 });
  });

  test('a last line that only lacks its newline', async () => {
    const path = await journal();
    writeFileSync(path, readFileSync(path, 'utf8').trimEnd());
    expect(await stateOf(path)).toMatchObject({ torn: null, end: { summary: { released: 1 } } });
  });

  test('an empty file', async () => {
    const path = join(newFolder(), 'empty.jsonl');
    writeFileSync(path, '');
    expect(await recordsOf(path)).toEqual([{ type: 'torn', line: 1, bytes: 0 }]);
  });

  test('fields that are not known are kept', async () => {
    const path = changed(await journal(), (lines) => lines.map((line) => edited(line, { later: { more: [1] } })));
    const records = await recordsOf(path);
    expect(records).toHaveLength(5);
    for (const record of records) expect(record).toMatchObject({ later: { more: [1] } });
  });

  test('lines that lie across the pieces in which a file is read', async () => {
    const writer = await start(newFolder());
    const intents = Array.from({ length: 4_000 }, (_, key) => keyIntent(key));
    const sequences = await writer.intend(intents);
    await writer.settle(sequences.map((sequence) => outcome(sequence)));
    await writer.close();
    const state = await stateOf(writer.path);
    expect(state.intents).toHaveLength(4_000);
    expect(state.intents.every(({ status }) => status === 'done')).toBe(true);
    expect(state.intents.map(({ intent }) => intent.entry)).toEqual(intents.map(({ entry }) => entry));
  });
});
