import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import formats from 'ajv-formats';
import { ROOT } from './program.js';

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

/** What of a document is no SARIF 2.1.0. */
export function sarifViolations(document: unknown): ErrorObject[] {
  validate(document);
  return validate.errors ?? [];
}
