import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { GO_JSON, syntaxProblems } from './syntax.js';

export const duplicateKey = defineRule({
  id: 'json/duplicate-key',
  severity: 'warning',
  title: 'one key twice in an object',
  why: 'Go takes the last one without a word; whoever reads the first believes another configuration than the one that is used.',
  over: 'json',
  about: ['duplicate-key'],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'leave one of them' },
  bad: nadWith('"mode": "bridge",', '"mode": "private",\n  "mode": "bridge",'),
  good: nadWith(),
  source: GO_JSON,
  *check({ subject }) {
    for (const draft of syntaxProblems(subject, 'duplicate-key')) yield { ...draft, upstream: null };
  },
});
