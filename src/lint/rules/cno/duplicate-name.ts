import { defineRule } from '../../model.js';
import { member } from '../../source/document.js';
import { cno, RAW_ENTRY } from './entries.js';

export const duplicateName = defineRule({
  id: 'cno/duplicate-name',
  severity: 'error',
  title: 'two additional networks of one name',
  why: 'The list is keyed by the name alone: two entries with one name are refused, also where they are for different namespaces, and nothing of the object is applied.',
  over: 'cno',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'rename one, or write a NetworkAttachmentDefinition of your own for it' },
  bad: cno(`${RAW_ENTRY}\n${RAW_ENTRY.replace('namespace: default', 'namespace: tenant-b')}`),
  good: cno(RAW_ENTRY),
  source: 'openshift/api operator/v1/types_network.go (AdditionalNetworks, listMapKey=name)',
  *check({ subject: { entries } }) {
    const seen = new Set<unknown>();
    for (const { conf, path } of entries) {
      const name = member(conf, 'name');
      if (typeof name !== 'string' || name === '') continue;
      if (seen.has(name)) {
        const upstream = `spec.additionalNetworks[${String(path.at(-1))}]: Duplicate value`;
        yield { at: { path: [...path, 'name'] }, message: `there is another entry of the name "${name}"`, upstream };
      }
      seen.add(name);
    }
  },
});
