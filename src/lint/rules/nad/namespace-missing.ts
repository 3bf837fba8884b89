import { defineRule, type NadSubject } from '../../model.js';
import { fieldOf } from '../../go-fields.js';
import { nadWith } from '../examples.js';

export const namespaceMissing = defineRule({
  id: 'nad/namespace-missing',
  severity: 'info',
  title: 'a NetworkAttachmentDefinition without a namespace',
  why: 'Whoever applies it decides by the context in which namespace it lands. Where the configuration itself depends on the namespace (netAttachDefName of OVN-Kubernetes, node slices of whereabouts) the wrong one makes it useless.',
  over: 'nad',
  judges: 'shape',
  needs: ['values'],
  fix: { kind: 'suggested', text: 'write metadata.namespace' },
  bad: { text: nadWith().text.replace('  namespace: default\n', '') },
  good: nadWith(),
  source: 'kubectl (context); ovn-kubernetes 8871cd9 go-controller/pkg/util/multi_network.go; whereabouts v0.9.4 doc',
  *check({ subject }) {
    if (subject.namespace !== null || Object.hasOwn(subject.object, 'namespace')) return;
    const reason = dependsOnIt(subject);
    yield {
      at: { path: [...subject.path, 'metadata', 'namespace'] },
      severity: reason === undefined ? 'info' : 'warning',
      message: `metadata.namespace is missing${reason === undefined ? ': the context decides' : `, and ${reason}`}`,
    };
  },
});

function dependsOnIt({ network }: NadSubject): string | undefined {
  if (network?.plugins.some(({ conf }) => fieldOf(conf, 'netAttachDefName') !== undefined) === true) {
    return 'netAttachDefName must name it';
  }
  const isSliced = network?.ipams.some(
    ({ conf, type }) => type === 'whereabouts' && (fieldOf(conf, 'node_slice_size')?.value ?? '') !== '',
  );
  return isSliced === true ? 'node slices work only in the namespace of whereabouts' : undefined;
}
