import { expect, test } from '@jest/globals';
import { scheduleFacts } from '../../src/openshift/schedule-document.js';

const NOON = new Date('2026-09-01T12:00:10Z');
const facts = (expression: string) => scheduleFacts(expression, NOON);

test.each([
  ['*/15 * * * *', 'every 15 minutes, UTC'],
  ['30 4 * * *', 'at 04:30 every day, UTC'],
  ['0 * * * *', 'every hour, on the hour, UTC'],
  ['@hourly', 'every hour, on the hour, UTC'],
  ['*/90 * * * *', 'every hour, on the hour, UTC'],
  ['5 * * * *', 'every hour, 5 minutes past, UTC'],
  ['* * * * *', 'every minute, UTC'],
  ['* 4 * * *', 'every minute from 04:00 to 04:59 every day, UTC'],
  ['0 */2 * * *', 'every 2 hours, on the hour, UTC'],
  ['0 */6 * * *', 'at 00:00, 06:00, 12:00 and 18:00 every day, UTC'],
  ['5,35 8-17 * * mon-fri', 'at minutes 5 and 35 of the hours 08 to 17 on Monday to Friday, UTC'],
  ['0,30 1,2 * * *', 'every 30 minutes in the hours 01 and 02 every day, UTC'],
  ['50/5 * * * *', 'at minutes 50 and 55 of every hour, UTC'],
  ['0 0 13 * fri', 'at 00:00 on day 13 of the month and on Friday, whichever it is, UTC'],
  // A step of one is a star, and a star leaves the day to the other field.
  ['0 0 */1 * fri', 'at 00:00 on Friday, UTC'],
  ['0 0 1,15 * *', 'at 00:00 on days 1 and 15 of the month, UTC'],
  ['15 10 * 6 *', 'at 10:15 every day in June, UTC'],
  ['0 0 29 2 *', 'at 00:00 on day 29 of the month in February, UTC'],
  ['TZ=Europe/Berlin 30 2 * * *', 'at 02:30 every day, Europe/Berlin time'],
  ['TZ=Local 30 2 * * *', "at 02:30 every day, the container's own clock"],
  ['@every 90m', 'every 1 hour and 30 minutes, counted from the start of each pod'],
  ['@every 0s', 'every 1 second, counted from the start of each pod'],
])('%s: %s', (expression, words) => {
  expect(facts(expression).description).toBe(words);
});

test.each([
  ['', 'it is empty'],
  ['0 */15 * * * *', 'seconds are not supported: 6 fields, where there are five'],
  ['* * * *', /^4 fields, where there are five/],
  ['0 0 * * 7', 'day of week: 7 is not between 0 and 6, and Sunday is 0'],
  ['0 0 * * fri-mon', 'day of week: fri-mon goes backwards: write 5-6,0-1'],
  ['0 0 * * sat-sun', 'day of week: sat-sun goes backwards: write 6,0'],
  ['0 0 * * monday', 'day of week: "monday" is no name that the scheduler knows: write mon'],
  ['0 0 L * *', /does not know L, W and #/],
  ['0 0 1-2-3 * *', /more than two ends/],
  ['0 0 */0 * *', /a step of 0/],
  ['1/2/3 * * * *', /more than one step/],
  ['*/x * * * *', /"x" is no step/],
  ['70 * * * *', 'minute: 70 is not between 0 and 59'],
  ['0 0 30 2 *', 'it never fires: no such day comes within five years'],
  [', * * * *', 'it never fires: no such day comes within five years'],
  ['TZ=UTC', /panic/],
  ['TZ=europe/berlin 0 0 * * *', 'there is no time zone "europe/berlin"; it is written Europe/Berlin'],
  ['@reboot', /knows no @reboot/],
  ['@every 1d', /is no duration/],
] as const)('%s is refused: %s', (expression, why) => {
  const { valid, supported, error, next, description } = facts(expression);
  expect([valid, supported, next, description]).toEqual([false, false, [], null]);
  if (typeof why === 'string') expect(error).toBe(why);
  else expect(error).toMatch(why);
});

test.each([
  ['*/90 * * * *', /\*\/90 does not mean every 90/],
  ['0 */5 * * *', /starts anew with each day: after hour 20 comes 0/],
  ['0 0 */2 * *', /starts anew with each month/],
  ['*/7 * * * *', /4 minutes between runs is less than a run may take/],
  ['* * * * *', /1 minute between runs/],
  ['58,1 * * * *', /3 minutes between runs/],
  ['@every 10s', /10 seconds between runs/],
  ['@every 30m', /counts from the start of each pod/],
  ['0 0 13 * fri', /one is enough: it runs on either/],
  ['TZ=Europe/Berlin 30 2 * * *', /needs time zone files/],
  ['TZ=Local 30 2 * * *', /Local is the clock of the container/],
  // What the usual checker of cron expressions does not take.
  ['1,,20 * * * *', /only this scheduler reads it so/],
  ['*-3 * * * *', /only this scheduler reads it so/],
  ['+5 * * * *', /only this scheduler reads it so/],
])('%s is taken with a warning: %s', (expression, warning) => {
  const { valid, warnings } = facts(expression);
  expect(valid).toBe(true);
  expect(warnings.some((text) => warning.test(text))).toBe(true);
});

test.each([
  '*/15 * * * *',
  '30 4 * * *',
  '0 0 ? * mon-fri',
  '0 0 1 JAN *',
  '*/5 * * * *',
  '@daily',
  'TZ=UTC 0 1 * * *',
  '0 22-23 * * *',
])('%s has nothing to be warned of', (expression) => {
  expect(facts(expression).warnings).toEqual([]);
});

test('OpenShift supports plain five fields', () => {
  const supported = ['*/15 * * * *', '@hourly', '@every 5m', 'TZ=UTC 0 1 * * *'].map((text) => facts(text).supported);
  expect(supported).toEqual([true, false, false, false]);
});

test('white space around it is no part of it, as whereabouts has it', () => {
  expect(facts(' 30 4 * * *\n').expression).toBe('30 4 * * *');
});

test('the next five runs; fewer where the years between grow too many', () => {
  expect(facts('0 12 * * *').next).toEqual([2, 3, 4, 5, 6].map((day) => `2026-09-0${day.toString()}T12:00:00Z`));
  // 2100 is no leap year.
  const { next } = scheduleFacts('0 0 29 2 *', new Date('2085-01-01T00:00:00Z'));
  expect(next).toEqual(['2088-02-29T00:00:00Z', '2092-02-29T00:00:00Z', '2096-02-29T00:00:00Z']);
});
