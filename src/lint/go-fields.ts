import type { JsonObject } from '../cni/go-json.js';

/** A field as it is written. */
export interface GoField {
  readonly key: string;
  readonly value: unknown;
}

/** What Go reads into a field: the last key of that name, in any case; null leaves a field as it was. */
export function fieldOf(object: JsonObject, name: string): GoField | undefined {
  let found: GoField | undefined;
  let folded: string | undefined;
  // Asked of every file many times: most keys differ by their length already.
  for (const key in object) {
    if (key.length !== name.length || !Object.hasOwn(object, key)) continue;
    if (key !== name && key.toLowerCase() !== (folded ??= name.toLowerCase())) continue;
    const value = object[key];
    if (value !== null) found = { key, value };
  }
  return found;
}

/** The text in a field; undefined where it is missing, empty or no string. */
export function textOf(object: JsonObject, name: string): string | undefined {
  const value = fieldOf(object, name)?.value;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
