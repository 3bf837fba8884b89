import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { GO_JSON, REFUSED, syntaxProblems } from './syntax.js';

export const singleQuote = defineRule({
  id: 'json/single-quote',
  severity: 'error',
  title: 'a string in single quotes',
  why: `JSON strings stand in double quotes. ${REFUSED}`,
  over: 'json',
  about: ['single-quote'],
  needs: [],
  fix: { kind: 'safe', text: 'write double quotes' },
  bad: nadWith('"bridge"', "'bridge'"),
  good: nadWith(),
  source: GO_JSON,
  check: ({ subject }) => syntaxProblems(subject, 'single-quote'),
});
