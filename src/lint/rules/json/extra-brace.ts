import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { GO_JSON, REFUSED, syntaxProblems } from './syntax.js';

export const extraBrace = defineRule({
  id: 'json/extra-brace',
  severity: 'error',
  title: 'a closing brace or bracket that closes nothing',
  why: `It closes what is closed already, or it is not of the kind that was opened. ${REFUSED}`,
  over: 'json',
  about: ['extra-brace'],
  needs: [],
  fix: { kind: 'suggested', text: 'take it out, or open what it should close' },
  bad: nadWith('["192.0.2.0/29"]', '["192.0.2.0/29"]]'),
  good: nadWith(),
  source: GO_JSON,
  check: ({ subject }) => syntaxProblems(subject, 'extra-brace'),
});
