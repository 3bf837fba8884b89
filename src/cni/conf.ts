import { isJsonObject, type JsonObject, jsonTypeOf } from './go-json.js';

/** A CNI configuration: a bare plugin configuration (a list of one) or a list of plugins. */
export type ConfReading =
  | {
      readonly ok: true;
      /** `name`, where it is a string. */
      readonly name: string | undefined;
      /** `cniVersion`, where it is a string. */
      readonly cniVersion: string | undefined;
      /** Whether it is a list (`plugins`). */
      readonly list: boolean;
      /** The plugins' own configurations in the order in which they run. */
      readonly plugins: readonly JsonObject[];
      /** The whole object, for what is not listed here. */
      readonly raw: JsonObject;
    }
  | { readonly ok: false; readonly error: string };

/**
 * Reads the text of a CNI configuration. A `type` at the top makes it a bare configuration, whatever else is there;
 * otherwise `plugins` must be a list of objects. Source: multus-cni v4 pkg/types/conf.go (LoadDelegateNetConf),
 * containernetworking/cni v1.3.0 libcni/conf.go.
 */
export function parseConf(text: string): ConfReading {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    return { ok: false, error: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (!isJsonObject(raw)) return { ok: false, error: `not a JSON object but ${jsonTypeOf(raw)}` };
  const head = { name: stringOf(raw, 'name'), cniVersion: stringOf(raw, 'cniVersion'), raw };
  if (stringOf(raw, 'type')) return { ok: true, ...head, list: false, plugins: [raw] };
  const plugins = valueOf(raw, 'plugins');
  if (plugins === undefined || plugins === null) {
    return { ok: false, error: "neither a 'type' (one plugin) nor 'plugins' (a list)" };
  }
  if (!Array.isArray(plugins)) return { ok: false, error: `'plugins' is not a list but ${jsonTypeOf(plugins)}` };
  if (plugins.length === 0) return { ok: false, error: "no plugins in 'plugins'" };
  const objects = plugins.filter(isJsonObject);
  if (objects.length < plugins.length) return { ok: false, error: "an element of 'plugins' is not an object" };
  return { ok: true, ...head, list: true, plugins: objects };
}

/** An own value of an object, by its exact key. */
function valueOf(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function stringOf(object: JsonObject, key: string): string | undefined {
  const value = valueOf(object, key);
  return typeof value === 'string' ? value : undefined;
}
