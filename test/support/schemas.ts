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

/**
 * Fields of a document, by their dotted paths, without which it keeps to its schema as well; each that a schema promises
 * to scripts is not among them.
 */
export function optionalFields(document: object): string[] {
  return fieldsOf(document)
    .filter((path) => violations(without(document, path)).length === 0)
    .map((path) => path.join('.'));
}

/** The paths of a document's fields; places of arrays are no fields. */
export function fieldsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, own]) => [
    ...(Array.isArray(value) ? [] : [[...path, key]]),
    ...fieldsOf(own, [...path, key]),
  ]);
}

function without(document: object, path: readonly string[]): object {
  const copy = structuredClone(document);
  let at = copy as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  Reflect.deleteProperty(at, path.at(-1) ?? '');
  return copy;
}
