import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { givenName, hasOtherCase, nameEdits } from './given-name.js';

export const nameMissing = defineRule({
  id: 'cni/name-missing',
  severity: 'info',
  title: 'a configuration without a name',
  why: 'multus puts the name of the object in when a pod attaches. The controllers of whereabouts read the text as it is, though: node slices without a network_name are named by it.',
  over: 'network',
  judges: 'shape',
  needs: ['values'],
  fix: { kind: 'safe', text: 'write the name of the object' },
  bad: nadWith('  "name": "tenant-a",\n', ''),
  good: nadWith(),
  source: 'network-attachment-definition-client v1.7.7 pkg/utils (GetCNIConfigFromSpec); whereabouts v0.9.4 pkg/config',
  *check({ subject }) {
    if (subject.form !== 'conf' || subject.mainType === undefined || hasOtherCase(subject, 'name')) return;
    const name = givenName(subject);
    if (name !== undefined && name !== '') return;
    const injected = subject.name === null ? 'that of its object' : `"${subject.name}"`;
    yield {
      at: { path: [...subject.path, 'name'] },
      message: `the configuration has no name: multus gives it ${injected}`,
      edits: nameEdits(subject),
    };
  },
});
