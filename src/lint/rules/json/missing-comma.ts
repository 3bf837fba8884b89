import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { GO_JSON, REFUSED, syntaxProblems } from './syntax.js';

export const missingComma = defineRule({
  id: 'json/missing-comma',
  severity: 'error',
  title: 'no comma between two elements',
  why: `Elements of an object or a list are separated by commas. ${REFUSED}`,
  over: 'json',
  about: ['missing-comma'],
  needs: [],
  fix: { kind: 'safe', text: 'put a comma after the element before' },
  bad: nadWith('"macvlan",', '"macvlan"'),
  good: nadWith(),
  source: GO_JSON,
  check: ({ subject }) => syntaxProblems(subject, 'missing-comma'),
});
