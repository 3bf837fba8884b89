import { defineRule } from '../../model.js';
import { isNear } from '../../near.js';
import { nadWith } from '../examples.js';

const KNOWN = ['apiVersion', 'kind', 'metadata', 'spec', 'status'] as const;
/** Further keys of Kubernetes objects that are near to one of those, or stand beside them. */
const OTHERS: ReadonlySet<string> = new Set([...KNOWN, 'data', 'items', 'type', 'rules', 'stringData', 'binaryData']);

export const misspeltKey = defineRule({
  id: 'yaml/misspelt-key',
  severity: 'error',
  title: 'a key that is nearly one of an object',
  why: 'An object without its apiVersion, kind or metadata is refused; without its spec it is an empty one.',
  over: 'object',
  judges: 'shape',
  needs: [],
  fix: { kind: 'suggested', text: 'write the key that was meant' },
  bad: { text: nadWith().text.replace('metadata:', 'metdata:') },
  good: nadWith(),
  also: ['nad/name-required'],
  source: 'k8s.io/apimachinery (unknown fields at the top of an object)',
  supersedes: ['nad/*'],
  *check({ subject: { object, path, apiVersion, objectKind } }) {
    // Whatever else is in a file has keys of its own.
    if (apiVersion === '' && objectKind === '') return;
    for (const key of Object.keys(object)) {
      const meant = meantBy(key);
      if (meant === undefined || Object.hasOwn(object, meant)) continue;
      yield {
        at: { path: [...path, key], part: 'key' },
        message: `"${key}" is no key of an object: ${meant} was meant`,
      };
    }
  },
});

function meantBy(key: string): string | undefined {
  if (OTHERS.has(key)) return undefined;
  if (key === 'cniVersion') return 'apiVersion';
  const bare = key.replace(/^[^A-Za-z]+/, '');
  return KNOWN.find((name) => name === bare || isNear(key, name));
}
