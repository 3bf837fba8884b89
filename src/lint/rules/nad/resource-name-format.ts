import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { RESOURCE_NAME } from './annotations.js';
import { isDnsSubdomain } from './names.js';

const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

function annotated(resource: string): { text: string } {
  return {
    text: nadWith().text.replace(
      '  namespace: default\n',
      `  namespace: default\n  annotations:\n    ${RESOURCE_NAME}: ${resource}\n`,
    ),
  };
}

export const resourceNameFormat = defineRule({
  id: 'nad/resource-name-format',
  severity: 'warning',
  title: 'a resource that is not written as PREFIX/NAME',
  why: 'Device plugins advertise their resources as PREFIX/NAME, such as openshift.io/tenant_a. No node has a resource of another form: pods that attach get no device or are never scheduled.',
  over: 'nad',
  needs: ['values'],
  fix: null,
  bad: annotated('tenant_a'),
  good: annotated('openshift.io/tenant_a'),
  source: 'k8s.io/kubernetes (extended resources); k8snetworkplumbingwg/multus-cni 95a0932 pkg/k8sclient/k8sclient.go',
  *check({ subject: { path, annotations } }) {
    const value = annotations[RESOURCE_NAME];
    if (value === undefined || (typeof value === 'string' && isResource(value))) return;
    yield {
      at: { path: [...path, 'metadata', 'annotations', RESOURCE_NAME] },
      message: `${JSON.stringify(value)} is not the name of a resource: it is written PREFIX/NAME`,
    };
  },
});

function isResource(text: string): boolean {
  const [prefix = '', name = '', ...more] = text.split('/');
  return more.length === 0 && isDnsSubdomain(prefix) && NAME.test(name);
}
