import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { givenName, isNetworkName } from './given-name.js';

export const nameInvalid = defineRule({
  id: 'cni/name-invalid',
  severity: 'error',
  title: 'a network name with characters that libcni refuses',
  why: 'The name of a network begins with a letter or a digit and goes on with letters, digits, dots, hyphens and underscores. libcni refuses any other, and pods that attach fail to start.',
  over: 'network',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'leave those characters out' },
  bad: nadWith('"name": "tenant-a"', '"name": "default/tenant-a"'),
  good: nadWith(),
  source: 'containernetworking/cni 3f51e88 pkg/utils/utils.go',
  supersedes: ['cni/name-mismatch'],
  *check({ subject }) {
    const name = givenName(subject);
    if (subject.form === 'ipam' || typeof name !== 'string' || name === '' || isNetworkName(name)) return;
    yield {
      at: { path: [...subject.path, 'name'] },
      message: `"${name}" is not taken as the name of a network`,
      upstream: 'invalid characters found in network name',
    };
  },
});
