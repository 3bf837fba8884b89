import { fieldsOf } from '../plugin-facts.js';
import type { Draft, NetworkSubject } from '../model.js';

/** VLAN 4095 is reserved, and 0 stands for none. */
const LAST_VLAN = 4094;

/**
 * The VLAN numbers of plugins of a type that are none. What is no number at all `json/wrong-type` speaks of.
 * @param says what the plugin answers
 */
export function* outOfRange(
  network: NetworkSubject,
  type: string,
  key: string,
  says: (id: number) => string | null,
): Iterable<Draft> {
  for (const { value, path } of fieldsOf(network, type, key)) {
    if (typeof value !== 'number' || (Number.isInteger(value) && value >= 0 && value <= LAST_VLAN)) continue;
    yield {
      at: { path },
      message: `${value} is no VLAN: those are 1 to ${LAST_VLAN}, and 0 for none`,
      upstream: Number.isInteger(value) ? says(value) : null,
    };
  }
}
