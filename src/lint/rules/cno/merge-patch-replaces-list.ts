import { defineRule } from '../../model.js';
import { member } from '../../source/document.js';
import { cno, RAW_ENTRY, specOf } from './entries.js';

const OBJECT = cno(RAW_ENTRY);

export const mergePatchReplacesList = defineRule({
  id: 'cno/merge-patch-replaces-list',
  severity: 'info',
  title: 'a merge patch that replaces all additional networks',
  why: 'A merge patch replaces the list as a whole: every entry that is not in it goes, the shims of DHCP and whereabouts with them, and their NetworkAttachmentDefinitions too.',
  over: 'cno',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write a JSON patch: add /spec/additionalNetworks/-' },
  bad: { text: OBJECT.text.slice(OBJECT.text.indexOf('spec:')) },
  good: OBJECT,
  source: 'kubectl patch --type=merge (RFC 7386)',
  *check({ subject }) {
    const { object, path } = subject;
    if (member(object, 'apiVersion') !== undefined || member(object, 'kind') !== undefined) return;
    if (specOf(subject) === undefined) return;
    yield {
      at: { path: [...path, 'spec', 'additionalNetworks'], part: 'key' },
      message: 'as a merge patch this drops every additional network that is not in it',
    };
  },
});
