import { entryOf, PLUGIN_KEYS } from '../keys.js';
import type { Draft, NetworkSubject } from '../model.js';
import { pluginsOfType } from '../plugin-facts.js';
import { KnownKeysByType } from './keys-of.js';

const OF_PLUGINS = new KnownKeysByType(PLUGIN_KEYS, []);

/** Keys that people give a plugin which does not know them: what to do instead. */
export type ForeignKeys = Readonly<Record<string, string>>;

/** The keys of plugins of a type that look as if they did something, and do nothing. */
export function* foreignKeys(network: NetworkSubject, type: string, foreign: ForeignKeys): Iterable<Draft> {
  const known = OF_PLUGINS.of(type);
  for (const { conf, path } of pluginsOfType(network, type)) {
    for (const key of Object.keys(conf)) {
      const instead = known.has(key) ? undefined : entryOf(foreign, key);
      if (instead === undefined) continue;
      yield { at: { path: [...path, key], part: 'key' }, message: `${type} has no key "${key}": ${instead}` };
    }
  }
}
