import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { readingProblems } from './reading.js';

export const tabIndent = defineRule({
  id: 'yaml/tab-indent',
  severity: 'error',
  title: 'a tab in the indentation',
  why: 'YAML indents by spaces only: a tab in front of a key or of a line of a block makes the file unreadable. Within a quoted text kubectl takes it, and stricter readers do not.',
  over: 'document',
  about: ['tab-indent'],
  needs: [],
  fix: { kind: 'safe', text: 'in a quoted text: write it as a block; elsewhere replace the tab by spaces' },
  bad: { text: nadWith().text.replace('  config:', '\tconfig:') },
  good: nadWith(),
  source: 'sigs.k8s.io/yaml (found a tab character that violates indentation)',
  check: ({ subject }) => readingProblems(subject, 'tab-indent'),
});
