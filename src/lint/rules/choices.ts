import { fieldsOf } from '../plugin-facts.js';
import type { Draft, NetworkSubject } from '../model.js';

/** A key that takes one of a few words. */
export interface Choice {
  readonly type: string;
  readonly key: string;
  readonly words: readonly string[];
  /** What the plugin answers to another one; null where it says nothing. */
  readonly says: (value: string) => string | null;
}

/** Values that are none of the words; an empty one is as good as none. One of another case is repaired. */
export function* otherWords(network: NetworkSubject, { type, key, words, says }: Choice): Iterable<Draft> {
  for (const { value, path } of fieldsOf(network, type, key)) {
    if (typeof value !== 'string' || value === '' || words.includes(value)) continue;
    const meant = words.find((word) => word === value.trim().toLowerCase());
    yield {
      at: { path },
      message: meant === undefined ? `"${value}" is none of ${words.join(', ')}` : `"${value}" is written "${meant}"`,
      upstream: says(value),
      edits: meant === undefined ? [] : [{ kind: 'set', path, value: meant }],
    };
  }
}
