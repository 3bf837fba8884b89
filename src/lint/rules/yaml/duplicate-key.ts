import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { readingProblems } from './reading.js';

export const duplicateKey = defineRule({
  id: 'yaml/duplicate-key',
  severity: 'error',
  title: 'one key twice in a mapping',
  why: 'kubectl apply takes the last one without a word, or refuses the object with --validate=strict; other readers refuse the file.',
  over: 'document',
  about: ['duplicate-key'],
  needs: [],
  fix: { kind: 'suggested', text: 'leave one of them' },
  bad: { text: nadWith().text.replace('  name:', '  name: other\n  name:') },
  good: nadWith(),
  source: 'sigs.k8s.io/yaml (UnmarshalStrict)',
  check: ({ subject }) => readingProblems(subject, 'duplicate-key'),
});
