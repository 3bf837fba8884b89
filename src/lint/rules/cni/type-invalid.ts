import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';

export const typeInvalid = defineRule({
  id: 'cni/type-invalid',
  severity: 'error',
  title: 'a type that is a path',
  why: 'The type is the name of a program in the CNI folder of the node, without its path. libcni refuses a slash in it, and pods that attach fail to start.',
  over: 'network',
  judges: 'shape',
  needs: ['values'],
  fix: null,
  bad: nadWith('"macvlan"', '"/opt/cni/bin/macvlan"'),
  good: nadWith(),
  source: 'containernetworking/cni v1.3.0 pkg/invoke/find.go',
  *check({ subject }) {
    for (const { type, path } of [...subject.plugins, ...subject.ipams]) {
      if (type?.includes('/') !== true) continue;
      yield {
        at: { path: [...path, 'type'] },
        message: 'type is the name of a program, without a path',
        upstream: `invalid plugin name: ${type}`,
      };
    }
  },
});
