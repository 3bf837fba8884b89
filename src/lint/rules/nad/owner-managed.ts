import { defineRule, type NadSubject } from '../../model.js';
import { member, valueAt } from '../../source/document.js';
import { nadWith } from '../examples.js';

const OWNER_ANNOTATION = 'sriovnetwork.openshift.io/owner-ref';
/** Groups of the operators that write NetworkAttachmentDefinitions. */
const GROUPS = ['operator.openshift.io', 'k8s.ovn.org', 'sriovnetwork.openshift.io', 'mellanox.com'] as const;

export const ownerManaged = defineRule({
  id: 'nad/owner-managed',
  severity: 'info',
  title: 'an object that an operator writes',
  why: 'Its owner writes it again whenever it differs: what is changed here is reverted. Change the owner.',
  over: 'nad',
  judges: 'shape',
  needs: [],
  fix: null,
  bad: {
    text: nadWith().text.replace(
      '  namespace: default\n',
      `  namespace: default
  ownerReferences:
    - apiVersion: operator.openshift.io/v1
      kind: Network
      name: cluster
      uid: 0b6f3a52-6f0e-4a8c-9b1e-2f1d5c7a9e10
`,
    ),
  },
  good: nadWith(),
  source: 'openshift/cluster-network-operator 2a6a57f pkg/network; sriov-network-operator 249e200 controllers',
  *check({ subject }) {
    const owners = valueAt(subject.object, ['metadata', 'ownerReferences']);
    const list: readonly unknown[] = Array.isArray(owners) ? owners : [];
    const index = list.findIndex(isOperator);
    if (index >= 0) yield managedBy(subject, ['ownerReferences', index], ownerText(list[index]));
    else if (member(subject.annotations, OWNER_ANNOTATION) !== undefined) {
      yield managedBy(subject, ['annotations', OWNER_ANNOTATION], String(subject.annotations[OWNER_ANNOTATION]));
    }
  },
});

function isOperator(owner: unknown): boolean {
  const version = member(owner, 'apiVersion');
  return typeof version === 'string' && GROUPS.some((group) => version.startsWith(`${group}/`));
}

function ownerText(owner: unknown): string {
  return [member(owner, 'kind'), member(owner, 'name')].filter((part) => typeof part === 'string').join(' ');
}

function managedBy({ path }: NadSubject, at: readonly (string | number)[], owner: string) {
  return { at: { path: [...path, 'metadata', ...at] }, message: `${owner} writes this object: change that one` };
}
