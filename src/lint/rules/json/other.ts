import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { GO_JSON, REFUSED, syntaxProblems } from './syntax.js';

export const other = defineRule({
  id: 'json/other',
  severity: 'error',
  title: 'text that is not JSON',
  why: `Something stands where JSON has no place for it. ${REFUSED}`,
  over: 'json',
  about: ['other'],
  needs: [],
  fix: null,
  bad: nadWith('"bridge",', '"bridge",,'),
  good: nadWith(),
  source: GO_JSON,
  check: ({ subject }) => syntaxProblems(subject, 'other'),
});
