import type { JsonObject } from '../../cni/go-json.js';
import { entryOf, PLUGIN_KEYS } from '../keys.js';
import type { Draft, NetworkSubject } from '../model.js';
import { pluginsOfType } from '../plugin-facts.js';
import { nearestByCase } from './keys-of.js';

/** Keys that people give a plugin which does not know them: what to do instead. */
export type ForeignKeys = Readonly<Record<string, string>>;

/** The keys of plugins of a type that look as if they did something, and do nothing. */
export function* foreignKeys(network: NetworkSubject, type: string, foreign: ForeignKeys): Iterable<Draft> {
  const known = Object.keys(entryOf(PLUGIN_KEYS, type)?.keys ?? {});
  for (const { conf, path } of pluginsOfType(network, type)) {
    for (const key of keysBeside(conf, known)) {
      const instead = entryOf(foreign, key);
      if (instead === undefined) continue;
      yield { at: { path: [...path, key], part: 'key' }, message: `${type} has no key "${key}": ${instead}` };
    }
  }
}

/** Go takes a known key in any case. */
function keysBeside(conf: JsonObject, known: readonly string[]): string[] {
  return Object.keys(conf).filter((key) => !known.includes(key) && nearestByCase(key, known) === undefined);
}
