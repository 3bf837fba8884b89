import { describe, expect, test } from '@jest/globals';
import { metSentence, parseThreshold, type ThresholdFields } from '../../src/cli/threshold.js';
import { UsageFailure } from '../../src/errors.js';

const FIELDS: ThresholdFields = { used: 'capacity', usedPercent: null, free: 'capacity', problems: null };
const ROW = {
  name: 'a',
  used: 24,
  capacity: '26',
  free: '2',
  usedPercent: 92.3,
  problems: [{ code: 'x' }],
};

const isMet = (text: string, row: object = ROW): boolean => parseThreshold('--fail-when', text, FIELDS).isMet(row);

describe('a condition', () => {
  test.each([
    ['used>23', true],
    ['used>24', false],
    ['used>=24', true],
    ['used<24', false],
    ['used<=24', true],
    ['used==24', true],
    ['used==24.0', true],
    [' used >= 24 ', true],
    ['used>=92.3%', true],
    // 24 of 26 are 92.307692… per cent.
    ['used>92.307692%', true],
    ['used>92.307693%', false],
    ['usedPercent>=92.3', true],
    ['usedPercent>=92.3%', true],
    ['usedPercent>92.3', false],
    ['free<10%', true],
    ['free<7%', false],
    ['problems>0', true],
    ['problems==2', false],
  ])('%s: %s', (text, expected) => {
    expect(isMet(text)).toBe(expected);
  });

  test('is exact beyond 2^53', () => {
    const row = { free: (2n ** 64n).toString(), capacity: (2n ** 65n).toString() };
    expect([isMet('free>18446744073709551615', row), isMet('free>18446744073709551616', row)]).toEqual([true, false]);
    expect([isMet('free==50%', row), isMet('free>50%', row)]).toEqual([true, false]);
  });

  test('is not met by what is not known, nor by a share of nothing', () => {
    for (const text of ['used>=0', 'used<=0', 'used>=0%'])
      expect(isMet(text, { used: null, capacity: null })).toBe(false);
    expect(isMet('used>=0%', { used: 0, capacity: '0' })).toBe(false);
    expect(isMet('usedPercent>=0', { usedPercent: null })).toBe(false);
  });
});

test.each([
  ['used', 'is no condition'],
  ['used>', 'is no condition'],
  ['used>-1', 'is no condition'],
  ['used=>1', 'is no condition'],
  ['used>1e3', 'is no condition'],
  ['', 'is no condition'],
  ['usde>1', 'there is no field "usde"'],
  ['toString>1', 'there is no field "toString"'],
  ['problems>1%', 'problems is no share of anything'],
])('"%s" is refused: %s', (text, message) => {
  const parse = (): unknown => parseThreshold('--fail-when', text, FIELDS);
  expect(parse).toThrow(UsageFailure);
  expect(parse).toThrow(message);
  expect(parse).toThrow('--fail-when');
});

test('who meets it is named, as far as a line goes', () => {
  const thresholds = ['used>1', 'used>1000'].map((text) => parseThreshold('--fail-when', text, FIELDS));
  const rows = Array.from({ length: 7 }, (_, i) => ({ ...ROW, name: `p${i}` }));
  expect(metSentence(thresholds, rows)).toEqual(['--fail-when used>1: met by p0, p1, p2, p3, p4 and 2 more']);
});
