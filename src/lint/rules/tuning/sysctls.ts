import { isJsonObject } from '../../../cni/go-json.js';
import type { NetworkSubject } from '../../model.js';
import type { Path } from '../../path.js';
import { fieldsOf } from '../../plugin-facts.js';

/** One entry of `sysctl`. */
export interface Sysctl {
  readonly key: string;
  readonly value: unknown;
  readonly path: Path;
}

/** What the tuning plugins of a network set. */
export function sysctlsOf(network: NetworkSubject): Sysctl[] {
  return fieldsOf(network, 'tuning', 'sysctl').flatMap(({ value, path }) =>
    isJsonObject(value) ? Object.entries(value).map(([key, set]) => ({ key, value: set, path: [...path, key] })) : [],
  );
}

/** Whether it is one of the network; dots and slashes are the same to the plugin. */
export function isOfNetwork(key: string): boolean {
  const parts = key
    .replaceAll('.', '/')
    .split('/')
    .filter((part) => part !== '');
  return parts[0] === 'net' && parts.length > 1;
}
