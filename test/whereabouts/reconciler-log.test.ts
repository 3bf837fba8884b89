import { expect, test } from '@jest/globals';
import { readReconcilerLog, readReconcilerStory } from '../../src/whereabouts/reconciler-log.js';

const at = (time: string): string => `2026-09-01T${time}Z`;
const line = (time: string, message: string, level = 'verbose'): string => `${at(time)} [${level}] ${message}\n`;
const USING = line('03:00:00', 'using expression: 30 4 * * *');
const START = line('04:30:00', 'starting reconciler run');
const WORK = line('04:30:02', 'removed stale overlappingIP allocation [10.0.0.1]', 'debug');

test.each(['reconciler run succeeded', 'reconciler run failed: no', 'reconciler success', 'reconciler failure: no'])(
  'a run has ended with "%s", and no other line',
  (end) => {
    expect(readReconcilerLog(START + WORK)).toMatchObject({ state: 'running', sinceMs: Date.parse(at('04:30:00')) });
    expect(readReconcilerLog(START + WORK + line('04:31:00', end))).toMatchObject({ state: 'idle', sinceMs: null });
    expect(readReconcilerLog(line('04:31:00', end) + START)).toMatchObject({ state: 'running' });
  },
);

test('runs that overlap are counted', () => {
  const end = line('04:46:00', 'reconciler run succeeded');
  const second = line('04:45:00', 'starting reconciler run');
  expect(readReconcilerLog(START + second + end)).toMatchObject({
    state: 'running',
    sinceMs: Date.parse(at('04:45:00')),
  });
  expect(readReconcilerLog(START + second + end + end)).toMatchObject({ state: 'idle' });
  // The start of the first is in no line that was read.
  expect(readReconcilerLog(end + second)).toMatchObject({ state: 'running' });
  expect(readReconcilerLog(end + second + end)).toMatchObject({ state: 'idle' });
});

test('without a run, the start of the container has to be seen', () => {
  expect(readReconcilerLog('')).toEqual({ state: 'unclear', sinceMs: null, schedule: null });
  expect(readReconcilerLog(WORK)).toEqual({ state: 'unclear', sinceMs: null, schedule: null });
  expect(readReconcilerLog(USING)).toEqual({ state: 'idle', sinceMs: null, schedule: '30 4 * * *' });
  const updated = line(
    '03:10:00',
    'configuration updated to file "/cron-schedule/..data". New cron expression: 0 * * * *',
  );
  const again = line('03:10:00', 'using expression: 0 * * * *');
  expect(readReconcilerLog(again + updated)).toEqual({ state: 'unclear', sinceMs: null, schedule: '0 * * * *' });
  expect(readReconcilerLog(USING + again + updated)).toEqual({ state: 'idle', sinceMs: null, schedule: '0 * * * *' });
});

test.each([
  'notice: could not read file: open /cron-schedule/config: no such file or directory, defaulting to expression from configuration: 5 * * * *',
  'could not read file: open /cron-schedule/config: no such file or directory, using expression from flatfile: 5 * * * *',
])('the schedule of the flat file is told: %s', (message) => {
  expect(readReconcilerLog(line('03:00:00', message))).toMatchObject({ state: 'idle', schedule: '5 * * * *' });
});

test('lines that ran into each other, and stamps of whoever collected them, do no harm', () => {
  const [head, tail] = [`${at('04:29:59')} [debug] `, 'ADD pod default/a\n\n'];
  const jumbled = `${head}${START.trimEnd()}${tail}`;
  expect(readReconcilerLog(jumbled)).toMatchObject({ state: 'running', sinceMs: Date.parse(at('04:30:00')) });
  expect(readReconcilerLog(`${jumbled}${head}reconciler run succeeded${head}x`)).toMatchObject({ state: 'idle' });
  const collected = `2026-09-01T04:30:00.123456789Z ${START}`;
  expect(readReconcilerLog(collected)).toMatchObject({ state: 'running', sinceMs: Date.parse(at('04:30:00')) });
  expect(readReconcilerLog('starting reconciler run')).toMatchObject({ state: 'running', sinceMs: null });
});

test('the story of a log: schedule, last run, why it failed, and by which spelling', () => {
  const start = line('04:45:00', 'starting reconciler run');
  const story = readReconcilerStory(
    USING + START + line('04:31:00', 'reconciler success') + start + line('04:46:00', 'reconciler failure: no luck'),
  );
  expect(story).toEqual({
    firstMs: Date.parse(at('03:00:00')),
    schedule: { expression: '30 4 * * *', atMs: Date.parse(at('03:00:00')) },
    lastRun: {
      startedMs: Date.parse(at('04:45:00')),
      endedMs: Date.parse(at('04:46:00')),
      result: 'failed',
      error: 'no luck',
    },
    lastSuccessMs: Date.parse(at('04:31:00')),
    refusal: null,
    spelling: 'old',
  });
  expect(readReconcilerStory(START).lastRun).toMatchObject({ result: 'running', endedMs: null });
  expect(readReconcilerStory(START + line('04:31:00', 'reconciler run succeeded'))).toMatchObject({ spelling: 'run' });
});

test('a change that the scheduler refuses leaves none in force', () => {
  const refused = line(
    '03:10:00',
    'error updating job "5a" configuration: gocron: CronJob: crontab parse failure',
    'error',
  );
  const updated =
    line('03:10:00', 'using expression: x') +
    line('03:10:00', 'configuration updated to file "/cron-schedule/..data". New cron expression: x');
  expect(readReconcilerStory(USING + updated + refused).refusal).toBe('gocron: CronJob: crontab parse failure');
  expect(readReconcilerStory(USING + updated + refused + USING).refusal).toBeNull();
});

test('an error in a line that another goroutine wrote into hides no run', () => {
  const torn = `${at('04:31:00')} [verbose] reconciler run failed: no${at('04:31:00')} [verbose] starting reconciler run\n`;
  expect(readReconcilerLog(START + torn)).toMatchObject({ state: 'running' });
  expect(readReconcilerStory(START + torn).lastRun).toMatchObject({ result: 'running' });
});
