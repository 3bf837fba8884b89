import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { readingProblems } from './reading.js';

export const foldedThenQuote = defineRule({
  id: 'yaml/folded-then-quote',
  severity: 'error',
  title: 'a block mark and a quote on one line',
  why: 'After > or | the text begins on the next line; a quoted text needs no such mark. The whole file is refused.',
  over: 'document',
  about: ['folded-then-quote'],
  needs: [],
  fix: { kind: 'safe', text: 'leave the mark out' },
  bad: { text: nadWith().text.replace('|-\n    {', "> '{").replace(/\}\n$/, "}'\n") },
  good: nadWith(),
  source: 'sigs.k8s.io/yaml; ovn-kubernetes okep-5085',
  check: ({ subject }) => readingProblems(subject, 'folded-then-quote'),
});
