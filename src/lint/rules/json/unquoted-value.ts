import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { GO_JSON, REFUSED, syntaxProblems } from './syntax.js';

export const unquotedValue = defineRule({
  id: 'json/unquoted-value',
  severity: 'error',
  title: 'a word without quotes',
  why: `Only numbers, true, false and null stand without quotes. ${REFUSED}`,
  over: 'json',
  about: ['unquoted-value'],
  needs: [],
  fix: { kind: 'safe', text: 'put the word in quotes; True, False and None become true, false and null' },
  bad: nadWith('"bridge"', 'bridge'),
  good: nadWith(),
  source: GO_JSON,
  check: ({ subject }) => syntaxProblems(subject, 'unquoted-value'),
});
