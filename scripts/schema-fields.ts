/** JSON Schemas of the kinds, and their fields by path. */
import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = 'schemas';
export const SCHEMA_SUFFIX = '.schema.json';

type Schema = Readonly<Record<string, unknown>>;

const schemas = new Map(
  readdirSync(FOLDER).map((file) => [
    file.replace(SCHEMA_SUFFIX, ''),
    JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Schema,
  ]),
);

/** Names of the kinds that have a schema, sorted. */
export const SCHEMA_KINDS: readonly string[] = [...schemas.keys()].filter((name) => name !== 'common').sort();

/** The fields of a kind, and what the kind is. */
export function kindOf(name: string): { readonly text: string; readonly fields: readonly SchemaField[] } {
  const schema = schemaOf(name);
  return { text: textOf(schema), fields: fieldsOf(schema, '', new Set()) };
}

/** A field of a kind; `[]` in its path is an item of an array, `*` a key that is no word of ours. */
export interface SchemaField {
  readonly path: string;
  /** Words of JSON Schema, or the values that there are. */
  readonly type: string;
  readonly text: string;
}

/** Every field below a schema by its path; a part that holds itself is told once on the way down. */
function fieldsOf(schema: unknown, path: string, seen: ReadonlySet<string>): SchemaField[] {
  if (!isSchema(schema)) return [];
  const ref = schema['$ref'];
  const below = typeof ref === 'string' ? new Set([...seen, ref]) : seen;
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, unknown>>);
  const found = [
    ...properties.flatMap(([name, value]) => {
      const at = path === '' ? name : `${path}.${name}`;
      return [{ path: at, type: typeOf(value), text: textOf(value) }, ...fieldsOf(value, at, seen)];
    }),
    ...fieldsOf(schema['items'], `${path}[]`, seen),
    ...fieldsOf(schema['additionalProperties'], `${path}.*`, seen),
    ...(typeof ref === 'string' && !seen.has(ref) ? fieldsOf(target(ref), path, below) : []),
    ...beside(schema).flatMap((part) => fieldsOf(part, path, seen)),
  ];
  const known = new Map<string, SchemaField>();
  for (const field of found) {
    const before = known.get(field.path);
    const types = [...new Set([before?.type ?? '', field.type].filter((type) => type !== ''))];
    known.set(field.path, { ...field, text: before?.text || field.text, type: types.join(' or ') });
  }
  return [...known.values()];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}

/** Schemas that hold beside or instead of one another. */
function beside(schema: Schema): Schema[] {
  return ['allOf', 'anyOf', 'oneOf'].flatMap((key) => (schema[key] ?? []) as Schema[]);
}

function target(ref: string): Schema {
  const [file = '', pointer = ''] = ref.split('#');
  const at = (schema: Schema | undefined): unknown => {
    let part: unknown = schema;
    for (const word of pointer.split('/').filter((each) => each !== '')) part = isSchema(part) ? part[word] : undefined;
    return part;
  };
  // A pointer without a file is into the schema that it stands in: the one that has such a part.
  const places = file === '' ? [...schemas.values()] : [schemaOf(file.replace(SCHEMA_SUFFIX, ''))];
  const found = places.map(at).find(isSchema);
  if (found === undefined) throw new Error(`nothing is at ${ref}`);
  return found;
}

function typeOf(schema: unknown): string {
  if (!isSchema(schema)) return 'anything';
  const options = (schema['enum'] as unknown[] | undefined) ?? ('const' in schema ? [schema['const']] : undefined);
  if (options !== undefined) return options.map((option) => `\`${JSON.stringify(option)}\``).join(', ');
  const { type, $ref: ref } = schema;
  const base = Array.isArray(type) ? type.join(' or ') : type;
  if (base === 'array' && schema['items'] !== undefined) return `array of ${typeOf(schema['items'])}`;
  if (typeof base === 'string') return base;
  const parts = [...(typeof ref === 'string' ? [target(ref)] : []), ...beside(schema)].map(typeOf);
  return [...new Set(parts.filter((part) => part !== ''))].join(' or ');
}

function textOf(schema: unknown): string {
  if (!isSchema(schema)) return '';
  const { description, $ref: ref } = schema;
  if (typeof description === 'string') return description;
  return typeof ref === 'string' ? textOf(target(ref)) : '';
}

function schemaOf(name: string): Schema {
  const schema = schemas.get(name);
  if (schema === undefined) throw new Error(`no schema ${name}`);
  return schema;
}
