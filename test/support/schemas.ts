import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { ROOT } from './program.js';

const FOLDER = join(ROOT, 'schemas');

/** A schema file, parsed. */
export function schemaFile(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.schema.json`), 'utf8')) as Record<string, unknown>;
}

/** Names of the committed schemas, without `common`. */
export const KINDS = readdirSync(FOLDER)
  .map((file) => file.replace('.schema.json', ''))
  .filter((name) => name !== 'common')
  .sort();

// `strictTypes` objects to what is merged from `common`; everything else of strict mode holds.
const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
formats.default(ajv);
for (const name of ['common', ...KINDS]) ajv.addSchema(schemaFile(name));

/** What is wrong with a document by the schema of the kind that it says it is; empty: nothing. */
export function violations(document: unknown): string[] {
  const { kind } = document as { kind?: unknown };
  const id = `https://ipamctl.io/schemas/v1/${String(kind)}.schema.json`;
  const validate = ajv.getSchema(id);
  if (validate === undefined) return [`no schema of kind ${String(kind)}`];
  if (validate(document) === true) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}
