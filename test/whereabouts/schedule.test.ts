import { describe, expect, test } from '@jest/globals';
import { lastTick, readCalendar } from '../../src/whereabouts/schedule.js';

function tick(expression: string, at: string): string | null {
  const calendar = readCalendar(expression);
  if (calendar === null) throw new Error(`${expression} is refused`);
  const tickMs = lastTick(calendar, Date.parse(at));
  return tickMs === null ? null : new Date(tickMs).toISOString().replace(':00.000Z', 'Z');
}

// 2026-09-01 is a Tuesday.
test.each([
  ['30 4 * * *', '2026-09-01T12:00:10Z', '2026-09-01T04:30Z'],
  ['30 4 * * *', '2026-09-01T04:29:59.999Z', '2026-08-31T04:30Z'],
  ['30 4 * * *', '2026-09-01T04:30:00Z', '2026-09-01T04:30Z'],
  ['*/15 * * * *', '2026-09-01T12:14:59Z', '2026-09-01T12:00Z'],
  ['*/90 * * * *', '2026-09-01T12:14:59Z', '2026-09-01T12:00Z'],
  ['50/5 * * * *', '2026-09-01T12:14:59Z', '2026-09-01T11:55Z'],
  ['5,10-12 0-6/3 ? JAN,aug *', '2026-09-01T12:00:00Z', '2026-08-31T06:12Z'],
  ['0 0 * * sun', '2026-09-01T12:00:00Z', '2026-08-30T00:00Z'],
  // One of two restricted days is enough; a step of a star restricts, a star does not.
  ['0 0 13 * fri', '2026-09-01T12:00:00Z', '2026-08-28T00:00Z'],
  ['0 0 */10 * fri', '2026-09-01T12:00:00Z', '2026-09-01T00:00Z'],
  ['0 0 */1 * fri', '2026-09-01T12:00:00Z', '2026-08-28T00:00Z'],
  ['@monthly', '2026-09-01T12:00:00Z', '2026-09-01T00:00Z'],
  ['@yearly', '2026-09-01T12:00:00Z', '2026-01-01T00:00Z'],
  ['@hourly', '2026-09-01T12:00:00Z', '2026-09-01T12:00Z'],
  ['0 0 29 2 *', '2026-09-01T12:00:00Z', '2024-02-29T00:00Z'],
  ['CRON_TZ=Europe/Berlin 30 4 * * *', '2026-09-01T12:00:00Z', '2026-09-01T02:30Z'],
  ['TZ=Asia/Kolkata 0 0 * * *', '2026-09-01T12:00:00Z', '2026-08-31T18:30Z'],
  ['TZ=UTC @daily', '2026-09-01T12:00:00Z', '2026-09-01T00:00Z'],
  // Clocks in Berlin went from 2 to 3 on March 29, and from 3 to 2 on October 25.
  ['TZ=Europe/Berlin 30 2 * * *', '2026-03-29T12:00:00Z', '2026-03-28T01:30Z'],
  ['TZ=Europe/Berlin 30 2 * * *', '2025-10-26T12:00:00Z', '2025-10-26T01:30Z'],
])('%s at %s last fired at %s', (expression, at, expected) => {
  expect(tick(expression, at)).toBe(expected);
});

test('what never fires has no tick', () => {
  expect(tick('0 0 30 2 *', '2026-09-01T12:00:00Z')).toBeNull();
  expect(tick('0 , * * *', '2026-09-01T12:00:00Z')).toBeNull();
});

describe('refused, or without moments of its own:', () => {
  test.each([
    '',
    '30 4 * *',
    '0 30 4 * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 7',
    '* * L * *',
    '* * * * 1#2',
    '5-1 * * * *',
    '1-2-3 * * * *',
    '1/2/3 * * * *',
    '*/0 * * * *',
    '-1 * * * *',
    'x * * * *',
    '@every 30s',
    '@reboot',
    '@constructor',
    'TZ=UTC',
    'TZ=No/Where * * * * *',
    'TZ=Local * * * * *',
  ])('%s', (expression) => {
    expect(readCalendar(expression)).toBeNull();
  });
});
