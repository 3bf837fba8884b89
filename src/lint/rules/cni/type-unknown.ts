import { defineRule } from '../../model.js';
import { nearWord } from '../../near.js';
import { nadWith } from '../examples.js';
import { KNOWN_PLUGINS } from './kinds.js';

const KNOWN = [...KNOWN_PLUGINS];

export const typeUnknown = defineRule({
  id: 'cni/type-unknown',
  severity: 'warning',
  title: 'a plugin that is not known',
  why: 'The type is the name of a program in the CNI folder of the node, in exactly that case. Where it is not there, pods that attach fail to start. A type that is nearly that of a known plugin is an error: it is a misspelt one.',
  over: 'network',
  judges: 'shape',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write the type of the plugin that was meant' },
  bad: nadWith('"macvlan"', '"interface"'),
  good: nadWith(),
  source: 'containernetworking/cni v1.3.0 pkg/invoke/find.go',
  *check({ subject }) {
    for (const { type, path } of subject.plugins) {
      if (type === undefined || KNOWN_PLUGINS.has(type) || type.includes('/')) continue;
      const meant = nearWord(type, KNOWN);
      yield {
        at: { path: [...path, 'type'] },
        severity: meant === undefined ? 'warning' : 'error',
        message: meant === undefined ? `"${type}" is no plugin that is known` : `"${type}" is no plugin: "${meant}" is`,
        upstream: `failed to find plugin ${JSON.stringify(type)} in path`,
      };
    }
  },
});
