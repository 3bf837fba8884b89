import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { GO_JSON, REFUSED, syntaxProblems } from './syntax.js';

export const missingColon = defineRule({
  id: 'json/missing-colon',
  severity: 'error',
  title: 'no colon between a key and its value',
  why: `A key and its value are separated by a colon. ${REFUSED}`,
  over: 'json',
  about: ['missing-colon'],
  needs: [],
  fix: { kind: 'safe', text: 'put a colon after the key' },
  bad: nadWith('"exclude":', '"exclude"'),
  good: nadWith(),
  source: GO_JSON,
  check: ({ subject }) => syntaxProblems(subject, 'missing-colon'),
});
