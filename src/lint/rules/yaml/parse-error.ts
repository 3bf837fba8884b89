import { defineRule } from '../../model.js';
import { quotedNad } from '../examples.js';
import { readingProblems } from './reading.js';

export const parseError = defineRule({
  id: 'yaml/parse-error',
  severity: 'error',
  title: 'a text that is not YAML',
  why: 'kubectl, and whatever else applies the file, refuses it as a whole; nothing in it could be checked.',
  over: 'document',
  about: ['parse-error'],
  needs: [],
  fix: null,
  bad: quotedNad("'{}"),
  good: quotedNad('\'{"cniVersion": "0.3.1", "name": "tenant-a", "type": "macvlan"}\''),
  source: 'sigs.k8s.io/yaml, as kubectl reads',
  check: ({ subject }) => readingProblems(subject, 'parse-error'),
});
