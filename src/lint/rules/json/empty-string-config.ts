import { defineRule } from '../../model.js';
import { quotedNad } from '../examples.js';

export const emptyStringConfig = defineRule({
  id: 'json/empty-string-config',
  severity: 'error',
  title: 'a configuration of nothing but white space',
  why: 'An empty configuration makes multus look for a file on the node; one with blanks in it is not empty, and no JSON either.',
  over: 'json',
  needs: [],
  fix: { kind: 'suggested', text: 'write the configuration, or leave config out' },
  bad: quotedNad('"  "'),
  good: quotedNad('""'),
  source: 'net-attach-def-admission-controller 5a6417b pkg/webhook/webhook.go (isJSON)',
  supersedes: ['json/other', 'json/not-object'],
  *check({ subject: { json, path, holder } }) {
    if (holder === 'file' || json.text.trim() !== '') return;
    const message = 'the text is not empty, but there is nothing but white space in it';
    yield { at: { path }, message, upstream: 'configuration string is not in JSON format' };
  },
});
