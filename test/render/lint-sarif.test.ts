import { expect, test } from '@jest/globals';
import { fingerprintOf } from '../../src/lint/baseline.js';
import { RULES } from '../../src/lint/registry.js';
import { reportOf } from '../../src/lint/report.js';
import { sarifDocument } from '../../src/render/lint-sarif.js';
import { nadText, outcomeOf } from '../lint/support.js';
import { sarifViolations } from '../support/sarif.js';

const BAD = nadText(`|-\n    {"cniVersion": "0.3.1", "name": "tenant-a", 'type': "macvlan",}`);

test.each([
  ['findings', BAD, 'nad.yaml', false],
  ['none', nadText(`''`), 'nad.yaml', false],
  ['a baseline', BAD, 'nad.yaml', true],
  ['an odd file name', BAD, 'a b/<x>&"%,:ü.yaml', false],
  ['standard input', BAD, '-', false],
])('SARIF of a report keeps to its schema: %s', async (_, text, file, hasBaseline) => {
  const unreadable = [{ file: 'none.yaml', why: 'does not exist' }];
  const report = reportOf(await outcomeOf(text, { file }), { unreadable, fixed: [], clusterGaps: [] });
  const sarif = sarifDocument(report, { rules: RULES, version: '1.2.3', fingerprintOf, hasBaseline });
  expect(sarifViolations(sarif)).toEqual([]);
  expect(sarifViolations({ ...sarif, runs: [{ results: [{}] }] })).not.toEqual([]);
});
