import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { readingProblems } from './reading.js';

export const docSeparatorMissing = defineRule({
  id: 'yaml/doc-separator-missing',
  severity: 'error',
  title: 'two objects in one document',
  why: 'Without the line --- between them two objects are one with every key twice, and only the last one is applied.',
  over: 'document',
  about: ['doc-separator-missing'],
  needs: [],
  fix: { kind: 'suggested', text: 'put a line --- before the second apiVersion' },
  bad: { text: nadWith().text + nadWith('', '').text },
  good: {
    text: `${nadWith().text}---\n${nadWith().text.replaceAll('tenant-a', 'tenant-b').replaceAll('192.0.2', '198.51.100')}`,
  },
  source: 'sigs.k8s.io/yaml, as kubectl reads',
  check: ({ subject }) => readingProblems(subject, 'doc-separator-missing'),
});
