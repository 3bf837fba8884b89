import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nextTick, readSchedule } from '../../src/whereabouts/schedule.js';
import { hasGo } from '../oracle/oracle.js';
import { askScheduler, buildScheduler, type SchedulerAnswer, type SchedulerQuestion } from '../oracle/scheduler.js';
import { expression, moment } from '../oracle/schedules.js';

const CASES = Number(process.env['IPAMCTL_ORACLE_CASES'] ?? 6000);
const seed = Number(process.env['IPAMCTL_ORACLE_SEED'] ?? 20260601);

const go = hasGo();
if (!go) {
  const message = 'no Go in PATH: schedules are NOT compared with gocron itself (test/integration/scheduler.test.ts)';
  if (process.env['CI']) throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
}

/** What we say that the scheduler does. */
function ours({ expression: text, after, count }: SchedulerQuestion): Pick<SchedulerAnswer, 'valid' | 'next'> {
  const read = readSchedule(text);
  const next: number[] = [];
  for (let at = Date.parse(after); read.ok && next.length < count; at = next.at(-1) ?? at) {
    const tick = nextTick(read.schedule, at);
    if (tick === null) break;
    next.push(tick);
  }
  return { valid: next.length > 0, next };
}

// A Tuesday.
const AFTER = '2026-09-01T12:00:10Z';

/** What people write, what other schedulers take, and what only this one takes. */
const TABLE: readonly (readonly [expression: string, valid: boolean])[] = [
  ['*/15 * * * *', true],
  ['30 4 * * *', true],
  ['0 0 * * 0', true],
  ['0 0 * * 7', false],
  ['0 0 * * 5-7', false],
  ['0 0 * * sun', true],
  ['0 0 * * SUN-sat', true],
  ['0 0 * * sat-sun', false],
  ['0 0 * * sunday', false],
  ['0 0 1 jan *', true],
  ['0 0 1 january *', false],
  ['0 0 * * mon/2', true],
  ['0 0 L * *', false],
  ['0 0 15W * *', false],
  ['0 0 * * 5#2', false],
  ['0 0 ? * ?', true],
  ['0 0 ?/2 * *', true],
  ['*/90 * * * *', true],
  ['*/0 * * * *', false],
  ['*/ * * * *', false],
  ['*/99999999999999999999 * * * *', false],
  ['*/9999999999999999 * * * *', true],
  ['1,,2 * * * *', true],
  [', * * * *', false],
  ['*-3 * * * *', true],
  ['+5 * * * *', true],
  ['-0 * * * *', false],
  ['0005 * * * *', true],
  ['5-1 * * * *', false],
  ['60 * * * *', false],
  ['* 24 * * *', false],
  ['* * 0 * *', false],
  ['* * * 13 *', false],
  ['0 0 30 2 *', false],
  ['0 0 31 4,6,9,11 *', false],
  ['0 0 29 2 *', true],
  ['0 0 30 2 mon', true],
  ['0 */15 * * * *', false],
  ['* * * *', false],
  ['', false],
  ['@hourly', true],
  ['@Hourly', false],
  ['@reboot', false],
  ['@every 30s', true],
  ['@every 0s', true],
  ['@every 1500ms', true],
  ['@every -1h', true],
  ['@every 1d', false],
  ['@every', false],
  ['TZ=UTC', false],
  ['CRON_TZ=UTC', false],
  ['TZ=UTC * * * * *', true],
  ['TZ= 5 * * * *', true],
  ['TZ=Europe/Berlin 30 2 * * *', true],
  ['TZ=europe/berlin 30 2 * * *', false],
  ['TZ=No/Where 30 2 * * *', false],
  ['TZ=UTC @every 5m', true],
  ['  30   4\t* * * ', true],
  ['30\u00a04 * * *', true],
  ['\ufeff30 4 * * *', false],
];

(go ? describe : describe.skip)('what gocron v2.19.1 says', () => {
  let program = '';
  beforeAll(() => {
    program = buildScheduler();
  }, 300_000);

  test('of the table', async () => {
    const questions = TABLE.map(([text]) => ({ expression: text, after: AFTER, count: 5 }));
    const answers = await askScheduler(program, questions);
    expect(answers.map(({ valid }, at) => [TABLE[at]?.[0], valid])).toEqual(TABLE);
    expect(questions.map(ours)).toEqual(answers.map(({ valid, next }) => ({ valid, next })));
    // What it does not refuse in words brings the pod down.
    expect(answers[TABLE.findIndex(([text]) => text === 'TZ=UTC')]?.error).toMatch(/^panic:/);
  }, 60_000);

  test('of what is thought up', async () => {
    const questions = fc
      .sample(fc.tuple(expression, moment), { seed, numRuns: CASES })
      .map(([text, after]) => ({ expression: text, after, count: 5 }));
    const answers = await askScheduler(program, questions);
    const wrong = questions.flatMap((question, at) => {
      const { valid, next } = answers[at] ?? { valid: false, next: [] };
      const said = ours(question);
      return JSON.stringify(said) === JSON.stringify({ valid, next }) ? [] : [{ question, said, is: { valid, next } }];
    });
    expect(wrong.slice(0, 5)).toEqual([]);
    // Both kinds are well among them.
    const taken = answers.filter(({ valid }) => valid).length;
    expect([taken > CASES / 4, taken < (CASES * 9) / 10]).toEqual([true, true]);
  }, 300_000);
});
