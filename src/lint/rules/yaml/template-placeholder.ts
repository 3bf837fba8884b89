import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { readingProblems } from './reading.js';

export const templatePlaceholder = defineRule({
  id: 'yaml/template-placeholder',
  severity: 'info',
  title: 'a placeholder that something else fills in',
  why: 'The file is a source for Helm, envsubst, a script or a person. What the placeholder will be is not known, so rules that judge values are skipped; check what comes out of the template.',
  over: 'document',
  about: ['template-placeholder'],
  needs: [],
  fix: null,
  bad: nadWith('"eth1"', '"${MASTER}"'),
  good: nadWith(),
  source: 'Helm, GNU gettext envsubst',
  check: ({ subject }) => readingProblems(subject, 'template-placeholder'),
});
