/** A run that ends anywhere: cut at any byte, or killed; the journal never says more than what is so. */
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { listJournals } from '../../src/journal/list.js';
import type { JournalOutcomeResult, JournalWriter } from '../../src/reconcile/journal.js';
import { child } from './child.js';
import { AT, keyIntent, newFolder, outcome, removeFolders, start, stateOf } from './support.js';

afterAll(removeFolders);

/** One call of a run, and how long the file was after it. */
interface Call {
  readonly intends: readonly number[];
  readonly settles: readonly (readonly [number, JournalOutcomeResult])[];
  readonly end: number;
}

type Step =
  | { readonly do: 'intend'; readonly count: number }
  | { readonly do: 'settle'; readonly pick: readonly number[]; readonly result: JournalOutcomeResult }
  | { readonly do: 'decide'; readonly pick: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('intend' as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({
      do: fc.constant('settle' as const),
      pick: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
      result: fc.constantFrom<JournalOutcomeResult>('released', 'failed', 'uncertain', 'changed', 'gone'),
    }),
    fc.record({ do: fc.constant('decide' as const), pick: fc.nat() }),
  ),
  { maxLength: 8 },
);

async function perform(journal: JournalWriter, plan: readonly Step[], earlier: string): Promise<Call[]> {
  const calls: Call[] = [{ intends: [], settles: [], end: statSync(journal.path).size }];
  let last = 0;
  for (const step of plan) {
    let intends: readonly number[] = [];
    let settles: [number, JournalOutcomeResult][] = [];
    if (step.do === 'intend') {
      intends = await journal.intend(Array.from({ length: step.count }, (_, index) => keyIntent(last + index + 1)));
      last = intends.at(-1) ?? last;
    } else if (step.do === 'settle' && last > 0) {
      settles = step.pick.map((pick) => [1 + (pick % last), step.result]);
      await journal.settle(settles.map(([sequence, result]) => outcome(sequence, result)));
    } else if (step.do === 'decide') {
      const sequence = 1 + (step.pick % 5);
      await journal.decide([{ run: earlier, sequence, result: 'gone', error: null, resourceVersion: null }]);
    }
    calls.push({ intends, settles, end: statSync(journal.path).size });
  }
  return calls;
}

/** Holds what is read of the first `bytes` of a journal against the calls that wrote it. */
async function checkCut(path: string, calls: readonly Call[], bytes: number): Promise<void> {
  const cut = `${path}.cut`;
  const content = readFileSync(path).subarray(0, bytes);
  writeFileSync(cut, content);
  const state = await stateOf(cut);

  // A newline is missing at most: what is whole but for it counts.
  const complete = calls.filter(({ end }) => end - 1 <= bytes);
  const intended = complete.flatMap(({ intends }) => intends);
  const begun = calls.filter((_, index) => (calls[index - 1]?.end ?? 0) < bytes);
  const outcomesOf = (sequence: number, among: readonly Call[]): readonly JournalOutcomeResult[] =>
    among.flatMap(({ settles }) => settles.filter(([of]) => of === sequence).map(([, result]) => result));
  expect(state.intents.map(({ sequence }) => sequence)).toEqual(state.intents.map((_, index) => index + 1));
  for (const sequence of intended) {
    const found = state.intents[sequence - 1];
    expect(found?.intent).toMatchObject(keyIntent(sequence));
    // Never forgotten, and neither done nor not done without an outcome that says so.
    if (outcomesOf(sequence, begun).length === 0) expect([sequence, found?.status]).toEqual([sequence, 'uncertain']);
  }
  for (const { sequence, status, result } of state.intents) {
    if (status === 'done') {
      expect(result).toBe('released');
      expect(outcomesOf(sequence, begun)).toContain(result);
    }
    if (!intended.includes(sequence)) expect([sequence, status]).toEqual([sequence, 'not-done']);
  }
  // The whole of what is complete, told by the calls alone.
  if (complete.at(-1)?.end === bytes) {
    const expected = intended.map((sequence) => outcomesOf(sequence, complete).at(-1) ?? null);
    expect(state.torn).toBeNull();
    expect(state.intents.map(({ result }) => result)).toEqual(expected);
  }
}

describe('cut at any byte it reads as a prefix', () => {
  test('any runs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(steps, { minLength: 1, maxLength: 3 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
        async (plans, places) => {
          const folder = newFolder();
          let earlier = 'no-run';
          for (const plan of plans) {
            const journal = await start(folder);
            const calls = await perform(journal, plan, earlier);
            await journal.close();
            earlier = journal.run;
            const size = statSync(journal.path).size;
            const cuts = [...places.map((place) => Math.floor(place * size)), ...calls.map(({ end }) => end)];
            for (const bytes of cuts) await checkCut(journal.path, calls, bytes);
            writeFileSync(journal.path, readFileSync(journal.path).subarray(0, cuts[0]));
          }
          const items = await listJournals(folder);
          expect(items).toHaveLength(plans.length);
          expect(items.filter(({ problem }) => problem !== null && !problem.startsWith('ends within'))).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);

  test('every byte of one', async () => {
    const journal = await start(newFolder());
    const plan: Step[] = [
      { do: 'intend', count: 2 },
      { do: 'settle', pick: [0], result: 'released' },
      { do: 'intend', count: 1 },
      { do: 'settle', pick: [2, 1], result: 'uncertain' },
      { do: 'settle', pick: [2], result: 'released' },
    ];
    const calls = await perform(journal, plan, 'no-run');
    await journal.close();
    const size = statSync(journal.path).size;
    expect(size).toBeGreaterThan(1_000);
    for (let bytes = 0; bytes <= size; bytes++) await checkCut(journal.path, calls, bytes);
  }, 120_000);
});

describe('killed', () => {
  test.each([1, 4, 17, 60, 143])('after %i steps it has all that was said to be in it', async (killAfter) => {
    const folder = newFolder();
    const ran = await child(
      `
      const { keyIntent, outcome, start } = await load('test/journal/support.ts');
      const journal = await start(${JSON.stringify(folder)});
      say('started');
      for (let key = 1; ; key += 3) {
        const sequences = await journal.intend([keyIntent(key), keyIntent(key + 1), keyIntent(key + 2)]);
        say('intended ' + sequences.at(-1));
        await journal.settle([outcome(sequences[0]), outcome(sequences[1], 'uncertain', 'time-out')]);
        say('settled ' + sequences[0]);
      }
    `,
      { killAfter },
    );
    expect(ran.lines.length).toBeGreaterThanOrEqual(killAfter);
    const [item] = await listJournals(folder);
    expect(item).toMatchObject({ problem: null, ended: false });
    const { intents } = await stateOf(item?.path ?? '');
    const numbers = (word: string): number[] =>
      ran.lines.filter((line) => line.startsWith(word)).map((line) => Number(line.split(' ')[1]));
    const intended = numbers('intended').at(-1) ?? 0;
    expect(intents.slice(0, intended).filter(({ status }) => status === 'not-done')).toEqual([]);
    expect(intents.length).toBeGreaterThanOrEqual(intended);
    const done = intents.filter(({ status }) => status === 'done').map(({ sequence }) => sequence);
    expect(done).toEqual(expect.arrayContaining(numbers('settled')));
    // The killed call may have been written and not been said; no more than that.
    expect(done.length - numbers('settled').length).toBeLessThanOrEqual(1);
  });

  test('the next run can say in its own journal what became of it', async () => {
    const folder = newFolder();
    const first = await start(folder);
    await first.intend([keyIntent(1), keyIntent(2)]);
    await first.close();
    expect(await listJournals(folder)).toMatchObject([{ released: 0, uncertain: 2 }]);
    const second = await start(folder, {}, new Date(AT.getTime() + 60_000));
    const decision = { run: first.run, error: null, resourceVersion: null } as const;
    await second.decide([
      { ...decision, sequence: 1, result: 'released' },
      { ...decision, sequence: 2, result: 'skipped' },
    ]);
    await second.end({ summary: { released: 0 }, interruptedBy: null });
    expect(await listJournals(folder)).toMatchObject([
      { path: second.path, released: 0, uncertain: 0, ended: true },
      { path: first.path, released: 1, uncertain: 0, ended: false },
    ]);
  });
});
