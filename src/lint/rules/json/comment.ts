import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { GO_JSON, REFUSED, syntaxProblems } from './syntax.js';

export const comment = defineRule({
  id: 'json/comment',
  severity: 'error',
  title: 'a comment in JSON',
  why: `JSON has no comments, in whatever form. ${REFUSED}`,
  over: 'json',
  about: ['comment'],
  needs: [],
  fix: { kind: 'safe', text: 'take it out' },
  bad: nadWith('"mode": "bridge",', '"mode": "bridge", // the default'),
  good: nadWith(),
  source: GO_JSON,
  check: ({ subject }) => syntaxProblems(subject, 'comment'),
});
