import { defineRule } from '../../model.js';
import { member } from '../../source/document.js';

const LIST = '/spec/additionalNetworks';
const APPEND = `- op: add
  path: ${LIST}/-
  value: { name: tenant-a, namespace: default, type: SimpleMacvlan }
`;

export const jsonPatchMissingList = defineRule({
  id: 'cno/json-patch-missing-list',
  severity: 'error',
  title: 'a JSON patch that appends to a list which may not be there',
  why: 'On a cluster without additional networks there is no list, and a patch that appends to it is refused as a whole. An operation that adds the empty list first helps there, and only there: where the list exists it would empty it.',
  over: 'document',
  needs: ['values'],
  fix: { kind: 'suggested', text: `where there is no list yet, add ${LIST} with the value [] first` },
  bad: { text: APPEND, file: 'patch.yaml' },
  good: { text: `- op: add\n  path: ${LIST}\n  value: []\n${APPEND}`, file: 'patch.yaml' },
  source: 'RFC 6902, section 4.1; kubectl patch --type=json',
  *check({ subject: { value } }) {
    if (!Array.isArray(value)) return;
    const operations = value as unknown[];
    const index = operations.findIndex((each) => isAdd(each) && member(each, 'path') === `${LIST}/-`);
    if (index < 0) return;
    const made = operations.slice(0, index).some((each) => isAdd(each) && member(each, 'path') === LIST);
    if (made) return;
    yield {
      at: { path: [index, 'path'] },
      // Whether the list is there only the cluster knows.
      severity: 'info',
      message: 'this fails where there are no additional networks yet',
      upstream: `add operation does not apply: doc is missing path: "${LIST}/-": missing value`,
    };
  },
});

function isAdd(operation: unknown): boolean {
  return member(operation, 'op') === 'add';
}
