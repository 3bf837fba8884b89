/**
 * How Go's encoding/json reads an object into a struct, as far as CNI plugins depend on it: keys match without regard to
 * case, null leaves a field as it was, another type is an error. Source: Go encoding/json (decode.go, fold.go).
 */

/** A JSON object as JSON.parse gives it; `__proto__` may be an own key, so read it with Object.entries only. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Go could not have read the value: the message is for people, in Go's words where they are known. */
export class GoJsonError extends Error {
  override readonly name = 'GoJsonError';
}

/** Whether the value is a JSON object (no array, not null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The name of a value's type as Go's error messages have it. */
export function jsonTypeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** The two characters outside ASCII that Go folds to ASCII letters: long s and the Kelvin sign. */
function fold(key: string): string {
  return key.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase();
}

/** Names of a struct by their folded form; kept, since a struct is read for each pod. */
const foldedNames = new WeakMap<readonly string[], ReadonlyMap<string, string>>();

function foldedNamesOf(names: readonly string[]): ReadonlyMap<string, string> {
  let folded = foldedNames.get(names);
  if (folded === undefined) {
    // Reversed: of two that fold alike the first counts.
    folded = new Map(names.toReversed().map((name) => [fold(name), name]));
    foldedNames.set(names, folded);
  }
  return folded;
}

/** The fields of a Go struct, and what a JSON object puts into them. */
export class GoStruct {
  private readonly values = new Map<string, unknown[]>();

  /**
   * @param type the struct's name, for messages
   * @param names all its JSON names in their order (a constant): of two that differ only in case the first takes what
   *   matches neither
   * @throws GoJsonError when the value is no object (null is an empty one, as in Go)
   */
  constructor(
    private readonly type: string,
    value: unknown,
    names: readonly string[],
  ) {
    if (value === null || value === undefined) return;
    if (!isJsonObject(value)) throw mismatch(value, `value of type ${type}`);
    for (const [key, content] of Object.entries(value)) {
      const name = names.includes(key) ? key : foldedNamesOf(names).get(fold(key));
      if (name === undefined) continue;
      const earlier = this.values.get(name);
      if (earlier === undefined) this.values.set(name, [content]);
      else earlier.push(content);
    }
  }

  /** A string; missing is empty. */
  string(name: string): string {
    let result = '';
    for (const value of this.values.get(name) ?? []) {
      if (value === null) continue;
      if (typeof value !== 'string') throw this.mismatch(value, name, 'string');
      result = value;
    }
    return result;
  }

  /** A bool; missing is `initial`. */
  bool(name: string, initial: boolean): boolean {
    let result = initial;
    for (const value of this.values.get(name) ?? []) {
      if (value === null) continue;
      if (typeof value !== 'boolean') throw this.mismatch(value, name, 'bool');
      result = value;
    }
    return result;
  }

  /** An int; missing is 0. (JSON.parse does not tell 1.0 from 1; Go refuses the former.) */
  int(name: string): number {
    let result = 0;
    for (const value of this.values.get(name) ?? []) {
      if (value === null) continue;
      if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) >= 2 ** 63) {
        throw this.mismatch(value, name, 'int');
      }
      result = value;
    }
    return result;
  }

  /** A slice, each element read by `read`; missing or null is empty. */
  list<T>(name: string, elementType: string, read: (element: unknown) => T): T[] {
    let result: T[] = [];
    for (const value of this.values.get(name) ?? []) {
      if (value === null) result = [];
      else if (Array.isArray(value)) result = value.map(read);
      else throw this.mismatch(value, name, `[]${elementType}`);
    }
    return result;
  }

  /** A slice of strings; null elements are empty strings. */
  strings(name: string): string[] {
    return this.list(name, 'string', (element) => {
      if (element === null) return '';
      if (typeof element !== 'string') throw this.mismatch(element, name, 'string');
      return element;
    });
  }

  /** Any other field: `read` is called with each value in turn, null included; the last result counts. */
  other<T>(name: string, read: (value: unknown) => T): T | undefined {
    let result: T | undefined;
    for (const value of this.values.get(name) ?? []) result = read(value);
    return result;
  }

  /** The error of a field that holds another type than its own. */
  mismatch(value: unknown, name: string, type: string): GoJsonError {
    return mismatch(value, `struct field ${this.type}.${name} of type ${type}`);
  }
}

function mismatch(value: unknown, target: string): GoJsonError {
  const kind = typeof value === 'number' && !Number.isInteger(value) ? `number ${value}` : jsonTypeOf(value);
  return new GoJsonError(`json: cannot unmarshal ${kind} into Go ${target}`);
}
