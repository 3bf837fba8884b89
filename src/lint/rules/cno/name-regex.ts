import { defineRule } from '../../model.js';
import { member } from '../../source/document.js';
import { isAdmitted } from '../nad/names.js';
import { cno, RAW_ENTRY } from './entries.js';

export const nameRegex = defineRule({
  id: 'cno/name-regex',
  severity: 'error',
  title: 'an additional network whose name is not admitted',
  why: 'The operator makes a NetworkAttachmentDefinition of that name, and the admission webhook of multus takes lower case letters, digits and hyphens only: no dots, and no 0 at the beginning. The operator turns Degraded. An entry without a name it refuses itself.',
  over: 'cno',
  needs: ['values'],
  fix: null,
  bad: cno(RAW_ENTRY.replaceAll('tenant-a', 'tenant.a')),
  good: cno(RAW_ENTRY),
  source: 'net-attach-def-admission-controller 5a6417b pkg/webhook/webhook.go; cluster-network-operator 2a6a57f',
  *check({ subject: { entries } }) {
    for (const { conf, path } of entries) {
      const name = member(conf, 'name');
      const at = { path: [...path, 'name'] };
      if (name === undefined || name === null || name === '') {
        yield { at, message: 'the entry has no name', upstream: 'Additional Network Name cannot be nil' };
      } else if (typeof name === 'string' && !isAdmitted(name)) {
        yield { at, message: `"${name}" is not admitted as a name`, upstream: 'net-attach-def name is invalid' };
      }
    }
  },
});
