import { defineRule, type Edit, type NadSubject } from '../../model.js';
import { valueAt } from '../../source/document.js';
import { nadWith } from '../examples.js';
import { moveUnder } from './top-entries.js';

const FIELDS = ['name', 'namespace', 'labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

export const metadataMisplaced = defineRule({
  id: 'nad/metadata-misplaced',
  severity: 'error',
  title: 'a field of metadata at the top of the object',
  why: 'The API server knows these fields only below metadata. There they are missing: an object without a name is refused, and one without its namespace lands in that of the context.',
  over: 'nad',
  judges: 'shape',
  needs: [],
  fix: { kind: 'safe', text: 'move it below metadata' },
  bad: { text: nadWith().text.replace('  namespace: default', 'namespace: default') },
  good: nadWith(),
  source: 'k8s.io/apimachinery pkg/apis/meta/v1 (ObjectMeta)',
  *check({ subject }) {
    const { object, path, name } = subject;
    const misplaced = FIELDS.filter((field) => Object.hasOwn(object, field));
    const edits = misplaced.length === 0 ? [] : editsOf(subject, misplaced);
    for (const field of misplaced) {
      const isName = field === 'name' && name === null;
      yield {
        at: { path: [...path, field], part: 'key' },
        message: `"${field}" belongs below metadata`,
        upstream: isName ? 'resource name may not be empty' : `strict decoding error: unknown field "${field}"`,
        edits,
      };
    }
  },
});

/** All of them move at once: apart from each other they would make several metadata. */
function editsOf({ document, object, path }: NadSubject, misplaced: readonly string[]): Edit[] {
  const isTwice = misplaced.some((field) => valueAt(object, ['metadata', field]) !== undefined);
  if (path.length > 0 || document.format === 'json' || document.problems.length > 0 || isTwice) return [];
  const edits = moveUnder(document.text, 'metadata', misplaced) ?? [];
  return edits.map((edit) => ({ kind: 'document', ...edit }));
}
