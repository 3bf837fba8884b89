import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { GO_JSON, REFUSED, syntaxProblems } from './syntax.js';

export const trailingComma = defineRule({
  id: 'json/trailing-comma',
  severity: 'error',
  title: 'a comma before a closing brace or bracket',
  why: `JSON has no comma after the last element. ${REFUSED}`,
  over: 'json',
  about: ['trailing-comma'],
  needs: [],
  fix: { kind: 'safe', text: 'remove it' },
  bad: nadWith('["192.0.2.0/29"]', '["192.0.2.0/29"],'),
  good: nadWith(),
  source: GO_JSON,
  check: ({ subject }) => syntaxProblems(subject, 'trailing-comma'),
});
