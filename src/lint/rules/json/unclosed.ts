import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { GO_JSON, REFUSED, syntaxProblems } from './syntax.js';

export const unclosed = defineRule({
  id: 'json/unclosed',
  severity: 'error',
  title: 'a brace or bracket that is never closed',
  why: `What is opened has to be closed. ${REFUSED}`,
  over: 'json',
  about: ['unclosed'],
  needs: [],
  fix: { kind: 'suggested', text: 'close it where it should end' },
  bad: nadWith('["192.0.2.0/29"]', '["192.0.2.0/29"'),
  good: nadWith(),
  source: GO_JSON,
  check: ({ subject }) => syntaxProblems(subject, 'unclosed'),
});
