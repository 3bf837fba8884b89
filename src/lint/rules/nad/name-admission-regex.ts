import { defineRule, type Draft } from '../../model.js';
import { nad } from '../examples.js';
import { GOOD_CONFIG } from '../examples.js';
import { isAdmitted, isDnsSubdomain } from './names.js';

const LABEL_MESSAGE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

export const nameAdmissionRegex = defineRule({
  id: 'nad/name-admission-regex',
  severity: 'error',
  title: 'a name that is not admitted',
  why: 'The admission webhook of multus, which OpenShift runs, takes lower case letters, digits and hyphens: no dots, and no 0 at the beginning. The API server takes dots and refuses capitals and whatever else. The object is not created.',
  over: 'nad',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write hyphens for what is not admitted' },
  bad: nad(GOOD_CONFIG.replace('tenant-a', 'tenant.a'), { name: 'tenant.a' }),
  good: nad(GOOD_CONFIG),
  source: 'k8snetworkplumbingwg/net-attach-def-admission-controller 5a6417b pkg/webhook/webhook.go',
  supersedes: ['nad/name-dns-label'],
  *check({ subject: { name, path }, profile }) {
    if (name === null || name === '') return;
    const at = { path: [...path, 'metadata', 'name'] };
    // The webhook is part of OpenShift; elsewhere only the API server judges.
    if (profile !== 'upstream' && !isAdmitted(name)) yield refused(at, name, 'net-attach-def name is invalid');
    else if (!isDnsSubdomain(name))
      yield refused(at, name, `metadata.name: Invalid value: "${name}": ${LABEL_MESSAGE}`);
  },
});

function refused(at: Draft['at'], name: string, upstream: string): Draft {
  const better = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0]+|-+$/g, '');
  const hint = better === '' ? '' : `; "${better}" is`;
  return { at, message: `"${name}" is not admitted as a name${hint}`, upstream };
}
