import { isJsonObject } from '../../../cni/go-json.js';
import { defineRule } from '../../model.js';
import { valueAt } from '../../source/document.js';
import { nadWith } from '../examples.js';

export const unknownSpecField = defineRule({
  id: 'nad/unknown-spec-field',
  severity: 'warning',
  title: 'a field of spec that is not config',
  why: 'The API server drops every other field, or refuses the object with strict validation. Of "Config" nothing is left: multus then looks for a file of that network name on the node, and the pod does not start.',
  over: 'nad',
  judges: 'shape',
  needs: [],
  fix: { kind: 'safe', text: 'write config in lower case' },
  bad: { text: nadWith().text.replace('config:', 'Config:') },
  good: nadWith(),
  source: 'k8snetworkplumbingwg/network-attachment-definition-client v1.7.7 artifacts/networks-crd.yaml',
  supersedes: ['nad/empty-config'],
  *check({ subject: { object, path } }) {
    const spec = valueAt(object, ['spec']);
    if (!isJsonObject(spec)) return;
    for (const key of Object.keys(spec)) {
      if (key === 'config') continue;
      const at = [...path, 'spec', key];
      const isConfig = key.toLowerCase() === 'config';
      yield {
        at: { path: at, part: 'key' },
        severity: isConfig ? 'error' : 'warning',
        message: isConfig
          ? `spec.${key} is dropped: the field is written config`
          : `spec.${key} is dropped: a NetworkAttachmentDefinition has config only`,
        upstream: `strict decoding error: unknown field "spec.${key}"`,
        edits: isConfig && !Object.hasOwn(spec, 'config') ? [{ kind: 'rename', path: at, key: 'config' }] : [],
      };
    }
  },
});
