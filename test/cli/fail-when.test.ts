import { expect, test } from '@jest/globals';
import { failWhenOf, metConditions } from '../../src/cli/fail-when.js';
import { UsageFailure } from '../../src/errors.js';

const FIELDS = { numbers: ['used'], wholeOf: { used: 'capacity' } };
const rows = Array.from({ length: 7 }, (_, i) => ({ name: `p${i}`, used: i, capacity: '6' }));
const met = (...texts: string[]): string[] => metConditions(failWhenOf({ 'fail-when': texts }, FIELDS), rows, FIELDS);

test('says of each condition which rows meet it, as far as a line goes', () => {
  expect(met('used>=50%', 'used>6', 'used==6')).toEqual([
    '--fail-when used>=50%: met by p3, p4, p5, p6',
    '--fail-when used==6: met by p6',
  ]);
  expect(met('used>=0')).toEqual(['--fail-when used>=0: met by p0, p1, p2, p3, p4 and 2 more']);
  expect(metConditions(failWhenOf({}, FIELDS), rows, FIELDS)).toEqual([]);
});

test('what is no condition is refused, naming the flag', () => {
  expect(() => met('used')).toThrow(UsageFailure);
  expect(() => met('usde>1')).toThrow('--fail-when');
});
