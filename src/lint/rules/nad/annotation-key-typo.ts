import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { isMistyped, RESOURCE_NAME } from './annotations.js';

function annotated(key: string): { text: string } {
  return {
    text: nadWith().text.replace(
      '  namespace: default\n',
      `  namespace: default\n  annotations:\n    ${key}: openshift.io/tenant_a\n`,
    ),
  };
}

export const annotationKeyTypo = defineRule({
  id: 'nad/annotation-key-typo',
  severity: 'warning',
  title: 'an annotation that is nearly the one for the device',
  why: `multus reads ${RESOURCE_NAME} and nothing near to it. Pods that attach get no device, and nobody says why.`,
  over: 'nad',
  judges: 'shape',
  needs: ['values'],
  fix: { kind: 'safe', text: `write ${RESOURCE_NAME}` },
  bad: annotated('k8s.v1.cni.cncf.io/resourcename'),
  good: annotated(RESOURCE_NAME),
  source: 'k8snetworkplumbingwg/multus-cni 95a0932 pkg/k8sclient/k8sclient.go',
  *check({ subject: { path, annotations } }) {
    for (const key of Object.keys(annotations).filter(isMistyped)) {
      const at = [...path, 'metadata', 'annotations', key];
      yield {
        at: { path: at, part: 'key' },
        message: `"${key}" is not read: ${RESOURCE_NAME} was meant`,
        edits: Object.hasOwn(annotations, RESOURCE_NAME) ? [] : [{ kind: 'rename', path: at, key: RESOURCE_NAME }],
      };
    }
  },
});
