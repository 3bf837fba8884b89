import { lacksIpam, pluginsOfType, typePath } from '../plugin-facts.js';
import type { Draft, NetworkSubject } from '../model.js';

/** The plugins of a type that fail without an `ipam`, and have none. */
export function* withoutIpam(network: NetworkSubject, type: string, upstream: string): Iterable<Draft> {
  for (const plugin of pluginsOfType(network, type)) {
    if (!lacksIpam(plugin)) continue;
    yield { at: { path: typePath(plugin) }, message: `${type} does not work without an ipam`, upstream };
  }
}
