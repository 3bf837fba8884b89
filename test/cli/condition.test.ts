import { describe, expect, test } from '@jest/globals';
import { meets, parseCondition, type ConditionFields } from '../../src/cli/condition.js';
import { UsageFailure } from '../../src/errors.js';

const FIELDS: ConditionFields = {
  numbers: ['usedPercent', 'used', 'free', 'capacity', 'stale'],
  wholeOf: { used: 'capacity', free: 'capacity' },
};
const ROW = { usedPercent: 92.3, used: 24, free: '2', capacity: '26', stale: null };

const holds = (text: string, row: Record<string, unknown> = ROW): boolean =>
  meets(parseCondition('--exit-when', text, FIELDS), row, FIELDS);

describe('a condition', () => {
  test.each([
    ['usedPercent>92', true],
    ['usedPercent>92.3', false],
    ['usedPercent>=92.3', true],
    ['usedPercent==92.30', true],
    ['usedPercent<92.31', true],
    ['used == 24', true],
    ['free<=2', true],
    ['free<2', false],
    ['used>92%', true],
    ['used>92.4%', false],
    ['free<10%', true],
    ['free<7%', false],
    ['capacity>25', true],
    // Not counted is no number, whichever way one asks.
    ['stale<1', false],
    ['stale>=0', false],
  ])('%s: %s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  test('is exact past what a double can hold', () => {
    const row = { free: '9223372036854775809', capacity: '18446744073709551616' };
    expect(holds('free>9223372036854775808', row)).toBe(true);
    expect(holds('free==9223372036854775808', row)).toBe(false);
    expect(holds('free>50%', row)).toBe(true);
    expect(holds('free>50%', { ...row, free: '9223372036854775808' })).toBe(false);
    expect(holds('free==50%', { ...row, free: '9223372036854775808' })).toBe(true);
  });

  test('a part of nothing is neither little nor much', () => {
    expect(holds('used>=0%', { used: 0, capacity: '0' })).toBe(false);
    expect(holds('used<=100%', { used: 0, capacity: null })).toBe(false);
  });

  test.each([
    ['', 'is no condition'],
    ['used', 'is no condition'],
    ['used=5', 'is no condition'],
    ['used>', 'is no condition'],
    ['used>-1', 'is no condition'],
    ['used>5 || free<1', 'is no condition'],
    ['size>5', 'no number "size"'],
    ['usedPercent>80%', 'no part of a whole'],
  ])('%j is refused', (text, why) => {
    expect(() => parseCondition('--exit-when', text, FIELDS)).toThrow(UsageFailure);
    expect(() => parseCondition('--exit-when', text, FIELDS)).toThrow(why);
  });
});
