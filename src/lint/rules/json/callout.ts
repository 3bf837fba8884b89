import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { GO_JSON, REFUSED, syntaxProblems } from './syntax.js';

export const callout = defineRule({
  id: 'json/callout',
  severity: 'error',
  title: 'a callout of the documentation',
  why: `Numbers in angle brackets point to explanations of a web page and were copied with the example. ${REFUSED}`,
  over: 'json',
  about: ['callout'],
  needs: [],
  fix: { kind: 'safe', text: 'take it out' },
  bad: nadWith('"mode": "bridge",', '"mode": "bridge", <1>'),
  good: nadWith(),
  source: GO_JSON,
  check: ({ subject }) => syntaxProblems(subject, 'callout'),
});
