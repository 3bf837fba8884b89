import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { GO_JSON, REFUSED, syntaxProblems } from './syntax.js';

export const smartQuote = defineRule({
  id: 'json/smart-quote',
  severity: 'error',
  title: 'typographic quotes or spaces',
  why: `A word processor or a web page made other characters of quotes and spaces; to JSON they are none. ${REFUSED}`,
  over: 'json',
  about: ['smart-quote'],
  needs: [],
  fix: { kind: 'safe', text: 'write plain quotes and spaces' },
  bad: nadWith('"bridge"', '“bridge”'),
  good: nadWith(),
  source: GO_JSON,
  check: ({ subject }) => syntaxProblems(subject, 'smart-quote'),
});
