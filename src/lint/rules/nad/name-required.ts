import { jsonTypeOf } from '../../../cni/go-json.js';
import { defineRule } from '../../model.js';
import { valueAt } from '../../source/document.js';
import { nadWith } from '../examples.js';

export const nameRequired = defineRule({
  id: 'nad/name-required',
  severity: 'error',
  title: 'a NetworkAttachmentDefinition without a name',
  why: 'The API server refuses an object without metadata.name (or metadata.generateName); pods select a network by it.',
  over: 'nad',
  judges: 'shape',
  needs: ['values'],
  fix: null,
  bad: { text: nadWith().text.replace('  name: tenant-a\n', '') },
  good: nadWith(),
  source: 'k8s.io/apimachinery pkg/api/validation/objectmeta.go',
  *check({ subject: { object, path } }) {
    const name = valueAt(object, ['metadata', 'name']);
    if (isGiven(name) || isGiven(valueAt(object, ['metadata', 'generateName']))) return;
    // A name in the wrong place is said of by nad/metadata-misplaced.
    if (Object.hasOwn(object, 'name')) return;
    const isMissing = name === undefined || name === null || name === '';
    yield {
      at: { path: [...path, 'metadata', 'name'] },
      message: isMissing ? 'metadata.name is missing' : `metadata.name is a ${jsonTypeOf(name)}: put it in quotes`,
      upstream: isMissing ? 'resource name may not be empty' : null,
    };
  },
});

function isGiven(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
