import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { GO_JSON, REFUSED, syntaxProblems } from './syntax.js';

export const missingQuote = defineRule({
  id: 'json/missing-quote',
  severity: 'error',
  title: 'a string that is not closed on its line',
  why: `A string ends on the line on which it begins; the rest of the line was taken for a part of it. ${REFUSED}`,
  over: 'json',
  about: ['missing-quote'],
  needs: [],
  fix: { kind: 'suggested', text: 'close the string where it should end' },
  bad: nadWith('"0.3.1",', '"0.3.1,'),
  good: nadWith(),
  source: GO_JSON,
  check: ({ subject }) => syntaxProblems(subject, 'missing-quote'),
});
