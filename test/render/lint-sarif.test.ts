import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf } from '../../src/lint/baseline.js';
import { RULES } from '../../src/lint/registry.js';
import { reportOf } from '../../src/lint/report.js';
import { sarifDocument } from '../../src/render/lint-sarif.js';
import { nadText, outcomeOf } from '../lint/support.js';
import { ROOT } from '../support/program.js';

/** The schema of OASIS (sarif-2.1.0-rtm.5), as the package @microsoft/jest-sarif carries it. */
const SCHEMA = JSON.parse(readFileSync(join(ROOT, 'test/support/sarif-2.1.0.schema.json'), 'utf8')) as Record<
  string,
  unknown
>;
// It says that it is draft 4, of which it uses nothing that later drafts changed but these two keys.
delete SCHEMA['$schema'];
delete SCHEMA['id'];
const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
formats.default(ajv);
const validate = ajv.compile(SCHEMA);

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
  validate(sarif);
  expect(validate.errors ?? []).toEqual([]);
  expect(validate({ ...sarif, runs: [{ results: [{}] }] })).toBe(false);
});
