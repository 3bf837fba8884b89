import { describe, expect, test } from '@jest/globals';
import {
  JOURNAL_OUTCOMES,
  journalState,
  withDecisions,
  type DecidedRecord,
  type IntentRecord,
  type JournalHeader,
  type JournalOutcomeResult,
  type JournalRecord,
  type JournalState,
  type TornLine,
} from '../../src/reconcile/journal.js';
import type { Result } from '../../src/reconcile/plan.js';

const at = '2026-11-24T14:02:11.000Z';

const HEADER: JournalHeader = {
  type: 'header',
  apiVersion: 'ipamctl.io/v1',
  kind: 'JournalRecord',
  formatVersion: 1,
  run: 'this-run',
  startedAt: at,
  command: 'reconcile',
  argv: [],
  toolVersion: '0.1.0',
  cluster: { uid: null, server: null },
  context: null,
  who: { machineUser: null, clusterUser: null, as: null, asGroups: [] },
  host: 'bastion',
  pid: 1,
};

function intent(sequence: number, batch = { number: sequence, size: 1 }): IntentRecord {
  return {
    type: 'intent',
    sequence,
    batch,
    at,
    action: 'release-key',
    pool: null,
    key: String(sequence),
    entry: {},
    address: null,
    networkName: null,
    podref: null,
    containerId: null,
    ifName: null,
    verdict: 'stale',
    reason: 'pod-gone',
    reservation: null,
  };
}

function outcome(sequence: number, result: JournalOutcomeResult, error: string | null = null): JournalRecord {
  return { type: 'outcome', sequence, at, result, error, resourceVersion: error === null ? '42' : null };
}

function decided(run: string, sequence: number, result: Result, by = 'this-run'): DecidedRecord {
  return { type: 'decided', run, sequence, at, by, result, error: null, resourceVersion: null };
}

function stateOf(records: readonly (JournalRecord | TornLine)[]): Promise<JournalState<string | null>> {
  return journalState([HEADER, ...records], ({ key }) => key);
}

async function statuses(records: readonly (JournalRecord | TornLine)[]): Promise<string[]> {
  return (await stateOf(records)).intents.map(({ status }) => status);
}

describe('what a journal says of its intents', () => {
  test('without an outcome it is uncertain: the run may have been killed on either side of its write', async () => {
    expect((await stateOf([intent(1)])).intents).toEqual([
      {
        sequence: 1,
        intent: '1',
        status: 'uncertain',
        result: null,
        error: null,
        resourceVersion: null,
        decidedBy: null,
      },
    ]);
  });

  test('of a batch that is not whole nothing was sent', async () => {
    const half = [intent(2, { number: 2, size: 3 }), intent(3, { number: 2, size: 3 })];
    expect(await statuses([intent(1), ...half])).toEqual(['uncertain', 'not-done', 'not-done']);
    expect(await statuses([intent(1), ...half, intent(4, { number: 2, size: 3 })])).toEqual(
      Array.from({ length: 4 }, () => 'uncertain'),
    );
  });

  test('each outcome', async () => {
    const status: Record<JournalOutcomeResult, string> = {
      released: 'done',
      restored: 'done',
      gone: 'not-done',
      changed: 'not-done',
      failed: 'not-done',
      skipped: 'not-done',
      uncertain: 'uncertain',
    };
    expect(Object.keys(status).sort()).toEqual([...JOURNAL_OUTCOMES].sort());
    for (const result of JOURNAL_OUTCOMES) {
      expect(await statuses([intent(1), outcome(1, result)])).toEqual([status[result]]);
    }
  });

  test('a later outcome replaces an earlier one', async () => {
    const state = await stateOf([intent(1), outcome(1, 'uncertain', 'time-out'), outcome(1, 'released')]);
    expect(state.intents).toMatchObject([{ status: 'done', result: 'released', error: null, resourceVersion: '42' }]);
    expect(await statuses([intent(1), outcome(1, 'released'), outcome(1, 'changed')])).toEqual(['not-done']);
  });

  test('a decision of the run itself settles only what is uncertain', async () => {
    const state = await stateOf([
      intent(1),
      intent(2),
      intent(3),
      outcome(1, 'uncertain', 'time-out'),
      outcome(2, 'failed', '422'),
      decided('this-run', 1, 'released'),
      decided('this-run', 2, 'released'),
    ]);
    expect(state.intents).toMatchObject([
      { status: 'done', result: 'released', decidedBy: 'this-run' },
      { status: 'not-done', result: 'failed', error: '422', decidedBy: null },
      { status: 'uncertain', decidedBy: null },
    ]);
    expect(state.decisions).toEqual([]);
  });

  test('header, end, torn line and decisions of other runs are handed on', async () => {
    const end: JournalRecord = { type: 'end', at, summary: { released: 1 }, interruptedBy: 'SIGINT' };
    const torn: TornLine = { type: 'torn', line: 4, bytes: 7 };
    const other = decided('other-run', 1, 'gone');
    const state = await stateOf([intent(1), other, end, torn]);
    expect(state).toMatchObject({ header: HEADER, end, torn, decisions: [other] });
    expect(state.intents).toMatchObject([{ status: 'uncertain' }]);
  });

  test('a run that was killed in its first line did nothing', async () => {
    const torn: TornLine = { type: 'torn', line: 1, bytes: 7 };
    expect(await journalState([torn], ({ key }) => key)).toEqual({
      header: null,
      intents: [],
      decisions: [],
      end: null,
      torn,
    });
  });

  test('100,000 intents in one pass, each record let go before the next is asked for', async () => {
    const count = 100_000;
    let held: JournalRecord | undefined;
    let asked = 0;
    async function* records(): AsyncGenerator<JournalRecord> {
      yield HEADER;
      for (let sequence = 1; sequence <= count; sequence++) {
        asked++;
        held = intent(sequence);
        yield held;
        if (sequence % 2 === 0) yield outcome(sequence, 'released');
      }
    }
    const kept = await journalState(records(), (record) => {
      expect(record === held).toBe(true);
      return record.sequence;
    });
    expect(asked).toBe(count);
    expect(kept.intents.filter(({ status }) => status === 'done')).toHaveLength(count / 2);
    expect(kept.intents.at(-1)).toMatchObject({ intent: count, status: 'done' });
  });
});

describe('decisions of other runs', () => {
  test('settle what is uncertain, the first one for good', async () => {
    const state = await stateOf([intent(1), intent(2), intent(3), outcome(2, 'gone')]);
    const after = withDecisions(state, [
      decided('this-run', 1, 'released', 'second'),
      decided('this-run', 1, 'gone', 'third'),
      decided('this-run', 2, 'released', 'second'),
      decided('another', 3, 'released', 'second'),
      decided('this-run', 99, 'released', 'second'),
    ]);
    expect(after.intents).toMatchObject([
      { status: 'done', result: 'released', decidedBy: 'second' },
      { status: 'not-done', result: 'gone', decidedBy: null },
      { status: 'uncertain', result: null, decidedBy: null },
    ]);
    expect(state.intents[0]).toMatchObject({ status: 'uncertain' });
  });

  test('never touch a batch that was not sent', async () => {
    const state = await stateOf([intent(1, { number: 1, size: 2 })]);
    const after = withDecisions(state, [decided('this-run', 1, 'released', 'second')]);
    expect(after.intents).toMatchObject([{ status: 'not-done', decidedBy: null }]);
  });
});
