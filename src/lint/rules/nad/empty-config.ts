import { isJsonObject } from '../../../cni/go-json.js';
import { defineRule } from '../../model.js';
import { valueAt } from '../../source/document.js';
import { nadWith } from '../examples.js';

export const emptyConfig = defineRule({
  id: 'nad/empty-config',
  severity: 'info',
  title: 'a NetworkAttachmentDefinition without a configuration',
  why: 'multus then looks for a configuration of that network name in /etc/cni/multus/net.d of the node. Where a node has none, pods that attach do not start there.',
  over: 'nad',
  judges: 'shape',
  needs: ['values'],
  fix: null,
  bad: { text: nadWith().text.replace(/spec:[^]*/, 'spec: {}\n') },
  good: nadWith(),
  source: 'k8snetworkplumbingwg/network-attachment-definition-client v1.7.7 pkg/utils (GetCNIConfig)',
  *check({ subject: { object, path, name } }) {
    const spec = valueAt(object, ['spec']);
    const config = valueAt(object, ['spec', 'config']);
    if (config !== undefined && config !== null && config !== '') return;
    // Another spelling of config is said of by nad/unknown-spec-field.
    if (isJsonObject(spec) && Object.keys(spec).some((key) => key !== 'config' && key.toLowerCase() === 'config'))
      return;
    yield {
      at: { path: [...path, 'spec', 'config'], part: 'key' },
      message: 'spec.config is empty: multus reads a file of that network name on the node',
      upstream: name === null ? null : `no network available in the name ${name} in cni dir /etc/cni/multus/net.d`,
    };
  },
});
