import { defineRule } from '../../model.js';
import { nearWord } from '../../near.js';
import { nadWith } from '../examples.js';
import { KNOWN_IPAMS, OTHER_IPAMS } from './kinds.js';

const KNOWN = [...KNOWN_IPAMS];

export const ipamUnknown = defineRule({
  id: 'cni/ipam-unknown',
  severity: 'info',
  title: 'an IPAM plugin of which nothing is known here',
  why: 'Its keys are not judged. It must be installed on every node; where it is not, pods that attach fail to start. A type that is nearly that of a known plugin is an error: it is a misspelt one.',
  over: 'network',
  judges: 'shape',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write the type that was meant' },
  bad: nadWith('"whereabouts"', '"wherabouts"'),
  good: nadWith(),
  source: 'containernetworking/cni v1.3.0 pkg/invoke/find.go',
  *check({ subject }) {
    for (const { type, path } of subject.ipams) {
      if (type === undefined || KNOWN_IPAMS.has(type) || type.includes('/')) continue;
      const at = { path: [...path, 'type'] };
      const meant = OTHER_IPAMS.has(type) ? undefined : nearWord(type, KNOWN);
      if (meant === undefined) {
        const whose = OTHER_IPAMS.has(type) ? 'belongs to another project' : 'is not known';
        yield { at, message: `the IPAM plugin "${type}" ${whose}: what it is told is not judged` };
      } else {
        yield {
          at,
          severity: 'error',
          message: `"${type}" is no IPAM plugin: "${meant}" is`,
          upstream: `failed to find plugin ${JSON.stringify(type)} in path`,
        };
      }
    }
  },
});
